"""`within`: bounds the duration of any call."""

import threading
import time

import pytest

from arcade_usage.adapters.network.deadline import DeadlineExceededError, within

AGES = 60.0


def test_what_a_call_returns_comes_back() -> None:
    """The result is the call's, None included."""
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
    """The exception is the call's, with its traceback."""

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        within(AGES, fail)
    assert caught.value is error
    assert "fail" in [entry.name for entry in caught.traceback]


def test_a_late_call_is_abandoned() -> None:
    """After the limit the caller continues; the call's result is dropped."""
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


def test_a_late_call_keeps_no_process_alive() -> None:
    """The thread of a late call does not keep the process alive."""
    over, threads = threading.Event(), []

    def wait() -> None:
        threads.append(threading.current_thread())
        over.wait(AGES)

    with pytest.raises(DeadlineExceededError):
        within(0.05, wait)
    assert [thread.daemon for thread in threads] == [True]
    over.set()


def test_an_error_after_the_deadline_is_dropped() -> None:
    """An exception after the limit is not printed by the thread."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def fail_late() -> None:
        threads.append(threading.current_thread())
        over.wait(AGES)
        raise ValueError("late")

    with pytest.raises(DeadlineExceededError):
        within(0.05, fail_late)
    over.set()
    threads[0].join(AGES)  # warnings about exceptions in threads are errors
    assert not threads[0].is_alive()
