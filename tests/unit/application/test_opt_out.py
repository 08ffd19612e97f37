"""Turning off and on: what waits is dropped, and no id from before is used again."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from attrs import define, evolve

from arcade_usage.application.console.opt_out import TurnedOff, turn_off, turn_on
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import StoreError, UnwantedError
from arcade_usage.application.ports import Copies, Outbox
from arcade_usage.domain.consent import LOCAL, OFF, ON, WITHOUT_ERRORS
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.record import Record
from arcade_usage.testing.in_memory import MemoryCopies, MemoryStores, MemorySwitch, MemoryWriter
from tests.unit.application.simulation import Simulation, unwritable_outbox


def of(*outboxes: Outbox) -> MemoryStores:
    """A config folder with these outboxes."""
    return MemoryStores([(outbox, MemoryCopies()) for outbox in outboxes])


def switched(simulation: Simulation, choice: MemorySwitch) -> Delivery:
    """A delivery process that reads the switch, its first look at it behind it."""
    delivery = simulation.delivery()
    delivery.opt_out = choice
    return delivery


def test_what_waits_is_dropped_in_every_outbox() -> None:
    """Counted together, and nothing is sent."""
    one, two, choice = Simulation(), Simulation(), MemorySwitch()
    for simulation in (one, two):
        simulation.posthog.failing = True
        simulation.run("first")
        simulation.run("second")
    assert turn_off(choice, of(one.outbox, two.outbox)) == TurnedOff(dropped=4, busy_senders=0)
    assert choice.is_off
    assert [one.outbox.queue.pending(), two.outbox.queue.pending()] == [[], []]


def test_the_choice_comes_before_the_outboxes_are_looked_for() -> None:
    """An outbox made after the look can only have been made by who reads the switch afterwards."""
    choice, seen = MemorySwitch(), []

    class Folder(MemoryStores):
        def stores(self) -> Sequence[tuple[Outbox, Copies]]:
            seen.append(choice.is_off)
            return []

    turn_off(choice, Folder())
    assert seen == [True]


def test_where_the_choice_cannot_be_stored_nothing_is_dropped() -> None:
    """Where it is reported as failed, nothing is lost."""
    simulation = Simulation()
    simulation.posthog.failing = True
    event = simulation.run("first")
    with pytest.raises(StoreError):
        turn_off(MemorySwitch(writable=False), of(simulation.outbox))
    assert [record.event for record in simulation.outbox.queue.pending()] == [event]


def test_a_sender_that_does_not_let_go_is_told_of() -> None:
    """What waits goes all the same: a sender reads the switch before it sends."""
    simulation = Simulation()
    simulation.outbox.queue.add(Record(simulation.event("first"), simulation.look()))
    simulation.outbox.sender_lock.sender_at_work = True
    assert turn_off(MemorySwitch(), of(simulation.outbox)) == TurnedOff(dropped=1, busy_senders=1)
    assert simulation.outbox.queue.pending() == []


def test_a_lock_that_cannot_be_had_keeps_nothing_waiting() -> None:
    """What waits is dropped in every outbox, and no sender is reported."""
    one, two = Simulation(), Simulation()
    for simulation in (one, two):
        simulation.outbox.queue.add(Record(simulation.event("first"), simulation.look()))
    one.outbox.sender_lock.lockable = False
    assert turn_off(MemorySwitch(), of(one.outbox, two.outbox)) == TurnedOff(dropped=2, busy_senders=0)


def test_an_outbox_that_can_not_be_purged_does_not_stop_the_others() -> None:
    """The choice is stored, the others are purged, and what is left is named."""
    simulation, choice = Simulation(), MemorySwitch()
    simulation.posthog.failing = True
    simulation.run("first")
    turned_off = turn_off(choice, of(unwritable_outbox(), simulation.outbox))
    assert turned_off == TurnedOff(dropped=1, busy_senders=0, failures=("not permitted",))
    assert (choice.is_off, simulation.outbox.queue.pending()) == (True, [])


def test_an_event_written_down_after_the_purge_does_not_stay() -> None:
    """A delivery that read the switch before `off` and adds its event afterwards takes it back."""
    simulation, choice = Simulation(), MemorySwitch()
    snapshot, event = simulation.look(), simulation.event("in between")
    delivery = switched(simulation, choice)
    turn_off(choice, of(simulation.outbox))
    with pytest.raises(UnwantedError):
        delivery.submit([event], snapshot)
    assert simulation.outbox.queue.pending() == []


def test_at_any_moment_of_a_delivery_off_leaves_nothing() -> None:
    """Whenever the choice falls, between any two steps of the outbox, nothing lies there in the end."""
    steps = 1
    while True:
        simulation, choice = Simulation(), MemorySwitch()
        simulation.posthog.failing = True
        outbox = evolve(simulation.outbox)
        interrupting = _Interrupting(steps, partial(turn_off, choice, of(outbox)))
        simulation.outbox.queue = _Interrupted(outbox.queue, interrupting)  # type: ignore[assignment]
        simulation.outbox.log = _Interrupted(outbox.log, interrupting)  # type: ignore[assignment]
        delivery = switched(simulation, choice)
        try:
            delivery.submit([simulation.event("in between")], simulation.look())
            delivery.send()
        except UnwantedError:
            pass
        if not choice.is_off:
            break
        assert outbox.queue.pending() == [], steps
        steps += 1
    assert steps > 3


@define
class _Interrupting:
    """Has something done before the n-th step of an outbox, by another process."""

    steps: int
    do: Callable[[], object]

    def step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            self.do()


class _Interrupted:
    """A part of an outbox each call of which is a step."""

    def __init__(self, part: object, interrupting: _Interrupting) -> None:
        self._part, self._interrupting = part, interrupting

    def __getattr__(self, name: str) -> object:
        call = getattr(self._part, name)

        def stepped(*arguments: object) -> object:
            self._interrupting.step()
            return call(*arguments)

        return stepped


def test_an_event_of_an_erased_identity_does_not_stay() -> None:
    """A user whose identity was erased is not reported by a command that was on its way."""
    simulation = Simulation()
    snapshot, event = simulation.look(), simulation.event("on its way")
    simulation.store.state = IdentityState(None, None)
    with pytest.raises(UnwantedError):
        simulation.delivery().submit([event], snapshot)
    assert simulation.outbox.queue.pending() == []


class Writer(MemoryWriter):
    """Rotates the identity of a simulation, as the tool does during a logout."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__()
        self._simulation = simulation

    def log_out(self, *, had_credentials: bool) -> None:
        self._simulation.rotate(had_credentials=had_credentials)


class FailingWriter(MemoryWriter):
    def log_out(self, *, had_credentials: bool) -> None:  # noqa: ARG002 - a port's name
        raise PermissionError


@pytest.mark.parametrize("level", [OFF, LOCAL])
@pytest.mark.parametrize("back", [ON, WITHOUT_ERRORS])
def test_people_who_came_and_went_unseen_share_nothing(level: str, back: str) -> None:
    """What was done before tracking was off is not the second account's, though no event tells of the first."""
    simulation = Simulation()
    before = simulation.run("before")
    anon_id = simulation.anon_id
    turn_off(simulation.switch, of(simulation.outbox), level)
    simulation.switch_to("alice")
    simulation.switch_to("bob")
    assert turn_on(simulation.switch, Writer(simulation), back)
    after = simulation.run("after")
    assert simulation.person_of(after) == simulation.person("bob")
    assert simulation.person_of(before) == simulation.person(anon_id) != simulation.person("bob")


@pytest.mark.parametrize("level", [OFF, LOCAL])
def test_an_account_from_before_goes_on_under_another_id(level: str) -> None:
    """All its events are that account's: the fresh id is attached to it with the next command."""
    simulation = Simulation()
    login = simulation.log_in("alice")
    turn_off(simulation.switch, of(simulation.outbox), level)
    turn_on(simulation.switch, Writer(simulation))
    after = simulation.run("after")
    assert simulation.person_of(login) == simulation.person_of(after) == simulation.person("alice")


@pytest.mark.parametrize("level", [ON, WITHOUT_ERRORS])
@pytest.mark.parametrize("back", [ON, WITHOUT_ERRORS])
def test_on_while_events_are_sent_changes_no_id(level: str, back: str) -> None:
    """The history before a login is still that of the person who logs in."""
    simulation = Simulation(switch=MemorySwitch(level))
    before = simulation.run("before")
    turn_on(simulation.switch, Writer(simulation), back)
    simulation.log_in("alice")
    assert simulation.person_of(before) == simulation.person("alice")


@pytest.mark.parametrize("back", [ON, WITHOUT_ERRORS])
def test_where_the_id_cannot_be_replaced_it_stays_off(back: str) -> None:
    """The command says so; otherwise one person could get what another one did."""
    switch = MemorySwitch(OFF)
    with pytest.raises(StoreError, match="the anonymous id can't be replaced"):
        turn_on(switch, FailingWriter(), back)
    assert switch.is_off
