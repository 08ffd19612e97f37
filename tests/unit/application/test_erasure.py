"""Forgetting: everything that names a person is gone, and every id was printed."""

import pytest

from arcade_usage.application.console.erasure import Eraser
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.subject_ids import SubjectIds
from arcade_usage.testing.in_memory import MemoryCopies, MemoryOutbox, MemoryStores
from tests.unit.application.simulation import Simulation, unwritable_outbox


@pytest.fixture
def simulation() -> Simulation:
    """A user who has logged in, whose last command waits, and of whose events a copy is kept."""
    simulation = Simulation()
    simulation.run("before")
    simulation.log_in("alice")
    simulation.posthog.failing = True
    simulation.run("waits")
    return simulation


def copies_of(simulation: Simulation) -> MemoryCopies:
    copies = MemoryCopies()
    for captured in simulation.posthog.persons.events:
        message = {
            "event": captured.name,
            "distinct_id": captured.distinct_id,
            "properties": captured.properties,
        }
        copies.keep([message], simulation.clock.time())
    return copies


def test_everything_is_gone_and_every_id_was_told(simulation: Simulation) -> None:
    """Identity, ledger, what waits, what was sent, and the pauses, which name ids."""
    copies, anon_id = copies_of(simulation), simulation.anon_id
    report = Eraser(simulation.store, MemoryStores([(simulation.outbox, copies)])).forget()
    assert report.subject_ids == SubjectIds(("alice",), (anon_id,))
    assert (report.waiting, report.copies, report.busy_senders) == (1, 2, 0)
    assert simulation.store.state == IdentityState(None, None)
    assert simulation.store.swept
    assert (simulation.outbox.queue.pending(), simulation.outbox.log.logbook) == ([], Logbook())
    assert copies.all() == ()


def test_looking_first_erases_nothing(simulation: Simulation) -> None:
    """What is printed before the confirmation is what is printed afterwards."""
    copies = copies_of(simulation)
    eraser = Eraser(simulation.store, MemoryStores([(simulation.outbox, copies)]))
    state, waiting = simulation.store.state, simulation.outbox.queue.pending()
    found = eraser.inspect()
    assert (simulation.store.state, simulation.outbox.queue.pending(), len(copies.all())) == (
        state,
        waiting,
        2,
    )
    assert eraser.forget() == found
    assert eraser.inspect().subject_ids == SubjectIds()


def test_a_sender_that_does_not_let_go_is_told_of(simulation: Simulation) -> None:
    """It is not waited for without end; what is here is erased all the same."""
    simulation.outbox.sender_lock.sender_at_work = True
    report = Eraser(simulation.store, MemoryStores([(simulation.outbox, MemoryCopies())])).forget()
    assert report.busy_senders == 1
    assert (simulation.store.state, simulation.outbox.queue.pending()) == (IdentityState(None, None), [])


def test_locks_that_cannot_be_had_keep_nothing(simulation: Simulation) -> None:
    """What is asked for is done without the sender's."""
    simulation.outbox.sender_lock.lockable = False
    report = Eraser(simulation.store, MemoryStores([(simulation.outbox, MemoryCopies())])).forget()
    assert (report.waiting, report.busy_senders) == (1, 0)
    assert (simulation.store.state, simulation.outbox.queue.pending()) == (IdentityState(None, None), [])


def test_every_sink_is_erased(simulation: Simulation) -> None:
    """Two tools that share a folder share the identity, so both lose what it names."""
    other = MemoryOutbox()
    other.queue.records = dict(simulation.outbox.queue.records)
    folder = MemoryStores([(simulation.outbox, MemoryCopies()), (other, copies_of(simulation))])
    Eraser(simulation.store, folder).forget()
    assert (simulation.outbox.queue.pending(), other.queue.pending()) == ([], [])


def test_what_cannot_be_erased_is_told(simulation: Simulation) -> None:
    """An id without events is not reported."""
    simulation.store.readable = False
    report = Eraser(simulation.store, MemoryStores([(simulation.outbox, MemoryCopies())])).forget()
    assert (report.failures, simulation.outbox.queue.pending()) == (("not permitted",), [])


def test_one_outbox_does_not_stop_the_others(simulation: Simulation) -> None:
    """What can't be erased is named, once, and all else is erased."""
    broken = unwritable_outbox()
    places = [(broken, MemoryCopies()), (simulation.outbox, MemoryCopies())]
    report = Eraser(simulation.store, MemoryStores(places)).forget()
    assert (report.failures, simulation.outbox.queue.pending()) == (("not permitted",), [])
    assert simulation.store.state == IdentityState(None, None)


def test_the_next_command_is_somebody_new(simulation: Simulation) -> None:
    """Under an id that was never used, which inherits nothing."""
    anon_id = simulation.anon_id
    Eraser(simulation.store, MemoryStores([(simulation.outbox, MemoryCopies())])).forget()
    simulation.cloud.log_out()
    simulation.posthog.failing = False
    event = simulation.run("afterwards")
    assert simulation.distinct_id_of(event) == simulation.anon_id != anon_id
    assert simulation.person_of(event) != simulation.person("alice")
