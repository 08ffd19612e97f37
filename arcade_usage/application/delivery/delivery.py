"""The delivery of events: enqueue, attribute, send, remove.

Owns these invariants: an event is in the outbox before the network is used; its attribution is stored there
before it is sent; one process sends at a time; a sender leaves no event behind that was added while it
finished.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from math import inf

from attrs import define, field

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.delivery.attempt_log import POSTHOG, AttemptLog
from arcade_usage.application.delivery.attributor import Attributor, ensure_logged_out
from arcade_usage.application.delivery.batches import BatchSender
from arcade_usage.application.delivery.daily_limit import DailyLimit
from arcade_usage.application.delivery.retention import Retention
from arcade_usage.application.delivery.stay import Stay
from arcade_usage.application.errors import NewerFormatError, StoreError, UnwantedError
from arcade_usage.application.ports import (
    AnalyticsSink,
    Clock,
    HandOver,
    IdentityStore,
    IdGenerator,
    OptOut,
    Outbox,
    WaitingTool,
)
from arcade_usage.application.time_limits import LOGIN_PATIENCE_SECONDS, SENDER_PATIENCE_SECONDS, TERM_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import LossReason
from arcade_usage.domain.verdict import Verdict, attribute


@define(eq=False, repr=False)
class Delivery:
    """Delivers the events of one project.

    waiting_tool: the tool whose login it delivers, if any.
    obstacle: why nothing may be tried here, for people to read; then events wait for another process.
    hand_over: if this process takes the events that others store, or leaves its own to one that does.
    """

    store: IdentityStore
    outbox: Outbox
    sink: AnalyticsSink
    attributor: Attributor
    attempts: AttemptLog
    clock: Clock
    ids: IdGenerator
    opt_out: OptOut
    waiting_tool: WaitingTool | None = None
    obstacle: str | None = None
    hand_over: HandOver | None = None
    _retention: Retention = field(init=False)
    _daily_limit: DailyLimit = field(init=False)
    _tried: set[str] = field(factory=set, init=False)
    _judged: dict[str, Verdict] = field(factory=dict, init=False)  # of records without an attribution on disk
    _batches: BatchSender = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._retention = Retention(self.outbox)
        self._batches = BatchSender(self.outbox.queue, self.sink, self.attempts, self.clock)
        self._daily_limit = DailyLimit(self.outbox, self.opt_out, self.clock, self.ids)

    @property
    def delivered(self) -> int:
        """How many events PostHog accepted."""
        return self._batches.delivered

    def renew(self) -> None:
        """Forget what was tried, judged and answered, as a new process would; for long-lived processes."""
        self.outbox.queue.forget_seen()
        self._tried.clear()
        self._judged.clear()
        self.attributor.forget_answers()
        self.attempts.may_try_early = False

    def submit(
        self,
        events: Sequence[Event],
        snapshot: Snapshot,
        verdict: Verdict | None = None,
        *,
        is_logout: bool = False,
        is_refresh: bool = False,
        daily_limit: int | None = None,
        may_lock: bool = True,
    ) -> list[Record]:
        """Add events of one snapshot to the queue, and record in the ledger that the identity was used.

        Events are attributed if that needs no lock; returns the records. verdict: the events' verdict, if the
        caller knows it. is_refresh, daily_limit: see Record. may_lock: whether the ledger is changed. Blocks:
        2 s, for its lock.

        Raises StoreError if no event could be written, UnwantedError if tracking was turned off or the
        identity erased meanwhile.
        """
        here = self.store.here
        records = [
            Record(event, snapshot, is_logout, machine=here, is_refresh=is_refresh, daily_limit=daily_limit)
            for event in events
        ]
        if records and verdict is None:
            verdict = self.attributor.judge_offline(records[0], self.store.current())
        if verdict is not None:
            records = [record.attributed(attribute(verdict, self.ids.new())) for record in records]
        written = [*self.outbox.queue.add(*records)]  # those before an error stay
        state = self._remove_unwanted(written, snapshot)
        if may_lock:
            self._record_use(snapshot, state, is_logout)
        return written

    def adopt(self, record: Record) -> None:
        """Do as `submit` for a record that is in the queue already; the sender stores its attribution."""
        state = self._remove_unwanted([record], record.snapshot)
        self._record_use(record.snapshot, state, record.is_logout)
        verdict = self.attributor.judge_offline(record, state)
        if verdict is not None:
            self._judged[record.event.uuid] = verdict

    def _remove_unwanted(self, records: Sequence[Record], snapshot: Snapshot) -> IdentityState:
        """Remove records if tracking was turned off or the identity erased; otherwise returns the identity.

        `off` and `forget` purge the queue; if one ran before these records were added, remove them here.
        Raises UnwantedError if they are removed; StoreError.
        """
        state = self.store.current()
        if not self.opt_out.is_on() or snapshot.is_forgotten(state):
            self.outbox.queue.remove(records)
            raise UnwantedError("tracking was turned off, or the identity erased")
        return state

    def _record_use(self, snapshot: Snapshot, state: IdentityState, is_logout: bool) -> None:
        with suppress(StoreError):  # the sender repeats it before it attributes
            self.attributor.record_use(snapshot, state)
        if is_logout:
            with suppress(StoreError):  # only needed if the tool could not rotate
                ensure_logged_out(self.store, self.ids, snapshot)

    def send(self, login: Record | None = None, *, ignore_backoff: bool = False) -> None:
        """Send the waiting events that are due, unless another process is the sender. Raises StoreError.

        login: the record of a login; it is attributed first, since the tool waits for it.
        ignore_backoff: everything is due, and there is no time limit. A login also makes everything due.

        After TERM_SECONDS the rest is left to the next sender. Otherwise many parallel commands could keep
        one process busy until its time limit; a batch cut off there would count as a failure of PostHog.
        Sends nothing if another process has announced that it takes the events.
        """
        stay = None if self.hand_over is None else Stay(self.hand_over, self.clock)
        if stay is not None and not stay.begin():
            return
        self._batches.term_ends = inf if ignore_backoff else self.clock.monotonic() + TERM_SECONDS
        patience = SENDER_PATIENCE_SECONDS if ignore_backoff else 0.0
        if login is not None:
            patience = LOGIN_PATIENCE_SECONDS
        while True:
            result = self.attempt(patience, login, ignore_backoff=ignore_backoff)
            patience, login, ignore_backoff = 0.0, None, False
            if not self._is_another_due(result, stay):
                break
        self._release_tool()

    def _is_another_due(self, result: Attempt, stay: Stay | None) -> bool:
        """Whether to make another attempt after one with this result; waits for events in a burst."""
        if stay is not None and stay.is_announced:
            return stay.wait_for_more(result, self._has_untried) and self._batches.has_time()
        if result is not Attempt.MORE or not self._batches.has_time():
            return False
        return stay is None or not stay.hand_over.stands()  # the next sender may have announced itself

    def _has_untried(self) -> bool:
        return bool(self.untried(self.outbox.queue.pending()))

    def _release_tool(self) -> None:
        if self.waiting_tool is not None:
            self.waiting_tool.release()

    def attempt(
        self, patience_seconds: float = 0.0, login: Record | None = None, *, ignore_backoff: bool = False
    ) -> Attempt:
        """Make one attempt to send everything, unless another process is the sender. Raises StoreError."""
        with self._sending(patience_seconds) as ours:
            if not ours:
                return Attempt.ELSEWHERE
            if login is not None or ignore_backoff:
                self.attempts.reset()
            if self.obstacle is not None:
                self._expire()
                self.attempts.failed(self.obstacle)
                return Attempt.LATER
            if login is not None:
                self._decide_first(login)
                self._release_tool()
            self._drain()
        # Another process may have added an event after the last read and before the lock was released.
        waiting = self.outbox.queue.pending()
        if self.untried(waiting):
            return Attempt.MORE
        return Attempt.LATER if waiting else Attempt.DONE

    def untried(self, records: Sequence[Record]) -> list[Record]:
        """Those that no attempt of this process included."""
        return [record for record in records if record.event.uuid not in self._tried]

    @contextmanager
    def _sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        """Hold the sender lock; if it can't be acquired, enforce retention without it. Raises StoreError."""
        ours = False
        with ExitStack() as held:
            try:
                ours = held.enter_context(self.attempts.sending(patience_seconds))
            except NewerFormatError:  # its backoff can't be read, so nothing is sent; the limits hold
                self._retention.enforce_without_log()
                raise
            finally:
                if not ours:
                    self._retention.enforce_without_lock(self.clock.time())
            yield ours

    def _drain(self) -> None:
        """Try to send each event once: attributed ones first, so that an attribution does not delay them."""
        with suppress(StoreError):  # sending goes on without it
            self._expire()
        pending = self.outbox.queue.pending()
        waiting = self.untried(self._daily_limit.apply(pending, self.store.here))
        self._tried.update(record.event.uuid for record in (*pending, *waiting))
        reached = self.attempts.may_try(POSTHOG) and self._batches.send(
            [record for record in waiting if record.attribution is not None]
        )
        decided = [self._decide(record) for record in waiting if record.attribution is None]
        if reached and self._batches.send([record for record in decided if record.attribution is not None]):
            self.attributor.send_pending_aliases()

    def _decide_first(self, login: Record) -> None:
        """Attribute a login's record, unless another sender has sent it already."""
        for record in self.outbox.queue.pending():
            if record.event.uuid == login.event.uuid:
                self._decide(record)

    def _decide(self, record: Record) -> Record:
        """Attribute the record and store that; returns it unchanged if it can't be attributed now."""
        if record.attribution is not None or record.is_foreign(self.store.here):
            return record
        try:
            verdict = self._judged.pop(record.event.uuid, None) or self.attributor.attribute(record)
            if verdict is None:
                return record
            decided = record.attributed(attribute(verdict, self.ids.new()))
            self.outbox.queue.freeze(decided)
        except UnwantedError:  # stored after `forget`, by a process that did not look or has not looked yet
            with suppress(StoreError):
                self.outbox.queue.remove([record])
            return record
        except StoreError:
            return record  # undecided: an attribution that is not stored must not be sent
        return decided

    def count_losses(self, reason: LossReason, events: int) -> bool:
        """Record events that were lost before they reached the outbox. Raises StoreError.

        Returns False, and records nothing, if another process is the sender.
        """
        with self._sending() as ours:
            if ours:
                self.attempts.lost(reason, events)
            return ours

    def enforce_retention(self) -> None:
        """Drop events over the retention limits. Raises StoreError."""
        with self._sending() as ours:
            if ours:
                self._expire()

    def _expire(self) -> None:
        self.attempts.update(self._retention.enforce(self.attempts.logbook, self.clock.time()))
