"""Collecting the status: it says what is on disk, and changes nothing."""

from attrs import evolve

from arcade_usage.application.console.status import collect_status
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.consent import OFF_BY_CHOICE
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.status import Diagnostics, Status
from arcade_usage.domain.trouble import Trouble
from arcade_usage.testing.in_memory import MemoryCopies, MemoryOutbox
from tests.unit.application.simulation import Simulation

POSTHOG = Project("https://posthog.example", "phc_sample")


def status_of(simulation: Simulation, *outboxes: MemoryOutbox) -> Status:
    return collect_status(
        config_dir="/config",
        reasons=(),
        debugging=False,
        store=simulation.store,
        principal_api=simulation.cloud,
        stores=[(POSTHOG, outbox, MemoryCopies()) for outbox in outboxes or (simulation.outbox,)],
        diagnostics=Diagnostics(),
        clock=simulation.clock,
    )


def test_nothing_is_there_at_first() -> None:
    """No id, no credentials, nothing waiting, no trouble."""
    status = status_of(Simulation())
    assert (status.anon_id, status.principal_id, status.has_credentials, status.troubles) == (
        None,
        None,
        False,
        (),
    )
    assert (status.projects[0].waiting, status.is_on, status.works) == (0, True, True)


def test_what_waits_for_another_installation_is_told_apart() -> None:
    """An event that this installation will never judge is undecided, and of another one."""
    simulation = Simulation()
    simulation.outbox.queue.add(
        Record(simulation.event("elsewhere"), simulation.look(), machine="another machine")
    )
    (sink,) = status_of(simulation).projects
    assert (sink.waiting, sink.undecided, sink.foreign) == (1, 1, 1)


def test_a_linked_account_and_a_delivery_are_told() -> None:
    """Who it is, and when the last event went."""
    simulation = Simulation()
    simulation.log_in("alice")
    status = status_of(simulation)
    assert (status.principal_id, status.anon_id, status.has_credentials) == (
        "alice",
        simulation.anon_id,
        True,
    )
    assert status.projects[0].logbook.delivered is not None
    assert status.projects[0].due_at(status.now) is None


def test_what_waits_is_told_with_since_when_and_until_when() -> None:
    """Decided or not, and the attempt that is due next."""
    simulation = Simulation()
    simulation.posthog.failing = True
    first = simulation.run("first")
    simulation.switch_to("bob")
    simulation.cloud.reachable = False
    simulation.store.state = evolve(
        simulation.store.state, ledger=evolve(simulation.ledger, first_stamp=None, claimed_by="alice")
    )
    last = simulation.run("last")
    status = status_of(simulation)
    (sink,) = status.projects
    assert (sink.waiting, sink.strange) == (2, 0)
    assert (sink.oldest_at, sink.newest_at) == (first.timestamp.timestamp(), last.timestamp.timestamp())
    due_at = sink.due_at(status.now)
    assert due_at is not None
    assert due_at > status.now
    assert status.troubles == (Trouble.UNREACHABLE,)


def test_looking_changes_nothing() -> None:
    """Neither identity nor outbox, nor is anybody asked."""
    simulation = Simulation()
    simulation.posthog.failing = True
    simulation.switch_to("alice")
    simulation.run("first")
    before = (
        simulation.store.state,
        dict(simulation.outbox.queue.records),
        simulation.outbox.log.logbook,
        simulation.posthog.calls,
        simulation.cloud.look_ups,
    )
    status_of(simulation)
    assert before == (
        simulation.store.state,
        dict(simulation.outbox.queue.records),
        simulation.outbox.log.logbook,
        simulation.posthog.calls,
        simulation.cloud.look_ups,
    )


def test_what_cannot_be_read_is_a_trouble() -> None:
    """It is named, not raised."""
    simulation = Simulation()
    simulation.store.readable = False
    status = status_of(simulation)
    assert (status.state, status.troubles, status.works) == (None, (Trouble.UNREADABLE,), False)
    assert (status.anon_id, status.pending_aliases) == (None, 0)


def test_what_turns_it_off_is_passed_on() -> None:
    """Off is off, beside any other trouble."""
    status = evolve(status_of(Simulation()), reasons=(Reason(OFF_BY_CHOICE, "off"),))
    assert not status.is_on
