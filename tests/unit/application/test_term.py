"""A sender's term: it ends by itself before its process is ended by force, and leaves the rest to the next."""

from collections.abc import Callable, Sequence

import pytest
from attrs import define, field

from arcade_usage.application.console.flush import flush
from arcade_usage.application.delivery.batches import BATCH_LIMIT
from arcade_usage.application.time_limits import TERM_SECONDS
from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Answer
from arcade_usage.testing.in_memory import ManualClock, MemoryPrincipalApi, MemorySink
from tests.unit.application.simulation import Simulation

SECONDS_A_BATCH = 1.5


@define
class SlowSink(MemorySink):
    """`meanwhile` is what happens while PostHog takes a batch."""

    meanwhile: Callable[[], object] = lambda: None

    def capture(self, records: Sequence[Record]) -> None:
        MemorySink.capture(self, records)
        self.meanwhile()


@define
class SlowCloud(MemoryPrincipalApi):
    """A look-up takes as long as a sender's term."""

    clock: ManualClock = field(factory=ManualClock)

    def look_up(self) -> tuple[Stamp | None, Answer]:
        self.clock.advance(TERM_SECONDS)
        return MemoryPrincipalApi.look_up(self)


@pytest.fixture
def posthog() -> SlowSink:
    return SlowSink()


@pytest.fixture
def simulation(posthog: SlowSink) -> Simulation:
    """PostHog takes its time with each batch."""
    simulation = Simulation(posthog=posthog)
    posthog.meanwhile = lambda: simulation.clock.advance(SECONDS_A_BATCH)
    return simulation


def leave(simulation: Simulation, events: int) -> None:
    """Commands whose processes find a sender at work."""
    for number in range(events):
        snapshot = simulation.look()
        simulation.delivery().submit([simulation.event(f"left {number}")], snapshot)


def test_commands_that_go_on_and_on_find_one_sender_after_another(
    simulation: Simulation, posthog: SlowSink
) -> None:
    """With each batch another event comes: the sender ends, what is left waits for no pause, and the next goes on."""

    def meanwhile() -> None:
        simulation.clock.advance(SECONDS_A_BATCH)
        leave(simulation, 1 if len(posthog.batches) < 20 else 0)

    posthog.meanwhile = meanwhile
    simulation.run("first")
    assert 1 < len(posthog.batches) <= TERM_SECONDS / SECONDS_A_BATCH + 1
    assert len(simulation.outbox.queue.pending()) == 1
    assert simulation.outbox.log.read().backoff == Backoff()
    posthog.meanwhile = lambda: None
    simulation.run("later")
    assert simulation.outbox.queue.pending() == []


def test_a_full_outbox_is_emptied_by_one_sender_after_another(
    simulation: Simulation, posthog: SlowSink
) -> None:
    """None begins a batch whose end its process might not see."""
    leave(simulation, 6 * BATCH_LIMIT)
    simulation.run("first sender")
    assert len(posthog.batches) == 3
    assert simulation.outbox.log.read().backoff == Backoff()
    simulation.run("second sender")
    simulation.run("third sender")
    assert simulation.outbox.queue.pending() == []


def test_a_flush_takes_as_long_as_it_takes(simulation: Simulation) -> None:
    """A person waits for it, and nothing ends its process."""
    leave(simulation, 6 * BATCH_LIMIT)
    flushed = flush(simulation.delivery(), Project("https://posthog.example", "phc_token"))
    assert (flushed.delivered, flushed.waiting) == (6 * BATCH_LIMIT, 0)


def test_the_first_batch_is_tried_in_any_case() -> None:
    """After a login that took its time, too: nobody else may come for long."""
    clock = ManualClock()
    simulation = Simulation(cloud=SlowCloud(clock=clock), clock=clock)
    assert simulation.distinct_id_of(simulation.log_in("alice")) == "alice"
