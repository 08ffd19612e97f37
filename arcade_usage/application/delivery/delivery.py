"""The delivery of events: write it down, give the verdict, send, clean up.

Owns the invariants that an event is in the outbox before the network is touched, that its verdict is
frozen there before it is sent, that one process sends at a time, and that none is left behind by a sender
that was about to go.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from math import inf

from attrs import define, field, frozen

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.delivery.attempt_log import POSTHOG, AttemptLog
from arcade_usage.application.delivery.attributor import Attributor, log_out_again
from arcade_usage.application.delivery.retention import Retention
from arcade_usage.application.errors import NotAcceptedError, RefusedError, StoreError, UnwantedError
from arcade_usage.application.ports import AnalyticsSink, Clock, IdentityStore, IdGenerator, Outbox
from arcade_usage.application.time_limits import LOGIN_PATIENCE_SECONDS, SENDER_PATIENCE_SECONDS, TERM_SECONDS
from arcade_usage.domain.event import Command, Event
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import LossReason
from arcade_usage.domain.verdict import Verdict, attribute

BATCH_LIMIT = 100  # records in one request


@frozen
class Handover:
    """What the command path handed over."""

    project: Project
    config_dir: str
    distribution: str
    snapshot: Snapshot
    command: Command
    adapters: str | None = None  # the tool's factory, "module:function"


@frozen
class Flushed:
    """What a flush did for one sink: how many events were delivered, dropped (by reason), and wait still.

    `undecided`: of those that wait, the ones of which it can't be told yet whose they are. `foreign`: of
    these, the ones of another installation. `why`: the rest waits for this, in words for people.
    `unanswered`: why Arcade Cloud did not say whose the credentials are.
    """

    project: Project
    delivered: int
    dropped: Mapping[str, int]
    waiting: int
    undecided: int
    foreign: int
    why: str | None
    unanswered: str | None = None


@define(eq=False, repr=False)
class Delivery:
    """Delivers to one project.

    `on_identity_ready`: called when a login's identity is settled, or won't be for now. `is_on`: reads the
    switch, as it is at that moment.
    """

    store: IdentityStore
    outbox: Outbox
    sink: AnalyticsSink
    attributor: Attributor
    attempts: AttemptLog
    clock: Clock
    ids: IdGenerator
    on_identity_ready: Callable[[], None] = lambda: None
    is_on: Callable[[], bool] = lambda: True
    _retention: Retention = field(init=False)
    _tried: set[str] = field(factory=set, init=False)
    _judged: dict[str, Verdict] = field(factory=dict, init=False)  # of records that have no verdict on disk
    _delivered: int = field(default=0, init=False)
    _term_ends: float = field(default=inf, init=False)  # monotonic seconds

    def __attrs_post_init__(self) -> None:
        self._retention = Retention(self.outbox)

    def write_down(
        self,
        events: Sequence[Event],
        snapshot: Snapshot,
        verdict: Verdict | None = None,
        *,
        is_logout: bool = False,
    ) -> list[Record]:
        """Write down events of one snapshot, with their verdict where that is plain; returns the records.

        Raises StoreError where nothing could be, UnwantedError where tracking was turned off or the identity
        erased meanwhile. Blocks: not on a lock.
        """
        return self._write_down(events, snapshot, verdict, is_logout)[0]

    def take(
        self,
        events: Sequence[Event],
        snapshot: Snapshot,
        verdict: Verdict | None = None,
        *,
        is_logout: bool = False,
    ) -> list[Record]:
        """As `write_down`, and record in the ledger that the identity was used. Blocks: 2 s, for its lock."""
        records, state = self._write_down(events, snapshot, verdict, is_logout)
        self._record_use(snapshot, state, is_logout)
        return records

    def take_up(self, record: Record) -> None:
        """As `take`, of a record that lies in the queue already. Its verdict is for the sender to store."""
        state = self._take_back_unwanted([record], record.snapshot)
        self._record_use(record.snapshot, state, record.is_logout)
        verdict = self.attributor.judge_offline(record, state)
        if verdict is not None:
            self._judged[record.event.uuid] = verdict

    def _write_down(
        self, events: Sequence[Event], snapshot: Snapshot, verdict: Verdict | None, is_logout: bool
    ) -> tuple[list[Record], IdentityState]:
        here = self.store.here
        records = [Record(event, snapshot, is_logout, machine=here) for event in events]
        if records and verdict is None:
            verdict = self.attributor.judge_offline(records[0], self.store.current())
        written: list[Record] = []
        try:
            written.extend(self._add(record, verdict) for record in records)  # as far as it gets
        except StoreError:
            if not written:
                raise
        return written, self._take_back_unwanted(written, snapshot)

    def _add(self, record: Record, verdict: Verdict | None) -> Record:
        if verdict is not None:
            record = record.attributed(attribute(verdict, self.ids.new()))
        self.outbox.queue.add(record)
        return record

    def _take_back_unwanted(self, records: Sequence[Record], snapshot: Snapshot) -> IdentityState:
        """Remove records if tracking is off by now, or the identity erased; else returns that identity.

        `off` and `forget` purge the queue. If one ran before these records were added, they are removed here.
        Raises UnwantedError where they are, StoreError.
        """
        state = self.store.current()
        if not self.is_on() or snapshot.is_forgotten(state):
            self.outbox.queue.remove(records)
            raise UnwantedError("tracking was turned off, or the identity erased")
        return state

    def _record_use(self, snapshot: Snapshot, state: IdentityState, is_logout: bool) -> None:
        with suppress(StoreError):  # the sender does it before it decides
            self.attributor.record_use(snapshot, state)
        if is_logout:
            with suppress(StoreError):  # the tool did it in the foreground; this is for when it could not
                log_out_again(self.store, self.ids, snapshot)

    def send(self, login: Record | None = None, *, ignore_backoff: bool = False) -> None:
        """Send what waits and is due, unless another process is at it. Raises StoreError.

        `login`: a record whose verdict is waited for, so it comes before everything else. After a login,
        or with `ignore_backoff`, everything is due. Else what is left after TERM_SECONDS is for the next
        sender: many commands may go on for longer than a process lives, and if it ended in the middle of a
        batch, PostHog would count as out of reach.
        """
        self._term_ends = inf if ignore_backoff else self.clock.monotonic() + TERM_SECONDS
        patience = SENDER_PATIENCE_SECONDS if ignore_backoff else 0.0
        if login is not None:
            patience = LOGIN_PATIENCE_SECONDS
        while (
            self.attempt(patience, login, ignore_backoff=ignore_backoff) is Attempt.MORE and self._has_time()
        ):
            patience, login, ignore_backoff = 0.0, None, False
        self.on_identity_ready()

    def _has_time(self) -> bool:
        return self.clock.monotonic() < self._term_ends

    def attempt(
        self, patience_seconds: float = 0.0, login: Record | None = None, *, ignore_backoff: bool = False
    ) -> Attempt:
        """Be the sender once, unless another process is: one turn of `send`. Raises StoreError."""
        with self._sending(patience_seconds) as ours:
            if not ours:
                return Attempt.ELSEWHERE
            if login is not None or ignore_backoff:
                self.attempts.forget()
            if login is not None:
                self._decide_first(login)
                self.on_identity_ready()
            self._drain()
        # Another process may have left an event between our last look and our letting go.
        waiting = self.outbox.queue.pending()
        if any(record.event.uuid not in self._tried for record in waiting):
            return Attempt.MORE
        return Attempt.LATER if waiting else Attempt.DONE

    @contextmanager
    def _sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        """Be the sender if that can be; else keep the queue within its limits. Raises StoreError."""
        ours = False
        with ExitStack() as held:
            try:
                ours = held.enter_context(self.attempts.sending(patience_seconds))
            finally:
                if not ours:
                    self._retention.enforce_without_lock(self.clock.time())
            yield ours

    def _drain(self) -> None:
        """One attempt at everything: what has its verdict first, so that nothing undecided holds it up."""
        with suppress(StoreError):  # what is left is sent all the same
            self._enforce_retention()
        waiting = [record for record in self.outbox.queue.pending() if record.event.uuid not in self._tried]
        self._tried.update(record.event.uuid for record in waiting)
        reached = self.attempts.may_try(POSTHOG) and self._send(
            [record for record in waiting if record.attribution is not None]
        )
        decided = [self._decide(record) for record in waiting if record.attribution is None]
        if reached and self._send([record for record in decided if record.attribution is not None]):
            self.attributor.send_pending_aliases()

    def _decide_first(self, login: Record) -> None:
        """Decide a login as it lies in the outbox by now: the last sender may have sent it already."""
        for record in self.outbox.queue.pending():
            if record.event.uuid == login.event.uuid:
                self._decide(record)

    def _decide(self, record: Record) -> Record:
        """The record with its verdict, frozen, if there is one to be had now."""
        if record.attribution is not None or record.is_foreign(self.store.here):
            return record
        try:
            verdict = self._judged.pop(record.event.uuid, None) or self.attributor.attribute(record)
            if verdict is None:
                return record
            decided = record.attributed(attribute(verdict, self.ids.new()))
            self.outbox.queue.freeze(decided)
        except StoreError:
            return record  # undecided still: what is not frozen is not sent
        return decided

    def _send(self, records: Sequence[Record]) -> bool:
        """Send in batches; False as soon as the sink can't be reached, or the term is over.

        The outbox is the retry. The first batch is tried in any case: somebody has to.
        """
        return all(
            (start == 0 or self._has_time()) and self._send_batch(records[start : start + BATCH_LIMIT])
            for start in range(0, len(records), BATCH_LIMIT)
        )

    def _send_batch(self, batch: Sequence[Record]) -> bool:
        """Send; a refused batch is halved until the bad event is alone, and only that one is dropped."""
        self.attempts.begin(POSTHOG)
        try:
            self.sink.capture(batch)
        except RefusedError as error:
            self.attempts.succeed(POSTHOG)
            if len(batch) == 1:
                self.attempts.failed(str(error))
                self.attempts.lost(LossReason.REFUSED, self.outbox.queue.remove(batch))
                return True
            half = len(batch) // 2
            return self._send_batch(batch[:half]) and self._send_batch(batch[half:])
        except NotAcceptedError as error:
            self.attempts.failed(str(error))
            return False
        self.attempts.delivered(len(batch))
        self._delivered += len(batch)
        self.outbox.queue.remove(batch)
        return True

    def flush(self, project: Project) -> Flushed:
        """Send what waits, due or not, and say what became of it. Raises StoreError."""
        before = self.outbox.log.read()
        self.send(ignore_backoff=True)
        after, waiting = self.outbox.log.read(), self.outbox.queue.pending()
        undecided = sum(record.attribution is None for record in waiting)
        foreign = sum(record.is_foreign(self.store.here) for record in waiting)
        why = after.failed.reason if after.failed is not None and after.failed != before.failed else None
        asked = after.unanswered if after.unanswered != before.unanswered else None
        if any(record.event.uuid not in self._tried for record in waiting):
            why = "another process is delivering"
        dropped = after.losses.since(before.losses)
        return Flushed(
            project,
            self._delivered,
            dropped,
            len(waiting),
            undecided,
            foreign,
            why if waiting else None,
            asked.reason if asked is not None else None,
        )

    def hold_back(self, reason: str) -> None:
        """Send nothing, and note why; what waits is kept. Raises StoreError."""
        with self._sending() as ours:
            if ours:
                self.attempts.failed(reason)
        self.on_identity_ready()

    def count_losses(self, reason: LossReason, events: int) -> bool:
        """Write down events that were lost on their way to the outbox; False where another process sends.

        Raises StoreError.
        """
        with self._sending() as ours:
            if ours:
                self.attempts.lost(reason, events)
            return ours

    def tidy(self) -> None:
        """Keep the queue within its limits. Raises StoreError."""
        with self._sending() as ours:
            if ours:
                self._enforce_retention()

    def _enforce_retention(self) -> None:
        self.attempts.update(self._retention.enforce(self.attempts.logbook, self.clock.time()))
