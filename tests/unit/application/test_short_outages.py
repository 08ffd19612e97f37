"""A server at 50 events a second, through outages, with its outbox on disk and a clock that the test advances."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.attempt import Attempt
from arcade_usage.application.delivery.attempt_log import POSTHOG
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.domain.backoff import EARLY_SECONDS, JITTER, SHORTEST_SECONDS
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import BYTES_LIMIT, EVENTS_LIMIT, LossReason
from arcade_usage.testing.in_memory import MemorySink
from tests.unit.application.serving import SimulatedServer
from tests.unit.application.simulation import Simulation

A_SECOND = 50  # events
FEW = 2  # where their number does not matter
ROUNDS = 2  # in a second


class Traffic:
    """A server and what it captured."""

    def __init__(self, folder: Path) -> None:
        outbox = FolderOutbox(str(folder), Project("http://posthog.example", "phc_x"), durable=False)
        self.simulation = Simulation(outbox=outbox)  # type: ignore[arg-type]  # what it does beyond the port is not used here
        self.server = SimulatedServer(self.simulation)
        self.captured: list[str] = []
        self.folder = folder

    def go_on(self, seconds: float, a_second: int = A_SECOND) -> Attempt:
        """Capture and deliver for so long."""
        progress = Attempt.DONE
        for _ in range(int(seconds * ROUNDS)):
            self.simulation.clock.advance(1 / ROUNDS)
            now, seen = self.simulation.clock.time(), self.server.seen
            names = [f"event {len(self.captured) + number}" for number in range(a_second // ROUNDS)]
            self.captured += names
            self.server.keep(*(QueuedEvent(name, now, json.dumps({}), seen) for name in names))
            progress = self.server.worker.send(0)
        return progress

    def down_for(self, seconds: float, a_second: int = A_SECOND) -> None:
        self.simulation.posthog.failing = True
        self.go_on(seconds, a_second)
        self.simulation.posthog.failing = False

    @property
    def arrived(self) -> list[str]:
        """In any order; an event that arrived twice is there twice."""
        return sorted(
            (
                event.name
                for event in self.simulation.posthog.persons.events
                if event.name.startswith("event ")
            ),
            key=lambda name: int(name.split()[1]),
        )

    @property
    def dropped(self) -> int:
        return sum(self.simulation.outbox.log.read().losses.counts.values())


@pytest.fixture
def traffic(tmp_path: Path) -> Traffic:
    return Traffic(tmp_path / "outbox")


def test_the_early_attempts_are_over_before_the_pause_is() -> None:
    """They come within the first pause, at its shortest."""
    assert sum(EARLY_SECONDS) < SHORTEST_SECONDS * (1 - JITTER)


@pytest.mark.parametrize("seconds", [0.5, 3.0, 10.0])
def test_short_outages_cost_no_event(traffic: Traffic, seconds: float) -> None:
    """Now and then PostHog is away: everything arrives, once."""
    for _ in range(2):
        traffic.go_on(10.0)
        traffic.down_for(seconds)
    assert traffic.go_on(15.0) is Attempt.DONE
    assert traffic.arrived == traffic.captured
    assert traffic.dropped == 0


def test_a_long_outage_is_spaced_out_and_bounded(traffic: Traffic) -> None:
    """A few early attempts, then those of the pauses; the newest events wait, and what goes is counted."""
    traffic.down_for(100.0, a_second=12)  # pauses of 30 s and 60 s, and more events than may wait
    assert traffic.simulation.posthog.calls <= 1 + len(EARLY_SECONDS) + 2
    files = [each for each in os.scandir(traffic.folder) if each.name.endswith(".event.json")]
    assert len(files) <= EVENTS_LIMIT
    assert sum(each.stat().st_size for each in files) <= BYTES_LIMIT
    assert traffic.simulation.outbox.log.read().losses.counts.keys() <= {
        LossReason.TOO_MANY,
        LossReason.TOO_LARGE,
    }
    traffic.simulation.wait_out_backoff()
    traffic.go_on(1.0)
    assert len(traffic.arrived) + traffic.dropped == len(traffic.captured)
    assert traffic.arrived == traffic.captured[-len(traffic.arrived) :]


def test_in_a_longer_pause_there_is_no_early_attempt(traffic: Traffic) -> None:
    """A server that starts while PostHog is known to be away waits like anybody else."""
    traffic.down_for(40.0, FEW)
    calls = traffic.simulation.posthog.calls
    later = SimulatedServer(traffic.simulation)
    traffic.simulation.clock.advance(20.0)
    assert later.run("event of another") is Attempt.LATER
    assert traffic.simulation.posthog.calls == calls


def test_of_many_workers_one_attempts_at_a_time(traffic: Traffic) -> None:
    """An early attempt of one puts off those of the others: the run is shared."""
    traffic.down_for(0.5)
    calls = traffic.simulation.posthog.calls
    traffic.simulation.posthog.failing = True
    traffic.simulation.clock.advance(EARLY_SECONDS[0])
    for _ in range(5):
        SimulatedServer(traffic.simulation).run()
    assert traffic.simulation.posthog.calls == calls + 1


def test_an_early_attempt_makes_no_pause_longer(traffic: Traffic) -> None:
    """Commands try again when they would have, and a kill counts as a failure still."""
    traffic.down_for(0.5)
    pause = traffic.simulation.outbox.log.read().backoff.by_name[POSTHOG]

    class Dying(MemorySink):
        def capture(self, records: Sequence[Record]) -> None:
            raise KeyboardInterrupt(len(records))

    alive, traffic.simulation.posthog = traffic.simulation.posthog, Dying()
    traffic.simulation.clock.advance(EARLY_SECONDS[0])
    killed = SimulatedServer(traffic.simulation)
    with pytest.raises(KeyboardInterrupt):
        killed.worker.send(0)
    assert traffic.simulation.outbox.log.read().backoff.by_name[POSTHOG] == pause
    traffic.simulation.posthog = alive
    calls = alive.calls
    traffic.simulation.run("a command in the pause")
    assert alive.calls == calls
