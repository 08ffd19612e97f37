"""Runs a host, and adopts what it leaves behind, so that each process is accounted for when it ends.

Owns the invariant that nothing that was started from here runs on: this process is the subreaper (prctl(2))
of all of them.
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

PATIENCE_SECONDS = 60.0  # for one run, whatever it started included
_PR_SET_CHILD_SUBREAPER = 36
_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")


@frozen
class ProcessUsage:
    """One process at its end: `cpu` in seconds, with that of the children it waited for; `memory` in bytes, its peak."""

    process: int
    cpu: float
    memory: int


@frozen
class Run:
    """A host and what it left behind, all ended. `output` is the host's."""

    host: ProcessUsage
    orphans: tuple[ProcessUsage, ...]
    output: str
    status: int


def adopt() -> None:
    """Become the parent of every orphan to come. Raises OSError where the system has no such thing."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this system lets nobody adopt orphans")


def run(command: Sequence[str], environment: Mapping[str, str], *, kill_orphans: bool = False) -> Run:
    """Run a host to its end, and what it left behind to theirs, or kill that."""
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
            for child in children():
                os.kill(child, signal.SIGKILL)
        orphans = wait_for_all()
        output.seek(0)
        said = output.read().decode()
    return Run(_ended(host.pid, usage), orphans, said, host.returncode)


def children() -> list[int]:
    """The processes that are ours by birth or adoption."""
    return [int(child) for child in _CHILDREN.read_text().split()]


def wait_for_all(look: Callable[[], None] | None = None) -> tuple[ProcessUsage, ...]:
    """Wait until none is left; `look` is called meanwhile, every few milliseconds. Kills what overstays."""
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
            for child in children():
                os.kill(child, signal.SIGKILL)
        if look is not None:
            look()
        time.sleep(0.005)


def _ended(process: int, usage: resource.struct_rusage) -> ProcessUsage:
    return ProcessUsage(process, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
