"""The server's worker: writes events into the outbox in batches, attributes them and sends them.

Owns the attribution of events that are queued without reading the disk. If the snapshots before and after an
event agree, the event belongs to their identity. If only the credentials were replaced, it belongs to the
principal that both name. Otherwise it is Unattributable. Runs on the worker thread.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum, auto

from attrs import define, field, frozen

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.properties import sent_as_is
from arcade_usage.application.command.tracker import log_debug, suppress_and_log
from arcade_usage.application.delivery.attempt_log import POSTHOG
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import NewerFormatError, StoreError, UnwantedError
from arcade_usage.application.ports import (
    Clock,
    IdGenerator,
    LateImports,
    NoticeBoard,
    OptOut,
    ParsedSnapshots,
)
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.time_limits import ROUND_SECONDS
from arcade_usage.domain.declaration import Property
from arcade_usage.domain.event import Event, Runtime
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.retention import LossReason
from arcade_usage.domain.server_event import ServerEvent, describe_server_event
from arcade_usage.domain.verdict import Unattributable


class _Change(Enum):
    """What happened to the identity between the snapshots before and after an event."""

    NONE = auto()
    REFRESH = auto()  # the credentials were replaced, probably by the same principal's
    UNKNOWN = auto()


@frozen(eq=False, repr=False)
class EventDescriber:
    """Makes the events of one server."""

    runtime: Runtime
    redact: Redactor
    ids: IdGenerator
    declared: Sequence[Property] = ()

    def describe(self, queued: QueuedEvent) -> Event:
        """The event of a queued one. Raises ValueError."""
        captured = ServerEvent(queued.name, queued.at, json.loads(queued.properties))
        as_is = sent_as_is(self.declared, captured.properties)
        return describe_server_event(captured, self.runtime, self.ids.new(), self.redact, as_is)


@define(eq=False, repr=False)
class ServerWorker:
    """The worker of one thread."""

    opt_out: OptOut
    snapshots: ParsedSnapshots
    describer: EventDescriber
    delivery: Delivery
    clock: Clock
    notice: NoticeBoard | None = None
    late_imports: LateImports | None = None
    lost: int = field(default=0, init=False)
    _renewed_at: float = field(init=False)
    _reported_losses: int = field(default=0, init=False)
    _early_attempts: int = field(default=0, init=False)  # since the backoff began

    def __attrs_post_init__(self) -> None:
        self._renew_delivery()

    def enqueue(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        if not self._may_report():
            why = "the notice has not been shown" if self.opt_out.is_on() else "tracking was turned off"
            log_debug("%d events are not tracked: %s", len(batch), why)
            return None
        if self.notice is not None:  # the answer may be younger than the event
            agreed_at = self.notice.agreed_at()
            batch = [queued for queued in batch if queued.at >= agreed_at]
        snapshot = self._identify(self.snapshots.take())
        if snapshot is None:  # the folder can't be used
            self.lost += len(batch)
            return None
        now = self.snapshots.parse(snapshot)
        groups: dict[_Change, list[Event]] = {change: [] for change in _Change}
        changes: dict[int, _Change] = {}  # by id() of the snapshot before: many events share one
        for queued in batch:
            before = id(queued.snapshot)
            if before not in changes:
                changes[before] = self._compare(queued.snapshot, snapshot, now)
            with suppress_and_log():
                groups[changes[before]].append(self.describer.describe(queued))
        written = 0
        try:
            for change, events in groups.items():
                verdict = Unattributable() if change is _Change.UNKNOWN else None
                is_refresh = change is _Change.REFRESH
                if events:
                    with suppress(StoreError):
                        written += len(self.delivery.submit(events, now, verdict, is_refresh=is_refresh))
        except UnwantedError:
            return None
        self.lost += len(batch) - written
        return snapshot

    def send(self, lost_before: int) -> Attempt:
        if not self._may_report():
            return Attempt.DONE
        if self.clock.monotonic() - self._renewed_at >= ROUND_SECONDS:
            self._renew_delivery()
        lost = lost_before + self.lost - self._reported_losses
        if lost and self.delivery.count_losses(LossReason.NOT_TAKEN, lost):
            self._reported_losses += lost
        early = 0
        if self._is_paused():
            if not self._is_early():
                self.delivery.enforce_retention()
                return self._wait()
            early = self._early_attempts + 1
            self._renew_delivery()
            self.delivery.attempts.may_try_early = True
        if self.late_imports is not None:
            self.late_imports.load()
        attempt = self.delivery.attempt()
        if attempt is not Attempt.ELSEWHERE:
            self._early_attempts = early
        return self._wait() if attempt is Attempt.LATER else attempt

    def _may_report(self) -> bool:
        return self.opt_out.is_on() and (self.notice is None or self.notice.show_if_due())

    def _is_paused(self) -> bool:
        try:
            return not self.delivery.attempts.may_try(POSTHOG)
        except NewerFormatError:  # the attempt, which comes to nothing, keeps the limits
            return False

    def _is_early(self) -> bool:
        """Whether an early attempt, before the backoff ends, is allowed and due."""
        early_at = self.delivery.attempts.early_at(self._early_attempts)
        return early_at is not None and early_at <= self.clock.time()

    def _wait(self) -> Attempt:
        early_at = self.delivery.attempts.early_at(self._early_attempts)
        return Attempt.LATER if early_at is None else Attempt.SOON

    def _renew_delivery(self) -> None:
        self.delivery.renew()
        self._renewed_at = self.clock.monotonic()

    def _identify(self, snapshot: Mapping[str, object] | None) -> Mapping[str, object] | None:
        return None if snapshot is None else self.snapshots.identify(snapshot)

    def _compare(
        self, before: Mapping[str, object] | None, after: Mapping[str, object], now: Snapshot
    ) -> _Change:
        """`now`: the snapshot `after`, parsed."""
        if before == after:
            return _Change.NONE
        identified = self._identify(before)
        if identified is None:
            return _Change.UNKNOWN
        parsed = self.snapshots.parse(identified)
        if parsed.holds_until(now):
            return _Change.NONE
        return _Change.REFRESH if parsed.may_be_refreshed(now) else _Change.UNKNOWN
