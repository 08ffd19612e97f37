"""A server in the simulation of tests/unit/application/simulation.py."""

import json
from collections.abc import Mapping

from attrs import define, field

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.server.worker import ServerWorker
from arcade_usage.domain.event import Event, Runtime
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.server_event import ServerEvent, describe_server_event
from arcade_usage.testing.in_memory import MemorySnapshots
from tests.unit.application.simulation import Simulation

RUNTIME = Runtime("1.2.3", "3.12.1", "Linux", "6.1", is_ci=False)


@define
class SimulatedServer:
    """A server in the simulation. A snapshot is a number here, which stands for what the simulation looked like."""

    simulation: Simulation = field(factory=Simulation)
    is_on: bool = True
    snapshots: MemorySnapshots = field(factory=MemorySnapshots)
    looks: dict[str, Snapshot] = field(factory=dict)
    worker: ServerWorker = field(init=False)
    seen: Mapping[str, object] | None = field(init=False)
    events: dict[str, Event] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.worker = ServerWorker(
            is_on=lambda: self.is_on,
            snapshots=self.snapshots,
            read_snapshot=lambda taken: self.looks[str(taken["usage"])],
            describe=self._describe,
            make_delivery=self._begin,
            clock=self.simulation.clock,
        )
        self.seen = self.look()

    def _begin(self) -> Delivery:
        delivery = self.simulation.delivery()
        delivery.is_on = lambda: self.is_on
        return delivery

    def look(self) -> Mapping[str, object] | None:
        look = self.simulation.look()
        self.looks[repr(look)] = look
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

    def _describe(self, capture: ServerEvent) -> Event:
        event = describe_server_event(capture, RUNTIME, self.simulation.ids.new(), Redactor())
        self.events[event.name] = event
        return event
