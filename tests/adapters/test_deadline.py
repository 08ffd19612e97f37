"""A bound on how long a call may take, whatever it waits for."""

import threading
import time

import pytest

from arcade_usage.adapters.network.deadline import DeadlineExceededError, within

AGES = 60.0


def test_what_a_call_returns_comes_back() -> None:
    """The result is the call's own, also where it is nothing."""
    result = object()
    assert within(AGES, lambda: result) is result
    assert within(AGES, lambda: None) is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyboardInterrupt(),
        SystemExit(3),
        TimeoutError("its own"),
        DeadlineExceededError("inner"),
    ],
)
def test_what_a_call_raises_comes_back(error: BaseException) -> None:
    """The exception is the call's own, with the place where it was raised."""

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        within(AGES, fail)
    assert caught.value is error
    assert "fail" in [entry.name for entry in caught.traceback]


def test_a_call_that_overstays_is_left() -> None:
    """When the time is over the caller goes on, and the call is nobody's any more."""
    over, ended = threading.Event(), threading.Event()

    def wait() -> None:
        over.wait(AGES)
        ended.set()

    start = time.monotonic()
    with pytest.raises(DeadlineExceededError):
        within(0.05, wait)
    assert time.monotonic() - start < AGES / 2
    assert not ended.is_set()
    over.set()
    assert ended.wait(AGES)


def test_a_call_that_overstays_keeps_no_process_alive() -> None:
    """The thread that it is in dies with the process."""
    over, threads = threading.Event(), []

    def wait() -> None:
        threads.append(threading.current_thread())
        over.wait(AGES)

    with pytest.raises(DeadlineExceededError):
        within(0.05, wait)
    assert [thread.daemon for thread in threads] == [True]
    over.set()


def test_an_error_after_the_deadline_is_nobody_s() -> None:
    """What a call raises when nobody waits for it any more is not printed by the thread that it was in."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def fail_late() -> None:
        threads.append(threading.current_thread())
        over.wait(AGES)
        raise ValueError("late")

    with pytest.raises(DeadlineExceededError):
        within(0.05, fail_late)
    over.set()
    threads[0].join(AGES)  # a warning about an exception in a thread is an error here
    assert not threads[0].is_alive()
