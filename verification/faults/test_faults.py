"""The experiments of `make faults`, with a few rounds each."""

import pytest

from tests.e2e.deliveries import deliver_here
from verification.faults import families  # noqa: F401 - importing them registers their experiments
from verification.faults.experiment import EXPERIMENTS, Experiment, NotRunError
from verification.faults.testbed import open_testbed

QUICK = [each for each in EXPERIMENTS if each.quick]

# What becomes of events does not depend on the process: here their deliveries run in the test's own.
# `make faults` starts a process for each.
HERE = {
    "Backoff: a success, a login or a flush ends a backoff",
    "Baseline: commands with a linked account, without a fault",
    "Overfull outbox: more records than the limit",
    "Copies and shared folders: a home is copied (cp -a); two people log in",
    "PostHog and Arcade Cloud unreachable: https: connections are refused",
    "PostHog unreachable: accepts the events, but the reply is lost",
    "PostHog unreachable: answers 200 with an HTML page, like a captive portal",
    "PostHog unreachable: answers 400 to a batch with one bad event",
    "System clock changes: forward by 10 years, then corrected",
}
assert {str(each) for each in QUICK} >= HERE


@pytest.mark.parametrize("experiment", QUICK, ids=str)
def test_no_event_is_lost_or_misattributed(experiment: Experiment) -> None:
    """Under each fault, every expected event arrives once and is attributed to no other person."""
    with open_testbed(timed=False) as testbed:
        errors = deliver_here(testbed.monkeypatch) if str(experiment) in HERE else []
        try:
            figures = experiment.run(testbed, experiment.quick)
        except NotRunError as reason:
            pytest.skip(str(reason))
    assert errors == []
    assert figures.tried > 0
    assert figures.is_clean, figures
