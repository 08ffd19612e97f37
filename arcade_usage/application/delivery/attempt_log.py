"""Spaces out attempts at what can't be reached, across the processes of one project, and notes their results.

Owns the invariant that the pause is on disk before the attempt: a kill counts as a failure. The sender reads
the delivery log once, keeps it, and writes it before each attempt and when it lets go of the sender lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define, evolve, field

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Clock, IdGenerator, Outbox
from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.logbook import Delivered, Logbook
from arcade_usage.domain.retention import LossReason

POSTHOG = "sink"  # the name of the project itself among what is tried


@define(eq=False, repr=False)
class AttemptLog:
    """Says what is due, by name: `POSTHOG`, an alias, a look-up. All other methods are for the sender.

    Where the pauses can't be written, an attempt is made all the same: sending is what frees a full disk.
    """

    outbox: Outbox
    clock: Clock
    ids: IdGenerator
    _is_early: bool = field(default=False, init=False)
    _kept: Logbook | None = field(default=None, init=False)  # while this process is the sender
    _written: Logbook | None = field(default=None, init=False)  # `_kept` as it is on disk

    @contextmanager
    def sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        """Hold the sender lock, as the port says, and keep the log meanwhile. Raises StoreError."""
        with self.outbox.sender_lock.hold(patience_seconds) as ours:
            if not ours:
                yield False
                return
            self._kept = self._written = self.outbox.log.read()
            try:
                yield True
            finally:
                self._write()
                self._kept = None

    @property
    def logbook(self) -> Logbook:
        """As this process knows it. Raises StoreError."""
        return self.outbox.log.read() if self._kept is None else self._kept

    def update(self, logbook: Logbook) -> None:
        """Replace what is kept."""
        if self._kept is None:
            raise AssertionError("only the sender writes to the log")
        self._kept = logbook

    def may_try(self, name: str) -> bool:
        """Whether an attempt is due. Raises StoreError."""
        return (name == POSTHOG and self._is_early) or not self.logbook.backoff.hold_back(
            name, self.clock.time()
        )

    def early_at(self, tried: int) -> float | None:
        """When a server may try the project though it is paused (Unix seconds). Raises StoreError."""
        logbook = self.logbook
        return logbook.backoff.early_at(POSTHOG, logbook.failed.at if logbook.failed else 0.0, tried)

    def hurry(self) -> None:
        """Make the next attempt at the project due, that one only."""
        self._is_early = True

    def begin(self, name: str) -> None:
        """Write down that an attempt is being made."""
        if name == POSTHOG and self._is_early:
            self._is_early = False
            return  # the pause that holds counts it already, and is not made longer
        chance = int(self.ids.new()[:8], 16) / 0x1_0000_0000
        self._set_backoff(self.logbook.backoff.begun(name, self.clock.time(), chance))
        self._write()

    def succeed(self, name: str) -> None:
        """Note that an attempt succeeded."""
        self._set_backoff(self.logbook.backoff.ended(name))

    def delivered(self, events: int) -> None:
        """Note that the project took a batch."""
        self.succeed(POSTHOG)
        self.update(evolve(self.logbook, delivered=Delivered(self.clock.time(), events)))

    def failed(self, reason: str) -> None:
        """Note why PostHog did not take something."""
        self.update(self.logbook.with_failure(self.clock.time(), reason))

    def unanswered(self, reason: str) -> None:
        """Note why a look-up came to nothing."""
        self.update(self.logbook.without_answer(self.clock.time(), reason))

    def lost(self, reason: LossReason, events: int) -> None:
        """Count events that were dropped."""
        self.update(evolve(self.logbook, losses=self.logbook.losses.plus(reason, events)))

    def forget(self) -> None:
        """Make everything due."""
        self._set_backoff(Backoff())

    def _set_backoff(self, backoff: Backoff) -> None:
        self.update(evolve(self.logbook, backoff=backoff))

    def _write(self) -> None:
        if self._kept is not None and self._kept != self._written:
            with suppress(StoreError):
                self.outbox.log.write(self._kept)
                self._written = self._kept
