"""Waits for the end of a pipe, for a login. Runs on the command path."""

import os
from contextlib import suppress


def wait_and_close(reading: int, seconds: float) -> None:
    """Waits until the other end of a pipe is closed, `seconds` at most, and closes this one.

    Raises OSError and signal handlers' exceptions.
    """
    ours = os.fstat(reading)
    try:
        _wait_until_closed(reading, seconds)
    finally:
        _close_if_still(reading, ours)


def _wait_until_closed(reading: int, seconds: float) -> None:
    """Uses no thread: under gevent and eventlet, a thread doesn't run while another one waits.

    Their versions of these calls keep the time limit.
    """
    if os.name == "nt":
        from arcade_usage.adapters.process.windows import wait_until_closed

        wait_until_closed(reading, seconds)
        return
    import select

    if hasattr(select, "poll"):  # eventlet removes it
        waiting = select.poll()
        waiting.register(reading, select.POLLIN)
        waiting.poll(seconds * 1000.0)
    else:
        select.select([reading], [], [], seconds)


def _close_if_still(descriptor: int, status: os.stat_result) -> None:
    """Closes a descriptor unless another thread closed it and its number was reused."""
    with suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), status):
            os.close(descriptor)
