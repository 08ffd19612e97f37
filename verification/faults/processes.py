"""Finds the processes of one experiment by a variable in their environment.

The environment is inherited, so a process is found even if its parent has ended.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

EXPERIMENT_VARIABLE = "FAULTS_EXPERIMENT"
POLL_SECONDS = 0.1  # reading every process of a machine is slow
_PROC = Path("/proc")


def running_processes(experiment: str) -> list[int]:
    """Process ids of this experiment's running processes, without this process.

    A zombie has no environment and is not included. Empty where the system does not show environments.
    """
    marker = f"{EXPERIMENT_VARIABLE}={experiment}".encode()
    return [process for process in _processes() if marker in _environment(process)]


def still_running(experiment: str, seconds: float) -> list[int]:
    """Process ids that still run after `seconds`; returns as soon as there are none."""
    end = time.monotonic() + seconds
    while (running := running_processes(experiment)) and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
    return running


def read_child_states(parent: int) -> dict[int, str]:
    """Children of a process: process id to state. State Z is a zombie."""
    found = {}
    for process in _processes():
        with suppress(OSError, IndexError):
            state, parent_id = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent_id) == parent:
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
