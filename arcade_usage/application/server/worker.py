"""The server's worker: writes events into the outbox in batches, attributes them and sends them.

Owns the attribution of events that are queued without reading the disk. If the snapshots before and after an
event agree, the event belongs to their identity; otherwise it is Unattributable. Runs on the worker thread.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import define, field, frozen

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.delivery.attempt_log import POSTHOG
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import NewerFormatError, StoreError, UnwantedError
from arcade_usage.application.ports import Clock, IdGenerator, LateImports, OptOut, ParsedSnapshots
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.time_limits import ROUND_SECONDS
from arcade_usage.domain.event import Event, Runtime
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.retention import LossReason
from arcade_usage.domain.server_event import ServerEvent, describe_server_event
from arcade_usage.domain.verdict import Unattributable


@frozen(eq=False, repr=False)
class EventDescriber:
    """Makes the events of one server."""

    runtime: Runtime
    redact: Redactor
    ids: IdGenerator

    def describe(self, queued: QueuedEvent) -> Event:
        """The event of a queued one. Raises ValueError."""
        captured = ServerEvent(queued.name, queued.at, json.loads(queued.properties))
        return describe_server_event(captured, self.runtime, self.ids.new(), self.redact)


@define(eq=False, repr=False)
class ServerWorker:
    """The worker of one thread.

    adapters_problem: why the tool's adapters can't be made; then events are written and not sent.
    """

    opt_out: OptOut
    snapshots: ParsedSnapshots
    describer: EventDescriber
    delivery: Delivery
    clock: Clock
    late_imports: LateImports | None = None
    adapters_problem: str | None = None
    lost: int = field(default=0, init=False)
    _renewed_at: float = field(init=False)
    _reported_losses: int = field(default=0, init=False)
    _early_attempts: int = field(default=0, init=False)  # since the backoff began

    def __attrs_post_init__(self) -> None:
        self._renew_delivery()

    def enqueue(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        if not self.opt_out.is_on():
            return None
        snapshot = self._identify(self.snapshots.take())
        if snapshot is None:  # the folder can't be used
            self.lost += len(batch)
            return None
        now = self.snapshots.parse(snapshot)
        certain: list[Event] = []
        uncertain: list[Event] = []
        agrees: dict[int, bool] = {}  # by id() of the snapshot before: many events share one
        for queued in batch:
            before = id(queued.snapshot)
            if before not in agrees:
                agrees[before] = queued.snapshot == snapshot or self._agrees(queued.snapshot, now)
            with suppress_and_log():
                (certain if agrees[before] else uncertain).append(self.describer.describe(queued))
        written = 0
        try:
            for events, verdict in ((certain, None), (uncertain, Unattributable())):
                with suppress(StoreError):
                    written += len(self.delivery.submit(events, now, verdict)) if events else 0
        except UnwantedError:
            return None
        self.lost += len(batch) - written
        return snapshot

    def send(self, lost_before: int) -> Attempt:
        if not self.opt_out.is_on():
            return Attempt.DONE
        if self.clock.monotonic() - self._renewed_at >= ROUND_SECONDS:
            self._renew_delivery()
        lost = lost_before + self.lost - self._reported_losses
        if lost and self.delivery.count_losses(LossReason.NOT_TAKEN, lost):
            self._reported_losses += lost
        if self.adapters_problem is not None:
            self.delivery.hold_back(self.adapters_problem)
            return Attempt.LATER
        early = 0
        if self._is_paused():
            if not self._is_early():
                self.delivery.enforce_retention()
                return self._wait()
            early = self._early_attempts + 1
            self._renew_delivery()
            self.delivery.attempts.allow_early_attempt()
        if self.late_imports is not None:
            self.late_imports.load()
        attempt = self.delivery.attempt()
        if attempt is not Attempt.ELSEWHERE:
            self._early_attempts = early
        return self._wait() if attempt is Attempt.LATER else attempt

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

    def _agrees(self, snapshot: Mapping[str, object] | None, now: Snapshot) -> bool:
        identified = self._identify(snapshot)
        return identified is not None and self.snapshots.parse(identified).holds_until(now)
