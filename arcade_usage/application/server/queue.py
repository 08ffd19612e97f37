"""The interface between a server's tracker and its worker: queued events, and the worker's protocol.

Runs on the tool's threads too: imports no third-party package.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.payload import fitting
from arcade_usage.application.command.properties import read_properties

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Properties

NAME_LIMIT = 1000  # characters of an event's name; the rest is cut


class QueuedEvent(NamedTuple):
    """An event in the queue.

    at: when it was captured (Unix seconds). properties: a JSON text.
    snapshot: the last snapshot taken before the event was captured.
    """

    name: str
    at: float
    properties: str
    snapshot: Mapping[str, object] | None

    @property
    def size(self) -> int:
        return len(self.name) + len(self.properties)


def pack(
    name: str, properties: "Properties", at: float, snapshot: Mapping[str, object] | None
) -> QueuedEvent:
    """Make an event for the queue. It shares no mutable object with the tool. `at`: Unix seconds."""
    return QueuedEvent(name[:NAME_LIMIT], at, json.dumps(fitting(read_properties(properties))), snapshot)


class Worker(Protocol):
    """Writes events into the outbox and sends them, on the worker thread. Methods may block and raise."""

    @property
    def lost(self) -> int:
        """How many events it was given and could not write."""

    def enqueue(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        """Write events into the outbox; returns the snapshot taken for them, the next events' `snapshot`."""

    def send(self, lost_before: int) -> Attempt:
        """Send the events that are due. `lost_before`: how many events were lost before they reached it."""


class WorkerMaker(Protocol):
    """Makes the worker of a thread."""

    def make_worker(self) -> Worker:
        """Make a worker. Imports the third-party packages, so only the worker's thread calls it."""
