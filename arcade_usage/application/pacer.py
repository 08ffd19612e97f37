"""Spaces out attempts at what can't be reached, across the processes of one sink, and notes how they ended.

Owns the invariant that the pause is written down before the attempt. Only for who holds the sender lock,
so that no two write at a time.
"""

from contextlib import suppress

from attrs import define, evolve, field

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Clock, Ids, Outbox
from arcade_usage.domain.logbook import Delivered, Logbook
from arcade_usage.domain.spacing import Pauses

SINK = "sink"  # the name of the sink itself among what is tried


@define(eq=False, repr=False)
class Pacer:
    """Says what is due, by name: `SINK`, an alias, a look-up.

    Where the pauses can't be kept, an attempt is made all the same: sending is what frees a full disk.
    """

    outbox: Outbox
    clock: Clock
    ids: Ids
    _is_early: bool = field(default=False, init=False)

    def may_try(self, name: str) -> bool:
        """Whether an attempt is due. Raises StoreError."""
        return (name == SINK and self._is_early) or not self.outbox.logbook().pauses.hold_back(
            name, self.clock.time()
        )

    def early_at(self, tried: int) -> float | None:
        """When one who lives on may try the sink though it is paused (Unix seconds). Raises StoreError."""
        logbook = self.outbox.logbook()
        return logbook.pauses.early_at(SINK, logbook.failed.at if logbook.failed else 0.0, tried)

    def hurry(self) -> None:
        """Make the next attempt at the sink due, that one only."""
        self._is_early = True

    def begin(self, name: str) -> None:
        """Write down that an attempt is being made: a kill counts as a failure. Raises StoreError."""
        if name == SINK and self._is_early:
            self._is_early = False
            return  # the pause that holds counts it already, and is not made longer
        chance = int(self.ids.fresh()[:8], 16) / 0x1_0000_0000
        self._keep(self.outbox.logbook().pauses.begun(name, self.clock.time(), chance))

    def succeed(self, name: str) -> None:
        """Raises StoreError."""
        self._keep(self.outbox.logbook().pauses.ended(name))

    def delivered(self, events: int) -> None:
        """The sink took a batch. Raises StoreError."""
        logbook = self.outbox.logbook()
        note = Delivered(self.clock.time(), events)
        self._write(evolve(logbook, pauses=logbook.pauses.ended(SINK), delivered=note))

    def failed(self, reason: str) -> None:
        """Note why PostHog did not take something. Raises StoreError."""
        self._write(self.outbox.logbook().with_failure(self.clock.time(), reason))

    def unanswered(self, reason: str) -> None:
        """Note why a look-up came to nothing. Raises StoreError."""
        self._write(self.outbox.logbook().without_answer(self.clock.time(), reason))

    def forget(self) -> None:
        """Make everything due. Raises StoreError."""
        self._keep(Pauses())

    def _keep(self, pauses: Pauses) -> None:
        logbook = self.outbox.logbook()
        if logbook.pauses != pauses:
            self._write(evolve(logbook, pauses=pauses))

    def _write(self, logbook: Logbook) -> None:
        with suppress(StoreError):
            self.outbox.write_logbook(logbook)
