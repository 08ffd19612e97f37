"""Spacing: pauses that double, end at an hour, and are never jammed by a clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.backoff import (
    JITTER,
    LONGEST_SECONDS,
    PAUSES_LIMIT,
    SHORTEST_SECONDS,
    Backoff,
    Pause,
)

NOW = 1_800_000_000.0


def pause_after(failures: int, randomness: float) -> float:
    """The pause, in seconds, that follows so many failures and one more."""
    backoff = Backoff({"sink": Pause(failures, NOW)}) if failures else Backoff()
    due = backoff.begun("sink", NOW, randomness).by_name["sink"].due_at
    assert due is not None
    return due - NOW


def test_pauses_double_from_30_seconds_to_an_hour() -> None:
    """Without jitter: 30, 60, 120, … 3600, 3600 s."""
    backoff, lengths = Backoff(), []
    for _ in range(10):
        backoff = backoff.begun("sink", NOW, randomness=0.0)
        lengths.append(backoff.by_name["sink"].due_at - NOW)
    assert lengths == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_jitter_stays_within_its_share(failures: int, randomness: float) -> None:
    """However many failures: between 80 % of the shortest pause and the longest."""
    assert pause_after(failures, randomness) >= SHORTEST_SECONDS * (1 - JITTER) - 1e-6
    assert pause_after(failures, randomness) <= LONGEST_SECONDS + 1e-6


def test_a_pause_holds_back_until_it_is_over() -> None:
    """Not before its time, and not after it."""
    backoff = Backoff().begun("sink", NOW, randomness=0.0)
    assert backoff.hold_back("sink", NOW)
    assert backoff.hold_back("sink", NOW + 29)
    assert not backoff.hold_back("sink", NOW + 30)


def test_another_thing_is_due_at_once() -> None:
    """A pause after one alias, or one token's look-up, is not one for the next."""
    backoff = Backoff().begun("alias of a", NOW, 0.0)
    assert not backoff.hold_back("alias of b", NOW)
    both = backoff.begun("alias of b", NOW, 0.0)
    assert both.hold_back("alias of a", NOW)
    assert both.hold_back("alias of b", NOW)


def test_success_ends_a_pause() -> None:
    """And the next failure counts from one again."""
    backoff = Backoff().begun("sink", NOW, 0.0).begun("sink", NOW, 0.0).ended("sink")
    assert backoff == Backoff()
    assert backoff.begun("sink", NOW, 0.0) == Backoff({"sink": Pause(1, NOW + 30)})


@pytest.mark.parametrize("jump", [-86_400.0 * 365, -7200.0], ids=["a year back", "two hours back"])
def test_a_clock_set_back_does_not_jam_it(jump: float) -> None:
    """A time that is further ahead than any pause can't have been meant: it is due."""
    backoff = Backoff().begun("sink", NOW, randomness=0.0)
    assert not backoff.hold_back("sink", NOW + jump)


def test_pauses_are_bounded() -> None:
    """However many things fail."""
    backoff = Backoff()
    for number in range(PAUSES_LIMIT * 2):
        backoff = backoff.begun(f"alias {number}", NOW + number, 0.0)
    assert len(backoff.by_name) == PAUSES_LIMIT
    assert backoff.hold_back(f"alias {PAUSES_LIMIT * 2 - 1}", NOW + PAUSES_LIMIT * 2)


def test_a_service_that_asks_to_wait_is_waited_for() -> None:
    """Nothing is due earlier than it asked for, nor earlier than it would have been."""
    backoff = Backoff().begun("sink", NOW, randomness=0.0).postponed("sink", NOW + 1, 120.0)
    assert (backoff.hold_back("sink", NOW + 120.9), backoff.hold_back("sink", NOW + 121)) == (True, False)
    backoff = Backoff().begun("sink", NOW, randomness=0.0).postponed("sink", NOW, 5.0)
    assert (backoff.hold_back("sink", NOW + 29.9), backoff.hold_back("sink", NOW + 30)) == (True, False)


def test_nobody_waits_longer_than_the_longest_pause() -> None:
    """Whatever a service asks for."""
    backoff = Backoff().begun("sink", NOW, randomness=0.0).postponed("sink", NOW, 1e9)
    assert backoff.hold_back("sink", NOW + LONGEST_SECONDS - 1)
    assert not backoff.hold_back("sink", NOW + LONGEST_SECONDS)


def test_what_is_asked_of_one_attempt_is_asked_of_no_other() -> None:
    """Of an alias, for example; and nothing is asked of what has no pause."""
    backoff = Backoff().begun("sink", NOW, 0.0).begun("alias", NOW, 0.0)
    postponed = backoff.postponed("alias", NOW, 300.0)
    assert postponed.by_name["sink"] == backoff.by_name["sink"]
    assert backoff.postponed("another", NOW, 300.0) == backoff


def test_early_attempts_wait_too() -> None:
    """A server tries early as soon as it may; not at all where that is no earlier than the pause's end."""
    backoff = Backoff().begun("sink", NOW, randomness=0.0)
    assert backoff.postponed("sink", NOW, 3.0).early_at("sink", NOW, 0) == NOW + 3
    assert backoff.postponed("sink", NOW, 3.0).early_at("sink", NOW, 2) == NOW + 4
    assert backoff.postponed("sink", NOW, 60.0).early_at("sink", NOW, 0) is None
