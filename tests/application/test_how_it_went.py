"""Senders write down how their last delivery and their last failure went, for `status` to tell."""

import pytest

from arcade_usage.domain.logbook import REASON_LIMIT, Delivered, Failed, Logbook
from arcade_usage.testing.in_memory import MemorySink
from tests.application.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_a_delivery_is_noted(world: World) -> None:
    """When it was, and how many events went; nothing has failed."""
    world.run("first")
    logbook = world.outbox.log.read()
    assert logbook.delivered == Delivered(world.clock.time(), 1)
    assert (logbook.failed, logbook.backoff.next_due) == (None, None)


def test_a_failure_is_noted_with_its_reason_and_outlives_a_success(world: World) -> None:
    """The last of each is kept: what went wrong last is of interest after it went right again."""
    world.posthog.failing = True
    world.run("fails")
    failure = Failed(world.clock.time(), "out of reach")
    assert world.outbox.log.read().failed == failure
    world.posthog.failing = False
    world.wait_out_backoff()
    world.run("succeeds")
    logbook = world.outbox.log.read()
    assert (logbook.failed, logbook.delivered) == (failure, Delivered(world.clock.time(), 2))


def test_a_look_up_without_an_answer_and_an_alias_without_one_are_failures(world: World) -> None:
    """Each is kept by itself and says what it was that failed, in words that hold no credential and no address."""
    world.cloud.reachable = False
    world.switch_to("alice")
    world.run("who is it")
    unanswered = world.outbox.log.read().unanswered
    assert unanswered is not None
    assert unanswered.reason == "Arcade Cloud did not name the account of the stored credentials"
    assert "token of alice" not in unanswered.reason
    assert world.outbox.log.read().failed is None
    world.cloud.reachable = True
    world.posthog.refusing_aliases = True
    world.log_in("alice")
    failed = world.outbox.log.read().failed
    assert failed is not None
    assert failed.reason == "the anonymous id was not linked: refused"
    assert world.outbox.log.read().unanswered == unanswered


def test_an_event_that_is_refused_alone_is_no_delivery(world: World) -> None:
    """Dropping it is counted among the losses only."""
    world.posthog = MemorySink(refused=frozenset({"bad"}))
    world.run("bad")
    assert world.outbox.log.read().delivered is None


def test_a_reason_has_a_length() -> None:
    """Whatever is reported, the logbook stays small."""
    failed = Logbook().with_failure(1.0, "x" * 5000).failed
    assert failed is not None
    assert len(failed.reason) == REASON_LIMIT
