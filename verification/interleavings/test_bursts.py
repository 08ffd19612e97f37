"""Commands that leave their events to a running process: in every schedule, each event is delivered once."""

import pytest

from verification.interleavings.burst_mutants import BURST_MUTANTS
from verification.interleavings.explorer import explore
from verification.interleavings.mutants import Mutant
from verification.interleavings.system import System


@pytest.mark.parametrize("mutant", BURST_MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    """Each half of the rule is needed: without it, an event is left that no process looks for."""
    with mutant.living():
        result = explore(System(), mutant.scenario, stop_at_first=True)
    assert set(result.violations) & mutant.caught_by
