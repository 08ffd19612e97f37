"""Keeps a queue within the limits of domain.retention, and counts what it drops."""

from contextlib import suppress

from attrs import evolve, frozen

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Outbox
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import LossReason, Observed, select_expired


@frozen(eq=False, repr=False)
class Retention:
    """Carries out the retention of one outbox."""

    outbox: Outbox

    def enforce(self, logbook: Logbook, now: float) -> Logbook:
        """Drop what is over the limits; returns the logbook with the time and the losses, to be written.

        Only for the sender. Blocks: on a bounded number of files. Raises StoreError.
        """
        observed = logbook.observed.advance(now)
        any_waiting, dropped = self._drop(observed)
        if not any_waiting:
            return logbook  # an empty queue has no time to keep
        return evolve(logbook, observed=observed, losses=logbook.losses.plus_all(dropped))

    def enforce_without_lock(self, now: float) -> None:
        """Drop what is over the limits, unless a sender sees to it; for a process that can't be the sender.

        The sender may still send what it has read before. Blocks: as `enforce`; where a sender sees to it,
        on two stats. Raises StoreError.
        """
        if self.outbox.sender_lock.is_tended():
            return
        logbook = self.outbox.log.read()
        observed = logbook.observed.advance(now)
        any_waiting, dropped = self._drop(observed)
        if dropped:
            with suppress(StoreError):  # the limits hold all the same
                self.outbox.log.add_losses(dropped)
        if any_waiting and logbook.observed.is_outdated(now):
            # This may undo what a stuck sender writes at the same moment.
            self.outbox.log.write(evolve(self.outbox.log.read(), observed=observed))

    def _drop(self, observed: Observed) -> tuple[bool, list[LossReason]]:
        """Whether anything waited, and why each event that this process dropped had to go."""
        waiting = self.outbox.queue.waiting()
        reasons = dict(select_expired(waiting, observed.seconds))
        return bool(waiting), [reasons[each] for each in self.outbox.queue.discard(reasons)]
