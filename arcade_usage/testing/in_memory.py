"""Every port in memory, for tests of tools and of this library. Real ports pass the same contract tests.

No method waits or touches a file. Attributes of each port simulate its faults.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from attrs import define, field, frozen

from arcade_usage.adapters.storage import codec, sent_json
from arcade_usage.application.errors import (
    LaunchError,
    NotAcceptedError,
    PartlyAcceptedError,
    RefusedError,
    StoreError,
)
from arcade_usage.application.ports import Copies, Outbox
from arcade_usage.domain.consent import OFF, ON, WITHOUT_ERRORS
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent, Persons, make_alias
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Losses, LossReason, Waiting
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, COPIES_SECONDS_LIMIT, Sent
from arcade_usage.domain.verdict import Answer, Attribution, NoAnswer, Rejected

T = TypeVar("T")


@define
class MemoryIdentityStore:
    """An identity store. `readable` False: every call raises StoreError; `writable` False: a change does.

    swept: whether `sweep` was called; there are no other files.
    """

    here: str = "this machine"
    state: IdentityState = field(factory=lambda: IdentityState(None, None))
    readable: bool = True
    writable: bool = True
    swept: bool = False
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False, eq=False)

    def current(self) -> IdentityState:
        if not self.readable:
            raise StoreError("not permitted")
        return self.state

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        with self._lock:
            if not self.writable:
                raise StoreError("not permitted")
            self.state, result = decide(self.current())
        return result

    def erase(self) -> IdentityState:
        return self.change(lambda state: (IdentityState(None, None), state))

    def sweep(self) -> None:
        self.swept = True


@define
class MemoryPrincipalApi:
    """A principal API. `log_in` and `log_out` change the credentials as a tool does.

    answers: the answer for each token. reachable: if False, every look-up is NoAnswer.
    """

    answers: dict[str, Answer] = field(factory=dict)
    token: str | None = None
    reachable: bool = True
    look_ups: int = 0
    _version: int = field(default=0, init=False)

    def log_in(self, token: str) -> None:
        """Store credentials, as a login or a token refresh does; changes the stamp."""
        self.token, self._version = token, self._version + 1

    def log_out(self) -> None:
        self.token = None

    def stamp(self) -> Stamp | None:
        return None if self.token is None else Stamp(1, self._version, len(self.token), 0, 0)

    def look_up(self) -> tuple[Stamp | None, Answer]:
        self.look_ups += 1
        if self.token is None:
            return None, Rejected()
        if not self.reachable:
            return self.stamp(), NoAnswer()
        return self.stamp(), self.answers.get(self.token, Rejected())


@define
class MemorySink:
    """An analytics sink that merges persons as PostHog does.

    failing: calls raise NotAcceptedError and have no effect. losing_replies: they raise after their effect.
    refused: names of events; a batch with one of them is refused. refusing_aliases: every alias is refused.
    dropped, postponed: names of events that are refused alone, or not accepted alone for now.
    unclear: names of events that are refused if others are accepted with them.
    retry_after: seconds that it asks to wait when it fails.
    """

    persons: Persons = field(factory=Persons)
    failing: bool = False
    losing_replies: bool = False
    refused: frozenset[str] = frozenset()
    refusing_aliases: bool = False
    dropped: frozenset[str] = frozenset()
    postponed: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    retry_after: float = 0.0
    batches: list[Sequence[Record]] = field(factory=list)
    calls: int = 0

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._reach()
        if self.refusing_aliases:
            raise RefusedError("refused")
        self.persons = self.persons.ingest(make_alias(anon_id, principal_id))
        self._answer()

    def capture(self, records: Sequence[Record]) -> None:
        events = [_captured(record) for record in records]
        self._reach()
        if any(event.name in self.refused for event in events):
            raise RefusedError("refused")
        if events and all(event.name in self.unclear for event in events):
            raise NotAcceptedError("refused in words that are not known")
        dropped = self.dropped | self.unclear
        accepted = [event for event in events if event.name not in dropped | self.postponed]
        for event in accepted:
            self.persons = self.persons.ingest(event)
        self.batches.append(tuple(records))
        self._answer()
        if len(accepted) < len(events):
            refused = frozenset(event.uuid for event in events if event.name in dropped)
            uuids = frozenset(event.uuid for event in accepted)
            raise PartlyAcceptedError("not all were accepted", uuids, refused, self.retry_after)

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        properties = {**event.properties, **_mark(attribution)}
        return {"event": event.name, "distinct_id": attribution.distinct_id, "properties": properties}

    def _reach(self) -> None:
        self.calls += 1
        if self.failing:
            raise NotAcceptedError("out of reach", self.retry_after)

    def _answer(self) -> None:
        if self.losing_replies:
            raise NotAcceptedError("the reply was lost")


def _captured(record: Record) -> IngestedEvent:
    event, attribution = record.event, record.attribution
    if attribution is None:
        raise ValueError("a record without a verdict can't be sent")
    return IngestedEvent(
        event.name,
        attribution.distinct_id,
        event.uuid,
        event.timestamp.date().isoformat(),
        {**event.properties, **_mark(attribution)},
    )


def _mark(attribution: Attribution) -> Mapping[str, object]:
    return {PERSONLESS: False} if attribution.personless else {}


@define
class MemoryDeliveryLog:
    """A delivery log. `writable` False: changes raise StoreError."""

    logbook: Logbook = field(factory=Logbook)
    writable: bool = True
    _losses: Losses = field(factory=Losses, init=False)  # by processes other than the sender

    def read(self) -> Logbook:
        return self.logbook

    def write(self, logbook: Logbook) -> None:
        self._check()
        self.logbook = logbook

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        self._check()
        self._losses = self._losses.plus_all(reasons)

    def losses(self) -> Losses:
        losses = self.logbook.losses
        for reason in LossReason:
            losses = losses.plus(reason, self._losses.counts.get(reason.value, 0))
        return losses

    def clear(self) -> None:
        self._check()
        self.logbook, self._losses = Logbook(), Losses()

    def _check(self) -> None:
        if not self.writable:
            raise StoreError("not permitted")


@define
class MemorySenderLock:
    """A sender lock. `sender_at_work`: another process holds it. `lockable` False: it can't be used."""

    sender_at_work: bool = False
    lockable: bool = True
    tended: bool = False

    @contextmanager
    def hold(self, patience_seconds: float = 0.0) -> Iterator[bool]:  # noqa: ARG002 - never waits
        if not self.lockable:
            raise StoreError("the sender lock can't be used")
        if self.sender_at_work:
            yield False
            return
        self.sender_at_work = self.tended = True
        try:
            yield True
        finally:
            self.sender_at_work = False

    def is_tended(self) -> bool:
        return self.tended


@define(eq=False)
class MemoryHandOver:
    """An announcement of one process. `announced`: those of all processes that stand, one at most.

    writable: if False, it can't be stored.
    """

    announced: list["MemoryHandOver"] = field(factory=list, repr=False)
    writable: bool = True

    def announce(self) -> bool:
        if self.stands():
            return self.announced[0] is self
        if self.writable:
            self.announced.append(self)
        return True

    def stands(self) -> bool:
        return bool(self.announced)

    def withdraw(self) -> None:
        if self.announced and self.announced[0] is self:
            self.announced.clear()


@define
class MemoryEventQueue:
    """An event queue. `log`: has the observed time. `writable` False: `add` and `purge` raise StoreError."""

    log: MemoryDeliveryLog = field(factory=MemoryDeliveryLog)
    records: dict[str, Record] = field(factory=dict)
    writable: bool = True
    _since: dict[str, float] = field(factory=dict, init=False)

    def add(self, *records: Record) -> Sequence[Record]:
        if not self.writable:
            raise StoreError("not permitted")
        for record in records:
            self.records[record.event.uuid] = record
            self._since.setdefault(record.event.uuid, self.log.logbook.observed.seconds)
        return records

    def freeze(self, record: Record) -> None:
        if record.event.uuid not in self.records:
            raise StoreError("the record is gone")
        self.add(record)

    def pending(self) -> Sequence[Record]:
        return sorted(self.records.values(), key=lambda record: (record.event.timestamp, record.event.uuid))

    def forget_seen(self) -> None:
        """Do nothing: there is no cache."""

    def waiting(self) -> Sequence[Waiting]:
        return [Waiting(each.event.uuid, 0, self._since[each.event.uuid]) for each in self.pending()]

    def remove(self, records: Sequence[Record]) -> int:
        return sum(self.records.pop(record.event.uuid, None) is not None for record in records)

    def discard(self, waiting: Iterable[Waiting]) -> Sequence[Waiting]:
        return [each for each in waiting if self.records.pop(each.name, None) is not None]

    def purge(self) -> int:
        if not self.writable:
            raise StoreError("not permitted")
        purged = len(self.records)
        self.records.clear()
        return purged


@define
class MemoryCountStore:
    """The counts of a day. `writable` False: changes raise StoreError."""

    count: DailyCount = field(factory=DailyCount)
    writable: bool = True

    def read(self) -> DailyCount:
        return self.count

    def write(self, count: DailyCount, *, durable: bool) -> None:  # noqa: ARG002 - there is no disk
        self._check()
        self.count = count

    def clear(self) -> None:
        self._check()
        self.count = DailyCount()

    def _check(self) -> None:
        if not self.writable:
            raise StoreError("not permitted")


@define
class MemoryOutbox:
    """An outbox of the ports above."""

    log: MemoryDeliveryLog = field(factory=MemoryDeliveryLog)
    sender_lock: MemorySenderLock = field(factory=MemorySenderLock)
    counts: MemoryCountStore = field(factory=MemoryCountStore)
    queue: MemoryEventQueue = field()

    @queue.default
    def _make_queue(self) -> MemoryEventQueue:
        return MemoryEventQueue(self.log)


@define
class MemoryCopies:
    """Copies of sent messages. `readable` False: `all` and `erase` raise StoreError, `keep` does nothing."""

    copies: list[Sent] = field(factory=list)
    readable: bool = True
    _size: int = field(default=0, init=False, repr=False, eq=False)  # bytes

    def keep(self, messages: Sequence[Mapping[str, object]], at: float, *, is_local: bool = False) -> None:
        if not self.readable:
            return
        added = [Sent(at, dict(message), is_local=is_local) for message in messages]
        self.copies = [*self.copies, *added]
        self._size += sum(map(_size, added))
        oldest = at - COPIES_SECONDS_LIMIT
        while self.copies and (self._size > COPIES_BYTES_LIMIT or self.copies[0].at < oldest):
            self._size -= _size(self.copies.pop(0))

    def all(self) -> Sequence[Sent]:
        self._check()
        return tuple(self.copies)

    def erase(self) -> None:
        self._check()
        self.copies.clear()
        self._size = 0

    def _check(self) -> None:
        if not self.readable:
            raise StoreError("not permitted")


def _size(copy: Sent) -> int:
    return len(sent_json.write_sent(copy))


@define
class MemorySwitch:
    """A switch with the user's choice. `writable` False: changes raise StoreError."""

    chosen: str = ON
    writable: bool = True

    @property
    def is_off(self) -> bool:
        return self.chosen == OFF

    def is_on(self) -> bool:
        return self.chosen in (ON, WITHOUT_ERRORS)

    def level(self) -> str:
        return self.chosen

    def choose(self, level: str) -> bool:
        if not self.writable:
            raise StoreError("not permitted")
        was_stored, self.chosen = self.chosen != ON, level
        return was_stored


@define
class MemoryLauncher:
    """A launcher that only records payloads. `failing`: every launch raises LaunchError."""

    payloads: list[str] = field(factory=list)
    waited_for: list[str] = field(factory=list)
    failing: bool = False

    def launch(self, payload: str) -> None:
        if self.failing:
            raise LaunchError("no process")
        self.payloads.append(payload)

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)
        self.waited_for.append(payload)


_FIRST_USAGE = {"anon_id": "f1257000-0000-4000-8000-000000000001", "linked_principal_id": None}


@define
class MemorySnapshots:
    """A snapshot source that returns `snapshot`; None: the folder can't be used. `taken`: calls of `take`."""

    snapshot: Mapping[str, object] | None = field(
        factory=lambda: {"usage": None, "ledger": None, "stamp": None}
    )
    taken: int = 0

    def take(self) -> Mapping[str, object] | None:
        self.taken += 1
        return self.snapshot

    def identify(self, snapshot: Mapping[str, object]) -> Mapping[str, object] | None:
        if self.snapshot is None or snapshot["usage"] is not None:
            return self.snapshot and snapshot
        if self.snapshot["usage"] is None:
            self.snapshot = {**self.snapshot, "usage": _FIRST_USAGE}
        return {**self.snapshot, "stamp": snapshot["stamp"]}

    def parse(self, snapshot: Mapping[str, object]) -> Snapshot:
        return codec.read_snapshot(snapshot)


@define
class MemoryWriter:
    """A writer that only records. `logouts`: for each, whether there were credentials.

    taking: a delivery process takes events. handed_over: their payloads.
    """

    logouts: list[bool] = field(factory=list)
    payloads: list[str] = field(factory=list)
    taking: bool = False
    handed_over: list[str] = field(factory=list)

    def make_first_identity(self) -> Mapping[str, object] | None:
        return None  # another identity is there

    def log_out(self, *, had_credentials: bool) -> None:
        self.logouts.append(had_credentials)

    def hand_over(self, payload: str, project: Mapping[str, str]) -> str | None:  # noqa: ARG002 - one project
        if not self.taking:
            return payload
        self.handed_over.append(payload)
        return None

    def enqueue(self, payload: str) -> None:
        self.payloads.append(payload)


@define
class MemoryStores:
    """The outboxes of a config folder, with their copies."""

    pairs: Sequence[tuple[Outbox, Copies]] = ()

    def stores(self) -> Sequence[tuple[Outbox, Copies]]:
        return self.pairs


@frozen
class FixedInstallation:
    """An installation with a given fingerprint."""

    value: str = "this machine"

    def fingerprint(self) -> str:
        return self.value


@define
class ManualClock:
    """A clock that only `advance` moves."""

    seconds: float = 1_800_000_000.0
    _start: float = field(init=False)

    @_start.default
    def _begin(self) -> float:
        return self.seconds

    def time(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds - self._start

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@define
class SequentialIds:
    """Generates UUIDs from a counter."""

    given: int = 0

    def new(self) -> str:
        self.given += 1
        return f"{self.given:08x}-0000-4000-8000-000000000000"
