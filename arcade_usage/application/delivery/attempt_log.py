"""Spaces out attempts at what can't be reached, across the processes of one sink, and notes how they ended.

Owns the invariant that the pause is written down before the attempt. Only for who holds the sender lock,
so that no two write at a time.
"""

from contextlib import suppress

from attrs import define, evolve, field

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Clock, IdGenerator, Outbox
from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.logbook import Delivered, Logbook

POSTHOG = "sink"  # the name of the sink itself among what is tried


@define(eq=False, repr=False)
class AttemptLog:
    """Says what is due, by name: `POSTHOG`, an alias, a look-up.

    Where the pauses can't be kept, an attempt is made all the same: sending is what frees a full disk.
    """

    outbox: Outbox
    clock: Clock
    ids: IdGenerator
    _is_early: bool = field(default=False, init=False)

    def may_try(self, name: str) -> bool:
        """Whether an attempt is due. Raises StoreError."""
        return (name == POSTHOG and self._is_early) or not self.outbox.logbook().backoff.hold_back(
            name, self.clock.time()
        )

    def early_at(self, tried: int) -> float | None:
        """When one who lives on may try the sink though it is paused (Unix seconds). Raises StoreError."""
        logbook = self.outbox.logbook()
        return logbook.backoff.early_at(POSTHOG, logbook.failed.at if logbook.failed else 0.0, tried)

    def hurry(self) -> None:
        """Make the next attempt at the sink due, that one only."""
        self._is_early = True

    def begin(self, name: str) -> None:
        """Write down that an attempt is being made: a kill counts as a failure. Raises StoreError."""
        if name == POSTHOG and self._is_early:
            self._is_early = False
            return  # the pause that holds counts it already, and is not made longer
        chance = int(self.ids.new()[:8], 16) / 0x1_0000_0000
        self._keep(self.outbox.logbook().backoff.begun(name, self.clock.time(), chance))

    def succeed(self, name: str) -> None:
        """Raises StoreError."""
        self._keep(self.outbox.logbook().backoff.ended(name))

    def delivered(self, events: int) -> None:
        """The sink took a batch. Raises StoreError."""
        logbook = self.outbox.logbook()
        note = Delivered(self.clock.time(), events)
        self._write(evolve(logbook, backoff=logbook.backoff.ended(POSTHOG), delivered=note))

    def failed(self, reason: str) -> None:
        """Note why PostHog did not take something. Raises StoreError."""
        self._write(self.outbox.logbook().with_failure(self.clock.time(), reason))

    def unanswered(self, reason: str) -> None:
        """Note why a look-up came to nothing. Raises StoreError."""
        self._write(self.outbox.logbook().without_answer(self.clock.time(), reason))

    def forget(self) -> None:
        """Make everything due. Raises StoreError."""
        self._keep(Backoff())

    def _keep(self, backoff: Backoff) -> None:
        logbook = self.outbox.logbook()
        if logbook.backoff != backoff:
            self._write(evolve(logbook, backoff=backoff))

    def _write(self, logbook: Logbook) -> None:
        with suppress(StoreError):
            self.outbox.write_logbook(logbook)
