"""The library under every schedule within the bounds, and under random ones beyond them."""

from functools import cache

import pytest

from verification.interleavings.explorer import Scenario, explore, shortest, show
from verification.interleavings.random_walks import walk
from verification.interleavings.scenarios import quick, wild
from verification.interleavings.system import System

SEED = 20260101
RANDOM_SCHEDULES = 250


@cache
def the_system() -> System:
    """What one scenario's processes do, the next one's need not find out again."""
    return System()


@pytest.mark.parametrize("scenario", list(quick()), ids=str)
def test_no_schedule_breaks_an_invariant(scenario: Scenario) -> None:
    """Whatever the order, and whatever fails within the bounds: nobody is mixed up and nothing is lost."""
    system = the_system()
    result = explore(system, scenario)
    print(  # noqa: T201 - seen where it fails, or with -s
        f"{result.states} states, {result.moves} steps, {result.ends} ends, depth {result.depth}, {result.seconds:.1f} s"
    )
    for invariant, (violation, path) in result.violations.items():
        pytest.fail(show(system, scenario, *(shortest(system, scenario, invariant) or (violation, path))))


def test_no_random_schedule_breaks_an_invariant() -> None:
    """Three things at once, three faults, any number of switches: a sample, the same in every run."""
    system = the_system()
    walked = walk(system, list(wild()), RANDOM_SCHEDULES, SEED)
    if walked.broken is not None:
        pytest.fail(show(system, *walked.broken))
    assert walked.schedules == RANDOM_SCHEDULES
