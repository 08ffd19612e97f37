"""`flush`: sends all waiting events of a project now."""

from collections.abc import Mapping

from attrs import frozen

from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.domain.project import Project


@frozen
class Flushed:
    """The result of a flush of one project.

    delivered, waiting: numbers of events. dropped: number of events by reason.
    undecided: waiting events that are not attributed yet. foreign: undecided events of another installation.
    why: why events still wait; for people to read. None if none waits, or only for an attribution.
    unanswered: why Arcade Cloud did not name the owner of the credentials.
    """

    project: Project
    delivered: int
    dropped: Mapping[str, int]
    waiting: int
    undecided: int
    foreign: int
    why: str | None
    unanswered: str | None = None


def flush(delivery: Delivery, project: Project) -> Flushed:
    """Send all waiting events regardless of backoff; returns the result. Raises StoreError.

    Blocks: as long as the network steps of the delivery.
    """
    outbox = delivery.outbox
    before = outbox.log.read()
    delivery.send(ignore_backoff=True)
    after, waiting = outbox.log.read(), outbox.queue.pending()
    why = after.failed.reason if after.failed is not None and after.failed != before.failed else None
    asked = after.unanswered if after.unanswered != before.unanswered else None
    if delivery.obstacle is not None:
        why = delivery.obstacle
    elif delivery.untried(waiting):
        why = "another process is delivering"
    return Flushed(
        project,
        delivery.delivered,
        dropped=after.losses.since(before.losses),
        waiting=len(waiting),
        undecided=sum(record.attribution is None for record in waiting),
        foreign=sum(record.is_foreign(delivery.store.here) for record in waiting),
        why=why if waiting else None,
        unanswered=asked.reason if asked is not None else None,
    )
