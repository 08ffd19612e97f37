"""What becomes of a server's events: written down in batches, judged as any others, and sent.

Owns the rule of whose an event is that was captured without a look at the disk: that of the snapshot
taken before it, if the one taken after it says the same; else nobody's. Runs on the server's own thread.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from attrs import define, field

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.delivery.attempt_log import POSTHOG
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import StoreError, UnwantedError
from arcade_usage.application.ports import Clock, SnapshotSource
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.time_limits import ROUND_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.retention import LossReason
from arcade_usage.domain.server_event import ServerEvent
from arcade_usage.domain.verdict import Unattributable


@define(eq=False, repr=False)
class ServerWorker:
    """One for each background thread.

    `is_on`: the switch, as it is now. `read`: a snapshot that was taken. `begin`: makes a delivery, which
    tries each event once and remembers answers; so it is made anew before it knows too much. `get_ready`
    is called before anything is sent.
    """

    is_on: Callable[[], bool]
    snapshots: SnapshotSource
    read: Callable[[Mapping[str, object]], Snapshot]
    describe: Callable[[ServerEvent], Event]
    begin: Callable[[], Delivery]
    clock: Clock
    get_ready: Callable[[], None] = lambda: None
    held_back_by: str | None = None  # why nothing is sent, though events are kept
    lost: int = field(default=0, init=False)
    _delivery: Delivery = field(init=False)
    _begun: float = field(init=False)
    _accounted: int = field(default=0, init=False)
    _early: int = field(default=0, init=False)  # attempts that it made in this pause

    def __attrs_post_init__(self) -> None:
        self._begin()

    def keep(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        if not self.is_on():
            return None
        taken = self._identify(self.snapshots.take())
        if taken is None:  # the folder can't be used
            self.lost += len(batch)
            return None
        now = self.read(taken)
        sure: list[Event] = []
        doubtful: list[Event] = []
        holds: dict[int, bool] = {}  # by the snapshot before: the same one for many
        for captured in batch:
            before = id(captured.seen)
            if before not in holds:
                holds[before] = captured.seen == taken or self._holds(captured.seen, now)
            with suppress_and_log():
                (sure if holds[before] else doubtful).append(self.describe(unpack(captured)))
        kept = 0
        try:
            for events, verdict in ((sure, None), (doubtful, Unattributable())):
                with suppress(StoreError):
                    kept += len(self._delivery.take(events, now, verdict)) if events else 0
        except UnwantedError:
            return None
        self.lost += len(batch) - kept
        return taken

    def send(self, lost_before: int) -> Attempt:
        if not self.is_on():
            return Attempt.DONE
        if self.clock.monotonic() - self._begun >= ROUND_SECONDS:
            self._begin()
        lost = lost_before + self.lost - self._accounted
        if lost and self._delivery.count_losses(LossReason.NOT_TAKEN, lost):
            self._accounted += lost
        if self.held_back_by is not None:
            self._delivery.hold_back(self.held_back_by)
            return Attempt.LATER
        early = 0
        if not self._delivery.attempts.may_try(POSTHOG):
            if not self._is_early():
                self._delivery.tidy()
                return self._wait()
            early = self._early + 1
            self._begin()
            self._delivery.attempts.hurry()
        self.get_ready()
        attempt = self._delivery.attempt()
        if attempt is not Attempt.ELSEWHERE:
            self._early = early
        return self._wait() if attempt is Attempt.LATER else attempt

    def _is_early(self) -> bool:
        """Whether another attempt may be made though there is a pause, and is due."""
        early_at = self._delivery.attempts.early_at(self._early)
        return early_at is not None and early_at <= self.clock.time()

    def _wait(self) -> Attempt:
        return Attempt.LATER if self._delivery.attempts.early_at(self._early) is None else Attempt.SOON

    def _begin(self) -> None:
        self._delivery, self._begun = self.begin(), self.clock.monotonic()

    def _identify(self, taken: Mapping[str, object] | None) -> Mapping[str, object] | None:
        return None if taken is None else self.snapshots.identify(taken)

    def _holds(self, seen: Mapping[str, object] | None, now: Snapshot) -> bool:
        identified = self._identify(seen)
        return identified is not None and self.read(identified).holds_until(now)


def unpack(captured: QueuedEvent) -> ServerEvent:
    """What the host told, out of the queue. Raises ValueError."""
    return ServerEvent(captured.name, captured.at, json.loads(captured.properties))
