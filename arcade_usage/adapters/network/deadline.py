"""Bounds the duration of a call, including one that waits for a DNS resolver.

A call that exceeds it continues in a daemon thread, which ends with the process.
"""

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class DeadlineExceededError(Exception):
    """The call has not returned in time. `functions`: names of the functions on its stack."""

    def __init__(self, message: str, functions: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.functions = functions


def within(seconds: float, call: Callable[[], T]) -> T:
    """Returns or raises the result of `call`. Raises DeadlineExceededError after `seconds`."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - re-raised in the caller
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise DeadlineExceededError(f"no result within {seconds} s", _functions_of(thread))
    if errors:
        raise errors[0]
    return results[0]


def _functions_of(thread: threading.Thread) -> frozenset[str]:
    """Names on a thread's stack: they show whether it waits for DNS, the connection or the response."""
    names, frame = set(), sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return frozenset(names)
