"""One installation in memory: the ports of its trackers, and the deliveries between them.

Owns the invariant that only the ports are replaced: payload, redaction, attribution and delivery are the real
code. A delivery runs in this process and ends before the tracker returns.
"""

import os
from collections.abc import Callable, Mapping

from attrs import define, field

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
from arcade_usage.composition.delivery import make_delivery, submit
from arcade_usage.domain.declaration import is_number
from arcade_usage.domain.event import Event, describe, is_tool_property
from arcade_usage.domain.identity_state import IdentityState, Snapshot, make_first
from arcade_usage.domain.mcp_event import MCP_FIELDS, SERVER_STARTED, TOOL_CALLED
from arcade_usage.domain.persons import make_alias
from arcade_usage.domain.properties import FIELDS
from arcade_usage.domain.server_event import SERVER_FIELDS
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
_START = 1_700_000_000.0  # Unix seconds; in the past, as stored times are


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
class Installation:
    """The ports of every tracker in a test.

    starts: how often the tool started anew; `restart` adds one.
    """

    sink: MemorySink = field(factory=MemorySink)
    cloud: MemoryPrincipalApi = field(factory=MemoryPrincipalApi)
    clock: ManualClock = field(factory=lambda: ManualClock(_START))
    store: MemoryIdentityStore = field(factory=MemoryIdentityStore)
    outbox: MemoryOutbox = field(factory=MemoryOutbox)
    processes: InProcessLauncher = field(init=False)
    starts: int = field(default=0, init=False)
    _copies: MemoryCopies = field(factory=MemoryCopies, init=False)
    _ids: SequentialIds = field(factory=SequentialIds, init=False)
    _undeclared: dict[str, str] = field(factory=dict, init=False)  # missing declarations by property name

    def __attrs_post_init__(self) -> None:
        self.processes = InProcessLauncher(self._deliver)

    @property
    def adapters(self) -> Adapters:
        return Adapters(
            identity_store=self.store,
            principal_api=self.cloud,
            analytics_sink=self.sink,
            outbox=self.outbox,
            copies=self._copies,
            switch=MemorySwitch(),
            clock=self.clock,
            ids=self._ids,
        )

    def restart(self) -> None:
        """Start as a new installation."""
        self.starts += 1
        self.store.state = IdentityState(None, None)

    def link(self, principal_id: str) -> None:
        """Make the identity of a new installation whose user is logged in as this principal."""
        stamp = self.cloud.stamp()
        state = make_first(self._ids.new(), self.store.here).used_for(_PROJECT, stamp, self.store.here)
        state = state.claimed(principal_id, self.store.here)
        self.store.state = state.accepted(principal_id, _PROJECT, stamp)
        self.sink.persons = self.sink.persons.ingest(make_alias(str(state.anon_id), principal_id))

    def check_declared(
        self, config: ToolConfig, event_name: str | None, properties: Mapping[str, object]
    ) -> None:
        """Record the properties that the tool does not declare. `event_name`: None for a command's event."""
        ours = FIELDS if event_name is None else SERVER_FIELDS
        if event_name in (SERVER_STARTED, TOOL_CALLED):
            ours = {**SERVER_FIELDS, **MCP_FIELDS}
        known = {*ours, *(each.name for each in config.properties)}
        for name, value in properties.items():
            if is_tool_property(name, known):
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

    def take(self) -> Mapping[str, object] | None:
        """See SnapshotSource.take."""
        try:
            return codec.write_snapshot(Snapshot(self.store.current(), self.cloud.stamp()))
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
        first = make_first(self._ids.new(), self.store.here)
        self.store.change(lambda state: (first if state.identity is None else state, None))
        made = self.store.current().as_made
        if made is None:
            return None
        written = codec.write_snapshot(Snapshot(made, None))
        return {"usage": written["usage"], "ledger": written["ledger"]}

    def log_out(self, *, had_credentials: bool) -> None:
        """See ToolWriter.log_out."""
        fresh, here = self._ids.new(), self.store.here
        self.store.change(
            lambda state: (state.logged_out(fresh, here, had_credentials=had_credentials), None)
        )

    def hand_over(self, payload: str, project: Mapping[str, str]) -> str:  # noqa: ARG002 - no other process
        """See ToolWriter.hand_over."""
        return payload

    def enqueue(self, payload: str) -> None:
        """See ToolWriter.enqueue."""
        parsed = read_payload(payload)
        submit(self._delivery(None), parsed, self._event(parsed), may_lock=False)

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
        record = submit(delivery, parsed, self._event(parsed))
        delivery.send(login=record if parsed.command.is_login else None)

    def _delivery(self, factory: str | None) -> Delivery:
        return make_delivery(apply_factory(factory, self.adapters), _PROJECT)

    def _event(self, parsed: ParsedPayload) -> Event:
        runtime = read_runtime(parsed.distribution, {}, parsed.tool_version)  # no variables: as in CI
        return describe(parsed.command, runtime, self._ids.new(), local_redactor(os.environ))
