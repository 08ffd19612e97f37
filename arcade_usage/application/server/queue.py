"""Between a server's tracker and its worker: the bounded queue of events, and the worker's protocol.

Runs on the tool's threads too: imports no third-party package.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, Protocol

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.payload import fitting
from arcade_usage.application.command.properties import read_properties
from arcade_usage.application.time_limits import GATHER_SECONDS

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Properties

NAME_LIMIT = 1000  # characters of an event's name; the rest is cut
QUEUE_LIMIT = 10_000  # events
QUEUE_BYTES_LIMIT = 16 * 1024 * 1024  # characters of all names and properties
ROUND_LIMIT = 100  # events in one batch to the outbox


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


class BoundedQueue:
    """The events that no thread has taken yet. Any thread may put an event, and never waits."""

    def __init__(self) -> None:
        self._events: SimpleQueue[QueuedEvent | None] = SimpleQueue()  # None only wakes a waiting thread
        # Reentrant: a signal handler or a finalizer may call capture() during a capture().
        self._lock = threading.RLock()
        self._bytes_put = self._bytes_taken = 0
        self.in_hand: list[QueuedEvent] = []  # the last batch, until its taker has written it

    def put(self, event: QueuedEvent) -> bool:
        """Add an event; returns False if it is over the limits."""
        with self._lock:
            size = self._bytes_put - self._bytes_taken + event.size
            if self._events.qsize() >= QUEUE_LIMIT or size > QUEUE_BYTES_LIMIT:
                return False
            self._bytes_put += event.size
            self._events.put(event)
        return True

    def is_empty(self) -> bool:
        return self._events.empty()

    def wake(self) -> None:
        """Make a thread that waits in `take_batch` return."""
        self._events.put(None)

    def take_batch(self, wait_seconds: float, ending: threading.Event) -> list[QueuedEvent]:
        """The next events, at most ROUND_LIMIT; none if none comes before `wait_seconds` or a `wake`.

        Gathers events for a moment, unless `ending` is set. Bounded although an event wakes the thread: a
        delivery must not depend on one wake-up.
        """
        try:
            first = self._events.get(wait_seconds != 0.0, wait_seconds)
        except Empty:
            return []
        batch = self.in_hand = [] if first is None else [self._mark_taken(first)]
        if self._events.qsize() < ROUND_LIMIT:
            ending.wait(GATHER_SECONDS)
        while len(batch) < ROUND_LIMIT and (event := self._take()) is not None:
            batch.append(event)
        return batch

    def take_all(self) -> list[QueuedEvent]:
        """The events that are there. Does not wait."""
        return [*iter(self._take, None)]

    def _take(self) -> QueuedEvent | None:
        with suppress(Empty):
            while (event := self._events.get_nowait()) is None:
                pass
            return self._mark_taken(event)
        return None

    def _mark_taken(self, event: QueuedEvent) -> QueuedEvent:
        """Subtract an event from the queue's size; returns it."""
        self._bytes_taken += event.size
        return event


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
