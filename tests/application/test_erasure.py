"""Forgetting: everything that names somebody is gone, and every id was told."""

import pytest

from arcade_usage.application.console.erasure import Eraser
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.subject_ids import SubjectIds
from arcade_usage.testing.in_memory import MemoryCopies, MemoryOutbox
from tests.application.world import World, unwritable_outbox


@pytest.fixture
def world() -> World:
    """Somebody who has logged in, whose last command waits, and of whose events a copy is kept."""
    world = World()
    world.run("before")
    world.log_in("alice")
    world.posthog.failing = True
    world.run("waits")
    return world


def copies_of(world: World) -> MemoryCopies:
    copies = MemoryCopies()
    for captured in world.posthog.persons.events:
        message = {
            "event": captured.name,
            "distinct_id": captured.distinct_id,
            "properties": captured.properties,
        }
        copies.keep([message], world.clock.time())
    return copies


def test_everything_is_gone_and_every_id_was_told(world: World) -> None:
    """Identity, ledger, what waits, what was sent, and the pauses, which name ids."""
    copies, anon_id = copies_of(world), world.anon_id
    swept = []
    eraser = Eraser(world.store, lambda: [(world.outbox, copies)], lambda: swept.append("swept"))
    report = eraser.forget()
    assert report.subject_ids == SubjectIds(("alice",), (anon_id,))
    assert (report.waiting, report.copies, report.busy_senders) == (1, 2, 0)
    assert world.store.state == IdentityState(None, None)
    assert (world.outbox.queue.pending(), world.outbox.log.logbook, copies.all(), swept) == (
        [],
        Logbook(),
        (),
        ["swept"],
    )


def test_looking_first_erases_nothing(world: World) -> None:
    """What is told before somebody says yes is what is told afterwards."""
    copies = copies_of(world)
    eraser = Eraser(world.store, lambda: [(world.outbox, copies)])
    state, waiting = world.store.state, world.outbox.queue.pending()
    found = eraser.inspect()
    assert (world.store.state, world.outbox.queue.pending(), len(copies.all())) == (state, waiting, 2)
    assert eraser.forget() == found
    assert eraser.inspect().subject_ids == SubjectIds()


def test_a_sender_that_does_not_let_go_is_told_of(world: World) -> None:
    """It is not waited for without end; what is here is erased all the same."""
    world.outbox.sender_lock.sender_at_work = True
    report = Eraser(world.store, lambda: [(world.outbox, MemoryCopies())]).forget()
    assert report.busy_senders == 1
    assert (world.store.state, world.outbox.queue.pending()) == (IdentityState(None, None), [])


def test_locks_that_cannot_be_had_keep_nothing(world: World) -> None:
    """What is asked for is done without the sender's."""
    world.outbox.sender_lock.lockable = False
    report = Eraser(world.store, lambda: [(world.outbox, MemoryCopies())]).forget()
    assert (report.waiting, report.busy_senders) == (1, 0)
    assert (world.store.state, world.outbox.queue.pending()) == (IdentityState(None, None), [])


def test_every_sink_is_erased(world: World) -> None:
    """Two tools that share a folder share the identity, so both lose what it names."""
    other = MemoryOutbox()
    other.queue.records = dict(world.outbox.queue.records)
    Eraser(world.store, lambda: [(world.outbox, MemoryCopies()), (other, copies_of(world))]).forget()
    assert (world.outbox.queue.pending(), other.queue.pending()) == ([], [])


def test_what_cannot_be_erased_is_told(world: World) -> None:
    """Nobody is told that they are report who is not."""
    world.store.readable = False
    report = Eraser(world.store, lambda: [(world.outbox, MemoryCopies())]).forget()
    assert (report.failures, world.outbox.queue.pending()) == (("not permitted",), [])


def test_one_outbox_does_not_stop_the_others(world: World) -> None:
    """What can't be erased is told, once, and all else is erased."""
    broken = unwritable_outbox()
    places = [(broken, MemoryCopies()), (world.outbox, MemoryCopies())]
    report = Eraser(world.store, lambda: places).forget()
    assert (report.failures, world.outbox.queue.pending()) == (("not permitted",), [])
    assert world.store.state == IdentityState(None, None)


def test_the_next_command_is_somebody_new(world: World) -> None:
    """Under an id that was never used, which inherits nothing."""
    anon_id = world.anon_id
    Eraser(world.store, lambda: [(world.outbox, MemoryCopies())]).forget()
    world.cloud.log_out()
    world.posthog.failing = False
    event = world.run("afterwards")
    assert world.distinct_id_of(event) == world.anon_id != anon_id
    assert world.person_of(event) != world.person("alice")
