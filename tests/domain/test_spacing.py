"""Spacing: pauses that double, end at an hour, and are never jammed by a clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.spacing import JITTER, LONGEST_SECONDS, SHORTEST_SECONDS, Spacing, before_attempt

NOW = 1_800_000_000.0


def test_pauses_double_from_30_seconds_to_an_hour() -> None:
    """Without jitter: 30, 60, 120, … 3600, 3600 s."""
    spacing, pauses = None, []
    for _ in range(10):
        spacing = before_attempt(spacing, "posthog", NOW, chance=0.0)
        pauses.append(spacing.due_at - NOW)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_jitter_stays_within_its_share(failures: int, chance: float) -> None:
    """However many failures: between 80 % of the shortest pause and the longest."""
    pause = before_attempt(Spacing("x", failures, NOW), "x", NOW, chance).due_at - NOW
    assert pause >= SHORTEST_SECONDS * (1 - JITTER) - 1e-6
    assert pause <= LONGEST_SECONDS + 1e-6


def test_a_pause_holds_back_until_it_is_over() -> None:
    """Not before its time, and not after it."""
    spacing = before_attempt(None, "posthog", NOW, chance=0.0)
    assert spacing.holds_back("posthog", NOW)
    assert spacing.holds_back("posthog", NOW + 29)
    assert not spacing.holds_back("posthog", NOW + 30)


def test_another_thing_is_due_at_once() -> None:
    """A pause after one alias, or one token's look-up, is not one for the next, and counts from one again."""
    spacing = Spacing("alias of a", 7, NOW + 100)
    assert not spacing.holds_back("alias of b", NOW)
    assert before_attempt(spacing, "alias of b", NOW, 0.5).failures == 1


@pytest.mark.parametrize("jump", [-86_400.0 * 365, -7200.0], ids=["a year back", "two hours back"])
def test_a_clock_set_back_does_not_jam_it(jump: float) -> None:
    """A time that is further ahead than any pause can't have been meant: it is due."""
    spacing = before_attempt(None, "posthog", NOW, chance=0.0)
    assert not spacing.holds_back("posthog", NOW + jump)
