"""Hooks for forks and the interpreter's exit; no fork happens during an import."""

import gc
import os
import subprocess
import sys
import threading
import warnings

import pytest

from arcade_usage.adapters.process import hooks as process_events
from arcade_usage.adapters.process.hooks import ImportGate, register_hooks

SECONDS = 60.0
HELD_SECONDS = 0.3  # duration of an import; a fork waits longer than that


class Background:
    """Records its calls, and the process that they ran in."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.left = 0

    def reset_after_fork(self) -> None:
        self.begun.append(os.getpid())

    def on_exit(self) -> None:
        self.left += 1


def fork() -> int:
    """Fork although there are threads. Returns 0 in the child."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def status_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_the_fork_hook_runs_in_the_child_only() -> None:
    """The hook runs first in the child, not in the parent, and not for objects that no longer exist."""
    background, gate = Background(), ImportGate()
    register_hooks(background, gate)
    child = fork()
    if child == 0:
        os._exit(0 if background.begun == [os.getpid()] else 1)
    assert status_of(child) == 0
    assert background.begun == []
    del background
    gc.collect()
    child = fork()
    if child == 0:
        os._exit(0)
    assert status_of(child) == 0


def test_a_fork_waits_for_imports_and_the_child_may_import() -> None:
    """A fork waits for an import; in the child, the import gate is open."""
    gate = ImportGate()
    background = Background()
    register_hooks(background, gate)
    importing, done = threading.Event(), []

    def imports() -> None:
        with gate:
            importing.set()
            threading.Event().wait(HELD_SECONDS)
            done.append("imported")

    thread = threading.Thread(target=imports)
    thread.start()
    assert importing.wait(SECONDS)
    child = fork()
    if child == 0:
        with gate:
            os._exit(0 if done else 1)
    assert status_of(child) == 0
    thread.join()
    with gate:
        pass


def test_a_fork_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait is bounded: the forking thread may hold the import lock that the background needs."""
    monkeypatch.setattr(process_events, "FORK_WAIT_SECONDS", 0.01)
    gate, background = ImportGate(), Background()
    register_hooks(background, gate)
    held, end = threading.Event(), threading.Event()

    def imports() -> None:
        with gate:
            held.set()
            end.wait(SECONDS)

    thread = threading.Thread(target=imports)
    thread.start()
    assert held.wait(SECONDS)
    child = fork()
    if child == 0:
        with gate:  # the child has a gate of its own
            os._exit(0)
    assert status_of(child) == 0
    end.set()
    thread.join()
    with gate:  # it was released only once
        pass


def test_the_exit_hook_runs_once() -> None:
    """The exit hook runs once, for objects that still exist."""
    lines = """
from arcade_usage.adapters.process.hooks import ImportGate, register_hooks
class Background:
    def __init__(self, name): self.name = name
    def reset_after_fork(self): pass
    def on_exit(self): print("left", self.name)
there, gone = Background("there"), Background("gone")
register_hooks(there, ImportGate()); register_hooks(gone, ImportGate())
del gone
"""
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "left there\n"
