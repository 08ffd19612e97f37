"""The tracker of a server: a capture waits for nothing, the queue is bounded, and the end is, too."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import NoReturn

import pytest
from attrs import define, field

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.server import queue
from arcade_usage.application.server import tracker as server
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.server.tracker import BackgroundTracker, SilentServer
from arcade_usage.application.time_limits import LINGER_SECONDS
from tests.e2e.world import until

SECONDS = 60.0  # for what is going to happen


@define
class Kept:
    """Worker that keep what they are given. `gate`: what sending waits for, as it would for a network. `disk`: what
    writing waits for."""

    names: list[str] = field(factory=list)
    batches: list[Sequence[QueuedEvent]] = field(factory=list)
    sent: int = 0
    lost: int = 0
    lost_before: int = 0
    broken: bool = False
    progress: Attempt = Attempt.DONE
    gate: threading.Event = field(factory=threading.Event)
    disk: threading.Event | None = None
    at_gate: threading.Event = field(factory=threading.Event)

    def make_worker(self) -> "Kept":
        return self

    def enqueue(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        if self.broken:
            raise OSError("no disk")
        if self.disk:
            self.at_gate.set()
            self.disk.wait(SECONDS)
        self.batches.append(tuple(batch))
        self.names += [event.name for event in batch]
        return {"after": len(self.batches)}

    def send(self, lost_before: int) -> Attempt:
        self.lost_before = lost_before
        self.at_gate.set()
        self.gate.wait(SECONDS)
        self.sent += 1
        return self.progress


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    kept.gate.set()
    yield kept
    kept.gate.set()


@pytest.fixture
def tracker(kept: Kept) -> Iterator[BackgroundTracker]:
    tracker = make(kept)
    yield tracker
    kept.gate.set()
    tracker.close()


def make(kept: Kept) -> BackgroundTracker:
    return BackgroundTracker(maker=kept, clock=time, snapshot={"after": 0})


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "arcade-usage"]


def test_an_event_is_written_before_it_is_time_to_send(
    tracker: BackgroundTracker, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill loses no event that was captured a moment ago. Those that follow soon are sent with it."""
    monkeypatch.setattr(server, "LINGER_SECONDS", SECONDS)
    for name in ("one", "two"):
        tracker.capture(name)
        assert until(lambda name=name: name in kept.names)  # type: ignore[misc]
    assert kept.sent == 0
    tracker.close()
    assert (kept.names, kept.sent) == (["one", "two"], 1)


def test_the_first_event_starts_one_daemon_thread(tracker: BackgroundTracker, kept: Kept) -> None:
    """None before that; many threads at once start one; it does not keep the interpreter from ending."""
    before = threads()  # another test's may be about to end
    assert kept.names == []
    many = [threading.Thread(target=tracker.capture, args=("x",)) for _ in range(20)]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()
    (started,) = [thread for thread in threads() if thread not in before]
    assert started.daemon
    assert until(lambda: len(kept.names) == 20)


def test_events_go_in_batches_and_in_order(tracker: BackgroundTracker, kept: Kept) -> None:
    """Nothing is lost between capture and keeping, and a batch is bounded."""
    kept.gate.clear()
    names = [str(number) for number in range(250)]
    for name in names:
        tracker.capture(name)
    kept.gate.set()
    assert until(lambda: len(kept.names) == 250)
    assert kept.names == names
    assert max(map(len, kept.batches)) <= queue.ROUND_LIMIT
    assert len(kept.batches) < 10


class Forgetful(SimpleQueue[QueuedEvent | None]):
    """What comes does not wake who waits on it already."""

    def get(self, block: bool = True, timeout: float | None = None) -> QueuedEvent | None:
        if block and self.empty():
            threading.Event().wait(timeout)
            raise Empty
        return super().get(block, timeout)


def test_a_wake_up_that_is_lost_delays_an_event_and_no_more(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread looks at its queue again by itself; where nothing came, it tries nothing."""
    monkeypatch.setattr(queue, "SimpleQueue", Forgetful)
    monkeypatch.setattr(server, "ROUND_SECONDS", 0.05)
    tracker = make(kept)
    tracker.capture("one")
    assert until(lambda: kept.sent == 1)
    tracker.capture("two")
    assert until(lambda: kept.names == ["one", "two"])
    assert until(lambda: kept.sent == 2)
    tracker.close()
    assert kept.sent == 2


def test_properties_are_what_they_were_at_the_capture(tracker: BackgroundTracker, kept: Kept) -> None:
    """What the tool changes afterwards is not the event's; what is no JSON, or too large, is left out."""
    properties: dict[str, object] = {"tools": ["a"], "fine": 0, "bad": object(), "big": "x" * 10_000}
    tracker.capture("x", properties)
    properties["fine"] = 1
    properties["tools"] = None
    assert until(lambda: kept.names == ["x"])
    assert json.loads(kept.batches[0][0].properties) == {"tools": ["a"], "fine": 0}


def test_an_event_carries_the_last_snapshot_before_it(tracker: BackgroundTracker, kept: Kept) -> None:
    """First the one from when the tracker was built, then those of the rounds."""
    tracker.capture("one")
    assert until(lambda: kept.sent == 1)
    tracker.capture("two")
    assert until(lambda: kept.sent == 2)
    assert [batch[0].snapshot for batch in kept.batches] == [{"after": 0}, {"after": 1}]


def test_the_queue_is_bounded_and_what_it_does_not_take_is_counted(
    tracker: BackgroundTracker, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the background is held up; captures go on without waiting. The delivery log has it."""
    monkeypatch.setattr(queue, "QUEUE_LIMIT", 50)
    kept.gate.clear()
    tracker.capture("first")
    assert kept.at_gate.wait(SECONDS)
    for _ in range(80):
        tracker.capture("x")
    assert tracker.dropped == 30
    kept.gate.set()
    assert until(lambda: len(kept.names) == 51 and kept.lost_before == 30)


def test_the_queue_is_bounded_in_bytes_too(
    tracker: BackgroundTracker, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken out of it makes room again."""
    monkeypatch.setattr(queue, "QUEUE_BYTES_LIMIT", 10_000)
    for _ in range(3):
        kept.gate.clear()
        tracker.capture("first")
        assert kept.at_gate.wait(SECONDS)
        dropped = tracker.dropped
        for _ in range(20):
            tracker.capture("x", {"text": "y" * 985})
        assert tracker.dropped - dropped in (10, 11)
        kept.gate.set()
        kept.at_gate.clear()
        assert until(
            lambda: tracker._queue.is_empty() and tracker._queue._bytes_put == tracker._queue._bytes_taken
        )


@pytest.mark.parametrize("name", [None, 5, b"x", ["x"]], ids=repr)
def test_what_is_no_name_is_dropped(tracker: BackgroundTracker, name: str) -> None:
    """A mistake of the tool's, and it must not break it."""
    tracker.capture(name)
    assert tracker.dropped == 1


def test_no_exception_leaves_a_capture(tracker: BackgroundTracker, kept: Kept) -> None:
    """Whatever is handed over, or is broken behind it."""

    class Broken(dict[str, object]):
        def items(self) -> None:  # type: ignore[override]
            raise RuntimeError("changed size during iteration")

    nested: dict[str, object] = {}
    nested["itself"] = nested
    tracker.capture("x", Broken())
    tracker.capture("x", nested)
    tracker.capture("x", 5)  # type: ignore[arg-type]
    assert tracker.dropped == 0
    assert until(lambda: kept.names == ["x", "x", "x"])


def test_properties_of_a_function_are_read_when_the_event_is_captured(
    tracker: BackgroundTracker, kept: Kept
) -> None:
    """In the thread that captures it; if the function fails, the event has none."""

    def fail() -> NoReturn:
        raise SystemExit(1)

    now = {"n": 1}
    tracker.capture("one", lambda: now)
    now["n"] = 2
    tracker.capture("two", fail)
    tracker.capture("three", lambda: None)
    assert until(lambda: kept.names == ["one", "two", "three"])
    captured = [json.loads(event.properties) for batch in kept.batches for event in batch]
    assert captured == [{"n": 1}, {}, {}]


def test_a_round_that_fails_is_counted_and_the_next_one_goes_on(
    tracker: BackgroundTracker, kept: Kept
) -> None:
    """A full disk for a while."""
    kept.broken = True
    tracker.capture("one")
    assert until(lambda: tracker.dropped == 1)
    kept.broken = False
    tracker.capture("two")
    assert until(lambda: kept.names == ["two"])


def test_where_no_thread_is_to_be_had_events_wait_for_one(
    tracker: BackgroundTracker, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the machine's limit of threads nothing is raised, and nothing lost."""

    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none)
        tracker.capture("one")
        tracker.capture("two")
    tracker.capture("three")
    assert until(lambda: kept.names == ["one", "two", "three"])


def test_closing_delivers_what_was_captured(kept: Kept) -> None:
    """At once, without waiting for more to come; as a context manager too."""
    with make(kept) as tracker:
        for number in range(150):
            tracker.capture(str(number))
    assert len(kept.names) == 150
    assert kept.sent >= 1
    assert tracker.dropped == 0


def test_a_closed_tracker_may_be_used_again(kept: Kept) -> None:
    """An event starts another thread, which delivers it without a further close."""
    tracker = make(kept)
    for number in range(3):
        tracker.capture(str(number))
        tracker.close()
    assert kept.names == ["0", "1", "2"]
    tracker.capture("three")
    assert until(lambda: kept.sent >= 4)
    thread = tracker._thread
    tracker.capture("four")  # the same thread waits for it
    assert until(lambda: kept.sent >= 5)
    assert (tracker._thread, kept.names[3:], tracker.dropped) == (thread, ["three", "four"], 0)
    tracker.close()


def test_closing_writes_what_no_thread_could_take(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for an event that was captured when the worker thread had just ended."""
    tracker = make(kept)
    tracker.capture("one")
    tracker.close()
    monkeypatch.setattr(tracker, "_start", lambda: None)
    tracker.capture("two")
    tracker.close()
    assert (kept.names, tracker.dropped) == (["one", "two"], 0)


def test_closing_again_does_nothing(kept: Kept) -> None:
    """No thread is started for it."""
    tracker = make(kept)
    tracker.capture("one")
    tracker.close()
    before = set(threads())
    tracker.close()
    assert set(threads()) <= before
    assert (kept.names, tracker.dropped) == (["one"], 0)


def test_events_are_captured_while_another_thread_closes(kept: Kept) -> None:
    """Each of them is delivered once, by the thread that ends or by the next one."""
    tracker = make(kept)
    names = [str(number) for number in range(500)]

    def close() -> None:
        for _ in range(20):
            tracker.close()

    closing = threading.Thread(target=close)
    closing.start()
    for name in names:
        tracker.capture(name)
    closing.join(SECONDS)
    tracker.close()
    assert sorted(kept.names) == sorted(names)
    assert tracker.dropped == 0


def test_after_the_exit_captures_are_dropped_and_counted(kept: Kept) -> None:
    """No thread can be started any more."""
    tracker = make(kept)
    tracker.on_exit()
    tracker.capture("late")
    assert (kept.names, tracker.dropped) == ([], 1)


def test_closing_from_async_code_does_not_block_the_loop(kept: Kept) -> None:
    """`aclose` and `async with` deliver; other tasks run meanwhile."""
    tracker = make(kept)

    async def serve() -> None:
        async with tracker:
            tracker.capture("one")
        kept.gate.clear()
        kept.at_gate.clear()
        tracker.capture("two")
        closing = asyncio.create_task(tracker.aclose())
        while not kept.at_gate.is_set():  # in the loop that is not blocked
            await asyncio.sleep(0)
        assert not closing.done()
        kept.gate.set()
        await closing

    asyncio.run(serve())
    assert kept.names == ["one", "two"]


def test_closing_that_is_cancelled_goes_on(kept: Kept) -> None:
    """In its thread: a server's task is cancelled when the server ends."""
    tracker = make(kept)

    async def serve() -> None:
        tracker.capture("one")
        closing = asyncio.create_task(tracker.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing

    asyncio.run(serve())
    assert until(lambda: kept.names == ["one"])


def test_closing_from_async_code_does_not_wait_for_the_tools_threads(kept: Kept) -> None:
    """The loop's executor may be busy with calls that take long."""
    tracker, end = make(kept), threading.Event()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        call = loop.run_in_executor(None, end.wait, SECONDS)
        tracker.capture("one")
        await tracker.aclose()
        assert not call.done()
        end.set()
        await call

    asyncio.run(serve())
    assert kept.names == ["one"]


def test_closing_ends_a_thread_that_has_nothing_to_do(kept: Kept) -> None:
    """It waits for an event, which never comes."""
    before = set(threads())
    tracker = make(kept)
    tracker.capture("one")
    assert until(lambda: kept.sent == 1)
    tracker.close()
    assert until(lambda: set(threads()) <= before)


def test_closing_what_never_captured_does_nothing(kept: Kept) -> None:
    """No thread is started to end it."""
    make(kept).close()
    assert (kept.sent, kept.batches) == (0, [])


@pytest.mark.parametrize("end", ["close", "on_exit"])
def test_the_end_is_bounded_and_keeps_what_the_network_holds_up(kept: Kept, end: str) -> None:
    """What is queued behind a send that takes its time is written down by who closes."""
    tracker = make(kept)
    kept.gate.clear()
    tracker.capture("first")
    assert kept.at_gate.wait(SECONDS)
    for number in range(250):
        tracker.capture(str(number))
    getattr(tracker, end)()  # returns, though the gate stays closed
    assert sorted(kept.names) == sorted(["first", *map(str, range(250))])
    assert tracker.dropped == 0


def test_the_exit_waits_for_a_thread_that_closes(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took the queue's events and writes them; a daemon thread would be stopped amid them."""
    monkeypatch.setattr(server, "EXIT_SECONDS", 2 * SECONDS)
    tracker = make(kept)
    tracker.capture("one")
    tracker.close()
    with monkeypatch.context() as patch:
        patch.setattr(tracker, "_start", lambda: None)
        tracker.capture("two")
    kept.at_gate.clear()
    kept.disk = threading.Event()
    closing = threading.Thread(target=tracker.close)
    closing.start()
    assert kept.at_gate.wait(SECONDS)
    leaving = threading.Thread(target=tracker.on_exit)
    leaving.start()
    leaving.join(0.1)
    assert leaving.is_alive()
    kept.disk.set()
    leaving.join(SECONDS)
    assert (kept.names, tracker.dropped) == (["one", "two"], 0)
    closing.join(SECONDS)


@pytest.mark.parametrize("end", ["close", "on_exit"])
def test_the_end_waits_for_what_the_thread_has_not_written(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """On a busy machine the imports before the first event may take more than half of the time that there is."""
    for limit in ("CLOSE_SECONDS", "EXIT_SECONDS"):
        monkeypatch.setattr(server, limit, 2 * SECONDS)

    class SlowThread(threading.Thread):
        """Writes only when it is waited for again."""

        joins = 0

        def join(self, timeout: float | None = None) -> None:
            self.joins += 1
            if self.joins == 2 and kept.disk is not None:
                kept.disk.set()
                super().join(timeout)

    tracker = make(kept)
    kept.disk = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(tracker, "_start", lambda: None)
        tracker.capture("one")
    tracker._thread = SlowThread(target=tracker._run, daemon=True)
    tracker._thread.start()
    assert kept.at_gate.wait(SECONDS)
    getattr(tracker, end)()
    assert (kept.names, tracker.dropped) == (["one"], 0)


def test_leaving_sends_nothing(kept: Kept) -> None:
    """At the interpreter's end there is no time for the network: the outbox has to do."""
    tracker = make(kept)
    tracker.capture("one")
    tracker.on_exit()
    assert (kept.names, kept.sent) == (["one"], 0)


def test_more_than_an_outbox_holds_is_not_written_down_at_the_end(kept: Kept) -> None:
    """The newest thousand are kept, the others counted."""
    tracker = make(kept)
    kept.gate.clear()
    tracker.capture("first")
    assert kept.at_gate.wait(SECONDS)
    for number in range(1500):
        tracker.capture(str(number))
    tracker.close()
    assert kept.names[1:] == [str(number) for number in range(500, 1500)]
    assert tracker.dropped == 500


def test_a_sender_elsewhere_holds_back_the_next_round(tracker: BackgroundTracker, kept: Kept) -> None:
    """Else this process would fill the outbox faster than the other one can empty it."""
    kept.progress = Attempt.ELSEWHERE
    clock = time
    start = clock.monotonic()
    for _ in range(3 * queue.ROUND_LIMIT):
        tracker.capture("x")
    assert until(lambda: len(kept.names) == 3 * queue.ROUND_LIMIT)
    assert clock.monotonic() - start >= 2 * LINGER_SECONDS


def test_a_child_begins_with_nothing(tracker: BackgroundTracker, kept: Kept) -> None:
    """Its parent's events, counts and locks are its parent's; it may capture by itself."""
    kept.gate.clear()
    tracker.capture("the parent's")
    assert kept.at_gate.wait(SECONDS)
    tracker.capture("the parent's second")
    tracker.capture("")
    with tracker._queue._lock, tracker._counting:  # another thread is in the middle of a capture
        tracker.reset_after_fork()
    kept.gate.set()
    tracker.capture("the child's")
    assert until(lambda: "the child's" in kept.names)
    assert "the parent's second" not in kept.names
    assert tracker.dropped == 0


def test_off_does_nothing() -> None:
    """And takes the same arguments."""
    with SilentServer() as silent:
        silent.capture("x", {"n": 1})
    silent.close()
    silent.capture("y")
    assert silent.dropped == 0
