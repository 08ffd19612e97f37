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
from tests.application.world import SINK, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_first_command_is_anonymous(world: World) -> None:
    """It goes out personless under the anonymous id, and makes no profile."""
    event = world.run("first")
    captured = world.captured(event)
    assert captured is not None
    assert captured.distinct_id == world.anon_id
    assert captured.personless
    assert world.posthog.persons.person_of_id == {}
    assert world.outbox.queue.pending() == []


def test_a_login_stitches_what_came_before(world: World) -> None:
    """The alias is accepted, the link stored, and the earlier event is the principal's."""
    before = world.run("before")
    login = world.log_in("alice")
    assert world.store.state.identity == Linked(world.anon_id, "alice")
    assert world.distinct_id_of(login) == "alice"
    assert world.person_of(before) == world.person("alice") == world.person_of(login)


def test_a_linked_command_asks_nobody(world: World) -> None:
    """With the confirmed credentials there is no look-up and no alias."""
    world.log_in("alice")
    look_ups, before = world.cloud.look_ups, world.posthog.persons
    event = world.run("linked")
    assert world.cloud.look_ups == look_ups
    assert world.distinct_id_of(event) == "alice"
    assert world.posthog.persons.person_of_id == before.person_of_id


def test_a_side_channel_login_links_lazily(world: World) -> None:
    """Credentials that appear without a login command link at the next command."""
    before = world.run("before")
    world.switch_to("alice")
    event = world.run("after")
    assert world.distinct_id_of(event) == "alice"
    assert world.person_of(before) == world.person("alice")


def test_an_account_switch_rotates(world: World) -> None:
    """The other principal's events are theirs, from the first one on, and the two stay apart."""
    first = world.log_in("alice")
    old = world.anon_id
    world.switch_to("bob")
    event = world.run("switched")
    assert world.distinct_id_of(event) == "bob"
    assert world.anon_id != old
    assert world.person_of(first) != world.person_of(event)


def test_a_login_as_somebody_else_while_linked(world: World) -> None:
    """The second login's own event is the second principal's."""
    world.log_in("alice")
    assert world.distinct_id_of(world.log_in("bob")) == "bob"
    assert world.person("alice") != world.person("bob")


def test_a_refreshed_token_stays_the_same_person(world: World) -> None:
    """One look-up confirms the new credentials, and no alias is sent again."""
    world.log_in("alice")
    anon_id, look_ups = world.anon_id, world.cloud.look_ups
    world.switch_to("alice", token="refreshed")
    assert world.distinct_id_of(world.run("one")) == "alice"
    assert world.distinct_id_of(world.run("two")) == "alice"
    assert world.cloud.look_ups == look_ups + 1
    assert world.anon_id == anon_id
    assert world.ledger.confirmed == world.cloud.stamp()


def test_deleted_credentials_are_a_logout(world: World) -> None:
    """A linked identity without credentials rotates, and the event is anonymous."""
    world.log_in("alice")
    old = world.anon_id
    world.cloud.log_out()
    event = world.run("after")
    assert world.anon_id != old
    assert world.distinct_id_of(event) == world.anon_id
    assert world.person_of(event) != world.person("alice")


def test_a_logout_belongs_to_who_logged_out(world: World) -> None:
    """The event is the principal's, and the identity is fresh when the command returns."""
    world.log_in("alice")
    old = world.anon_id
    event = world.log_out()
    assert world.distinct_id_of(event) == "alice"
    assert isinstance(world.store.state.identity, Anonymous)
    assert world.anon_id != old


def test_a_logout_rotates_though_the_link_never_succeeded(world: World) -> None:
    """The next person inherits nothing, and what the first one is owed is sent later."""
    world.posthog.failing = True
    before = world.run("before")
    world.log_in("alice")
    assert isinstance(world.store.state.identity, Anonymous)
    old = world.anon_id
    world.log_out()
    assert world.anon_id != old
    world.posthog.failing = False
    world.wait_out_backoff()
    next_one = world.run("next person")
    assert world.person_of(before) == world.person("alice")
    assert world.person_of(next_one) not in (world.person("alice"), None)
    assert world.ledger.pending_aliases == ()


def test_a_logout_seen_too_late_is_told_by_the_ledger(world: World) -> None:
    """A host that builds its tracker after its own logout has no credentials to show any more."""
    world.log_in("alice")
    world.cloud.log_out()
    event = world.event("logout")
    world.deliver(event, world.look(), is_logout=True)
    assert world.distinct_id_of(event) == "alice"


def test_a_logout_rotates_in_the_delivery_too(world: World) -> None:
    """Where the foreground could not, or a stale writer put the old identity back."""
    world.log_in("alice")
    linked = world.store.state
    snapshot, old = world.look(), world.anon_id
    world.cloud.log_out()
    world.store.state = linked
    world.deliver(world.event("logout"), snapshot, is_logout=True)
    assert world.anon_id != old


def test_the_next_person_gets_a_person_of_their_own(world: World) -> None:
    """Two people on one machine are never merged."""
    world.run("anonymous")
    first = world.log_in("alice")
    world.log_out()
    second = world.log_in("bob")
    assert world.person_of(first) != world.person_of(second)
    assert world.posthog.persons.refused_merges == ()


def test_a_login_while_posthog_is_down_is_stitched_later(world: World) -> None:
    """Nothing is linked that was not accepted; the next command that gets through links it."""
    before = world.run("before")
    world.posthog.failing = True
    login = world.log_in("alice")
    assert world.linked_to is None
    assert world.person_of(login) is None
    world.posthog.failing = False
    world.wait_out_backoff()
    later = world.run("later")
    assert {world.person_of(event) for event in (before, login, later)} == {world.person("alice")}
    assert world.linked_to == "alice"


def test_a_lost_reply_followed_by_another_person(world: World) -> None:
    """The alias took effect though nobody was told: the id is never aliased to the next person."""
    world.run("before")
    world.posthog.losing_replies = True
    world.log_in("alice")
    world.posthog.losing_replies = False
    old = world.anon_id
    bobs = world.log_in("bob")
    assert world.anon_id != old
    assert world.distinct_id_of(bobs) == "bob"
    assert world.person("alice") != world.person("bob")


class DyingError(BaseException):
    """The process ends here."""


def test_the_claim_is_written_before_the_alias(world: World) -> None:
    """A process that dies in the alias leaves word of whom it was for."""

    class Dying(MemorySink):
        def alias(self, anon_id: str, principal_id: str) -> None:
            raise DyingError(anon_id, principal_id)

    world.look()
    world.switch_to("alice")
    world.posthog = Dying()
    with pytest.raises(DyingError):
        world.run("dies")
    assert world.ledger.claimed_by == "alice"
    assert world.store.state.identity == Anonymous(world.anon_id)


def test_an_expired_token_names_nobody(world: World) -> None:
    """A linked identity under credentials that are refused: the event is nobody's, the link stays."""
    world.log_in("alice")
    world.cloud.log_in("expired")
    event = world.run("after")
    assert world.distinct_id_of(event) not in (world.anon_id, "alice", None)
    assert world.person_of(event) != world.person("alice")
    assert world.store.state.identity == Linked(world.anon_id, "alice")


def test_an_unreachable_cloud_makes_a_linked_event_wait(world: World) -> None:
    """It stays undecided, holds nothing up, and is the principal's when the cloud answers."""
    world.log_in("alice")
    world.switch_to("alice", token="refreshed")
    world.cloud.reachable = False
    waiting = world.run("waiting")
    assert world.person_of(waiting) is None
    assert [record.attribution for record in world.outbox.queue.pending()] == [None]
    world.cloud.reachable = True
    world.wait_out_backoff()
    world.run("later")
    assert world.distinct_id_of(waiting) == "alice"


def test_what_waited_for_a_day_is_nobodys(world: World) -> None:
    """24 hours is the limit."""
    world.log_in("alice")
    world.switch_to("alice", token="refreshed")
    world.cloud.reachable = False
    waiting = world.run("waiting")
    world.clock.advance(24 * 3600)
    world.run("later")
    assert world.distinct_id_of(waiting) not in (None, "alice", world.anon_id)


def test_an_unreachable_cloud_leaves_an_anonymous_event_anonymous(world: World) -> None:
    """It does not wait, and is stitched when the link succeeds."""
    world.cloud.reachable = False
    event = world.log_in("alice")
    assert world.distinct_id_of(event) == world.anon_id
    world.cloud.reachable = True
    world.wait_out_backoff()
    world.run("later")
    assert world.person_of(event) == world.person("alice")


def test_a_copied_home_rotates_before_it_links(world: World) -> None:
    """An anonymous id that was born elsewhere is somebody else's."""
    baked_in = world.run("in the image")
    copy = World(store=evolve(world.store, here="another machine"), posthog=world.posthog, ids=world.ids)
    copy._events = 100
    event = copy.run("in the container")
    assert copy.anon_id != world.anon_id
    login = copy.log_in("bob")
    assert copy.person_of(event) == copy.person("bob") == copy.person_of(login)
    assert world.person_of(baked_in) == world.anon_id


def test_an_older_clis_files_are_adopted(world: World) -> None:
    """Anonymous or linked, what was there stays, and a ledger is made."""
    anon_id = world.ids.new()
    world.store.state = IdentityState(Anonymous(anon_id), None)
    assert world.distinct_id_of(world.run("first")) == anon_id
    assert world.ledger.installation == world.store.here

    older = World()
    older.store.state = IdentityState(Linked(anon_id, "alice"), None)
    assert older.distinct_id_of(older.run("logged out by hand")) == "alice"
    older.switch_to("alice")
    assert older.distinct_id_of(older.run("logged in")) == "alice"
    assert older.ledger.accepted == {SINK}


def test_files_that_do_not_agree_start_over(world: World) -> None:
    """A stale writer's usage.json: the event is nobody's, and the identity is fresh."""
    world.run("before")
    stale = world.ids.new()
    world.store.state = evolve(world.store.state, identity=Anonymous(stale))
    event = world.run("torn")
    assert world.distinct_id_of(event) not in (stale, world.anon_id, None)
    assert world.store.state.is_consistent
    assert world.distinct_id_of(world.run("after")) == world.anon_id


def test_a_malformed_identity_starts_over(world: World) -> None:
    """A new identity is made; the event of that command is nobody's."""
    world.store.state = IdentityState(Malformed(), None)
    event = world.run("malformed")
    assert world.distinct_id_of(event) != world.anon_id
    assert isinstance(world.store.state.identity, Anonymous)


def test_an_unreadable_store_sends_nothing(world: World) -> None:
    """Where usage.json may not be read, no event is even written down."""
    snapshot = world.look()
    world.store.readable = False
    with pytest.raises(StoreError):
        world.deliver(world.event("unreadable"), snapshot)
    assert world.outbox.queue.pending() == []
    assert world.posthog.persons.events == ()


def test_an_outbox_that_cannot_be_written_sends_nothing(world: World) -> None:
    """No event leaves that was not written down first."""
    world.outbox.queue.writable = False
    with pytest.raises(StoreError):
        world.run("unwritable")
    assert world.posthog.persons.events == ()


def test_a_sender_at_work_is_left_to_it(world: World) -> None:
    """The event is written down, with its verdict, and nothing is sent twice."""
    world.outbox.sender_lock.sender_at_work = True
    event = world.run("second")
    (record,) = world.outbox.queue.pending()
    assert record.attribution is not None
    assert world.person_of(event) is None


@pytest.mark.parametrize("lockable", [True, False], ids=["held", "not to be had"])
def test_bounds_hold_without_the_sender_lock(world: World, lockable: bool) -> None:
    """Who can't be the sender drops the oldest, and counts it: a delivery, and where none can be started."""
    world.outbox.sender_lock.sender_at_work, world.outbox.sender_lock.lockable = lockable, lockable
    for number in range(EVENTS_LIMIT + 1):
        world.outbox.queue.add(Record(world.event(f"number {number}"), world.look()))
    for step in (world.delivery().send, world.delivery().enforce_retention):
        with nullcontext() if lockable else pytest.raises(StoreError):
            step()
        world.outbox.queue.add(Record(world.event("one more"), world.look()))
    assert len(world.outbox.queue.waiting()) == EVENTS_LIMIT + 1
    assert world.outbox.log.losses() == Losses({LossReason.TOO_MANY.value: 2})


def test_a_sender_looks_again_after_it_let_go(world: World) -> None:
    """An event that another process left while this one was about to go is not stranded."""
    left: list[Event] = []

    class Leaving(MemoryEventQueue):
        def remove(self, records: Sequence[Record]) -> int:
            removed = super().remove(records)
            if not left:  # the lock is held still: the other process finds a sender at work
                left.append(world.run("left by another process"))
            return removed

    world.outbox.queue = Leaving(world.outbox.log)
    world.run("first")
    assert world.person_of(left[0]) is not None


def test_a_refused_event_is_dropped_alone(world: World) -> None:
    """A refused batch is halved until the bad event is by itself; the others arrive."""
    world.posthog.failing = True
    events = [world.run(name) for name in ("one", "two", "bad", "four", "five")]
    world.posthog.failing = False
    world.wait_out_backoff()
    world.posthog.refused = frozenset({"bad"})
    last = world.run("last")
    arrived = [event.name for event in [*events, last] if world.person_of(event) is not None]
    assert arrived == ["one", "two", "four", "five", "last"]
    assert world.outbox.queue.pending() == []


def test_a_lost_batch_is_sent_again_as_it_was(world: World) -> None:
    """Uuid, time and distinct id are those of the first attempt, so that PostHog drops the repeat."""
    world.posthog.losing_replies = True
    event = world.run("lost")
    first = world.captured(event)
    world.posthog.losing_replies = False
    world.log_in("alice")
    assert world.captured(event) == first
    assert world.outbox.queue.pending() == []


def test_a_verdict_never_changes(world: World) -> None:
    """What was frozen while PostHog was down is what is sent, whoever logs in meanwhile."""
    world.posthog.failing = True
    event = world.run("before")
    (frozen,) = [record.attribution for record in world.outbox.queue.pending()]
    world.log_in("alice")
    world.log_out()
    world.posthog.failing = False
    world.wait_out_backoff()
    world.run("after")
    assert frozen is not None
    assert world.distinct_id_of(event) == frozen.distinct_id


def test_a_logins_host_is_let_go_once_the_identity_is_settled(world: World) -> None:
    """Linked, refused or busy: the host does not wait for the events."""
    world.log_in("alice")
    assert world.settled >= 1
    busy = World()
    busy.outbox.sender_lock.sender_at_work = True
    busy.log_in("alice")
    assert busy.settled == 1


def test_nobody_is_asked_twice_in_one_process(world: World) -> None:
    """Of many undecided events, one look-up and one alias: what failed is not tried again."""
    world.look()
    world.switch_to("alice")
    world.outbox.sender_lock.sender_at_work = True
    for number in range(5):
        world.run(f"undecided {number}")
    world.outbox.sender_lock.sender_at_work = False
    world.posthog.failing = True
    look_ups = world.cloud.look_ups
    world.run("last")
    assert world.cloud.look_ups == look_ups + 1


def test_a_refused_look_up_links_nothing(world: World) -> None:
    """401 for an anonymous identity's credentials: the event stays anonymous."""
    world.look()
    world.cloud.answers["bad"] = Rejected()
    world.cloud.log_in("bad")
    event = world.run("unknown")
    assert world.distinct_id_of(event) == world.anon_id
    assert world.ledger.claimed_by is None


def test_a_login_that_another_sender_delivered_is_not_sent_again(world: World) -> None:
    """While a login's process waited for the sender at work, that one judged, sent and removed its event."""
    world.look()
    world.switch_to("alice")
    event, late = world.event("login alice"), world.delivery()
    (record,) = late.submit([event], world.look())
    world.run("the sender at work")
    assert world.distinct_id_of(event) == "alice"
    batches = len(world.posthog.batches)
    late.send(login=record)
    assert len(world.posthog.batches) == batches
    assert world.outbox.queue.pending() == []


def test_a_logout_of_nobody_keeps_the_history_of_who_logs_in_next(world: World) -> None:
    """Its delivery comes late, when she is logged in: it does not separate her from what was before."""
    before = world.run("before")
    snapshot, event = world.look(), world.event("logout")
    world.log_in("alice")
    world.deliver(event, snapshot, is_logout=True)
    assert world.linked_to == "alice"
    assert world.person_of(before) == world.person("alice")
