"""Senders write down how their last delivery and their last failure went, for `status` to tell."""

from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.logbook import REASON_LIMIT, Delivered, Failed, Logbook
from arcade_usage.testing.in_memory import MemorySink
from tests.unit.application.simulation import Simulation


def test_a_delivery_is_noted(simulation: Simulation) -> None:
    """When it was, and how many events went; nothing has failed."""
    simulation.run("first")
    logbook = simulation.outbox.log.read()
    assert logbook.delivered == Delivered(simulation.clock.time(), 1)
    assert (logbook.failed, logbook.backoff) == (None, Backoff())


def test_a_failure_is_noted_with_its_reason_and_outlives_a_success(simulation: Simulation) -> None:
    """The last of each is kept: what went wrong last is of interest after it went right again."""
    simulation.posthog.failing = True
    simulation.run("fails")
    failure = Failed(simulation.clock.time(), "out of reach")
    assert simulation.outbox.log.read().failed == failure
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.run("succeeds")
    logbook = simulation.outbox.log.read()
    assert (logbook.failed, logbook.delivered) == (failure, Delivered(simulation.clock.time(), 2))


def test_a_look_up_without_an_answer_and_an_alias_without_one_are_failures(simulation: Simulation) -> None:
    """Each is kept by itself and says what it was that failed, in words that hold no credential and no address."""
    simulation.cloud.reachable = False
    simulation.switch_to("alice")
    simulation.run("who is it")
    unanswered = simulation.outbox.log.read().unanswered
    assert unanswered is not None
    assert unanswered.reason == "Arcade Cloud did not name the account of the stored credentials"
    assert "token of alice" not in unanswered.reason
    assert simulation.outbox.log.read().failed is None
    simulation.cloud.reachable = True
    simulation.posthog.refusing_aliases = True
    simulation.log_in("alice")
    failed = simulation.outbox.log.read().failed
    assert failed is not None
    assert failed.reason == "the anonymous id was not linked: refused"
    assert simulation.outbox.log.read().unanswered == unanswered


def test_an_event_that_is_refused_alone_is_no_delivery(simulation: Simulation) -> None:
    """Dropping it is counted among the losses only."""
    simulation.posthog = MemorySink(refused=frozenset({"bad"}))
    simulation.run("bad")
    assert simulation.outbox.log.read().delivered is None


def test_a_reason_has_a_length() -> None:
    """Whatever is reported, the logbook stays small."""
    failed = Logbook().with_failure(1.0, "x" * 5000).failed
    assert failed is not None
    assert len(failed.reason) == REASON_LIMIT
