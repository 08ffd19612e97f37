"""A server's events through the real delivery, in memory: whose they are, how they wait, what is counted."""

import logging

import pytest
from pytest_mock import MockerFixture

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.server.worker import EventDescriber
from arcade_usage.domain.backoff import EARLY_SECONDS
from arcade_usage.domain.consent import OFF, ON
from arcade_usage.domain.event import Event
from arcade_usage.domain.record import Record
from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.retention import EVENTS_LIMIT, LossReason
from arcade_usage.testing.in_memory import MemoryDeliveryLog
from tests.unit.application.serving import RUNTIME, SimulatedServer
from tests.unit.application.simulation import Simulation


@pytest.fixture
def server() -> SimulatedServer:
    return SimulatedServer()


def test_events_of_nobody_are_anonymous_and_end_up_with_who_logs_in(server: SimulatedServer) -> None:
    """As those of commands."""
    assert server.run("before") is Attempt.DONE
    server.simulation.log_in("alice")
    server.keep()
    server.run("after")
    assert server.whose("before") == server.whose("after") == server.simulation.person("alice")


def test_events_of_who_is_logged_in_are_theirs(server: SimulatedServer) -> None:
    """Without a look-up for each: the ledger has the answer."""
    server.simulation.log_in("alice")
    server.keep()
    look_ups = server.simulation.cloud.look_ups
    server.run("one", "two")
    server.run("three")
    assert [server.simulation.distinct_id_of(event) for event in server.events.values()] == ["alice"] * 3
    assert server.simulation.cloud.look_ups == look_ups


def test_a_server_links_by_itself_too(server: SimulatedServer) -> None:
    """Credentials that no command of a tool has used yet are looked up, once."""
    server.simulation.switch_to("alice")
    server.keep()
    server.run("one")
    server.run("two")
    assert server.simulation.linked_to == "alice"
    assert server.whose("one") == server.whose("two") == server.simulation.person("alice")
    assert server.simulation.cloud.look_ups == 1


@pytest.mark.parametrize("change", ["log in", "log out", "switch", "rotate"])
def test_what_happened_around_a_change_is_nobodys(server: SimulatedServer, change: str) -> None:
    """Captured with one snapshot before and another after, nobody can tell on which side it was."""
    simulation = server.simulation
    if change != "log in":
        simulation.log_in("alice")
        server.keep()
    captured = server.capture("around")
    if change == "log in":
        simulation.log_in("alice")
    elif change in ("log out", "rotate"):
        simulation.log_out()
    else:
        simulation.switch_to("bob", "another token")
    server.keep(captured)
    server.run("after")
    around = simulation.captured(server.events["around"])
    assert around is not None
    assert simulation.posthog.persons.person_of(around) not in (
        simulation.person("alice"),
        simulation.person("bob"),
    )
    assert around.distinct_id != simulation.anon_id
    assert simulation.distinct_id_of(server.events["after"]) != around.distinct_id


@pytest.mark.parametrize("cloud", ["reachable", "unreachable at first"])
def test_a_new_token_of_the_same_account_changes_nothing(server: SimulatedServer, cloud: str) -> None:
    """Both snapshots name the principal; if Arcade Cloud can't be reached, the event waits for the second name."""
    simulation = server.simulation
    simulation.log_in("alice")
    server.keep()
    captured = server.capture("around")
    simulation.switch_to("alice", "another token")
    simulation.cloud.reachable = cloud == "reachable"
    server.keep(captured)
    server.worker.send(0)
    if not simulation.cloud.reachable:
        assert simulation.captured(server.events["around"]) is None
        simulation.cloud.reachable = True
        simulation.wait_out_backoff()
        server.run("after")
    assert simulation.distinct_id_of(server.events["around"]) == "alice"


def test_a_new_token_of_another_account_leaves_the_event_to_nobody(server: SimulatedServer) -> None:
    """Although Arcade Cloud names that account only after the event was stored."""
    simulation = server.simulation
    simulation.log_in("alice")
    server.keep()
    captured = server.capture("around")
    simulation.cloud.reachable = False
    simulation.switch_to("bob", "another token")
    server.keep(captured)
    server.worker.send(0)
    simulation.cloud.reachable = True
    simulation.wait_out_backoff()
    server.run("after")
    assert server.whose("around") not in (simulation.person("alice"), simulation.person("bob"))
    assert server.whose("after") == simulation.person("bob")


def test_credentials_that_nobody_looked_up_are_not_taken_for_an_old_token(server: SimulatedServer) -> None:
    """Those from before may be another account's, although usage.json names the one that comes after again."""
    simulation = server.simulation
    simulation.log_in("alice")
    simulation.switch_to("bob", "bob's token")
    server.seen = server.look()
    captured = server.capture("bob's")
    simulation.switch_to("alice", "another token")
    server.keep(captured)
    server.run("after")
    assert simulation.distinct_id_of(server.events["after"]) == "alice"
    assert server.whose("bob's") not in (simulation.person("alice"), simulation.person("bob"))


def test_an_alias_that_was_accepted_in_between_is_no_change(server: SimulatedServer) -> None:
    """The credentials were there before and after; only now it is known whose they are."""
    server.simulation.switch_to("alice")
    server.keep()
    captured = server.capture("in between")
    server.simulation.run("a command")
    assert server.simulation.linked_to == "alice"
    server.keep(captured)
    server.worker.send(0)
    assert server.simulation.distinct_id_of(server.events["in between"]) == "alice"


def test_an_event_is_written_down_before_anything_is_sent(server: SimulatedServer) -> None:
    """With its verdict, where that is plain."""
    server.keep(server.capture("one"))
    (record,) = server.simulation.outbox.queue.pending()
    assert record.event.name == "one"
    assert record.attribution is not None
    assert server.simulation.posthog.calls == 0


def test_in_a_pause_events_wait_and_nothing_is_tried(server: SimulatedServer) -> None:
    """After a few early attempts the pause is that of all processes; the outbox keeps within its bounds."""
    server.simulation.posthog.failing = True
    assert server.run("one") is Attempt.SOON
    for seconds in EARLY_SECONDS:
        server.simulation.clock.advance(seconds)
        server.worker.send(0)
    calls = server.simulation.posthog.calls
    server.keep(*[server.capture("many")] * (EVENTS_LIMIT + 10))
    assert server.worker.send(0) is Attempt.LATER
    assert server.simulation.posthog.calls == calls
    assert len(server.simulation.outbox.queue.records) == EVENTS_LIMIT
    server.simulation.posthog.failing = False
    server.simulation.wait_out_backoff()
    assert server.run("last") is Attempt.DONE
    assert server.simulation.outbox.queue.records == {}
    assert server.whose("last") is not None


def test_what_another_process_could_not_send_is_tried_again(server: SimulatedServer) -> None:
    """A delivery tries each event once; what it knows is forgotten after a while, and it begins anew."""
    server.simulation.cloud.reachable = False
    server.simulation.log_in("alice")  # nobody can say who that is
    server.keep()
    assert server.run("one") is Attempt.DONE
    assert server.whose("one") == server.simulation.anon_id
    server.simulation.cloud.reachable = True
    server.simulation.wait_out_backoff()
    server.run("two")
    assert server.whose("one") == server.whose("two") == server.simulation.person("alice")


def test_a_sender_elsewhere_is_left_to_it(server: SimulatedServer) -> None:
    """One sender per sink, whichever process it is in."""
    server.simulation.outbox.sender_lock.sender_at_work = True
    assert server.run("one") is Attempt.ELSEWHERE
    assert server.simulation.posthog.calls == 0
    server.simulation.outbox.sender_lock.sender_at_work = False
    assert server.worker.send(0) is Attempt.DONE


def test_beside_a_newer_logbook_nothing_is_sent_and_the_limits_hold(
    server: SimulatedServer, mocker: MockerFixture
) -> None:
    """A server reports for days: the oldest go, as far as there are too many."""
    mocker.patch.object(MemoryDeliveryLog, "read", side_effect=NewerFormatError("logbook.json"))
    server.keep(*(server.capture(str(number)) for number in range(EVENTS_LIMIT + 2)))
    with pytest.raises(NewerFormatError):
        server.worker.send(0)
    assert (len(server.simulation.outbox.queue.waiting()), server.simulation.posthog.calls) == (
        EVENTS_LIMIT,
        0,
    )


def test_losses_are_written_where_status_shows_them(server: SimulatedServer) -> None:
    """Once each: what never got here, what is no event, and what could not be written."""
    server.run("$identify", "fine")
    server.simulation.outbox.queue.writable = False
    server.keep(server.capture("unwritten"))
    server.simulation.outbox.queue.writable = True
    for _ in range(2):
        server.worker.send(3)
    losses = server.simulation.outbox.log.read().losses
    assert losses.counts[LossReason.NOT_TAKEN.value] == 5
    assert server.worker.lost == 2


def test_without_a_folder_nothing_is_kept(server: SimulatedServer) -> None:
    """An id that changes all the time is worse than none."""
    server.snapshots.snapshot = None
    server.run("one")
    assert server.worker.lost == 1
    assert server.simulation.posthog.calls == 0


class _Unshown:
    """A notice that can't be shown where the server runs."""

    def show_if_due(self) -> bool:
        return False

    def agreed_at(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("off", "reason"),
    [(True, "tracking was turned off"), (False, "the notice has not been shown")],
    ids=["off", "held back"],
)
def test_the_logger_says_why_events_are_not_tracked(
    server: SimulatedServer, caplog: pytest.LogCaptureFixture, off: bool, reason: str
) -> None:
    """As it does for a command; a server's author has no other hint."""
    server.worker.notice = _Unshown()
    server.simulation.switch.choose(OFF if off else ON)
    with caplog.at_level(logging.DEBUG, logger="arcade_usage"):
        server.run("one", "two")
    assert caplog.messages == [f"2 events are not tracked: {reason}"]


def test_turned_off_while_it_is_written_nothing_stays(server: SimulatedServer) -> None:
    """Turning it off has purged the outbox before, and it stays empty."""
    captured = server.capture("too late")

    class TurningOff(EventDescriber):
        def describe(self, queued: QueuedEvent) -> Event:
            server.simulation.switch.choose(OFF)
            return super().describe(queued)

    server.worker.describer = TurningOff(RUNTIME, Redactor(), server.simulation.ids)
    server.keep(captured)
    assert (server.simulation.outbox.queue.records, server.worker.lost) == ({}, 0)


def test_off_in_the_meantime_nothing_is_looked_at_or_kept(server: SimulatedServer) -> None:
    """That is no loss. What is captured around that time is unattributable when it is on again."""
    server.run("before")
    server.simulation.switch.choose(OFF)
    taken = server.snapshots.taken
    assert server.run("while off") is Attempt.DONE
    assert (server.worker.lost, server.snapshots.taken) == (0, taken)
    server.simulation.switch.choose(ON)
    server.run("on again")
    assert "while off" not in server.events
    assert server.simulation.distinct_id_of(server.events["on again"]) != server.simulation.anon_id
    server.run("later")
    assert server.simulation.distinct_id_of(server.events["later"]) == server.simulation.anon_id


def test_a_renewed_delivery_knows_no_more_than_a_new_one() -> None:
    """What it tried, judged, was answered and may do early: another process may have changed all of it."""
    simulation = Simulation()
    simulation.switch_to("alice")
    delivery = simulation.delivery()
    simulation.posthog.failing = True
    delivery.submit([simulation.event("before")], simulation.look())
    delivery.send()
    delivery.adopt(Record(simulation.event("adopted"), simulation.look()))
    delivery.attempts.may_try_early = True
    assert what_it_knows(delivery) != what_it_knows(simulation.delivery())
    delivery.renew()
    assert what_it_knows(delivery) == what_it_knows(simulation.delivery())


def what_it_knows(delivery: Delivery) -> dict[str, object]:
    attributor, attempts = delivery.attributor, delivery.attempts
    return {
        "tried": delivery._tried,
        "judged": delivery._judged,
        "answers": attributor._answers,
        "may have aliases": attributor._may_have_aliases,
        "early": attempts.may_try_early,
    }
