"""The reduction leaves nothing out."""

import pytest

from verification.interleavings.bursts import BURST
from verification.interleavings.explorer import Scenario, explore
from verification.interleavings.mutants import MUTANTS, Mutant
from verification.interleavings.programs import (
    COMMAND,
    DELETE,
    DELIVERY,
    EDIT,
    LIMITED,
    LOGIN_ALICE,
    NEXT_DAY,
    OFF,
    OLDER_LOGIN,
    OLDER_LOGOUT,
)
from verification.interleavings.system import System

SMALL = (
    Scenario((LOGIN_ALICE,), (COMMAND, EDIT), 1),
    Scenario((LOGIN_ALICE,), (COMMAND, OFF), 1),
    Scenario((LOGIN_ALICE,), (COMMAND, DELETE), 2),
    Scenario((LOGIN_ALICE,), (COMMAND, COMMAND)),
    Scenario((LOGIN_ALICE,), (BURST, BURST), 0, 2),
    Scenario((LOGIN_ALICE,), (BURST, OFF), 1),
    Scenario((COMMAND,), (COMMAND, OLDER_LOGIN), 1),
    Scenario((), (COMMAND, OLDER_LOGOUT), 1),
    Scenario((LIMITED,), (LIMITED, OFF), 1),
    Scenario((LIMITED, LIMITED, NEXT_DAY), (LIMITED, DELIVERY), 1),
)


@pytest.mark.parametrize("scenario", SMALL, ids=str)
def test_reduced_or_not_the_ends_are_the_same(scenario: Scenario) -> None:
    """Every end that all schedules lead to is one that those of the reduction lead to."""
    system = System()
    reduced, whole = explore(system, scenario), explore(system, scenario, reduced=False)
    assert reduced.judged == whole.judged
    assert reduced.states < whole.states


@pytest.mark.parametrize(
    "mutant", [each for each in MUTANTS if each.scenario.switches is None], ids=lambda each: each.name
)
def test_reduced_or_not_a_mutant_breaks_the_same_invariants(mutant: Mutant) -> None:
    """What is broken at the end of some schedule is broken at the end of one that is not left out."""
    with mutant.living():
        system = System()
        reduced, whole = explore(system, mutant.scenario), explore(system, mutant.scenario, reduced=False)
    assert reduced.violations.keys() == whole.violations.keys()
