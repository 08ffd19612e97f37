"""The hand-over: what a command leaves to a running process, and how long that process stays for it."""

import signal
from collections.abc import Callable, Sequence

import pytest
from attrs import define, evolve, field
from pytest_mock import MockerFixture

from arcade_usage.application.command.hand_over import hand_over
from arcade_usage.application.command.payload import PAYLOAD_LIMIT, is_stored
from arcade_usage.application.command.tracker import CommandTracker
from arcade_usage.application.time_limits import LOOK_SECONDS, QUIET_SECONDS, STAY_SECONDS, TERM_SECONDS
from arcade_usage.domain.record import Record
from arcade_usage.testing.in_memory import ManualClock, MemoryHandOver, MemorySink, MemoryWriter
from tests.unit.application.simulation import Simulation
from tests.unit.application.tracked_tool import TrackedTool

PAYLOAD = '{"command":{}}'


@pytest.fixture
def running() -> MemoryHandOver:
    """The announcement of a running process."""
    announcement = MemoryHandOver()
    announcement.announce()
    return announcement


# What a command does.


def test_without_an_announcement_nothing_is_stored() -> None:
    """The process that is started stores the event."""
    assert hand_over(PAYLOAD, MemoryHandOver(), lambda _: pytest.fail("it is stored")) == PAYLOAD


def test_an_event_on_disk_is_left_to_the_running_process(running: MemoryHandOver) -> None:
    """No process is started for it."""
    assert hand_over(PAYLOAD, running, lambda _: True) is None


def test_an_event_that_is_not_on_disk_takes_a_process(running: MemoryHandOver) -> None:
    """As one with free text, which the process redacts first."""
    assert hand_over(PAYLOAD, running, lambda _: False) == PAYLOAD


def test_an_announcement_that_falls_meanwhile_takes_a_process_that_only_sends(
    running: MemoryHandOver,
) -> None:
    """The event is on disk already and is not stored twice."""

    def store(_: str) -> bool:
        running.withdraw()
        return True

    rest = hand_over(PAYLOAD, running, store)
    assert rest is not None
    assert is_stored(rest)
    assert not is_stored(PAYLOAD)


def test_a_payload_without_room_for_the_mark_is_not_stored(running: MemoryHandOver) -> None:
    """A process would refuse it as too large."""
    large = PAYLOAD[:-1] + " " * (PAYLOAD_LIMIT - len(PAYLOAD)) + "}"
    assert hand_over(large, running, lambda _: True) == large


@pytest.fixture
def host() -> TrackedTool:
    """A tool beside a running process."""
    tool = TrackedTool()
    tool.writer.taking = True
    return tool


def test_a_success_is_handed_over(host: TrackedTool) -> None:
    """A process is neither started nor waited for."""
    with host.make_tracker().command("run"):
        pass
    assert len(host.writer.handed_over) == 1
    assert host.launcher.payloads == []


@pytest.mark.parametrize(
    "facts",
    [{"is_login": True}, {"is_logout": True}, {"success": False, "error_message": "no such file"}],
    ids=str,
)
def test_a_change_of_identity_and_a_message_take_a_process(
    host: TrackedTool, facts: dict[str, object]
) -> None:
    """A login is waited for, a logout rotates the identity, and a message has to be redacted."""
    report: Callable[..., None] = host.make_tracker().track_command_execution
    report("run", **{"success": True, **facts})
    assert host.writer.handed_over == []
    assert len(host.launcher.payloads) == 1


def test_a_tool_with_adapters_of_its_own_hands_nothing_over(host: TrackedTool) -> None:
    """They may store events elsewhere."""
    tracker = host.make_tracker()
    tracker._tool = {**tracker._tool, "adapters": "tool:adapters"}
    tracker.track_command_execution("run", success=True)
    assert host.writer.handed_over == []
    assert len(host.launcher.payloads) == 1


def test_a_hand_over_that_fails_takes_a_process(host: TrackedTool, mocker: MockerFixture) -> None:
    """Whatever the error is, as where a module of it can't be imported."""
    mocker.patch.object(MemoryWriter, "hand_over", side_effect=ImportError)
    host.make_tracker().track_command_execution("run", success=True)
    assert len(host.launcher.payloads) == 1


def test_an_exception_of_the_tool_s_signal_handler_passes(host: TrackedTool, mocker: MockerFixture) -> None:
    """It is none of ours, whatever it interrupts."""

    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGALRM)

    def handle(*_: object) -> None:
        raise TimeoutError("of the tool")

    mocker.patch.object(MemoryWriter, "hand_over", side_effect=interrupted)
    before = signal.signal(signal.SIGALRM, handle)
    try:
        with pytest.raises(TimeoutError, match="of the tool"):
            host.make_tracker().track_command_execution("run", success=True)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_where_nothing_may_be_written_nothing_is_handed_over(host: TrackedTool) -> None:
    """As with $ARCADE_USAGE_DEBUG."""
    tracker: CommandTracker = host.make_tracker()
    tracker._writer = None
    tracker.track_command_execution("run", success=True)
    assert len(host.launcher.payloads) == 1


# What the running process does.


@define
class SleepyClock(ManualClock):
    """Notes each sleep; `meanwhile` happens during it."""

    sleeps: list[float] = field(factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.advance(seconds)
        self.meanwhile()


@define
class BusySink(MemorySink):
    """`meanwhile` happens while PostHog takes a batch."""

    meanwhile: Callable[[], object] = lambda: None

    def capture(self, records: Sequence[Record]) -> None:
        self.meanwhile()
        MemorySink.capture(self, records)


@define
class Burst:
    """A sender, and commands that leave events for it."""

    clock: SleepyClock = field(factory=SleepyClock)
    posthog: BusySink = field(factory=BusySink)
    announcement: MemoryHandOver = field(factory=MemoryHandOver)
    simulation: Simulation = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.simulation = Simulation(clock=self.clock, posthog=self.posthog)

    def send(self, events: int = 1) -> None:
        """A delivery process whose own event, and `events` - 1 others, wait when it begins."""
        self.leave(events)
        evolve(self.simulation.delivery(), hand_over=self.announcement).send()

    def leave(self, events: int) -> None:
        """Commands whose events are on disk, without processes."""
        moment = self.clock.seconds
        for number in range(events):
            event = self.simulation.event(f"command {number}")
            self.simulation.delivery().submit([event], self.simulation.look())
        self.clock.seconds = moment

    def leave_while_sending(self, events: int) -> None:
        """So many come while PostHog takes the first batch."""
        self.posthog.meanwhile = lambda: None if self.posthog.batches else self.leave(events)

    @property
    def sent(self) -> list[int]:
        """The sizes of the batches."""
        return [len(batch) for batch in self.posthog.batches]


@pytest.fixture
def burst() -> Burst:
    return Burst()


def test_a_sender_alone_does_not_stay(burst: Burst) -> None:
    """Nor one that finds events which waited before it began."""
    burst.send(events=3)
    assert (burst.sent, burst.clock.sleeps) == ([3], [])
    assert not burst.announcement.stands()


def test_a_sender_in_a_burst_stays_until_it_is_quiet(burst: Burst) -> None:
    """Events came while it was at work: it takes them, and sleeps as long as others may come."""
    burst.leave_while_sending(2)
    burst.send()
    assert burst.sent == [1, 2]
    assert QUIET_SECONDS <= sum(burst.clock.sleeps) <= QUIET_SECONDS + 2 * LOOK_SECONDS
    assert not burst.announcement.stands()


def test_it_stays_announced_while_it_sleeps_and_sends_what_comes(burst: Burst) -> None:
    """What comes in one sleep goes out in one batch."""
    stood: list[bool] = []

    def meanwhile() -> None:
        stood.append(burst.announcement.stands())
        if len(burst.clock.sleeps) == 3:
            burst.leave(4)

    burst.clock.meanwhile = meanwhile
    burst.leave_while_sending(1)
    burst.send()
    assert burst.sent == [1, 1, 4]
    assert all(stood)


def test_a_sender_does_not_stay_longer_than_its_term_allows(burst: Burst) -> None:
    """However long the burst goes on: then the next command starts the next process."""
    burst.leave_while_sending(1)
    burst.clock.meanwhile = lambda: burst.leave(1)
    burst.send()
    assert STAY_SECONDS <= sum(burst.clock.sleeps) <= STAY_SECONDS + LOOK_SECONDS + 1e-6
    assert burst.simulation.outbox.queue.pending() == []


def test_a_sender_begins_no_batch_after_its_term(burst: Burst) -> None:
    """The limit of the process would end it in the middle, and count that as a failure of PostHog."""

    def be_slow() -> None:
        if not burst.posthog.batches:
            burst.leave(1)
        burst.clock.advance(TERM_SECONDS + 0.1)

    burst.posthog.meanwhile = be_slow
    burst.send()
    assert burst.sent == [1]
    assert len(burst.simulation.outbox.queue.pending()) == 1
    assert not burst.announcement.stands()


def test_it_sleeps_without_the_sender_lock(burst: Burst) -> None:
    """A login, `off` and `flush` do not wait for a sender that sleeps."""
    held: list[bool] = []
    burst.clock.meanwhile = lambda: held.append(burst.simulation.outbox.sender_lock.sender_at_work)
    burst.leave_while_sending(1)
    burst.send()
    assert held
    assert not any(held)


def test_what_was_left_before_the_announcement_fell_is_sent(burst: Burst) -> None:
    """The sender looks once more after it has withdrawn."""

    class Announcement(MemoryHandOver):
        def withdraw(self) -> None:
            burst.leave(1)
            MemoryHandOver.withdraw(self)

    burst.announcement = Announcement()
    burst.send()
    assert burst.sent == [1, 1]


def test_while_posthog_takes_nothing_it_does_not_stay(burst: Burst) -> None:
    """What waits is not due; the next process tries."""
    burst.posthog.failing = True
    burst.clock.meanwhile = lambda: pytest.fail("it sleeps")
    burst.send(events=2)
    assert not burst.announcement.stands()


def test_a_process_beside_the_one_that_takes_events_sends_nothing(
    burst: Burst, running: MemoryHandOver
) -> None:
    """Its event is on disk for that one."""
    burst.announcement = MemoryHandOver(running.announced)
    burst.send()
    assert burst.sent == []
    assert len(burst.simulation.outbox.queue.pending()) == 1
    assert running.stands()


def test_a_process_that_announced_itself_waits_for_the_sender_before_it(burst: Burst) -> None:
    """It stays announced meanwhile, so that other commands start no processes."""
    sender_lock = burst.simulation.outbox.sender_lock
    sender_lock.sender_at_work = True
    stood: list[bool] = []

    def meanwhile() -> None:
        stood.append(burst.announcement.stands())
        sender_lock.sender_at_work = len(stood) < 3

    burst.clock.meanwhile = meanwhile
    burst.send()
    assert stood == [True] * 3
    assert burst.sent == [1]


def test_a_process_that_has_withdrawn_leaves_the_rest_to_the_next_one(burst: Burst) -> None:
    """So the SDK is in one process at a time."""
    successor = MemoryHandOver(burst.announcement.announced)

    class Announcement(MemoryHandOver):
        def withdraw(self) -> None:
            burst.leave(1)
            MemoryHandOver.withdraw(self)
            burst.posthog.meanwhile = then

    def then() -> None:
        burst.leave(1)
        successor.announce()

    burst.announcement = Announcement(burst.announcement.announced)
    burst.send()
    assert burst.sent == [1, 1]
    assert len(burst.simulation.outbox.queue.pending()) == 1


def test_a_process_that_finds_the_lock_held_withdraws_and_tries_again(burst: Burst) -> None:
    """The holder may have looked before events were left to this process."""
    outbox = burst.simulation.outbox
    outbox.sender_lock.sender_at_work = True

    class Announcement(MemoryHandOver):
        def withdraw(self) -> None:
            MemoryHandOver.withdraw(self)
            outbox.sender_lock.sender_at_work = False

    burst.announcement = Announcement()
    burst.send()
    assert burst.sent == [1]


def test_a_process_that_finds_the_lock_held_twice_ends(burst: Burst) -> None:
    """For as long as it waits for it: the holder looks after it has let the lock go."""
    burst.simulation.outbox.sender_lock.sender_at_work = True
    burst.send()
    assert burst.sent == []
    assert not burst.announcement.stands()
