"""Delivery: events, identities and records after whole commands, on in-memory ports."""

from collections.abc import Sequence
from contextlib import nullcontext

import pytest
from attrs import evolve

from arcade_usage.application.errors import StoreError
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import EVENTS_LIMIT, Losses, LossReason
from arcade_usage.domain.verdict import Rejected
from arcade_usage.testing.in_memory import MemoryEventQueue, MemorySink
from tests.unit.application.simulation import SINK, Simulation


def test_a_first_command_is_anonymous(simulation: Simulation) -> None:
    """It goes out personless under the anonymous id, and makes no profile."""
    event = simulation.run("first")
    captured = simulation.captured(event)
    assert captured is not None
    assert captured.distinct_id == simulation.anon_id
    assert captured.personless
    assert simulation.posthog.persons.person_of_id == {}
    assert simulation.outbox.queue.pending() == []


def test_a_login_stitches_what_came_before(simulation: Simulation) -> None:
    """The alias is accepted, the link stored, and the earlier event is the principal's."""
    before = simulation.run("before")
    login = simulation.log_in("alice")
    assert simulation.store.state.identity == Linked(simulation.anon_id, "alice")
    assert simulation.distinct_id_of(login) == "alice"
    assert simulation.person_of(before) == simulation.person("alice") == simulation.person_of(login)


def test_a_linked_command_asks_nobody(simulation: Simulation) -> None:
    """With the confirmed credentials there is no look-up and no alias."""
    simulation.log_in("alice")
    look_ups, before = simulation.cloud.look_ups, simulation.posthog.persons
    event = simulation.run("linked")
    assert simulation.cloud.look_ups == look_ups
    assert simulation.distinct_id_of(event) == "alice"
    assert simulation.posthog.persons.person_of_id == before.person_of_id


def test_a_side_channel_login_links_lazily(simulation: Simulation) -> None:
    """Credentials that appear without a login command link at the next command."""
    before = simulation.run("before")
    simulation.switch_to("alice")
    event = simulation.run("after")
    assert simulation.distinct_id_of(event) == "alice"
    assert simulation.person_of(before) == simulation.person("alice")


def test_an_account_switch_rotates(simulation: Simulation) -> None:
    """The other principal's events are theirs, from the first one on, and the two stay apart."""
    first = simulation.log_in("alice")
    old = simulation.anon_id
    simulation.switch_to("bob")
    event = simulation.run("switched")
    assert simulation.distinct_id_of(event) == "bob"
    assert simulation.anon_id != old
    assert simulation.person_of(first) != simulation.person_of(event)


def test_a_login_as_somebody_else_while_linked(simulation: Simulation) -> None:
    """The second login's own event is the second principal's."""
    simulation.log_in("alice")
    assert simulation.distinct_id_of(simulation.log_in("bob")) == "bob"
    assert simulation.person("alice") != simulation.person("bob")


def test_a_refreshed_token_stays_the_same_person(simulation: Simulation) -> None:
    """One look-up confirms the new credentials, and no alias is sent again."""
    simulation.log_in("alice")
    anon_id, look_ups = simulation.anon_id, simulation.cloud.look_ups
    simulation.switch_to("alice", token="refreshed")
    assert simulation.distinct_id_of(simulation.run("one")) == "alice"
    assert simulation.distinct_id_of(simulation.run("two")) == "alice"
    assert simulation.cloud.look_ups == look_ups + 1
    assert simulation.anon_id == anon_id
    assert simulation.ledger.confirmed == simulation.cloud.stamp()


def test_history_is_not_the_next_accounts_where_the_first_ones_credentials_were_replaced_at_once(
    simulation: Simulation,
) -> None:
    """The delivery of the first account's command begins after that: the id was used with its credentials."""
    history = simulation.run("history")
    simulation.switch_to("ann")
    snapshot, event = simulation.look(), simulation.event("by ann")
    simulation.switch_to("bob")
    simulation.deliver(event, snapshot)
    by_bob = simulation.run("by bob")
    assert simulation.person_of(by_bob) == simulation.person("bob")
    assert simulation.person_of(history) != simulation.person("bob")
    assert simulation.person_of(event) != simulation.person("bob")


def test_deleted_credentials_are_a_logout(simulation: Simulation) -> None:
    """A linked identity without credentials rotates, and the event is anonymous."""
    simulation.log_in("alice")
    old = simulation.anon_id
    simulation.cloud.log_out()
    event = simulation.run("after")
    assert simulation.anon_id != old
    assert simulation.distinct_id_of(event) == simulation.anon_id
    assert simulation.person_of(event) != simulation.person("alice")


def test_a_logout_belongs_to_who_logged_out(simulation: Simulation) -> None:
    """The event is the principal's, and the identity is fresh when the command returns."""
    simulation.log_in("alice")
    old = simulation.anon_id
    event = simulation.log_out()
    assert simulation.distinct_id_of(event) == "alice"
    assert isinstance(simulation.store.state.identity, Anonymous)
    assert simulation.anon_id != old


def test_a_logout_rotates_though_the_link_never_succeeded(simulation: Simulation) -> None:
    """The next person inherits nothing, and what the first one is owed is sent later."""
    simulation.posthog.failing = True
    before = simulation.run("before")
    simulation.log_in("alice")
    assert isinstance(simulation.store.state.identity, Anonymous)
    old = simulation.anon_id
    simulation.log_out()
    assert simulation.anon_id != old
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    next_one = simulation.run("next person")
    assert simulation.person_of(before) == simulation.person("alice")
    assert simulation.person_of(next_one) not in (simulation.person("alice"), None)
    assert simulation.ledger.pending_aliases == ()


def test_a_logout_seen_too_late_is_told_by_the_ledger(simulation: Simulation) -> None:
    """A tool that builds its tracker after its own logout has no credentials to show any more."""
    simulation.log_in("alice")
    simulation.cloud.log_out()
    event = simulation.event("logout")
    simulation.deliver(event, simulation.look(), is_logout=True)
    assert simulation.distinct_id_of(event) == "alice"


def test_a_logout_rotates_in_the_delivery_too(simulation: Simulation) -> None:
    """Where the foreground could not, or a stale writer put the old identity back."""
    simulation.log_in("alice")
    linked = simulation.store.state
    snapshot, old = simulation.look(), simulation.anon_id
    simulation.cloud.log_out()
    simulation.store.state = linked
    simulation.deliver(simulation.event("logout"), snapshot, is_logout=True)
    assert simulation.anon_id != old


def test_the_next_person_gets_a_person_of_their_own(simulation: Simulation) -> None:
    """Two people on one machine are never merged."""
    simulation.run("anonymous")
    first = simulation.log_in("alice")
    simulation.log_out()
    second = simulation.log_in("bob")
    assert simulation.person_of(first) != simulation.person_of(second)
    assert simulation.posthog.persons.refused_merges == ()


def test_a_login_while_posthog_is_down_is_stitched_later(simulation: Simulation) -> None:
    """Nothing is linked that was not accepted; the next command that gets through links it."""
    before = simulation.run("before")
    simulation.posthog.failing = True
    login = simulation.log_in("alice")
    assert simulation.linked_to is None
    assert simulation.person_of(login) is None
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    later = simulation.run("later")
    assert {simulation.person_of(event) for event in (before, login, later)} == {simulation.person("alice")}
    assert simulation.linked_to == "alice"


def test_a_lost_reply_followed_by_another_person(simulation: Simulation) -> None:
    """The alias took effect though its reply was lost: the id is never aliased to the next person."""
    simulation.run("before")
    simulation.posthog.losing_replies = True
    simulation.log_in("alice")
    simulation.posthog.losing_replies = False
    old = simulation.anon_id
    bobs = simulation.log_in("bob")
    assert simulation.anon_id != old
    assert simulation.distinct_id_of(bobs) == "bob"
    assert simulation.person("alice") != simulation.person("bob")


class DyingError(BaseException):
    """The process ends here."""


def test_the_claim_is_written_before_the_alias(simulation: Simulation) -> None:
    """A process that dies in the alias leaves a record of the principal."""

    class Dying(MemorySink):
        def alias(self, anon_id: str, principal_id: str) -> None:
            raise DyingError(anon_id, principal_id)

    simulation.look()
    simulation.switch_to("alice")
    simulation.posthog = Dying()
    with pytest.raises(DyingError):
        simulation.run("dies")
    assert simulation.ledger.claimed_by == "alice"
    assert simulation.store.state.identity == Anonymous(simulation.anon_id)


def test_an_expired_token_names_nobody(simulation: Simulation) -> None:
    """A linked identity under credentials that are refused: the event is unattributable, the link stays."""
    simulation.log_in("alice")
    simulation.cloud.log_in("expired")
    event = simulation.run("after")
    assert simulation.distinct_id_of(event) not in (simulation.anon_id, "alice", None)
    assert simulation.person_of(event) != simulation.person("alice")
    assert simulation.store.state.identity == Linked(simulation.anon_id, "alice")


def test_an_unreachable_cloud_makes_a_linked_event_wait(simulation: Simulation) -> None:
    """It stays undecided, holds nothing up, and is the principal's when the cloud answers."""
    simulation.log_in("alice")
    simulation.switch_to("alice", token="refreshed")
    simulation.cloud.reachable = False
    waiting = simulation.run("waiting")
    assert simulation.person_of(waiting) is None
    assert [record.attribution for record in simulation.outbox.queue.pending()] == [None]
    simulation.cloud.reachable = True
    simulation.wait_out_backoff()
    simulation.run("later")
    assert simulation.distinct_id_of(waiting) == "alice"


def test_what_waited_for_a_day_is_nobodys(simulation: Simulation) -> None:
    """24 hours is the limit."""
    simulation.log_in("alice")
    simulation.switch_to("alice", token="refreshed")
    simulation.cloud.reachable = False
    waiting = simulation.run("waiting")
    simulation.clock.advance(24 * 3600)
    simulation.run("later")
    assert simulation.distinct_id_of(waiting) not in (None, "alice", simulation.anon_id)


def test_an_unreachable_cloud_leaves_an_anonymous_event_anonymous(simulation: Simulation) -> None:
    """It does not wait, and is stitched when the link succeeds."""
    simulation.cloud.reachable = False
    event = simulation.log_in("alice")
    assert simulation.distinct_id_of(event) == simulation.anon_id
    simulation.cloud.reachable = True
    simulation.wait_out_backoff()
    simulation.run("later")
    assert simulation.person_of(event) == simulation.person("alice")


def test_a_copied_home_rotates_before_it_links(simulation: Simulation) -> None:
    """An anonymous id of another installation may be another person's."""
    baked_in = simulation.run("in the image")
    copy = Simulation(
        store=evolve(simulation.store, here="another machine"), posthog=simulation.posthog, ids=simulation.ids
    )
    copy._events = 100
    event = copy.run("in the container")
    assert copy.anon_id != simulation.anon_id
    login = copy.log_in("bob")
    assert copy.person_of(event) == copy.person("bob") == copy.person_of(login)
    assert simulation.person_of(baked_in) == simulation.anon_id


def test_an_older_clis_files_are_adopted(simulation: Simulation) -> None:
    """Anonymous or linked, what was there stays, and a ledger is made."""
    anon_id = simulation.ids.new()
    simulation.store.state = IdentityState(Anonymous(anon_id), None)
    assert simulation.distinct_id_of(simulation.run("first")) == anon_id
    assert simulation.ledger.installation == simulation.store.here

    older = Simulation()
    older.store.state = IdentityState(Linked(anon_id, "alice"), None)
    assert older.distinct_id_of(older.run("logged out by hand")) == "alice"
    older.switch_to("alice")
    assert older.distinct_id_of(older.run("logged in")) == "alice"
    assert older.ledger.accepted == {SINK}


def test_files_that_do_not_agree_start_over(simulation: Simulation) -> None:
    """A stale writer's usage.json: the event is unattributable, and the identity is fresh."""
    simulation.run("before")
    stale = simulation.ids.new()
    simulation.store.state = evolve(simulation.store.state, identity=Anonymous(stale))
    event = simulation.run("torn")
    assert simulation.distinct_id_of(event) not in (stale, simulation.anon_id, None)
    assert simulation.store.state.is_consistent
    assert simulation.distinct_id_of(simulation.run("after")) == simulation.anon_id


def test_a_malformed_identity_starts_over(simulation: Simulation) -> None:
    """A new identity is made; the event of that command is unattributable."""
    simulation.store.state = IdentityState(Malformed(), None)
    event = simulation.run("malformed")
    assert simulation.distinct_id_of(event) != simulation.anon_id
    assert isinstance(simulation.store.state.identity, Anonymous)


def test_an_unreadable_store_sends_nothing(simulation: Simulation) -> None:
    """Where usage.json may not be read, no event is even written down."""
    snapshot = simulation.look()
    simulation.store.readable = False
    with pytest.raises(StoreError):
        simulation.deliver(simulation.event("unreadable"), snapshot)
    assert simulation.outbox.queue.pending() == []
    assert simulation.posthog.persons.events == ()


def test_an_outbox_that_cannot_be_written_sends_nothing(simulation: Simulation) -> None:
    """No event leaves that was not written down first."""
    simulation.outbox.queue.writable = False
    with pytest.raises(StoreError):
        simulation.run("unwritable")
    assert simulation.posthog.persons.events == ()


def test_a_sender_at_work_is_left_to_it(simulation: Simulation) -> None:
    """The event is written down, with its verdict, and nothing is sent twice."""
    simulation.outbox.sender_lock.sender_at_work = True
    event = simulation.run("second")
    (record,) = simulation.outbox.queue.pending()
    assert record.attribution is not None
    assert simulation.person_of(event) is None


@pytest.mark.parametrize("lockable", [True, False], ids=["held", "not available"])
def test_bounds_hold_without_the_sender_lock(simulation: Simulation, lockable: bool) -> None:
    """Who can't be the sender drops the oldest, and counts it: a delivery, and where none can be started."""
    simulation.outbox.sender_lock.sender_at_work, simulation.outbox.sender_lock.lockable = lockable, lockable
    for number in range(EVENTS_LIMIT + 1):
        simulation.outbox.queue.add(Record(simulation.event(f"number {number}"), simulation.look()))
    for step in (simulation.delivery().send, simulation.delivery().enforce_retention):
        with nullcontext() if lockable else pytest.raises(StoreError):
            step()
        simulation.outbox.queue.add(Record(simulation.event("one more"), simulation.look()))
    assert len(simulation.outbox.queue.waiting()) == EVENTS_LIMIT + 1
    assert simulation.outbox.log.losses() == Losses({LossReason.TOO_MANY.value: 2})


def test_a_sender_looks_again_after_it_let_go(simulation: Simulation) -> None:
    """An event that another process left while this one was about to go is not stranded."""
    left: list[Event] = []

    class Leaving(MemoryEventQueue):
        def remove(self, records: Sequence[Record]) -> int:
            removed = super().remove(records)
            if not left:  # the lock is held still: the other process finds a sender at work
                left.append(simulation.run("left by another process"))
            return removed

    simulation.outbox.queue = Leaving(simulation.outbox.log)
    simulation.run("first")
    assert simulation.person_of(left[0]) is not None


def test_a_refused_event_is_dropped_alone(simulation: Simulation) -> None:
    """A refused batch is halved until the bad event is by itself; the others arrive."""
    simulation.posthog.failing = True
    events = [simulation.run(name) for name in ("one", "two", "bad", "four", "five")]
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.posthog.refused = frozenset({"bad"})
    last = simulation.run("last")
    arrived = [event.name for event in [*events, last] if simulation.person_of(event) is not None]
    assert arrived == ["one", "two", "four", "five", "last"]
    assert simulation.outbox.queue.pending() == []


def test_a_lost_batch_is_sent_again_as_it_was(simulation: Simulation) -> None:
    """Uuid, time and distinct id are those of the first attempt, so that PostHog drops the repeat."""
    simulation.posthog.losing_replies = True
    event = simulation.run("lost")
    first = simulation.captured(event)
    simulation.posthog.losing_replies = False
    simulation.log_in("alice")
    assert simulation.captured(event) == first
    assert simulation.outbox.queue.pending() == []


def test_a_verdict_never_changes(simulation: Simulation) -> None:
    """What was frozen while PostHog was down is what is sent, through logins and logouts."""
    simulation.posthog.failing = True
    event = simulation.run("before")
    (frozen,) = [record.attribution for record in simulation.outbox.queue.pending()]
    simulation.log_in("alice")
    simulation.log_out()
    simulation.posthog.failing = False
    simulation.wait_out_backoff()
    simulation.run("after")
    assert frozen is not None
    assert simulation.distinct_id_of(event) == frozen.distinct_id


def test_a_logins_host_is_let_go_once_the_identity_is_settled(simulation: Simulation) -> None:
    """Linked, refused or busy: the tool does not wait for the events."""
    simulation.log_in("alice")
    assert simulation.settled >= 1
    busy = Simulation()
    busy.outbox.sender_lock.sender_at_work = True
    busy.log_in("alice")
    assert busy.settled == 1


def test_nobody_is_asked_twice_in_one_process(simulation: Simulation) -> None:
    """Of many undecided events, one look-up and one alias: what failed is not tried again."""
    simulation.look()
    simulation.switch_to("alice")
    simulation.outbox.sender_lock.sender_at_work = True
    for number in range(5):
        simulation.run(f"undecided {number}")
    simulation.outbox.sender_lock.sender_at_work = False
    simulation.posthog.failing = True
    look_ups = simulation.cloud.look_ups
    simulation.run("last")
    assert simulation.cloud.look_ups == look_ups + 1


def test_a_refused_look_up_links_nothing(simulation: Simulation) -> None:
    """401 for an anonymous identity's credentials: the event stays anonymous."""
    simulation.look()
    simulation.cloud.answers["bad"] = Rejected()
    simulation.cloud.log_in("bad")
    event = simulation.run("unknown")
    assert simulation.distinct_id_of(event) == simulation.anon_id
    assert simulation.ledger.claimed_by is None


def test_a_login_that_another_sender_delivered_is_not_sent_again(simulation: Simulation) -> None:
    """While a login's process waited for the sender at work, that one judged, sent and removed its event."""
    simulation.look()
    simulation.switch_to("alice")
    event, late = simulation.event("login alice"), simulation.delivery()
    (record,) = late.submit([event], simulation.look())
    simulation.run("the sender at work")
    assert simulation.distinct_id_of(event) == "alice"
    batches = len(simulation.posthog.batches)
    late.send(login=record)
    assert len(simulation.posthog.batches) == batches
    assert simulation.outbox.queue.pending() == []


def test_a_logout_of_nobody_keeps_the_history_of_who_logs_in_next(simulation: Simulation) -> None:
    """Its delivery comes late, when she is logged in: it does not separate her from what was before."""
    before = simulation.run("before")
    snapshot, event = simulation.look(), simulation.event("logout")
    simulation.log_in("alice")
    simulation.deliver(event, snapshot, is_logout=True)
    assert simulation.linked_to == "alice"
    assert simulation.person_of(before) == simulation.person("alice")


def test_an_obstacle_keeps_everything_waiting(simulation: Simulation) -> None:
    """No look-up, no alias, no batch and no backoff, at a login too; the limits of the queue hold."""
    simulation.look()
    simulation.switch_to("alice")
    delivery = simulation.delivery()
    delivery.obstacle = "a wall"
    (record,) = delivery.submit([simulation.event("login")], simulation.look())
    delivery.send(login=record)
    assert (simulation.cloud.look_ups, simulation.posthog.persons.events) == (0, ())
    assert [each.event for each in simulation.outbox.queue.pending()] == [record.event]
    logbook = simulation.outbox.log.read()
    assert logbook.failed is not None
    assert (logbook.failed.reason, logbook.backoff.by_name) == ("a wall", {})
    assert simulation.settled == 1
    simulation.run("next")
    assert simulation.outbox.queue.pending() == []
    assert simulation.distinct_id_of(record.event) == "alice"
