"""The outbox's bounds: what goes, what stays, and what a clock can't do."""

from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.retention import (
    AGE_LIMIT_SECONDS,
    BYTES_LIMIT,
    EVENTS_LIMIT,
    Losses,
    LossReason,
    Observed,
    Waiting,
    select_expired,
)

DAY = 86_400.0
NOW = 1_800_000_000.0


def events(count: int, size: int = 1000, since: float = 0.0) -> list[Waiting]:
    return [Waiting(f"{number:06d}", size, since) for number in range(count)]


def test_what_fits_stays() -> None:
    """1,000 events of a kilobyte each are within every bound."""
    assert select_expired(events(EVENTS_LIMIT), observed=AGE_LIMIT_SECONDS) == []


def test_the_oldest_of_too_many_goes() -> None:
    """However many there are, the newest 1,000 stay."""
    waiting = events(EVENTS_LIMIT + 3)
    assert select_expired(waiting, 0.0) == [(each, LossReason.TOO_MANY) for each in waiting[:3]]


def test_the_oldest_of_too_large_goes() -> None:
    """1 MiB in all."""
    waiting = events(20, size=BYTES_LIMIT // 10)
    assert {each.name for each, _ in select_expired(waiting, 0.0)} == {each.name for each in waiting[:10]}


def test_30_days_is_too_old() -> None:
    """Of observed time."""
    old, young = Waiting("old", 1, 0.0), Waiting("young", 1, 1.0)
    assert select_expired([old, young], AGE_LIMIT_SECONDS + 0.5) == [(old, LossReason.TOO_OLD)]


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.floats(0, 60 * DAY)), max_size=60), st.floats(0, 90 * DAY)
)
def test_what_stays_is_within_all_bounds(sizes: list[tuple[int, float]], observed: float) -> None:
    """Nothing goes twice, and what stays is few, small and young enough."""
    waiting = [Waiting(str(number), size, since) for number, (size, since) in enumerate(sizes)]
    gone = [each for each, _ in select_expired(waiting, observed)]
    stays = [each for each in waiting if each not in gone]
    assert len(gone) == len(set(gone))
    assert sum(each.size for each in stays) <= BYTES_LIMIT
    assert all(observed - each.since <= AGE_LIMIT_SECONDS for each in stays)


def test_time_is_what_is_observed_of_it() -> None:
    """A look a day for 31 days is 30 days; one jump of two years is one day at most; back is nothing."""
    observed = Observed()
    for day in range(31):
        observed = observed.advance(NOW + day * DAY)
    assert observed.seconds == 30 * DAY
    jumped = observed.advance(NOW + 2 * 365 * DAY)
    assert jumped.seconds == 31 * DAY
    assert jumped.advance(NOW).seconds == 31 * DAY


def test_losses_are_counted_by_reason() -> None:
    """And nothing is counted where nothing went."""
    losses = Losses().plus(LossReason.REFUSED, 1).plus(LossReason.REFUSED, 2).plus(LossReason.TOO_OLD, 0)
    assert losses.counts == {"refused": 3}
