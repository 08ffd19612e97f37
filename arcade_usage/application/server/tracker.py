"""The tracker that a server holds: takes events from any thread, and has them delivered in the background.

Owns the invariants that a capture imports no vendor, touches no file, waits for nothing and lets no
exception out; that the queue is bounded and what it did not take is counted; that a forked child starts
with nothing of its parent's; and that the end is bounded. application/server/worker.py delivers events.
"""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.payload import fitting
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.server.queue import QueuedEvent, Worker
from arcade_usage.application.time_limits import (
    CLOSE_SECONDS,
    EXIT_SECONDS,
    LINGER_SECONDS,
    ROUND_SECONDS,
    SOON_SECONDS,
)

if TYPE_CHECKING:
    from arcade_usage.application.ports import Clock

QUEUE_LIMIT = 10_000  # events
QUEUE_BYTES_LIMIT = 16 * 1024 * 1024  # of their names and properties
NAME_LIMIT = 1000  # characters of an event's name that are looked at
ROUND_LIMIT = 100  # events that are written down at once

_PATIENCE = {Attempt.MORE: 0.0, Attempt.SOON: SOON_SECONDS}


class ServerTracker(Protocol):
    """A protocol: what a server may do with a tracker, whether tracking is on or off.

    A context manager too, which closes it.
    """

    @property
    def dropped(self) -> int:
        """How many events of this process were lost: refused, too many at a time, or captured after close."""

    def capture(self, name: str, properties: Mapping[str, object] | None = None) -> None:
        """Report that something happened, from any thread. Never raises. Blocks: not.

        A `name` that is empty or begins with `$` is refused. `properties` have to be JSON, 8 KiB at most;
        what is not, or does not fit, is left out.
        """

    def close(self) -> None:
        """Send what was captured, as far as that goes; the rest stays in the outbox. Never raises.

        Events captured afterwards are dropped. Blocks: 2 s.
        """

    def __enter__(self) -> "ServerTracker": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def pack(
    name: str, properties: Mapping[str, object] | None, at: float, seen: Mapping[str, object] | None
) -> QueuedEvent:
    """An event for the queue: nothing of it is the host's any more. `at`: Unix seconds."""
    return QueuedEvent(name[:NAME_LIMIT], at, json.dumps(fitting(properties)), seen)


class BackgroundTracker:
    """The tracker that is on. Made by `arcade_usage.server_tracker`. Its thread starts at the first event."""

    def __init__(
        self, *, make_worker: Callable[[], Worker], clock: "Clock", seen: Mapping[str, object] | None
    ) -> None:
        """`hire`: makes what the thread works with, in the thread. `seen`: the snapshot of now."""
        self._make_worker = make_worker
        self._clock = clock
        self._seen = seen
        self._open = True
        self.reset_after_fork()

    def reset_after_fork(self) -> None:
        """In a forked child: what its parent queued, counted and locked is the parent's."""
        self._queue: SimpleQueue[QueuedEvent | None] = SimpleQueue()
        # Reentrant: a signal's handler, or a finalizer, may capture in the middle of a capture.
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._ending = threading.Event()
        self._sends = True
        self._thread: threading.Thread | None = None
        self._rounds: Worker | None = None
        self._bytes_put = self._bytes_got = self._dropped = 0

    def __enter__(self) -> "BackgroundTracker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        return self._dropped + (self._rounds.lost if self._rounds else 0)

    def capture(self, name: str, properties: Mapping[str, object] | None = None) -> None:
        taken = False
        with suppress_and_log():
            taken = self._put(name, properties)
        if not taken:
            self._drop(1)

    def close(self) -> None:
        self._end(CLOSE_SECONDS, sends=True)

    def on_exit(self) -> None:
        """At the interpreter's end: what is queued still goes to the outbox, nothing to the network."""
        self._end(EXIT_SECONDS, sends=False)

    def _put(self, name: str, properties: Mapping[str, object] | None) -> bool:
        if not self._open or not isinstance(name, str):
            return False
        event = pack(name, properties, self._clock.time(), self._seen)
        with self._lock:
            queued = self._bytes_put - self._bytes_got
            if self._queue.qsize() >= QUEUE_LIMIT or queued + event.size > QUEUE_BYTES_LIMIT:
                return False
            self._bytes_put += event.size
            self._queue.put(event)
        if self._thread is None or not self._thread.is_alive():
            self._start()
        return True

    def _drop(self, events: int) -> None:
        with self._lock:
            self._dropped += events

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):  # another thread is at it
            return
        try:
            if self._open and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="arcade-usage", daemon=True)
                self._thread.start()
        finally:
            self._starting.release()

    def _end(self, seconds: float, *, sends: bool) -> None:
        with suppress_and_log():
            self._open = False
            thread, end = self._thread, self._clock.monotonic() + seconds
            if thread is None:
                return
            self._sends = self._sends and sends
            self._ending.set()
            self._queue.put(None)
            thread.join(seconds / 2)
            if thread.is_alive():  # most likely it waits for the network: what it has not taken is kept here
                _within(seconds / 2, lambda: self._keep_rest(end))
            self._drop(len([*iter(self._next, None)]))

    def _keep_rest(self, end: float) -> None:
        from arcade_usage.domain.retention import EVENTS_LIMIT

        rest = [*iter(self._next, None)]
        self._drop(len(rest))  # until they are kept: this may be cut short
        del rest[:-EVENTS_LIMIT]
        rounds = self._make_worker()
        while rest and self._clock.monotonic() < end:
            batch, rest = rest[:ROUND_LIMIT], rest[ROUND_LIMIT:]
            lost = rounds.lost
            rounds.keep(batch)
            self._drop(rounds.lost - lost - len(batch))

    def _run(self) -> None:
        """What the thread does."""
        attempt = Attempt.MORE
        while not (self._ending.is_set() and self._queue.empty()):
            batch = self._next_batch(_PATIENCE.get(attempt, ROUND_SECONDS))
            if not batch and attempt is Attempt.DONE:
                continue
            with suppress_and_log():
                attempt = Attempt.LATER
                attempt = self._round(batch)
            if batch:
                self._drop(len(batch))

    def _round(self, batch: list[QueuedEvent]) -> Attempt:
        """Write a batch down, which empties it, and send."""
        if self._rounds is None:
            self._rounds = self._make_worker()
        if batch:
            self._seen = self._rounds.keep(batch)
            batch.clear()
        if not self._sends:
            return Attempt.LATER
        attempt = self._rounds.send(self._dropped)
        if attempt is Attempt.ELSEWHERE:  # more than that one can send would overfill the outbox
            self._ending.wait(LINGER_SECONDS)
        return attempt

    def _next_batch(self, patience_seconds: float) -> list[QueuedEvent]:
        """The next events, at most ROUND_LIMIT; none if nothing comes in time, or at the end.

        Bounded, though a capture wakes who waits on the queue: no event's delivery hangs on one wake-up.
        """
        try:
            first = self._queue.get(patience_seconds != 0.0, patience_seconds)
        except Empty:
            return []
        if self._queue.qsize() < ROUND_LIMIT:
            self._ending.wait(LINGER_SECONDS)
        batch = [] if first is None else [self._count(first)]
        while len(batch) < ROUND_LIMIT and (event := self._next()) is not None:
            batch.append(event)
        return batch

    def _next(self) -> QueuedEvent | None:
        with suppress(Empty):
            while (event := self._queue.get_nowait()) is None:
                pass
            return self._count(event)
        return None

    def _count(self, event: QueuedEvent) -> QueuedEvent:
        self._bytes_got += event.size
        return event


class SilentServer:
    """The tracker of a server where tracking is off: does nothing, and costs as much."""

    dropped = 0

    def capture(self, name: str, properties: Mapping[str, object] | None = None) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""

    def __enter__(self) -> "SilentServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing."""


def _within(seconds: float, call: Callable[[], None]) -> None:
    """Call in a thread, for so long; at the interpreter's end, where none can be started, call here."""
    thread = threading.Thread(target=call, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        call()
    else:
        thread.join(seconds)
