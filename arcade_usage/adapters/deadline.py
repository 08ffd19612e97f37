"""A bound on how long a call may take, whatever it waits for; also a resolver that never answers.

A call that overstays goes on in its thread, which dies with the process.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class DeadlineExceededError(Exception):
    """The call had not ended in time."""


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
        raise DeadlineExceededError(f"no end within {seconds} s")
    if running.error is not None:
        raise running.error
    return running.result  # type: ignore[return-value]
