"""What the identity store promises, in memory and on disk."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve, frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage import identity_store
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import IdentityStore
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import FixedInstallation, MemoryIdentityStore
from tests.adapters.disk import deny
from tests.samples import ANON, FRESH, HERE, KNOWNS


@frozen
class IdentityStoreUnderTest:
    """An identity store, the same one as another process holds it, and how to lose the permission."""

    store: IdentityStore
    another: Callable[[], IdentityStore]
    shut: Callable[[], object]


def _in_memory() -> IdentityStoreUnderTest:
    store = MemoryIdentityStore(here=HERE)
    return IdentityStoreUnderTest(store, lambda: store, lambda: setattr(store, "readable", False))


def _on_disk(config_dir: Path, mocker: MockerFixture) -> IdentityStoreUnderTest:
    def make() -> IdentityStore:
        return IdentityFiles(Layout(str(config_dir)), FixedInstallation(HERE))

    return IdentityStoreUnderTest(make(), make, lambda: deny(mocker, config_dir))


@pytest.fixture(params=["in memory", "on disk"])
def subject(
    request: pytest.FixtureRequest, config_dir: Path, mocker: MockerFixture
) -> IdentityStoreUnderTest:
    return _in_memory() if request.param == "in memory" else _on_disk(config_dir, mocker)


def put(store: IdentityStore, state: IdentityState) -> None:
    store.change(lambda _: (state, None))


def test_nothing_is_known_at_first(subject: IdentityStoreUnderTest) -> None:
    """A store that nobody wrote to knows neither an identity nor a ledger."""
    assert subject.store.current() == IdentityState(None, None)


def test_looking_leaves_no_trace(subject: IdentityStoreUnderTest) -> None:
    """A read changes nothing: the current identity is the same before and after."""
    assert [subject.store.current() for _ in range(3)] == [IdentityState(None, None)] * 3


@pytest.mark.parametrize("state", KNOWNS.values(), ids=KNOWNS)
def test_a_change_is_kept(subject: IdentityStoreUnderTest, state: IdentityState) -> None:
    """What a decision made is what this process and every other one read from then on."""
    subject.store.change(lambda _: (state, None))
    assert [subject.store.current(), subject.another().current()] == [state, state]


def test_a_rotated_identity_is_an_anonymous_one(subject: IdentityStoreUnderTest) -> None:
    """After a rotation the fresh id is current, and nothing links it to anybody."""
    put(subject.store, KNOWNS["linked"])
    subject.store.change(lambda state: (state.rotated(FRESH, HERE), None))
    current = subject.another().current()
    assert isinstance(current.identity, Anonymous)
    assert (current.anon_id, current.is_consistent) == (FRESH, True)


def test_a_change_returns_what_the_decision_adds(subject: IdentityStoreUnderTest) -> None:
    """A decision's second half comes back as it is."""
    added = object()
    assert subject.store.change(lambda state: (state, added)) is added


def test_a_decision_is_made_on_what_is_there_by_now(subject: IdentityStoreUnderTest) -> None:
    """A change reads again: it sees what another process stored after this one last looked."""
    put(subject.store, KNOWNS["anonymous"])
    put(subject.another(), KNOWNS["linked"])
    assert subject.store.change(lambda state: (state, state)) == KNOWNS["linked"]


def test_a_decision_that_fails_changes_nothing(subject: IdentityStoreUnderTest) -> None:
    """An exception of the decision passes as it is, nothing is stored, and the store is free again."""
    put(subject.store, KNOWNS["anonymous"])

    def fail(_: IdentityState) -> tuple[IdentityState, object]:
        raise LookupError("of the decision")

    with pytest.raises(LookupError, match="of the decision"):
        subject.store.change(fail)
    assert subject.another().current() == KNOWNS["anonymous"]
    put(subject.another(), KNOWNS["linked"])
    assert subject.store.current() == KNOWNS["linked"]


def test_the_machine_is_the_same_for_everybody_here(subject: IdentityStoreUnderTest) -> None:
    """`here` says which machine this is, and every process on it says the same."""
    assert subject.store.here == subject.another().here == HERE


def test_what_is_not_permitted_is_a_store_error(subject: IdentityStoreUnderTest) -> None:
    """Without permission nothing is guessed: reading and changing both raise, and no decision is asked."""
    put(subject.store, KNOWNS["linked"])
    subject.shut()
    with pytest.raises(StoreError):
        subject.store.current()
    with pytest.raises(StoreError):
        subject.store.change(lambda state: pytest.fail(f"asked about {state}"))


def test_a_change_waits_for_the_one_before_it(subject: IdentityStoreUnderTest) -> None:
    """Changes are totally ordered: one that begins during another is made on what that one left."""
    put(subject.store, IdentityState(Anonymous(ANON), Ledger(ANON, HERE)))
    second = threading.Thread(target=lambda: subject.another().change(_reaching("second")))

    def during(state: IdentityState) -> tuple[IdentityState, None]:
        second.start()
        second.join(0.2)  # it can't end before this decision is stored, so this is how long it may try
        return _reaching("first")(state)

    subject.store.change(during)
    second.join(30)
    assert _reached(subject.store) == {"first", "second"}


def test_a_reader_sees_what_was_stored_and_nothing_else(subject: IdentityStoreUnderTest) -> None:
    """While one process changes the identity again and again, another one reads it whole every time."""
    states = [KNOWNS["anonymous"], KNOWNS["linked"]]
    put(subject.store, states[0])
    done = threading.Event()

    def write() -> None:
        for turn in range(40):
            put(subject.store, states[turn % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = [subject.another().current()]
    while not done.is_set():
        seen.append(subject.another().current())
    writer.join(30)
    assert {state.identity for state in seen} <= {state.identity for state in states}
    assert {state.ledger for state in seen} <= {state.ledger for state in states}


def test_no_change_is_lost(subject: IdentityStoreUnderTest, mocker: MockerFixture) -> None:
    """Of many changes at once, each has its effect."""
    mocker.patch.object(identity_store, "IDENTITY_LOCK_SECONDS", 30.0)
    put(subject.store, IdentityState(Anonymous(ANON), Ledger(ANON, HERE)))
    start = threading.Barrier(4)

    def reach(number: int) -> None:
        store = subject.another()
        start.wait(30)
        for turn in range(5):
            store.change(_reaching(f"sink-{number}-{turn}"))

    threads = [threading.Thread(target=reach, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert _reached(subject.store) == {f"sink-{number}-{turn}" for number in range(4) for turn in range(5)}


def _reached(store: IdentityStore) -> frozenset[str]:
    ledger = store.current().ledger
    assert isinstance(ledger, Ledger)
    return ledger.reached


def _reaching(sink: str) -> Callable[[IdentityState], tuple[IdentityState, None]]:
    def decide(state: IdentityState) -> tuple[IdentityState, None]:
        assert isinstance(state.ledger, Ledger)
        return evolve(state, ledger=evolve(state.ledger, reached=state.ledger.reached | {sink})), None

    return decide
