"""One installation in memory: its recorded events, its login, and simulated faults.

Owns the invariant that only the ports are replaced: payload, redaction, attribution and delivery are the real
code. A delivery runs in this process and ends before the tracker returns.
"""

import os
from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.payload_reader import ParsedPayload, read_payload
from arcade_usage.application.adapters import Adapters
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import LaunchError, StoreError
from arcade_usage.application.ports import OptOut
from arcade_usage.application.server.worker import EventDescriber, ServerWorker
from arcade_usage.composition.adapters import apply_factory
from arcade_usage.composition.command import ToolConfig
from arcade_usage.composition.delivery import make_delivery
from arcade_usage.domain.backoff import LONGEST_SECONDS
from arcade_usage.domain.declaration import is_number
from arcade_usage.domain.event import Event, describe, is_host_property
from arcade_usage.domain.identity_state import IdentityState, Snapshot, make_first
from arcade_usage.domain.mcp_event import MCP_FIELDS, SERVER_STARTED, TOOL_CALLED
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent, make_alias
from arcade_usage.domain.properties import FIELDS
from arcade_usage.domain.record import Record
from arcade_usage.domain.server_event import SERVER_FIELDS
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

_PROJECT = "tests"  # the key of all projects


@frozen
class RecordedEvent:
    """An event that PostHog accepted.

    distinct_id: the id that it was sent under.
    whose: the principal whose profile now has the event; None if no known principal's has.
    """

    name: str
    properties: Mapping[str, object]
    distinct_id: str
    whose: str | None

    @property
    def command_name(self) -> object:
        return self.properties.get("command_name")


@define
class InProcessLauncher:
    """A launcher that delivers in this process. `failing`: every launch raises LaunchError."""

    deliver: Callable[[str], None]
    failing: bool = False

    def launch(self, payload: str) -> None:
        if self.failing:
            raise LaunchError("no process")
        with suppress_and_log():  # as in a delivery process, the tool sees no error
            self.deliver(payload)

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)


@define(eq=False)
class Usage:
    """The recorded events of a test, its login, its faults and its clock.

    Faults: `posthog.failing`, `posthog.losing_replies`, `cloud.reachable`, `processes.failing` and
    `make_folder_read_only()`. Only `clock.advance(seconds)` moves the time.
    """

    posthog: MemorySink = field(factory=MemorySink)
    cloud: MemoryPrincipalApi = field(factory=MemoryPrincipalApi)
    clock: ManualClock = field(factory=ManualClock)
    processes: InProcessLauncher = field(init=False)
    starts: int = field(default=0, init=False)  # of the tool; begin_logged_in and begin_anonymous add one
    _store: MemoryIdentityStore = field(factory=MemoryIdentityStore, init=False)
    _outbox: MemoryOutbox = field(factory=MemoryOutbox, init=False)
    _ids: SequentialIds = field(factory=SequentialIds, init=False)
    _undeclared: dict[str, str] = field(factory=dict, init=False)  # missing declarations by property name

    def __attrs_post_init__(self) -> None:
        self.processes = InProcessLauncher(self._deliver)

    # Recorded events.

    @property
    def events(self) -> list[RecordedEvent]:
        """The events that PostHog accepted, oldest first."""
        return [self._recorded(event) for event in self.posthog.persons.events]

    @property
    def names(self) -> list[str]:
        """The names of `events`."""
        return [event.name for event in self.events]

    @property
    def the_only_event(self) -> RecordedEvent:
        """The event, if there is exactly one. Otherwise raises AssertionError with a list of them."""
        __tracebackhide__ = True
        events = self.events
        if len(events) != 1:
            raise AssertionError(f"{len(events)} events were sent, not one:\n{self}")
        return events[0]

    @property
    def waiting(self) -> list[Event]:
        """The events in the outbox that are not sent yet, oldest first."""
        return [record.event for record in self._outbox.queue.pending()]

    def __str__(self) -> str:
        lines = [f"  sent: {_line(event.name, event.properties)}, {_whose(event)}" for event in self.events]
        lines += [f"  waiting: {_line(event.name, event.properties)}" for event in self.waiting]
        return "\n".join(lines) or "  no events were sent, and none are waiting"

    # Declared properties.

    def check_declared(
        self, config: ToolConfig, event_name: str | None, properties: Mapping[str, object]
    ) -> None:
        """Record the properties that the tool does not declare. `event_name`: None for a command's event."""
        ours = FIELDS if event_name is None else SERVER_FIELDS
        if event_name in (SERVER_STARTED, TOOL_CALLED):
            ours = {**SERVER_FIELDS, **MCP_FIELDS}
        known = {*ours, *(each.name for each in config.properties)}
        for name, value in properties.items():
            if is_host_property(name, known):
                kind = "flag" if isinstance(value, bool) else "number" if is_number(value) else "text"
                self._undeclared[name] = f'arcade_usage.Property("{name}", kind="{kind}", reason="...")'

    def require_declarations(self) -> None:
        """Raise AssertionError if the tool sent properties that it does not declare.

        The pytest plugin and `recording` call it at the end of each test.
        """
        __tracebackhide__ = True
        if self._undeclared:
            raise AssertionError(
                f"the tool sends properties that it does not declare: {', '.join(self._undeclared)}. Declare"
                f" each with its reason: Tool(properties=({', '.join(self._undeclared.values())},))"
            )

    # The login.

    def begin_logged_in(self, principal_id: str) -> None:
        """Start as an installation that is linked to this principal. Trackers start anew."""
        self.begin_anonymous()
        self.store_credentials(principal_id)
        snapshot = Snapshot(make_first(self._ids.new(), self._store.here), self.cloud.stamp())
        state = snapshot.state.used_for(_PROJECT, snapshot.stamp, self._store.here)
        state = state.claimed(principal_id, self._store.here)
        self._store.state = state.accepted(principal_id, _PROJECT, snapshot.stamp)
        alias = make_alias(str(state.anon_id), principal_id)
        self.posthog.persons = self.posthog.persons.ingest(alias)

    def begin_anonymous(self) -> None:
        """Start as a new installation without a login, the state before each test. Trackers start anew."""
        self.starts += 1
        self.delete_credentials()
        self._store.state = IdentityState(None, None)

    def store_credentials(self, principal_id: str) -> None:
        """Store this principal's credentials, as the tool's `login` does."""
        self.cloud.answers[principal_id] = Found(principal_id)
        self.cloud.log_in(principal_id)

    def delete_credentials(self) -> None:
        """Delete the credentials, as the tool's `logout` does."""
        self.cloud.log_out()

    # Faults and time.

    def make_folder_read_only(self) -> None:
        """Make every write to the config folder fail."""
        self._store.writable = self._outbox.queue.writable = self._outbox.log.writable = False
        self._outbox.counts.writable = False

    def wait_out_backoff(self) -> None:
        """Advance the clock until every backoff is over; the next event then sends the waiting ones."""
        self.clock.advance(LONGEST_SECONDS)

    # Ports of the trackers.

    def take(self) -> Mapping[str, object] | None:
        """See SnapshotSource.take."""
        try:
            return codec.write_snapshot(Snapshot(self._store.current(), self.cloud.stamp()))
        except StoreError:
            return None

    def identify(self, snapshot: Mapping[str, object]) -> Mapping[str, object] | None:
        """See SnapshotSource.identify."""
        if snapshot["usage"] is not None:
            return snapshot
        try:
            made = self.make_first_identity()
        except StoreError:
            return None
        return snapshot if made is None else {**snapshot, **made}

    def parse(self, snapshot: Mapping[str, object]) -> Snapshot:
        """See SnapshotSource.parse."""
        return codec.read_snapshot(snapshot)

    def make_first_identity(self) -> Mapping[str, object] | None:
        """See ToolWriter.make_first_identity."""
        first = make_first(self._ids.new(), self._store.here)
        self._store.change(lambda state: (first if state.identity is None else state, None))
        made = self._store.current().as_made
        if made is None:
            return None
        written = codec.write_snapshot(Snapshot(made, None))
        return {"usage": written["usage"], "ledger": written["ledger"]}

    def log_out(self, *, had_credentials: bool) -> None:
        """See ToolWriter.log_out."""
        fresh, here = self._ids.new(), self._store.here
        self._store.change(
            lambda state: (state.logged_out(fresh, here, had_credentials=had_credentials), None)
        )

    def enqueue(self, payload: str) -> None:
        """See ToolWriter.enqueue."""
        parsed = read_payload(payload)
        self._submit(self._delivery(None), parsed, may_lock=False)

    def worker(self, config: ToolConfig, opt_out: OptOut) -> ServerWorker:
        """Make the worker of a server tracker."""
        runtime = read_runtime(config.distribution or "", {}, config.version)
        redact = local_redactor(os.environ)
        return ServerWorker(
            opt_out=opt_out,
            snapshots=self,
            describer=EventDescriber(runtime, redact, self._ids, config.properties),
            delivery=self._delivery(config.adapters),
            clock=self.clock,
        )

    def _deliver(self, payload: str) -> None:
        parsed = read_payload(payload)
        delivery = self._delivery(parsed.adapters)
        record = self._submit(delivery, parsed)
        delivery.send(login=record if parsed.command.is_login else None)

    def _submit(self, delivery: Delivery, parsed: ParsedPayload, *, may_lock: bool = True) -> Record:
        (record,) = delivery.submit(
            [self._event(parsed)],
            parsed.snapshot,
            is_logout=parsed.command.is_logout,
            daily_limit=parsed.daily_limit,
            may_lock=may_lock,
        )
        return record

    def _delivery(self, factory: str | None) -> Delivery:
        return make_delivery(apply_factory(factory, self._adapters), _PROJECT)

    def _event(self, parsed: ParsedPayload) -> Event:
        runtime = read_runtime(parsed.distribution, {}, parsed.tool_version)  # no variables: as in CI
        return describe(parsed.command, runtime, self._ids.new(), local_redactor(os.environ))

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
    return f"{event.whose}'s" if event.whose else "of no known principal"
