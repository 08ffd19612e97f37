"""The experiments of `make faults`, with a few rounds each."""

import pytest

from verification.faults import families  # noqa: F401 - importing them registers their experiments
from verification.faults.experiment import EXPERIMENTS, Experiment, NotRunError
from verification.faults.testbed import open_testbed

QUICK = [each for each in EXPERIMENTS if each.quick]


@pytest.mark.parametrize("experiment", QUICK, ids=str)
def test_no_event_is_lost_or_misattributed(experiment: Experiment) -> None:
    """Under each fault, every expected event arrives once and is attributed to no other person."""
    with open_testbed(timed=False) as testbed:
        try:
            figures = experiment.run(testbed, experiment.quick)
        except NotRunError as reason:
            pytest.skip(str(reason))
    assert figures.tried > 0
    assert figures.is_clean, figures
