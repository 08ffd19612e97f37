"""One machine in memory: people at a keyboard, their credentials, and the deliveries that they cause."""

from datetime import datetime, timezone

from attrs import define, field

from arcade_usage.application.delivery.attempt_log import AttemptLog
from arcade_usage.application.delivery.attributor import Attributor
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.domain.backoff import LONGEST_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Linked
from arcade_usage.domain.identity_state import Snapshot, make_first
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.persons import IngestedEvent
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Found
from arcade_usage.testing.in_memory import (
    ManualClock,
    MemoryIdentityStore,
    MemoryOutbox,
    MemoryPrincipalApi,
    MemorySink,
    MemorySwitch,
    SequentialIds,
)

SINK = "sink"


def unwritable_outbox() -> MemoryOutbox:
    outbox = MemoryOutbox()
    outbox.queue.writable = outbox.log.writable = False
    return outbox


@define
class Simulation:
    """The ports of one config folder and one sink, with the verbs of the people who use it."""

    store: MemoryIdentityStore = field(factory=MemoryIdentityStore)
    cloud: MemoryPrincipalApi = field(factory=MemoryPrincipalApi)
    posthog: MemorySink = field(factory=MemorySink)
    outbox: MemoryOutbox = field(factory=MemoryOutbox)
    clock: ManualClock = field(factory=ManualClock)
    ids: SequentialIds = field(factory=SequentialIds)
    switch: MemorySwitch = field(factory=MemorySwitch)
    settled: int = 0
    _events: int = 0

    def delivery(self) -> Delivery:
        """A delivery process: what it learns is its own, the ports are everybody's."""
        attempts = AttemptLog(self.outbox, self.clock, self.ids)
        attributor = Attributor(self.store, self.cloud, self.posthog, SINK, attempts, self.clock, self.ids)
        return Delivery(
            self.store,
            self.outbox,
            self.posthog,
            attributor,
            attempts,
            self.clock,
            self.ids,
            self.switch,
            self,
        )

    def wait_out_backoff(self) -> None:
        """Time passes until everything is due again."""
        self.clock.advance(LONGEST_SECONDS)

    def look(self) -> Snapshot:
        """What the command path sees, and makes where nothing is there."""
        if self.store.state.identity is None:
            self.store.state = make_first(self.ids.new(), self.store.here)
        return Snapshot(self.store.state, self.cloud.stamp())

    def event(self, name: str) -> Event:
        self._events += 1
        self.clock.advance(1)
        moment = datetime.fromtimestamp(self.clock.time(), timezone.utc)
        return Event(f"{self._events:08x}-1111-4111-8111-111111111111", name, moment, {})

    def run(self, name: str, *, deliver: bool = True) -> Event:
        """A command, from its snapshot to the end of its delivery process."""
        snapshot, event = self.look(), self.event(name)
        if deliver:
            self.deliver(event, snapshot)
        return event

    def deliver(
        self, event: Event, snapshot: Snapshot, *, is_login: bool = False, is_logout: bool = False
    ) -> Record:
        delivery = self.delivery()
        (record,) = delivery.submit([event], snapshot, is_logout=is_logout)
        delivery.send(login=record if is_login else None)
        return record

    def log_in(self, who: str, token: str | None = None) -> Event:
        """A successful login: credentials are stored, then the login's event is delivered."""
        self.look()
        self.switch_to(who, token)
        event = self.event(f"login {who}")
        self.deliver(event, self.look(), is_login=True)
        return event

    def switch_to(self, who: str, token: str | None = None) -> None:
        """Credentials stored without a login of the tool's: a refresh, an edit, an account switch."""
        token = token or f"token of {who}"
        self.cloud.answers[token] = Found(who)
        self.cloud.log_in(token)

    def log_out(self, who: str = "") -> Event:
        """A successful logout: credentials go, the event is delivered, the identity is rotated."""
        snapshot = self.look()
        self.cloud.log_out()
        event = self.event(f"logout {who}")
        self.deliver(event, snapshot, is_logout=True)
        self.rotate(had_credentials=snapshot.stamp is not None)
        return event

    def rotate(self, *, had_credentials: bool) -> None:
        """The foreground part of a logout."""
        state = self.store.state
        self.store.state = state.logged_out(self.ids.new(), self.store.here, had_credentials=had_credentials)

    def person_of(self, event: Event) -> str | None:
        """Whom PostHog counts an event for; None while it has not arrived."""
        captured = self.captured(event)
        return self.posthog.persons.person_of(captured) if captured else None

    def captured(self, event: Event) -> IngestedEvent | None:
        found = [each for each in self.posthog.persons.events if each.uuid == event.uuid]
        assert len(found) <= 1, "PostHog dropped no repeat of it"
        return found[0] if found else None

    def distinct_id_of(self, event: Event) -> str | None:
        captured = self.captured(event)
        return captured.distinct_id if captured else None

    def person(self, distinct_id: str) -> str:
        """The person that a distinct id stands for."""
        return self.posthog.persons.person_of_id.get(distinct_id, distinct_id)

    @property
    def anon_id(self) -> str:
        assert self.store.state.anon_id is not None
        return self.store.state.anon_id

    @property
    def linked_to(self) -> str | None:
        """The principal that usage.json is linked to."""
        identity = self.store.state.identity
        return identity.principal_id if isinstance(identity, Linked) else None

    @property
    def ledger(self) -> Ledger:
        assert self.store.state.matching_ledger is not None
        return self.store.state.matching_ledger

    def release(self) -> None:
        self.settled += 1
