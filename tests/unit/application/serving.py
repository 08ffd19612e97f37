"""A server in the simulation of tests/unit/application/simulation.py."""

import json
from collections.abc import Mapping

from attrs import define, field, frozen

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.server.worker import EventDescriber, ServerWorker
from arcade_usage.domain.event import Event, Runtime
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.redaction import Redactor
from arcade_usage.testing.in_memory import MemorySnapshots
from tests.unit.application.simulation import Simulation

RUNTIME = Runtime("1.2.3", "3.12.1", "Linux", "6.1", is_ci=False)


@frozen(eq=False)
class _Describer(EventDescriber):
    """Remembers the events."""

    events: dict[str, Event] = field(factory=dict)

    def describe(self, queued: QueuedEvent) -> Event:
        event = self.events[queued.name] = super().describe(queued)
        return event


@define
class _Snapshots(MemorySnapshots):
    looks: dict[str, Snapshot] = field(factory=dict)

    def parse(self, snapshot: Mapping[str, object]) -> Snapshot:
        return self.looks[str(snapshot["usage"])]


@define
class SimulatedServer:
    """A server in the simulation. A snapshot is a number here, which stands for what the simulation looked like."""

    simulation: Simulation = field(factory=Simulation)
    snapshots: _Snapshots = field(factory=_Snapshots)
    worker: ServerWorker = field(init=False)
    seen: Mapping[str, object] | None = field(init=False)
    events: dict[str, Event] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.worker = ServerWorker(
            opt_out=self.simulation.switch,
            snapshots=self.snapshots,
            describer=_Describer(RUNTIME, Redactor(), self.simulation.ids, events=self.events),
            delivery=self.simulation.delivery(),
            clock=self.simulation.clock,
        )
        self.seen = self.look()

    def look(self) -> Mapping[str, object] | None:
        look = self.simulation.look()
        self.snapshots.looks[repr(look)] = look
        self.snapshots.snapshot = {"usage": repr(look), "ledger": None, "stamp": None}
        return self.snapshots.snapshot

    def capture(self, name: str) -> QueuedEvent:
        self.simulation.clock.advance(1)
        return QueuedEvent(name, self.simulation.clock.time(), json.dumps({}), self.seen)

    def keep(self, *batch: QueuedEvent) -> None:
        if self.snapshots.snapshot is not None:
            self.look()
        self.seen = self.worker.enqueue(batch)

    def run(self, *names: str) -> Attempt:
        """Capture, keep and send."""
        self.keep(*map(self.capture, names))
        return self.worker.send(0)

    def whose(self, name: str) -> str | None:
        return self.simulation.person_of(self.events[name])
