"""Forks and the interpreter's end: who is told, and that no fork comes in the middle of an import."""

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
HELD_SECONDS = 0.3  # that an import takes; a fork waits longer than that


class Background:
    """Notes what it was told, and where."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.left = 0

    def reset_after_fork(self) -> None:
        self.begun.append(os.getpid())

    def on_exit(self) -> None:
        self.left += 1


def fork() -> int:
    """In the child 0; a fork beside threads is what is tested here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def status_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_is_told_and_its_parent_is_not() -> None:
    """Before anything else runs there; nobody is told any more who is gone."""
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
    """The child finds no gate that its parent's thread has closed."""
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
    """Who forks may hold the lock of a module that the background wants to import."""
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
        with gate:  # the child's own
            os._exit(0)
    assert status_of(child) == 0
    end.set()
    thread.join()
    with gate:  # nobody let go of it twice
        pass


def test_the_end_is_told_once() -> None:
    """By the interpreter, to who is still there."""
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
