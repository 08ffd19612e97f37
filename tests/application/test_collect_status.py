"""Taking status_of: what is told is what lies there, and nothing is changed by looking."""

from attrs import evolve

from arcade_usage.application.console.status import collect_status
from arcade_usage.domain.consent import OFF_BY_CHOICE
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.status import Diagnostics, Status, Trouble
from arcade_usage.testing.in_memory import MemoryOutbox
from tests.application.world import World

POSTHOG = Project("https://posthog.example", "phc_sample")


def status_of(world: World, *outboxes: MemoryOutbox) -> Status:
    return collect_status(
        config_dir="/config",
        reasons=(),
        off_files=(),
        debugging=False,
        store=world.store,
        principal_api=world.cloud,
        outboxes=[(POSTHOG, outbox) for outbox in outboxes or (world.outbox,)],
        diagnostics=Diagnostics(),
        clock=world.clock,
    )


def test_nothing_is_there_at_first() -> None:
    """No id, no credentials, nothing waiting, no trouble."""
    status = status_of(World())
    assert (status.anon_id, status.principal_id, status.has_credentials, status.troubles) == (
        None,
        None,
        False,
        (),
    )
    assert (status.projects[0].waiting, status.is_on, status.works) == (0, True, True)


def test_what_waits_for_another_installation_is_told_apart() -> None:
    """An event that this installation will never judge is undecided, and of another one."""
    world = World()
    world.outbox.queue.add(Record(world.event("elsewhere"), world.look(), machine="another machine"))
    (sink,) = status_of(world).projects
    assert (sink.waiting, sink.undecided, sink.foreign) == (1, 1, 1)


def test_a_linked_account_and_a_delivery_are_told() -> None:
    """Who it is, and when the last event went."""
    world = World()
    world.log_in("alice")
    status = status_of(world)
    assert (status.principal_id, status.anon_id, status.has_credentials) == ("alice", world.anon_id, True)
    assert status.projects[0].logbook.delivered is not None
    assert status.projects[0].due_at(status.now) is None


def test_what_waits_is_told_with_since_when_and_until_when() -> None:
    """Decided or not, and the attempt that is due next."""
    world = World()
    world.posthog.failing = True
    first = world.run("first")
    world.switch_to("bob")
    world.cloud.reachable = False
    world.store.state = evolve(
        world.store.state, ledger=evolve(world.ledger, first_stamp=None, claimed_by="alice")
    )
    last = world.run("last")
    status = status_of(world)
    (sink,) = status.projects
    assert (sink.waiting, sink.strange) == (2, 0)
    assert (sink.oldest_at, sink.newest_at) == (first.timestamp.timestamp(), last.timestamp.timestamp())
    due_at = sink.due_at(status.now)
    assert due_at is not None
    assert due_at > status.now
    assert status.troubles == (Trouble.UNREACHABLE,)


def test_looking_changes_nothing() -> None:
    """Neither identity nor outbox, nor is anybody asked."""
    world = World()
    world.posthog.failing = True
    world.switch_to("alice")
    world.run("first")
    before = (
        world.store.state,
        dict(world.outbox.queue.records),
        world.outbox.log.logbook,
        world.posthog.calls,
        world.cloud.look_ups,
    )
    status_of(world)
    assert before == (
        world.store.state,
        dict(world.outbox.queue.records),
        world.outbox.log.logbook,
        world.posthog.calls,
        world.cloud.look_ups,
    )


def test_what_cannot_be_read_is_a_trouble() -> None:
    """It is told, not raised."""
    world = World()
    world.store.readable = False
    status = status_of(world)
    assert (status.state, status.troubles, status.works) == (None, (Trouble.UNREADABLE,), False)
    assert (status.anon_id, status.pending_aliases) == (None, 0)


def test_what_turns_it_off_is_passed_on() -> None:
    """Off is off, whatever else is told."""
    status = evolve(status_of(World()), reasons=(OFF_BY_CHOICE,))
    assert not status.is_on
