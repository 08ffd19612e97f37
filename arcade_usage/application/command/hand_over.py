"""Leaves an event to a delivery process that has announced that it takes the events of others.

Runs on the command path while an announcement stands. Owns half of the rule that loses no event: the event is
on disk before the last look at the announcement. The other half is in application/delivery/stay.py.
"""

from arcade_usage.application.command.payload import PAYLOAD_LIMIT, as_stored

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable

    from arcade_usage.application.ports import HandOver


def hand_over(payload: str, announcement: "HandOver", store: "Callable[[str], bool]") -> "str | None":
    """Store a payload's event for the process that announced itself.

    store: writes the event into the outbox; False if it can't, or if the event has free text. Returns the
    payload that a process has to be started with, or None if none has to.
    """
    stored = as_stored(payload)
    if len(stored) > PAYLOAD_LIMIT or not announcement.stands() or not store(payload):
        return payload
    return None if announcement.stands() else stored
