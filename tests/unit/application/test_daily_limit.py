"""The daily limit in deliveries: on in-memory ports, with kills between the steps."""

from collections.abc import Callable

import pytest
from attrs import define, evolve, field
from pytest_mock import MockerFixture

from arcade_usage.application.console.erasure import Eraser
from arcade_usage.application.console.opt_out import turn_off
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.consent import OFF, ON
from arcade_usage.domain.daily_limit import COUNTED, DailyCount
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.testing.in_memory import (
    MemoryCopies,
    MemoryCountStore,
    MemoryEventQueue,
    MemorySink,
    MemoryStores,
)
from tests.samples import undecided
from tests.unit.application.simulation import Simulation

DAY_SECONDS = 86_400.0


class KilledError(BaseException):
    """The process ends here."""


@define
class Commands:
    """Commands of one tool with a limit of three; each delivery is a process of its own."""

    simulation: Simulation
    ran: int = field(default=0, init=False)

    def run(self, name: str = SUCCEEDED, *, times: int = 1, limit: int | None = 3) -> None:
        for _ in range(times):
            self.ran += name == SUCCEEDED
            delivery, snapshot = self.simulation.delivery(), self.simulation.look()
            event = self.simulation.event(name)
            delivery.submit([event], snapshot, daily_limit=limit)
            delivery.send()

    def deliver(self) -> None:
        self.simulation.delivery().send(ignore_backoff=True)

    @property
    def sent(self) -> list[str]:
        return [event.name for event in self.simulation.posthog.persons.events]

    @property
    def counted(self) -> int:
        """The successes in the events with counts, and those that wait to be in one."""
        events = self.simulation.posthog.persons.events
        counts = [event.properties["succeeded"] for event in events if event.name == COUNTED]
        assert all(isinstance(count, int) for count in counts)
        return sum(counts) + self.simulation.outbox.counts.count.succeeded  # type: ignore[arg-type]


@pytest.fixture
def commands(simulation: Simulation) -> Commands:
    simulation.clock.seconds = 1_795_824_000.0  # midnight UTC
    return Commands(simulation)


def test_beyond_the_limit_successes_are_counted_and_failures_are_sent(commands: Commands) -> None:
    """Three successes, then only the failure and what has no limit; nothing waits."""
    commands.run(times=5)
    commands.run(FAILED)
    commands.run(limit=None)
    assert commands.sent == [SUCCEEDED] * 3 + [FAILED, SUCCEEDED]
    assert commands.counted == 2
    assert commands.simulation.outbox.queue.pending() == []


def test_the_counts_are_sent_once_with_the_first_delivery_of_another_day(commands: Commands) -> None:
    """The limit then begins anew."""
    commands.run(times=5)
    commands.simulation.clock.advance(DAY_SECONDS)
    commands.run(times=4)
    commands.deliver()
    assert commands.sent == [SUCCEEDED] * 3 + [COUNTED] + [SUCCEEDED] * 3
    (counts,) = [event for event in commands.simulation.posthog.persons.events if event.name == COUNTED]
    assert (counts.properties["succeeded"], counts.properties["day"]) == (2, "2026-11-28")
    assert (counts.personless, counts.day) == (True, "2026-11-28")
    assert commands.counted == 3


def test_a_delivery_without_a_new_event_sends_the_counts_too(commands: Commands) -> None:
    """A flush, or an event without a limit, such as a login."""
    commands.run(times=5)
    commands.simulation.clock.advance(DAY_SECONDS)
    commands.deliver()
    assert commands.sent[3:] == [COUNTED]
    commands.simulation.clock.advance(DAY_SECONDS)
    commands.deliver()
    assert commands.sent[4:] == []


def test_a_day_within_the_limit_sends_no_counts(commands: Commands) -> None:
    """Nothing was counted."""
    commands.run(times=3)
    commands.simulation.clock.advance(DAY_SECONDS)
    commands.run()
    assert COUNTED not in commands.sent


def test_without_a_limit_nothing_is_stored(commands: Commands) -> None:
    """A tool with daily_limit=None, and a server."""
    commands.run(times=3, limit=None)
    assert commands.simulation.outbox.counts.count == DailyCount()


def test_successes_are_counted_while_posthog_is_out_of_reach(commands: Commands) -> None:
    """They do not fill the queue; those within the limit of their day are sent later."""
    commands.simulation.posthog.failing = True
    commands.run(times=5)
    assert len(commands.simulation.outbox.queue.pending()) == 3
    commands.simulation.clock.advance(DAY_SECONDS)
    commands.simulation.posthog.failing = False
    commands.run(times=3)
    assert sorted(commands.sent) == sorted([COUNTED] + [SUCCEEDED] * 6)
    assert commands.counted == 2


def test_a_clock_that_goes_back_to_a_day_makes_a_second_event_of_that_day(commands: Commands) -> None:
    """With a uuid of its own, so PostHog drops neither."""
    for seconds in (0.0, DAY_SECONDS, -DAY_SECONDS, DAY_SECONDS):
        commands.simulation.clock.advance(seconds)
        commands.run(times=5)
    counts = [event for event in commands.simulation.posthog.persons.events if event.name == COUNTED]
    assert [event.properties["succeeded"] for event in counts] == [2, 2, 2]
    assert len({event.uuid for event in counts}) == 3
    assert commands.counted == 8


def test_what_another_installation_must_judge_is_left_alone(commands: Commands) -> None:
    """It is neither counted nor removed here."""
    commands.run(times=3)
    foreign = evolve(undecided(), daily_limit=3)
    commands.simulation.outbox.queue.add(foreign)
    commands.deliver()
    assert [*commands.simulation.outbox.queue.pending()] == [foreign]
    assert commands.counted == 0


STEPS: dict[str, tuple[type, str]] = {
    "the decisions are written": (MemoryCountStore, "write"),
    "events are removed": (MemoryEventQueue, "remove"),
    "events are sent": (MemorySink, "capture"),
    "the counts are added to the queue": (MemoryEventQueue, "add"),
}


def killed(before: bool, method: Callable[..., object]) -> Callable[..., object]:
    def step(self: object, *arguments: object, **options: object) -> object:
        if not before:
            method(self, *arguments, **options)
        raise KilledError

    return step


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_loses_nothing_and_counts_nothing_twice(
    commands: Commands, mocker: MockerFixture, step: str, before: bool
) -> None:
    """Every success is sent or counted once: on the day, and when the day's counts are sent."""
    owner, name = STEPS[step]
    for day in range(3):
        commands.run(times=2)
        for _ in range(2):
            simulation = commands.simulation
            delivery, snapshot = simulation.delivery(), simulation.look()
            commands.ran += 3
            delivery.submit([simulation.event(SUCCEEDED) for _ in range(3)], snapshot, daily_limit=3)
            patch = mocker.patch.object(owner, name, killed(before, getattr(owner, name)))
            try:
                delivery.send(ignore_backoff=True)
            except KilledError:
                pass
            finally:
                mocker.stop(patch)
                simulation.outbox.sender_lock.sender_at_work = False
            if day == 1:
                simulation.clock.advance(DAY_SECONDS)
        commands.simulation.clock.advance(DAY_SECONDS)
    commands.deliver()
    assert commands.sent.count(SUCCEEDED) + commands.counted == commands.ran
    assert commands.simulation.outbox.queue.pending() == []
    for batch in commands.simulation.posthog.batches:
        assert len({record.event.uuid for record in batch}) == len(batch)


def test_events_whose_reply_was_lost_are_not_counted(commands: Commands) -> None:
    """PostHog has them: they are sent again, which it recognises, and do not turn into counts."""
    commands.simulation.posthog.losing_replies = True
    commands.run(times=5)
    commands.simulation.posthog.losing_replies = False
    commands.deliver()
    assert (commands.sent, commands.counted) == ([SUCCEEDED] * 3, 2)


def test_events_wait_while_the_decisions_about_them_can_not_be_stored(commands: Commands) -> None:
    """Those that need none are sent: an event without a limit, and one that was decided before."""
    commands.simulation.posthog.failing = True
    commands.run()
    commands.simulation.posthog.failing = False
    commands.simulation.outbox.counts.writable = False
    commands.simulation.wait_out_backoff()
    commands.run(times=4)
    commands.run(limit=None)
    assert commands.sent == [SUCCEEDED] * 2
    commands.simulation.outbox.counts.writable = True
    commands.deliver()
    assert (commands.sent, commands.counted) == ([SUCCEEDED] * 4, 2)


def test_a_counted_event_that_can_not_be_removed_is_not_sent(
    commands: Commands, mocker: MockerFixture
) -> None:
    """Nor counted again; it goes when it can."""
    commands.run(times=3)
    patch = mocker.patch.object(MemoryEventQueue, "remove", side_effect=StoreError("not permitted"))
    commands.run(times=2)
    mocker.stop(patch)
    assert len(commands.simulation.outbox.queue.pending()) == 2
    commands.deliver()
    assert (commands.sent, commands.counted) == ([SUCCEEDED] * 3, 2)
    assert commands.simulation.outbox.queue.pending() == []


def test_off_erases_the_counts(commands: Commands) -> None:
    """Also those that a sender writes after `off` has purged the outbox."""
    commands.run(times=5)
    outbox, switch = commands.simulation.outbox, commands.simulation.switch
    turn_off(switch, MemoryStores([(outbox, MemoryCopies())]))
    assert outbox.counts.count == DailyCount()
    switch.choose(ON)
    delivery, snapshot = commands.simulation.delivery(), commands.simulation.look()
    delivery.submit([commands.simulation.event(SUCCEEDED)], snapshot, daily_limit=3)
    switch.choose(OFF)
    delivery.send()
    assert outbox.counts.count == DailyCount()


def test_forget_erases_the_counts(commands: Commands) -> None:
    """With the queue."""
    commands.run(times=5)
    outbox = commands.simulation.outbox
    Eraser(commands.simulation.store, MemoryStores([(outbox, MemoryCopies())])).forget()
    assert outbox.counts.count == DailyCount()
