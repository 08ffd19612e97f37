"""One installation in memory: what its trackers would have sent, who is logged in, and what goes wrong.

Owns the invariant that only the outside is played: payload, redaction, verdicts and delivery are the real
ones, carried out at once in this process.
"""

import os
from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.payload_reader import read_payload
from arcade_usage.application.adapters import Adapters
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.delivery.delivery import Delivery, Handover
from arcade_usage.application.errors import LaunchError, StoreError
from arcade_usage.application.server.worker import ServerWorker
from arcade_usage.composition.adapters import apply_factory
from arcade_usage.composition.command import ToolConfig
from arcade_usage.composition.delivery import make_delivery
from arcade_usage.domain.backoff import LONGEST_SECONDS
from arcade_usage.domain.event import Event, describe
from arcade_usage.domain.identity_state import IdentityState, Snapshot, make_first
from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS, IngestedEvent
from arcade_usage.domain.server_event import describe_server_event
from arcade_usage.domain.verdict import Found
from arcade_usage.testing.in_memory import (
    ManualClock,
    MemoryCopies,
    MemoryIdentityStore,
    MemoryOutbox,
    MemoryPrincipalApi,
    MemorySink,
    MemorySwitch,
    SequentialIds,
)

_PROJECT = "tests"  # whichever project a tool names, all goes here


@frozen
class RecordedEvent:
    """An event that PostHog took.

    `whose`: the principal whose profile it is in by now; None: nobody's who is known. `distinct_id`: the id
    that it was sent under.
    """

    name: str
    properties: Mapping[str, object]
    distinct_id: str
    whose: str | None

    @property
    def command_name(self) -> object:
        return self.properties.get("command_name")


@define
class Processes:
    """Delivery processes, played in this one. `failing`: none can be started."""

    deliver: Callable[[str], None]
    failing: bool = False

    def launch(self, payload: str) -> None:
        if self.failing:
            raise LaunchError("no process")
        with suppress_and_log():  # what goes wrong there, no host sees
            self.deliver(payload)

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)


@define(eq=False)
class Usage:
    """What a test looks at and sets.

    Faults: `posthog.failing`, `posthog.losing_replies`, `cloud.reachable`, `processes.failing` and
    `make_folder_read_only()`. Time stands still but for `clock.advance(seconds)`.
    """

    posthog: MemorySink = field(factory=MemorySink)
    cloud: MemoryPrincipalApi = field(factory=MemoryPrincipalApi)
    clock: ManualClock = field(factory=ManualClock)
    processes: Processes = field(init=False)
    starts: int = field(default=0, init=False)  # of the tool; one more where the test says who is logged in
    _store: MemoryIdentityStore = field(factory=MemoryIdentityStore, init=False)
    _outbox: MemoryOutbox = field(factory=MemoryOutbox, init=False)
    _ids: SequentialIds = field(factory=SequentialIds, init=False)

    def __attrs_post_init__(self) -> None:
        self.processes = Processes(self._deliver)

    # What was sent.

    @property
    def events(self) -> list[RecordedEvent]:
        """All that PostHog took, oldest first."""
        return [self._recorded(event) for event in self.posthog.persons.events]

    @property
    def names(self) -> list[str]:
        """The events' names, oldest first."""
        return [event.name for event in self.events]

    @property
    def the_only_event(self) -> RecordedEvent:
        """The event, where there is exactly one. Raises AssertionError, which shows what there is."""
        __tracebackhide__ = True
        events = self.events
        if len(events) != 1:
            raise AssertionError(f"{len(events)} events were sent, not one:\n{self}")
        return events[0]

    @property
    def waiting(self) -> list[Event]:
        """What is in the outbox, oldest first: written down, and not sent yet."""
        return [record.event for record in self._outbox.queue.pending()]

    def __str__(self) -> str:
        lines = [f"  sent: {_line(event.name, event.properties)}, {_whose(event)}" for event in self.events]
        lines += [f"  waiting: {_line(event.name, event.properties)}" for event in self.waiting]
        return "\n".join(lines) or "  nothing was sent, and nothing waits"

    # Who it is.

    def begin_logged_in(self, principal_id: str) -> None:
        """An installation whose user logged in earlier, and was linked. Trackers begin anew."""
        self.begin_anonymous()
        self.store_credentials(principal_id)
        snapshot = Snapshot(make_first(self._ids.new(), self._store.here), self.cloud.stamp())
        known = snapshot.state.used_for(_PROJECT, snapshot.stamp, self._store.here)
        known = known.claimed(principal_id, self._store.here)
        self._store.state = known.accepted(principal_id, _PROJECT, snapshot.stamp)
        alias = IngestedEvent(ALIAS_EVENT, str(known.anon_id), self._ids.new(), "", {"alias": principal_id})
        self.posthog.persons = self.posthog.persons.ingest(alias)

    def begin_anonymous(self) -> None:
        """A new installation that nobody has logged in on, as each test begins. Trackers begin anew."""
        self.starts += 1
        self.delete_credentials()
        self._store.state = IdentityState(None, None)

    def store_credentials(self, principal_id: str) -> None:
        """What the tool's own `login` does, for this principal; the test plays it."""
        self.cloud.answers[principal_id] = Found(principal_id)
        self.cloud.log_in(principal_id)

    def delete_credentials(self) -> None:
        """What the tool's own `logout` does."""
        self.cloud.log_out()

    # What goes wrong, and time.

    def make_folder_read_only(self) -> None:
        """Nothing can be written in the config folder any more."""
        self._store.writable = self._outbox.queue.writable = self._outbox.log.writable = False

    def wait_out_pauses(self) -> None:
        """Time passes until all that failed is due again, at the next event."""
        self.clock.advance(LONGEST_SECONDS)

    # What trackers work with.

    def take(self) -> Mapping[str, object] | None:
        """The snapshot port."""
        try:
            return codec.write_snapshot(Snapshot(self._store.current(), self.cloud.stamp()))
        except StoreError:
            return None

    def identify(self, snapshot: Mapping[str, object]) -> Mapping[str, object] | None:
        """The snapshot port."""
        if snapshot["usage"] is not None:
            return snapshot
        first = make_first(self._ids.new(), self._store.here)
        try:
            self._store.change(lambda known: (first if known.identity is None else known, None))
            made = self._store.current().as_made
        except StoreError:
            return None
        if made is None:
            return snapshot
        return {**codec.write_snapshot(Snapshot(made, None)), "stamp": snapshot["stamp"]}

    def rotate(self, had_credentials: bool) -> None:
        """The foreground part of a logout."""
        fresh, here = self._ids.new(), self._store.here
        self._store.change(
            lambda known: (known.logged_out(fresh, here, had_credentials=had_credentials), None)
        )

    def keep(self, payload: str) -> None:
        """Put an event into the outbox, where no process can be started."""
        handover = read_payload(payload)
        event, is_logout = self._event(handover), handover.command.is_logout
        self._delivery(None).write_down([event], handover.snapshot, is_logout=is_logout)

    def worker(self, config: ToolConfig, is_on: Callable[[], bool]) -> ServerWorker:
        """What a server's worker thread runs."""
        runtime, redact = read_runtime(config.distribution or "", {}), local_redactor(os.environ)
        return ServerWorker(
            is_on=is_on,
            snapshots=self,
            read=codec.read_snapshot,
            describe=lambda event: describe_server_event(event, runtime, self._ids.new(), redact),
            begin=lambda: self._delivery(config.adapters),
            clock=self.clock,
        )

    def _deliver(self, payload: str) -> None:
        handover = read_payload(payload)
        event, is_logout = self._event(handover), handover.command.is_logout
        delivery = self._delivery(handover.adapters)
        (record,) = delivery.take([event], handover.snapshot, is_logout=is_logout)
        delivery.send(login=record if handover.command.is_login else None)

    def _delivery(self, factory: str | None) -> Delivery:
        return make_delivery(apply_factory(factory, self._adapters), _PROJECT)

    def _event(self, handover: Handover) -> Event:
        runtime = read_runtime(handover.distribution, {})  # the same at a desk and in CI
        return describe(handover.command, runtime, self._ids.new(), local_redactor(os.environ))

    @property
    def _adapters(self) -> Adapters:
        return Adapters(
            identity_store=self._store,
            principal_api=self.cloud,
            analytics_sink=self.posthog,
            outbox=self._outbox,
            copies=MemoryCopies(),
            switch=MemorySwitch(),
            clock=self.clock,
            ids=self._ids,
        )

    def _recorded(self, event: IngestedEvent) -> RecordedEvent:
        persons = self.posthog.persons
        principals = [found.principal_id for found in self.cloud.answers.values() if isinstance(found, Found)]
        person = persons.person_of(event)
        whose = next((who for who in principals if persons.person_of_id.get(who) == person), None)
        properties = {name: value for name, value in event.properties.items() if name != PERSONLESS}
        return RecordedEvent(event.name, properties, event.distinct_id, whose)


def _line(name: str, properties: Mapping[str, object]) -> str:
    facts = [str(properties[each]) for each in ("command_name", "error_message") if each in properties]
    return f"{name} ({', '.join(facts)})" if facts else name


def _whose(event: RecordedEvent) -> str:
    return f"{event.whose}'s" if event.whose else "of nobody who is known"
