"""Which processes are alive, by a variable in the environment that they were started with.

Owns the invariant that a process is found whoever started it, and however long ago whoever that was ended.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LAB_VARIABLE = "FAULTS_LAB"
A_LOOK_SECONDS = 0.1  # a look at all processes of a machine is work
_PROC = Path("/proc")


def alive(lab: str) -> list[int]:
    """The processes of this lab, this one aside. A zombie has ended: it has no environment any more.

    Where the system does not show environments, none.
    """
    marker = f"{LAB_VARIABLE}={lab}".encode()
    return [process for process in _processes() if marker in _environment(process)]


def survivors(lab: str, seconds: float) -> list[int]:
    """The processes of this lab that are alive after `seconds`; returns earlier when there are none."""
    end = time.monotonic() + seconds
    while (there := alive(lab)) and time.monotonic() < end:
        time.sleep(A_LOOK_SECONDS)
    return there


def children(parent: int) -> dict[int, str]:
    """The children of a process, with the state of each: Z is a zombie."""
    found = {}
    for process in _processes():
        with suppress(OSError, IndexError):
            state, of = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(of) == parent:
                found[process] = state
    return found


def _processes() -> Iterator[int]:
    with suppress(OSError):
        for entry in os.listdir(_PROC):
            if entry.isdecimal() and int(entry) != os.getpid():
                yield int(entry)


def _environment(process: int) -> list[bytes]:
    try:
        return (_PROC / str(process) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
