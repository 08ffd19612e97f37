"""The server tracker: queues events from any thread, and delivers them on a worker thread.

Owns these invariants: `capture` imports no third-party package, touches no file, does not wait and never
raises; the queue is bounded, and events that it refuses are counted; a forked child starts with an empty
queue; `close` and the exit are bounded. application/server/worker.py delivers the events.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.server.queue import ROUND_LIMIT, BoundedQueue, Worker, WorkerMaker, pack
from arcade_usage.application.time_limits import (
    CLOSE_SECONDS,
    EXIT_SECONDS,
    LINGER_SECONDS,
    ROUND_SECONDS,
    SOON_SECONDS,
)

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Properties
    from arcade_usage.application.ports import Clock

_WAIT_SECONDS = {Attempt.MORE: 0.0, Attempt.SOON: SOON_SECONDS}


class ServerTracker(Protocol):
    """Reports events of a server. The methods are the same whether tracking is on or off.

    It is also a context manager, for `with` and `async with`, that closes the tracker. A closed tracker may
    be used again.
    """

    @property
    def dropped(self) -> int:
        """How many events of this process were lost: invalid, over the queue's limits, or at its exit."""

    def capture(self, name: str, properties: "Properties" = None) -> None:
        """Report an event, from any thread. Never raises. Does not block.

        name: not empty, and not starting with `$`; otherwise the event is dropped.
        properties: JSON serializable, at most 8 KiB; properties that are not, or don't fit, are omitted. A
        function is called here, in the thread that captures; see Properties.
        """

    def close(self) -> None:
        """Send the captured events within the time limit; the rest stays in the outbox. Never raises.

        An event captured afterwards starts the worker thread again. Blocks: 2 s.
        """

    async def aclose(self) -> None:
        """Do as `close` without blocking asyncio's event loop. Returns after 2 s at most.

        If it is cancelled, closing goes on in its thread. Without asyncio, under Trio, it blocks.
        """

    def __enter__(self) -> "ServerTracker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> "ServerTracker":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class BackgroundTracker(ServerTracker):
    """The tracker when tracking is on. Made by `arcade_usage.server_tracker`.

    The first event starts its worker thread.
    """

    def __init__(self, *, maker: WorkerMaker, clock: "Clock", snapshot: Mapping[str, object] | None) -> None:
        """`snapshot`: the current snapshot."""
        self._maker = maker
        self._clock = clock
        self._snapshot = snapshot
        self._open = True
        self.reset_after_fork()

    def reset_after_fork(self) -> None:
        """Start with an empty queue, new counters and new locks; the parent keeps its own."""
        self._queue = BoundedQueue()
        self._counting = threading.RLock()  # reentrant, as the lock of the queue
        self._starting = threading.Lock()
        self._rest_lock = threading.Lock()  # held while a thread that closes writes the rest
        self._ending = threading.Event()
        self._sends = True
        self._thread: threading.Thread | None = None
        self._worker: Worker | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        return self._dropped + (self._worker.lost if self._worker else 0)

    def capture(self, name: str, properties: "Properties" = None) -> None:
        queued = False
        with suppress_and_log():
            queued = self._try_enqueue(name, properties)
        if not queued:
            self._count_dropped(1)

    def close(self) -> None:
        with suppress_and_log():
            self._end(CLOSE_SECONDS, sends=True)
            self._ending.clear()  # the next event starts another thread

    async def aclose(self) -> None:
        import asyncio

        closed = asyncio.Event()

        def close(loop: asyncio.AbstractEventLoop) -> None:
            self.close()
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(closed.set)

        try:
            # A thread of its own: the tool's calls may keep all threads of the loop's executor busy.
            threading.Thread(target=close, args=(asyncio.get_running_loop(),)).start()
        except RuntimeError:  # another event loop, or no thread can be started
            self.close()
        else:
            await closed.wait()

    def on_exit(self) -> None:
        """At the interpreter's exit: write the queue into the outbox without using the network."""
        with suppress_and_log():
            self._open = False
            self._end(EXIT_SECONDS, sends=False)
            self._count_dropped(len(self._queue.take_all()))

    def _try_enqueue(self, name: str, properties: "Properties") -> bool:
        if not self._open or not isinstance(name, str):
            return False
        if not self._queue.put(pack(name, properties, self._clock.time(), self._snapshot)):
            return False
        if self._thread is None or not self._thread.is_alive():
            self._start()
        return True

    def _count_dropped(self, events: int) -> None:
        with self._counting:
            self._dropped += events

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):  # another thread is starting it
            return
        try:
            if self._open and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="arcade-usage", daemon=True)
                self._thread.start()
        finally:
            self._starting.release()

    def _end(self, seconds: float, *, sends: bool) -> None:
        thread, end = self._thread, self._clock.monotonic() + seconds
        if thread is None:
            return
        if thread.is_alive():
            self._sends = sends
            self._ending.set()
            self._queue.wake()
            thread.join(seconds / 2)
        # Alive, it probably waits for the network; ended, it missed the last events. This thread writes them,
        # or waits for another one that does: the interpreter may exit while a thread closes.
        if thread.is_alive() or not self._queue.is_empty() or self._rest_lock.locked():
            _within(seconds / 2, lambda: self._enqueue_rest(end))
        if self._queue.in_hand:  # not written yet: on a busy machine, the imports before take long
            thread.join(max(0.0, end - self._clock.monotonic()))

    def _enqueue_rest(self, end: float) -> None:
        """Enqueue what is left until `end` (monotonic seconds): the newest 1,000 at most."""
        from arcade_usage.domain.retention import EVENTS_LIMIT

        if not self._rest_lock.acquire(timeout=max(0.0, end - self._clock.monotonic())):
            return
        try:
            rest = self._queue.take_all()
            self._count_dropped(len(rest))  # count them as dropped first, since the time may run out
            del rest[:-EVENTS_LIMIT]
            worker = self._maker.make_worker() if rest else None
            while worker and rest and self._clock.monotonic() < end:
                batch, rest = rest[:ROUND_LIMIT], rest[ROUND_LIMIT:]
                lost = worker.lost
                worker.enqueue(batch)
                self._count_dropped(worker.lost - lost - len(batch))
        finally:
            self._rest_lock.release()

    def _run(self) -> None:
        """The worker thread's main loop: write events soon after their capture, send them less often."""
        attempt = Attempt.MORE
        while not (self._ending.is_set() and self._queue.is_empty()):
            written = self._write_next(_WAIT_SECONDS.get(attempt, ROUND_SECONDS))
            if not written and attempt is Attempt.DONE:
                continue
            end = self._clock.monotonic() + LINGER_SECONDS
            while 0 < written < ROUND_LIMIT and (left := end - self._clock.monotonic()) > 0.0:
                if self._ending.is_set():
                    break
                written += self._write_next(left)
            attempt = Attempt.LATER
            with suppress_and_log():
                attempt = self._send()

    def _write_next(self, wait_seconds: float) -> int:
        """Write the next batch into the outbox; returns how many events it had."""
        batch = self._queue.take_batch(wait_seconds, self._ending)
        if batch:
            with suppress_and_log():
                self._worker = self._worker or self._maker.make_worker()
                self._snapshot = self._worker.enqueue(batch)
                self._queue.in_hand = []
                return len(batch)
            self._queue.in_hand = []
            self._count_dropped(len(batch))
        return len(batch)

    def _send(self) -> Attempt:
        if not self._sends:
            return Attempt.LATER
        self._worker = self._worker or self._maker.make_worker()
        attempt = self._worker.send(self._dropped)
        if attempt is Attempt.ELSEWHERE:  # slow down: many workers must not overfill one sender's outbox
            self._ending.wait(LINGER_SECONDS)
        return attempt


class SilentServer(ServerTracker):
    """The server tracker when tracking is off: every method does nothing."""

    dropped = 0

    def capture(self, name: str, properties: "Properties" = None) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""


def _within(seconds: float, call: Callable[[], None]) -> None:
    """Call in a thread and wait for at most `seconds`; call here if no thread can be started (at exit)."""
    thread = threading.Thread(target=call, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        call()
    else:
        thread.join(seconds)
