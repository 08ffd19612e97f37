"""Runs a tool and adopts the processes that it leaves behind, so that the CPU of each is counted.

Invariant: no process that was started from here outlives its run; this process is the subreaper (prctl(2)).
"""

import ctypes
import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

PATIENCE_SECONDS = 180.0  # in which no process ends; 50 of the incumbent at once take long
_PR_SET_CHILD_SUBREAPER = 36
_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")


@frozen
class ProcessUsage:
    """A process that has ended: CPU in seconds, including the children it waited for; peak memory in bytes."""

    process: int
    cpu: float
    memory: int


@frozen
class Run:
    """A tool and the processes it left behind, all ended. `output` is the tool's."""

    host: ProcessUsage
    orphans: tuple[ProcessUsage, ...]
    output: str
    status: int


def adopt() -> None:
    """Become the parent of all future orphans. Raises OSError if the system doesn't support it."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this system does not support subreapers")


def run(command: Sequence[str], environment: Mapping[str, str], *, kill_orphans: bool = False) -> Run:
    """Run a tool, and wait for the processes it leaves behind or kill them."""
    with tempfile.TemporaryFile() as output:
        host = subprocess.Popen(
            command,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(host.pid, 0)
        host.returncode = os.waitstatus_to_exitcode(status)
        if kill_orphans:
            kill_children()
        orphans = wait_for_all()
        output.seek(0)
        said = output.read().decode()
    return Run(_ended(host.pid, usage), orphans, said, host.returncode)


def children() -> list[int]:
    """The children of this process, adopted ones included."""
    return [int(child) for child in _CHILDREN.read_text().split()]


def kill_children() -> None:
    """End the children of this process; `wait_for_all` waits for them."""
    for child in children():
        os.kill(child, signal.SIGKILL)


def wait_for_all(look: Callable[[], None] | None = None) -> tuple[ProcessUsage, ...]:
    """Wait for all children, calling `look` every few milliseconds. Kills them after PATIENCE_SECONDS."""
    ended: list[ProcessUsage] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            process, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return tuple(ended)
        if process:
            ended.append(_ended(process, usage))
            deadline = time.monotonic() + PATIENCE_SECONDS
            continue
        if time.monotonic() > deadline:
            kill_children()
        if look is not None:
            look()
        time.sleep(0.005)


def _ended(process: int, usage: resource.struct_rusage) -> ProcessUsage:
    return ProcessUsage(process, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
