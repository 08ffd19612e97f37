"""Calls a background object when the process forks or exits.

Invariant: no fork happens while the background object imports. In the child, the lock of a half-imported
module would stay locked for ever, and the next import of that module would hang.
"""

import atexit
import os
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol

from arcade_usage.application.time_limits import FORK_WAIT_SECONDS

_LAST = -100  # of multiprocessing's finalizers


class Background(Protocol):
    """An object that is notified. The hooks keep only a weak reference to it."""

    def reset_after_fork(self) -> None:
        """Called in a forked child, before any other code runs there."""

    def on_exit(self) -> None:
        """Called at the interpreter's exit."""


class ImportGate:
    """A context manager for imports; a fork waits for its end, FORK_WAIT_SECONDS at most."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def before_fork(self) -> None:
        self._lock.acquire(timeout=FORK_WAIT_SECONDS)

    def after_fork(self) -> None:
        with suppress(RuntimeError):  # before_fork timed out
            self._lock.release()

    def after_fork_in_child(self) -> None:
        self._lock = threading.RLock()


def register_hooks(background: Background, gate: ImportGate) -> None:
    """Registers the callbacks for every fork and for the exit."""
    reference = weakref.ref(background)

    def reset_after_fork() -> None:
        gate.after_fork_in_child()
        if (living := reference()) is not None:
            living.reset_after_fork()
            _register_for_workers(living, on_exit)

    def on_exit() -> None:
        if (living := reference()) is not None:
            living.on_exit()

    atexit.register(on_exit)
    _register_for_workers(background, on_exit)
    if hasattr(os, "register_at_fork"):  # Windows has no fork
        os.register_at_fork(
            before=gate.before_fork, after_in_parent=gate.after_fork, after_in_child=reset_after_fork
        )


def _register_for_workers(background: Background, on_exit: Callable[[], None]) -> None:
    """Registers the callback for processes of multiprocessing, or of Celery's copy of it.

    They end by os._exit, without exit handlers. When they begin, after the fork, they forget earlier
    finalizers and call what is registered here.
    """
    for name in ("multiprocessing.util", "billiard.util"):
        util: Any = sys.modules.get(name)
        with suppress(Exception):  # missing, or another version
            util.register_after_fork(
                background, lambda _, util=util: util.Finalize(None, on_exit, exitpriority=_LAST)
            )
