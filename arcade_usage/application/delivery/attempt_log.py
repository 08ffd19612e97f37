"""Backoff between attempts to reach a service, shared by the processes of one project, and their results.

Owns the invariant that the next due time is on disk before an attempt, so that a killed process counts as a
failure. The sender reads the delivery log once, and writes it before each attempt and before it releases the
sender lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define, evolve, field

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Clock, IdGenerator, Outbox
from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.logbook import Delivered, Logbook
from arcade_usage.domain.retention import LossReason

POSTHOG = "sink"  # the stored name of attempts at the project itself


@define(eq=False, repr=False)
class AttemptLog:
    """Tells which attempts are due, by name: `POSTHOG`, an alias or a look-up; records their results.

    Only the sender calls the methods that change it. An attempt is made even if the log can't be written:
    sending frees space on a full disk.
    """

    outbox: Outbox
    clock: Clock
    ids: IdGenerator
    # Whether the next attempt at the project, and only that one, is due although a pause is not over.
    may_try_early: bool = field(default=False, init=False)
    _current: Logbook | None = field(default=None, init=False)  # while this process is the sender
    _written: Logbook | None = field(default=None, init=False)  # `_current` as it is on disk

    @contextmanager
    def sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        """Hold the sender lock (SenderLock.hold), and keep the log in memory meanwhile. Raises StoreError."""
        with self.outbox.sender_lock.hold(patience_seconds) as ours:
            if not ours:
                yield False
                return
            self._current = self._written = self.outbox.log.read()
            try:
                yield True
            finally:
                self._write()
                self._current = None

    @property
    def logbook(self) -> Logbook:
        """The sender's logbook in memory; for other processes, the one on disk. Raises StoreError."""
        return self.outbox.log.read() if self._current is None else self._current

    def update(self, logbook: Logbook) -> None:
        """Replace the logbook in memory."""
        if self._current is None:
            raise AssertionError("only the sender changes the log")
        self._current = logbook

    def may_try(self, name: str) -> bool:
        """Whether an attempt is due. Raises StoreError."""
        return (name == POSTHOG and self.may_try_early) or not self.logbook.backoff.hold_back(
            name, self.clock.time()
        )

    def early_at(self, tried: int) -> float | None:
        """When a server may make early attempt number `tried` + 1 (Unix seconds); None if not at all.

        An early attempt is made before the backoff ends. Raises StoreError.
        """
        logbook = self.logbook
        return logbook.backoff.early_at(POSTHOG, logbook.failed.at if logbook.failed else 0.0, tried)

    def begin(self, name: str) -> None:
        """Record the start of an attempt on disk."""
        if name == POSTHOG and self.may_try_early:
            self.may_try_early = False
            return  # an early attempt does not lengthen the backoff
        randomness = int(self.ids.new()[:8], 16) / 0x1_0000_0000
        self._set_backoff(self.logbook.backoff.begun(name, self.clock.time(), randomness))
        self._write()

    def succeed(self, name: str) -> None:
        """Record that an attempt succeeded."""
        self._set_backoff(self.logbook.backoff.ended(name))

    def delivered(self, events: int) -> None:
        """Record that the project accepted this many events."""
        self.update(evolve(self.logbook, delivered=Delivered(self.clock.time(), events)))

    def failed(self, reason: str, name: str = POSTHOG, retry_after: float = 0.0) -> None:
        """Record why PostHog did not accept a request, and the seconds that it asked to wait."""
        now = self.clock.time()
        self.update(self.logbook.with_failure(now, reason))
        if retry_after > 0:
            self._set_backoff(self.logbook.backoff.postponed(name, now, retry_after))

    def unanswered(self, reason: str) -> None:
        """Record why a look-up failed."""
        self.update(self.logbook.without_answer(self.clock.time(), reason))

    def lost(self, reason: LossReason, events: int) -> None:
        """Count events that were dropped."""
        self.update(evolve(self.logbook, losses=self.logbook.losses.plus(reason, events)))

    def reset(self) -> None:
        """Make every attempt due."""
        self._set_backoff(Backoff())

    def _set_backoff(self, backoff: Backoff) -> None:
        self.update(evolve(self.logbook, backoff=backoff))

    def _write(self) -> None:
        if self._current is not None and self._current != self._written:
            with suppress(StoreError):
                self.outbox.log.write(self._current)
                self._written = self._current
