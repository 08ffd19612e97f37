"""Attempts are spaced out across processes, and what is not due costs nothing."""

from collections.abc import Sequence

import pytest

from arcade_usage.application.attempt import Attempt
from arcade_usage.domain.backoff import LONGEST_SECONDS
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import EVENTS_LIMIT, LossReason
from arcade_usage.testing.in_memory import MemorySink
from tests.application.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_a_command_in_a_pause_makes_no_attempt(world: World) -> None:
    """After one failure the next processes leave their events, with their verdicts, and touch no network."""
    world.posthog.failing = True
    world.run("fails")
    calls = world.posthog.calls
    for number in range(5):
        world.run(f"in the pause {number}")
    assert world.posthog.calls == calls
    assert [record.attribution is not None for record in world.outbox.queue.pending()] == [True] * 6


def test_attempts_become_rare(world: World) -> None:
    """A command a minute for a day, with PostHog out of reach: some thirty attempts, not 1,440."""
    world.posthog.failing = True
    for number in range(24 * 60):
        world.clock.advance(59)
        world.run(f"minute {number}")
    assert 20 <= world.posthog.calls <= 40


def test_a_success_ends_the_pause(world: World) -> None:
    """Everything that waited goes out, and the next event at once."""
    world.posthog.failing = True
    world.run("fails")
    world.posthog.failing = False
    world.wait_out_backoff()
    world.run("succeeds")
    world.run("at once")
    assert world.outbox.queue.pending() == []
    assert world.outbox.log.read().backoff.next_due is None


def test_a_login_makes_everything_due(world: World) -> None:
    """Who logs in while it works again need not wait for a pause that somebody else caused."""
    world.posthog.failing = True
    before = world.run("fails")
    world.posthog.failing = False
    login = world.log_in("alice")
    assert world.distinct_id_of(login) == "alice"
    assert world.person_of(before) == world.person("alice")


def test_an_unreachable_cloud_is_not_asked_at_every_command(world: World) -> None:
    """One look-up, then a pause, for these credentials."""
    world.log_in("alice")
    world.switch_to("alice", token="refreshed")
    world.cloud.reachable = False
    look_ups = world.cloud.look_ups
    waiting = [world.run(f"waits {number}") for number in range(10)]
    assert world.cloud.look_ups == look_ups + 1
    world.cloud.reachable = True
    world.wait_out_backoff()
    world.run("later")
    assert {world.distinct_id_of(event) for event in waiting} == {"alice"}


def test_other_credentials_are_looked_up_at_once(world: World) -> None:
    """A pause is for the credentials that could not be looked up."""
    world.log_in("alice")
    world.switch_to("alice", token="refreshed")
    world.cloud.reachable = False
    world.run("waits")
    world.cloud.reachable = True
    world.switch_to("bob")
    assert world.distinct_id_of(world.run("bob's")) == "bob"


def test_a_refused_alias_is_not_retried_at_every_command(world: World) -> None:
    """The events go on anonymously, and the alias is tried again after its pause."""

    world.posthog.refusing_aliases = True
    world.log_in("alice")
    calls = world.posthog.calls
    events = [world.run(f"anonymous {number}") for number in range(5)]
    assert world.posthog.calls == calls + len(events)
    assert {world.distinct_id_of(event) for event in events} == {world.anon_id}
    world.posthog.refusing_aliases = False
    world.wait_out_backoff()
    world.run("later")
    assert {world.person_of(event) for event in events} == {world.person("alice")}


def test_nobody_is_looked_up_for_an_alias_that_is_not_due(world: World) -> None:
    """While PostHog is out of reach, commands of somebody who could not be linked cost no request to the cloud."""
    world.posthog.failing = True
    world.log_in("alice")
    look_ups = world.cloud.look_ups
    events = [world.run(f"waits {number}") for number in range(5)]
    assert world.cloud.look_ups == look_ups
    world.posthog.failing = False
    world.wait_out_backoff()
    assert world.distinct_id_of(world.run("later")) == "alice"
    assert {world.person_of(event) for event in events} == {world.person("alice")}


def test_refused_credentials_are_not_asked_about_at_every_command(world: World) -> None:
    """A 401 is asked for again after a pause; meanwhile what they do is anonymous, and theirs in the end."""
    world.switch_to("alice")
    answer = world.cloud.answers.pop("token of alice")
    events = [world.run(f"refused {number}") for number in range(5)]
    assert world.cloud.look_ups == 1
    world.cloud.answers["token of alice"] = answer
    world.wait_out_backoff()
    world.run("honoured again")
    assert world.linked_to == "alice"
    assert {world.person_of(event) for event in events} == {world.person("alice")}


def test_a_flush_settles_an_alias_that_is_still_owed(world: World) -> None:
    """Though no event waits: the alias of the current id is sent, and what was done under it is stitched."""
    before = world.run("before")
    world.posthog.refusing_aliases = True
    world.log_in("alice")
    world.posthog.refusing_aliases = False
    assert world.outbox.queue.pending() == []
    world.delivery().flush(Project("https://posthog.example", "phc_token"))
    assert world.person_of(before) == world.person("alice")
    look_ups = world.cloud.look_ups
    assert world.distinct_id_of(world.run("after")) == "alice"
    assert (world.linked_to, world.cloud.look_ups) == ("alice", look_ups + 1)


def test_of_many_processes_one_links(world: World) -> None:
    """Those that find a sender at work neither wait nor alias; what they leave is the principal's."""
    world.look()
    world.switch_to("alice")
    world.outbox.sender_lock.sender_at_work = True
    events = [world.run(f"one of many {number}") for number in range(8)]
    assert world.posthog.calls == world.cloud.look_ups == 0
    world.outbox.sender_lock.sender_at_work = False
    events.append(world.run("the sender's"))
    assert world.cloud.look_ups == 1
    assert {world.distinct_id_of(event) for event in events} == {"alice"}


def test_a_kill_counts_as_a_failure(world: World) -> None:
    """The pause is written before the attempt, so a process that is killed in it spaces out the next."""

    class Dying(MemorySink):
        def capture(self, records: Sequence[Record]) -> None:
            world.outbox.log.writable = False  # who is killed writes nothing any more
            raise KeyboardInterrupt(len(records))

    alive, world.posthog = world.posthog, Dying()
    with pytest.raises(KeyboardInterrupt):
        world.run("killed")
    world.outbox.log.writable = True
    world.posthog = alive
    world.run("after")
    assert world.posthog.calls == 0


@pytest.mark.parametrize("hours", [-1000, 1000], ids=["set back", "set forward"])
def test_a_clock_does_not_jam_it(world: World, hours: int) -> None:
    """After a jump, either way, the next event goes out within the longest pause."""
    world.posthog.failing = True
    world.run("fails")
    world.posthog.failing = False
    world.clock.advance(hours * 3600.0)
    world.run("after the jump")
    world.clock.advance(LONGEST_SECONDS)
    world.run("later")
    assert world.outbox.queue.pending() == []


def test_an_outbox_is_bounded(world: World) -> None:
    """Offline for ever: the newest events stay, what goes is counted, and all that stays arrives."""
    world.posthog.failing = True
    events = [world.run(f"{number}") for number in range(EVENTS_LIMIT + 10)]
    assert len(world.outbox.queue.pending()) == EVENTS_LIMIT
    assert world.outbox.log.read().losses.counts == {LossReason.TOO_MANY.value: 10}
    world.posthog.failing = False
    world.wait_out_backoff()
    world.run("back")
    arrived = [event for event in events if world.person_of(event) is not None]
    assert arrived == events[11:]


def test_a_refused_event_is_counted(world: World) -> None:
    """400 for a single event is the end of it."""
    world.posthog.refused = frozenset({"bad"})
    world.run("bad")
    assert world.outbox.log.read().losses.counts == {LossReason.REFUSED.value: 1}


def test_an_undecided_event_of_another_installation_is_left_alone(world: World) -> None:
    """It is that installation's to judge, in a shared folder too: it is neither sent nor dropped nor tried again."""
    world.log_in("alice")
    world.switch_to("alice", token="refreshed")
    world.cloud.reachable = False
    world.run("waits")
    (record,) = world.outbox.queue.pending()
    copy = World(posthog=world.posthog)
    copy.store.here = "another machine"
    copy.outbox.queue.add(record)
    copy._events = 500
    own = copy.run("on the copy")
    assert copy.distinct_id_of(own) is not None
    assert copy.delivery().attempt() is Attempt.LATER
    assert copy.outbox.queue.pending() == [record]
    assert copy.outbox.log.read().losses.counts == {}


def test_an_undecided_event_of_another_installation_grows_old(world: World) -> None:
    """Its own installation may never come back: after 30 days it goes, as any other."""
    record = Record(world.event("elsewhere"), world.look(), machine="another machine")
    world.outbox.queue.add(record)
    for _ in range(32):
        world.run("a day")
        world.clock.advance(86_400)
    assert world.outbox.queue.pending() == []
    assert world.outbox.log.read().losses.counts == {LossReason.TOO_OLD.value: 1}
