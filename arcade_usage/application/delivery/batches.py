"""Sends records in batches, and removes the ones that PostHog accepted or refused for good.

Invariant: a record leaves the queue only after PostHog's answer for it.
"""

from collections.abc import Callable, Sequence

from attrs import define

from arcade_usage.application.delivery.attempt_log import POSTHOG, AttemptLog
from arcade_usage.application.errors import NotAcceptedError, PartlyAcceptedError, RefusedError
from arcade_usage.application.ports import AnalyticsSink, EventQueue
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import LossReason

BATCH_LIMIT = 100  # records in one request


@define(eq=False, repr=False)
class BatchSender:
    """Sends the records of one queue. `delivered`: how many events PostHog accepted."""

    queue: EventQueue
    sink: AnalyticsSink
    attempts: AttemptLog
    delivered: int = 0

    def send(self, records: Sequence[Record], has_time: Callable[[], bool]) -> bool:
        """Send in batches; stops and returns False when PostHog can't be reached, or the time is over.

        has_time: whether another batch may begin; the first one is sent in any case. There are no retries
        here: unsent events stay in the outbox.
        """
        return all(
            (start == 0 or has_time()) and self._send_batch(records[start : start + BATCH_LIMIT])
            for start in range(0, len(records), BATCH_LIMIT)
        )

    def _send_batch(self, batch: Sequence[Record]) -> bool:
        """Send one batch. A refused batch is halved until the refused event is alone; it is dropped."""
        self.attempts.begin(POSTHOG)
        try:
            self.sink.capture(batch)
        except RefusedError as error:
            self.attempts.succeed(POSTHOG)
            if len(batch) == 1:
                self.attempts.failed(str(error))
                self.attempts.lost(LossReason.REFUSED, self.queue.remove(batch))
                return True
            half = len(batch) // 2
            return self._send_batch(batch[:half]) and self._send_batch(batch[half:])
        except PartlyAcceptedError as error:
            accepted = [record for record in batch if record.event.uuid in error.accepted]
            self._remove_accepted(accepted)
            refused = [record for record in batch if record.event.uuid in error.refused]
            self.attempts.lost(LossReason.REFUSED, self.queue.remove(refused))
            self.attempts.failed(str(error), retry_after=error.retry_after)
            if len(accepted) + len(refused) < len(batch):
                return False
        except NotAcceptedError as error:
            self.attempts.failed(str(error), retry_after=error.retry_after)
            return False
        else:
            self._remove_accepted(batch)
        self.attempts.succeed(POSTHOG)
        return True

    def _remove_accepted(self, records: Sequence[Record]) -> None:
        if records:
            self.attempts.delivered(len(records))
            self.delivered += len(records)
            self.queue.remove(records)
