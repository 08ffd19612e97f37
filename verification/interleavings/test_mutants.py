"""The explorer has teeth: a library with one rule broken does not get past it."""

import pytest

from verification.interleavings.explorer import explore, shortest, show
from verification.interleavings.mutants import MUTANTS, Mutant
from verification.interleavings.system import System


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    """Each broken rule shows in a schedule of its scenario, as a breach of an invariant that it stands for."""
    with mutant.living():
        result = explore(System(), mutant.scenario, stop_at_first=True)
    assert set(result.violations) & mutant.caught_by


def test_a_finding_is_shown_as_its_shortest_schedule() -> None:
    """The schedule that is shown has no fault or switch that it could do without, and names the broken rule."""
    mutant = next(
        each
        for each in MUTANTS
        if each.name == "the verdict from the state at delivery instead of from the snapshot"
    )
    with mutant.living():
        system = System()
        (invariant,) = mutant.caught_by
        found = shortest(system, mutant.scenario, invariant)
        assert found is not None
        lines = show(system, mutant.scenario, *found).splitlines()
    assert lines[0] == "login of alice: command | credentials of bob"
    assert invariant in lines[1]
    assert not any("fails" in line or "dies" in line for line in lines)
    whose = [line.strip() for line in lines if line.startswith("  ") and not line.startswith("    ")]
    assert whose == ["command:", "credentials of bob:", "command, its delivery:"]
