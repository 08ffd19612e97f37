"""Bounds the duration of a call, including one that waits for a DNS resolver.

A call that exceeds it continues in a daemon thread, which ends with the process.
"""

import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class DeadlineExceededError(Exception):
    """The call has not returned in time. `functions`: names of the functions on its stack."""

    def __init__(self, message: str, functions: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.functions = functions


class _Call(Generic[T]):
    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._call()
        except BaseException as error:  # noqa: BLE001 - re-raised in the caller
            self.error = error


def within(seconds: float, call: Callable[[], T]) -> T:
    """Returns or raises the result of `call`. Raises DeadlineExceededError after `seconds`."""
    running = _Call(call)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise DeadlineExceededError(f"no result within {seconds} s", _functions_of(thread))
    if running.error is not None:
        raise running.error
    return running.result  # type: ignore[return-value]


def _functions_of(thread: threading.Thread) -> frozenset[str]:
    """Names on a thread's stack: they show whether it waits for DNS, the connection or the response."""
    names, frame = set(), sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return frozenset(names)
