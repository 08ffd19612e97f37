"""The faults that `make faults` makes by the hundred, a few times each."""

import pytest

from verification.faults import families  # noqa: F401 - importing them registers their experiments
from verification.faults.experiment import EXPERIMENTS, Experiment, NotRunError
from verification.faults.lab import open_lab

QUICK = [each for each in EXPERIMENTS if each.quick]


@pytest.mark.parametrize("experiment", QUICK, ids=str)
def test_nothing_is_lost_or_mixed_up(experiment: Experiment) -> None:
    """Whatever is done to it: each event arrives once, and counts for nobody else than whose it is."""
    with open_lab(timed=False) as lab:
        try:
            figures = experiment.run(lab, experiment.quick)
        except NotRunError as reason:
            pytest.skip(str(reason))
    assert figures.tried > 0
    assert figures.is_clean, figures
