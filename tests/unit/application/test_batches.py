"""A server's events that share a file: each is sent, kept or dropped by itself, whatever happens to the others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import UnwantedError
from arcade_usage.domain.consent import OFF
from arcade_usage.domain.event import Event
from arcade_usage.domain.retention import LossReason
from tests.samples import SINK
from tests.unit.application.simulation import Simulation

EVENTS = 100
BAD = (0, 37, 99)  # positions in the batch


def start(folder: Path) -> tuple[Simulation, Any]:
    """A machine with its outbox on disk."""
    outbox: Any = FolderOutbox(str(folder / SINK.key), SINK, durable=False)
    return Simulation(outbox=outbox), outbox


def submit(simulation: Simulation, delivery: Delivery) -> list[Event]:
    names = ["bad" if number in BAD else f"event {number}" for number in range(EVENTS)]
    events = [simulation.event(name) for name in names]
    assert len(delivery.submit(events, simulation.look())) == EVENTS
    return events


def arrived(simulation: Simulation) -> list[str]:
    return sorted(event.name for batch in simulation.posthog.batches for event in map(_event, batch))


def _event(record: Any) -> Event:
    event: Event = record.event
    return event


def files(outbox: FolderOutbox) -> int:
    return len([*Path(outbox.folder).glob("*.event.json")])


def good(events: list[Event]) -> list[str]:
    return sorted(event.name for event in events if event.name != "bad")


@pytest.mark.parametrize("restarts", [False, True], ids=["the same process", "another process"])
def test_refused_events_of_a_batch_are_dropped_alone(tmp_path: Path, restarts: bool) -> None:
    """By 400 or 413 to a single event: the batch is halved, the others arrive once, the losses are counted."""
    simulation, outbox = start(tmp_path)
    delivery = simulation.delivery()
    events = submit(simulation, delivery)
    assert files(outbox) == 1
    simulation.posthog.refused = frozenset({"bad"})
    if restarts:
        simulation.outbox = start(tmp_path)[1]
        delivery = simulation.delivery()
    delivery.send()
    assert arrived(simulation) == good(events)
    assert files(outbox) == 0
    assert outbox.log.losses().counts == {LossReason.REFUSED.value: len(BAD)}


def _drop(simulation: Simulation) -> None:
    simulation.posthog.dropped = frozenset({"bad"})


def _postpone(simulation: Simulation) -> None:
    simulation.posthog.postponed = frozenset({"bad"})


@pytest.mark.parametrize(("answer", "left", "lost"), [(_drop, 0, len(BAD)), (_postpone, len(BAD), 0)])
def test_a_batch_that_is_accepted_in_part(
    tmp_path: Path, answer: Callable[[Simulation], None], left: int, lost: int
) -> None:
    """The rest is dropped or stays, as PostHog says of each, and is sent later with the verdict that it has."""
    simulation, outbox = start(tmp_path)
    delivery = simulation.delivery()
    submit(simulation, delivery)
    answer(simulation)
    delivery.send()
    assert outbox.log.losses().counts.get(LossReason.REFUSED.value, 0) == lost
    assert [record.event.name for record in outbox.queue.pending()] == ["bad"] * left
    assert sum(each.events for each in outbox.queue.waiting()) == left
    before = {record.event.uuid: record.attribution for record in outbox.queue.pending()}
    simulation.posthog.dropped = simulation.posthog.postponed = frozenset()
    simulation.posthog.batches.clear()
    simulation.wait_out_backoff()
    simulation.outbox = start(tmp_path)[1]
    simulation.delivery().send()
    sent = {record.event.uuid: record.attribution for batch in simulation.posthog.batches for record in batch}
    assert sent == before
    assert len(sent) == left
    assert files(outbox) == 0


def test_undecided_events_of_a_batch_get_their_verdict_once(tmp_path: Path) -> None:
    """It is on disk before they are sent, and is not given again after a failure."""
    simulation, outbox = start(tmp_path)
    simulation.log_in("alice")
    simulation.switch_to("alice", token="refreshed")
    simulation.cloud.reachable = False
    delivery = simulation.delivery()
    submit(simulation, delivery)
    assert {record.attribution for record in outbox.queue.pending()} == {None}
    simulation.cloud.reachable = True
    simulation.posthog.failing = True
    simulation.wait_out_backoff()
    simulation.delivery().send()
    decided = {record.event.uuid: record.attribution for record in start(tmp_path)[1].queue.pending()}
    assert {attribution.distinct_id for attribution in decided.values() if attribution} == {"alice"}
    assert len(decided) == EVENTS
    simulation.switch_to("bob")
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.posthog.batches.clear()
    simulation.delivery().send()
    sent = {record.event.uuid: record.attribution for batch in simulation.posthog.batches for record in batch}
    assert sent == decided


def test_off_removes_a_batch_that_it_missed(tmp_path: Path) -> None:
    """Tracking is turned off between the purge and the write: nothing of the batch stays."""
    simulation, outbox = start(tmp_path)
    events = [simulation.event(f"event {number}") for number in range(EVENTS)]
    snapshot = simulation.look()
    simulation.switch.choose(OFF)
    with pytest.raises(UnwantedError):
        simulation.delivery().submit(events, snapshot)
    assert files(outbox) == 0
