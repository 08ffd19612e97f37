"""Attempts are spaced out across processes, and what is not due costs nothing."""

from collections.abc import Sequence

import pytest

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.console.flush import flush
from arcade_usage.domain.backoff import LONGEST_SECONDS, Backoff
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import EVENTS_LIMIT, LossReason
from arcade_usage.testing.in_memory import MemorySink
from tests.unit.application.simulation import Simulation


def test_a_command_in_a_pause_makes_no_attempt(simulation: Simulation) -> None:
    """After one failure the next processes leave their events, with their verdicts, and touch no network."""
    simulation.posthog.failing = True
    simulation.run("fails")
    calls = simulation.posthog.calls
    for number in range(5):
        simulation.run(f"in the pause {number}")
    assert simulation.posthog.calls == calls
    assert [record.attribution is not None for record in simulation.outbox.queue.pending()] == [True] * 6


def test_attempts_become_rare(simulation: Simulation) -> None:
    """A command every five minutes for a day, with PostHog out of reach: some thirty attempts, not 288."""
    simulation.posthog.failing = True
    for number in range(24 * 12):
        simulation.clock.advance(299)
        simulation.run(f"command {number}")
    assert 20 <= simulation.posthog.calls <= 40


def test_a_success_ends_the_pause(simulation: Simulation) -> None:
    """Everything that waited goes out, and the next event at once."""
    simulation.posthog.failing = True
    simulation.run("fails")
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.run("succeeds")
    simulation.run("at once")
    assert simulation.outbox.queue.pending() == []
    assert simulation.outbox.log.read().backoff == Backoff()


def test_a_login_makes_everything_due(simulation: Simulation) -> None:
    """A login while it works again need not wait for a backoff that another person caused."""
    simulation.posthog.failing = True
    before = simulation.run("fails")
    simulation.posthog.failing = False
    login = simulation.log_in("alice")
    assert simulation.distinct_id_of(login) == "alice"
    assert simulation.person_of(before) == simulation.person("alice")


def test_an_unreachable_cloud_is_not_asked_at_every_command(simulation: Simulation) -> None:
    """One look-up, then a pause, for these credentials."""
    simulation.log_in("alice")
    simulation.switch_to("alice", token="refreshed")
    simulation.cloud.reachable = False
    look_ups = simulation.cloud.look_ups
    waiting = [simulation.run(f"waits {number}") for number in range(10)]
    assert simulation.cloud.look_ups == look_ups + 1
    simulation.cloud.reachable = True
    simulation.wait_out_backoff()
    simulation.run("later")
    assert {simulation.distinct_id_of(event) for event in waiting} == {"alice"}


def test_other_credentials_are_looked_up_at_once(simulation: Simulation) -> None:
    """A pause is for the credentials that could not be looked up."""
    simulation.log_in("alice")
    simulation.switch_to("alice", token="refreshed")
    simulation.cloud.reachable = False
    simulation.run("waits")
    simulation.cloud.reachable = True
    simulation.switch_to("bob")
    assert simulation.distinct_id_of(simulation.run("bob's")) == "bob"


def test_a_refused_alias_is_not_retried_at_every_command(simulation: Simulation) -> None:
    """The events go on anonymously, and the alias is tried again after its pause."""

    simulation.posthog.refusing_aliases = True
    simulation.log_in("alice")
    calls = simulation.posthog.calls
    events = [simulation.run(f"anonymous {number}") for number in range(5)]
    assert simulation.posthog.calls == calls + len(events)
    assert {simulation.distinct_id_of(event) for event in events} == {simulation.anon_id}
    simulation.posthog.refusing_aliases = False
    simulation.wait_out_backoff()
    simulation.run("later")
    assert {simulation.person_of(event) for event in events} == {simulation.person("alice")}


def test_nobody_is_looked_up_for_an_alias_that_is_not_due(simulation: Simulation) -> None:
    """While PostHog is out of reach, commands of a user who could not be linked cost no request to the cloud."""
    simulation.posthog.failing = True
    simulation.log_in("alice")
    look_ups = simulation.cloud.look_ups
    events = [simulation.run(f"waits {number}") for number in range(5)]
    assert simulation.cloud.look_ups == look_ups
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    assert simulation.distinct_id_of(simulation.run("later")) == "alice"
    assert {simulation.person_of(event) for event in events} == {simulation.person("alice")}


def test_refused_credentials_are_not_asked_about_at_every_command(simulation: Simulation) -> None:
    """A 401 is asked for again after a pause; meanwhile what they do is anonymous, and theirs in the end."""
    simulation.switch_to("alice")
    answer = simulation.cloud.answers.pop("token of alice")
    events = [simulation.run(f"refused {number}") for number in range(5)]
    assert simulation.cloud.look_ups == 1
    simulation.cloud.answers["token of alice"] = answer
    simulation.wait_out_backoff()
    simulation.run("honoured again")
    assert simulation.linked_to == "alice"
    assert {simulation.person_of(event) for event in events} == {simulation.person("alice")}


def test_a_flush_settles_an_alias_that_is_still_owed(simulation: Simulation) -> None:
    """Though no event waits: the alias of the current id is sent, and what was done under it is stitched."""
    before = simulation.run("before")
    simulation.posthog.refusing_aliases = True
    simulation.log_in("alice")
    simulation.posthog.refusing_aliases = False
    assert simulation.outbox.queue.pending() == []
    flush(simulation.delivery(), Project("https://posthog.example", "phc_token"))
    assert simulation.person_of(before) == simulation.person("alice")
    look_ups = simulation.cloud.look_ups
    assert simulation.distinct_id_of(simulation.run("after")) == "alice"
    assert (simulation.linked_to, simulation.cloud.look_ups) == ("alice", look_ups + 1)


def test_of_many_processes_one_links(simulation: Simulation) -> None:
    """Those that find a sender at work neither wait nor alias; what they leave is the principal's."""
    simulation.look()
    simulation.switch_to("alice")
    simulation.outbox.sender_lock.sender_at_work = True
    events = [simulation.run(f"one of many {number}") for number in range(8)]
    assert simulation.posthog.calls == simulation.cloud.look_ups == 0
    simulation.outbox.sender_lock.sender_at_work = False
    events.append(simulation.run("the sender's"))
    assert simulation.cloud.look_ups == 1
    assert {simulation.distinct_id_of(event) for event in events} == {"alice"}


def test_a_kill_counts_as_a_failure(simulation: Simulation) -> None:
    """The pause is written before the attempt, so a process that is killed in it spaces out the next."""

    class Dying(MemorySink):
        def capture(self, records: Sequence[Record]) -> None:
            simulation.outbox.log.writable = False  # who is killed writes nothing any more
            raise KeyboardInterrupt(len(records))

    alive, simulation.posthog = simulation.posthog, Dying()
    with pytest.raises(KeyboardInterrupt):
        simulation.run("killed")
    simulation.outbox.log.writable = True
    simulation.posthog = alive
    simulation.run("after")
    assert simulation.posthog.calls == 0


@pytest.mark.parametrize("hours", [-1000, 1000], ids=["set back", "set forward"])
def test_a_clock_does_not_jam_it(simulation: Simulation, hours: int) -> None:
    """After a jump, either way, the next event goes out within the longest pause."""
    simulation.posthog.failing = True
    simulation.run("fails")
    simulation.posthog.failing = False
    simulation.clock.advance(hours * 3600.0)
    simulation.run("after the jump")
    simulation.clock.advance(LONGEST_SECONDS)
    simulation.run("later")
    assert simulation.outbox.queue.pending() == []


def test_an_outbox_is_bounded(simulation: Simulation) -> None:
    """Offline for ever: the newest events stay, what goes is counted, and all that stays arrives."""
    simulation.posthog.failing = True
    events = [simulation.run(f"{number}") for number in range(EVENTS_LIMIT + 10)]
    assert len(simulation.outbox.queue.pending()) == EVENTS_LIMIT
    assert simulation.outbox.log.read().losses.counts == {LossReason.TOO_MANY.value: 10}
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.run("back")
    arrived = [event for event in events if simulation.person_of(event) is not None]
    assert arrived == events[11:]


def test_a_refused_event_is_counted(simulation: Simulation) -> None:
    """400 for a single event is the end of it."""
    simulation.posthog.refused = frozenset({"bad"})
    simulation.run("bad")
    assert simulation.outbox.log.read().losses.counts == {LossReason.REFUSED.value: 1}


def test_an_undecided_event_of_another_installation_is_left_alone(simulation: Simulation) -> None:
    """It is that installation's to judge, in a shared folder too: it is neither sent nor dropped nor tried again."""
    simulation.log_in("alice")
    simulation.switch_to("alice", token="refreshed")
    simulation.cloud.reachable = False
    simulation.run("waits")
    (record,) = simulation.outbox.queue.pending()
    copy = Simulation(posthog=simulation.posthog)
    copy.store.here = "another machine"
    copy.outbox.queue.add(record)
    copy._events = 500
    own = copy.run("on the copy")
    assert copy.distinct_id_of(own) is not None
    assert copy.delivery().attempt() is Attempt.LATER
    assert copy.outbox.queue.pending() == [record]
    assert copy.outbox.log.read().losses.counts == {}


def test_an_undecided_event_of_another_installation_grows_old(simulation: Simulation) -> None:
    """Its own installation may never come back: after 30 days it goes, as any other."""
    record = Record(simulation.event("elsewhere"), simulation.look(), machine="another machine")
    simulation.outbox.queue.add(record)
    for _ in range(32):
        simulation.run("a day")
        simulation.clock.advance(86_400)
    assert simulation.outbox.queue.pending() == []
    assert simulation.outbox.log.read().losses.counts == {LossReason.TOO_OLD.value: 1}


def test_a_service_that_asks_to_wait_gets_its_time(simulation: Simulation) -> None:
    """A failed batch with Retry-After: no process tries before, every one after; a login does not wait for it."""
    simulation.posthog.failing, simulation.posthog.retry_after = True, 600.0
    simulation.run("fails")
    simulation.posthog.failing = False
    simulation.clock.advance(590)
    waiting = simulation.run("too early")
    assert simulation.person_of(waiting) is None
    simulation.clock.advance(10)
    simulation.run("in time")
    assert simulation.person_of(waiting) is not None
    assert simulation.outbox.queue.pending() == []


def test_a_login_does_not_wait_for_what_a_service_asked(simulation: Simulation) -> None:
    """A person waits for it; a flush is the same."""
    simulation.posthog.failing, simulation.posthog.retry_after = True, 3600.0
    simulation.run("fails")
    simulation.posthog.failing = False
    assert simulation.distinct_id_of(simulation.log_in("alice")) == "alice"


def test_each_event_of_a_batch_has_its_own_fate(simulation: Simulation) -> None:
    """What was accepted is never sent again, what is refused is dropped and counted, the rest waits its time."""
    simulation.posthog.failing = True
    events = {name: simulation.run(name) for name in ("one", "bad", "later", "four")}
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.posthog.dropped, simulation.posthog.postponed = frozenset({"bad"}), frozenset({"later"})
    events["five"] = simulation.run("five")
    (waiting,) = simulation.outbox.queue.pending()
    logbook = simulation.outbox.log.read()
    assert waiting.event == events["later"]
    assert logbook.losses.counts == {LossReason.REFUSED.value: 1}
    assert logbook.delivered is not None
    assert logbook.delivered.events == 3
    assert logbook.failed is not None
    assert logbook.backoff != Backoff()
    simulation.posthog.postponed = frozenset()
    simulation.wait_out_backoff()
    simulation.run("six")
    names = [record.event.name for batch in simulation.posthog.batches for record in batch]
    assert [name for name in names if name != "later"] == ["one", "bad", "four", "five", "six"]
    assert simulation.person_of(events["later"]) is not None
    assert simulation.outbox.log.read().backoff == Backoff()


def test_a_batch_of_refused_events_is_one_request(simulation: Simulation) -> None:
    """Where each event has a result nothing is halved, and nothing waits."""
    simulation.posthog.failing = True
    for _ in range(5):
        simulation.run("bad")
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    calls = simulation.posthog.calls
    simulation.posthog.dropped = frozenset({"bad"})
    simulation.run("bad")
    assert simulation.posthog.calls == calls + 1
    logbook = simulation.outbox.log.read()
    assert simulation.outbox.queue.pending() == []
    assert (logbook.losses.counts, logbook.backoff) == ({LossReason.REFUSED.value: 6}, Backoff())
