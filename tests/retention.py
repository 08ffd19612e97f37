"""Retention as a sender carries it out, and as a process does that can't be the sender."""

from arcade_usage.application.delivery.retention import Retention
from arcade_usage.application.ports import Outbox


def tidy(outbox: Outbox, now: float) -> None:
    """A sender begins, keeps the queue within its limits, and lets go."""
    with outbox.sender_lock.hold() as ours:
        assert ours
        logbook = outbox.log.read()
        changed = Retention(outbox).enforce(logbook, now)
        if changed != logbook:
            outbox.log.write(changed)


def trim(outbox: Outbox, now: float) -> None:
    """The sender lock can't be taken."""
    Retention(outbox).enforce_without_lock(now)
