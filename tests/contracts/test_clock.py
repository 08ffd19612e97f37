"""What the clock promises, the system's and the one that tests move."""

import time
from collections.abc import Callable

import pytest

from arcade_usage.application.ports import Clock
from arcade_usage.testing.in_memory import ManualClock

CLOCKS: dict[str, Callable[[], Clock]] = {"the system's": lambda: time, "by hand": ManualClock}
IN_2020, IN_2100 = 1_577_836_800.0, 4_102_444_800.0


@pytest.fixture(params=CLOCKS)
def clock(request: pytest.FixtureRequest) -> Clock:
    return CLOCKS[request.param]()


def test_now_is_unix_seconds(clock: Clock) -> None:
    """The wall clock counts seconds, neither milliseconds nor anything local."""
    assert IN_2020 < clock.time() < IN_2100


def test_monotonic_time_never_goes_back(clock: Clock) -> None:
    """Monotonic seconds are in order."""
    times = [clock.monotonic() for _ in range(1000)]
    assert times == sorted(times)


def test_sleep_returns(clock: Clock) -> None:
    """It takes seconds, of which there may be none."""
    before = clock.monotonic()
    clock.sleep(0.0)
    assert clock.monotonic() >= before


def test_a_manual_clock_sleeps_without_waiting() -> None:
    """Its time goes on by as much as was asked for."""
    clock = ManualClock()
    clock.sleep(7.5)
    assert clock.monotonic() == 7.5


def test_a_manual_clock_goes_where_it_is_told() -> None:
    """Both times of a clock by hand go forward together, by exactly what was said."""
    clock = ManualClock()
    wall, monotonic = clock.time(), clock.monotonic()
    clock.advance(90.0)
    assert (clock.time() - wall, clock.monotonic() - monotonic) == (90.0, 90.0)
