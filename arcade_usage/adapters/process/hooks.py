"""What becomes of a process: it forks, and it ends. Tells a background of both.

Owns the invariant that no fork comes in the middle of the background's imports: the lock of a module that
is being imported stays locked in the child for ever, and whoever imports it there hangs.
"""

import atexit
import os
import threading
import weakref
from contextlib import suppress
from types import TracebackType
from typing import Protocol

from arcade_usage.application.time_limits import FORK_WAIT_SECONDS


class Background(Protocol):
    """Who is told. It is not kept alive by that."""

    def reset_after_fork(self) -> None:
        """In a forked child, before anything else runs there."""

    def on_exit(self) -> None:
        """At the interpreter's end."""


class ImportGate:
    """A context manager to import in: a fork waits until it is left."""

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
        with suppress(RuntimeError):  # it was not to be had in time
            self._lock.release()

    def after_fork_in_child(self) -> None:
        self._lock = threading.RLock()


def register_hooks(background: Background, gate: ImportGate) -> None:
    """Tell of every fork, and of the end."""
    reference = weakref.ref(background)

    def reset_after_fork() -> None:
        gate.after_fork_in_child()
        if (there := reference()) is not None:
            there.reset_after_fork()

    def on_exit() -> None:
        if (there := reference()) is not None:
            there.on_exit()

    atexit.register(on_exit)
    if hasattr(os, "register_at_fork"):  # there are no forks on Windows
        os.register_at_fork(
            before=gate.before_fork, after_in_parent=gate.after_fork, after_in_child=reset_after_fork
        )
