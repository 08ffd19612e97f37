"""An event that PostHog refuses in words that are not known is in no other event's way."""

import pytest

from arcade_usage.domain.retention import LossReason
from tests.unit.application.simulation import Simulation


def test_it_is_dropped_once_others_are_accepted(simulation: Simulation) -> None:
    """The events before and behind it arrive in one attempt; the loss is counted."""
    simulation.posthog.failing = True
    events = [simulation.run(name) for name in ("one", "bad", "three")]
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.posthog.unclear = frozenset({"bad"})
    last = simulation.run("last")
    arrived = [event.name for event in [*events, last] if simulation.person_of(event) is not None]
    assert arrived == ["one", "three", "last"]
    assert simulation.outbox.queue.pending() == []
    assert simulation.outbox.log.losses().counts == {LossReason.REFUSED.value: 1}


@pytest.mark.parametrize("count", [1, 2])
def test_alone_it_waits_for_another_event(simulation: Simulation, count: int) -> None:
    """While nothing else is accepted, a proxy may be the one that refuses: nothing is dropped."""
    simulation.posthog.unclear = frozenset({"bad"})
    for _ in range(count):
        simulation.run("bad")
        simulation.wait_out_backoff()
    assert len(simulation.outbox.queue.pending()) == count
    last = simulation.run("last")
    simulation.wait_out_backoff()
    simulation.run("another")
    assert simulation.person_of(last) is not None
    assert simulation.outbox.queue.pending() == []
