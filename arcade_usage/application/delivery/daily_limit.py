"""Applies the daily limit to the events that wait. Only the sender may use it.

Owns the invariants that a decision is on disk before an event is sent or removed because of it, and that a
day's counts are in the queue before they begin anew.
"""

from collections.abc import Sequence
from contextlib import suppress

from attrs import frozen

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Clock, IdGenerator, OptOut, Outbox
from arcade_usage.domain.daily_limit import DailyCount, utc_day
from arcade_usage.domain.record import Record


@frozen(eq=False, repr=False)
class DailyLimit:
    """The daily limit of one outbox. Each record has the limit that its tool's author set."""

    outbox: Outbox
    opt_out: OptOut
    clock: Clock
    ids: IdGenerator

    def apply(self, waiting: Sequence[Record], here: str) -> list[Record]:
        """Count and remove the successes over their limit; returns the events to send, oldest first.

        They include the counts of an earlier day. Events wait while the decisions about them can't be stored.
        waiting: all that wait. here: this installation's fingerprint. Blocks: on a bounded number of files.
        """
        stored = DailyCount()
        try:
            stored = self.outbox.counts.read()
            ours = [record for record in waiting if not record.is_foreign(here)]
            if stored.day == "" and all(record.daily_limit is None for record in ours):
                return [*waiting]
            today, counts = utc_day(self.clock.time()), list[Record]()
            state = stored
            if stored.day != today:
                counts = self._queue_counts(stored, waiting, here)
                state = stored.begin(today, self.ids.new())
            state = state.decide(ours)
            if state != stored:
                # Waits for the disk if events are removed because of it.
                self.outbox.counts.write(state, durable=state.succeeded > 0)
                if not self.opt_out.is_on():  # `off` may have purged the outbox before
                    self.outbox.queue.remove(counts)
                    self.outbox.counts.clear()
                    return []
        except StoreError:  # a decision that is not stored must not be carried out
            return stored.decided(waiting)
        with suppress(StoreError):  # the next sender removes them
            self.outbox.queue.remove([r for r in ours if r.event.uuid in state.to_remove])
        return [*counts, *(r for r in waiting if r.event.uuid not in state.to_remove)]

    def _queue_counts(self, stored: DailyCount, waiting: Sequence[Record], here: str) -> list[Record]:
        """Add the event with the counts of an earlier day to the queue, unless a killed sender did."""
        if not stored.succeeded or any(record.event.uuid == stored.uuid for record in waiting):
            return []
        counts = stored.summarize(here)
        self.outbox.queue.add(counts)
        return [counts]
