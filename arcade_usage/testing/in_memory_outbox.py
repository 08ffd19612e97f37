"""The outbox, the copies and their stores in memory; in_memory.py has the other ports."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from attrs import define, field

from arcade_usage.adapters.storage import sent_json
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Copies, Outbox
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Losses, LossReason, Waiting
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, COPIES_SECONDS_LIMIT, Sent


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

    def recent(self) -> Sequence[Sent]:
        return self.all()

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
class MemoryStores:
    """The outboxes of a config folder, with their copies."""

    pairs: Sequence[tuple[Outbox, Copies]] = ()

    def stores(self) -> Sequence[tuple[Outbox, Copies]]:
        return self.pairs
