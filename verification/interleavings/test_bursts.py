"""Commands that leave their events to a running process: in every schedule, each event is delivered once."""

import pytest

from verification.interleavings import oracle
from verification.interleavings.burst_mutants import BURST_MUTANTS
from verification.interleavings.bursts import BURST, FORGET
from verification.interleavings.explorer import Scenario, explore
from verification.interleavings.mutants import Mutant
from verification.interleavings.programs import LOGIN_ALICE
from verification.interleavings.system import System


@pytest.mark.parametrize("mutant", BURST_MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    """Each half of the rule is needed: without it, an event is left that no process looks for."""
    with mutant.living():
        result = explore(System(), mutant.scenario, stop_at_first=True)
    assert set(result.violations) & mutant.caught_by


def test_forgetting_in_a_burst_mixes_nothing_up() -> None:
    """Whatever `forget` meets: a command, its process, a process that takes events. The reduction knows no `forget`.

    An event that comes right after it waits for the next command, if its process finds `forget` with the lock.
    """
    scenario = Scenario((LOGIN_ALICE,), (BURST, BURST, FORGET), 0, 1)
    result = explore(System(), scenario, reduced=False)
    assert set(result.violations) <= {oracle.LEFT_BEHIND}
    assert result.states > 10_000
