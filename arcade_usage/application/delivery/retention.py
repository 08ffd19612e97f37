"""Drops the events of a queue that are over the limits of domain.retention, and counts them."""

from contextlib import suppress

from attrs import evolve, frozen

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Outbox
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import LossReason, Observed, select_expired


@frozen(eq=False, repr=False)
class Retention:
    """Enforces the retention limits of one outbox."""

    outbox: Outbox

    def enforce(self, logbook: Logbook, now: float) -> Logbook:
        """Drop the events over the limits; returns the logbook with the observed time and the losses.

        Only for the sender, which writes the logbook. Blocks: on a bounded number of files.
        Raises StoreError.
        """
        observed = logbook.observed.advance(now)
        any_waiting, dropped = self._drop(observed)
        if not any_waiting:
            return logbook  # without events, the observed time need not be stored
        return evolve(logbook, observed=observed, losses=logbook.losses.plus_all(dropped))

    def enforce_without_lock(self, now: float) -> None:
        """Drop the events over the limits, unless a sender is running. For processes other than the sender.

        The sender may still send a dropped event that it has read before. Blocks: as `enforce`; two stat()
        calls if a sender is running. Raises StoreError.
        """
        if self.outbox.sender_lock.is_tended():
            return
        logbook = self.outbox.log.read()
        observed = logbook.observed.advance(now)
        any_waiting, dropped = self._drop(observed)
        if dropped:
            with suppress(StoreError):  # the events are dropped even if they can't be counted
                self.outbox.log.add_losses(dropped)
        if any_waiting and logbook.observed.is_outdated(now):
            # This can overwrite the logbook that a stuck sender writes at the same moment.
            self.outbox.log.write(evolve(self.outbox.log.read(), observed=observed))

    def enforce_without_log(self) -> None:
        """Drop the events over the limits of number and size. For a process that can't read the log.

        Without the log, no age is known. Raises StoreError. Blocks: as `enforce`.
        """
        if dropped := self._drop(Observed())[1]:
            self.outbox.log.add_losses(dropped)

    def _drop(self, observed: Observed) -> tuple[bool, list[LossReason]]:
        """Whether any event waited, and the reason for each event that this process dropped."""
        waiting = self.outbox.queue.waiting()
        reasons = dict(select_expired(waiting, observed.seconds))
        discarded = self.outbox.queue.discard(reasons)
        return bool(waiting), [reasons[each] for each in discarded for _ in range(each.events)]
