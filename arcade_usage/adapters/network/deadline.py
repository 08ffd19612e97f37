"""A bound on how long a call may take, whatever it waits for; also a resolver that never answers.

A call that overstays goes on in its thread, which dies with the process.
"""

import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class DeadlineExceededError(Exception):
    """The call had not ended in time. `functions`: the names of those that it was in."""

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
        except BaseException as error:  # noqa: BLE001 - handed to the caller as it is
            self.error = error


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises. Raises DeadlineExceededError after `seconds`."""
    running = _Call(call)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise DeadlineExceededError(f"no end within {seconds} s", _functions_of(thread))
    if running.error is not None:
        raise running.error
    return running.result  # type: ignore[return-value]


def _functions_of(thread: threading.Thread) -> frozenset[str]:
    """What a thread is in: no library tells whether it was the resolver, the connection or the answer."""
    names, frame = set(), sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return frozenset(names)
