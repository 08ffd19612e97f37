"""Two looks at the disk: whether what was done in between is whose both say."""

import pytest

from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot, make_first
from arcade_usage.domain.ledger import Ledger, Stamp

A, B = "aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b"
C = "cccccccc-0000-4000-8000-00000000000c"
HERE = "this machine"
ONE, TWO = Stamp(1, 2, 3, 4, 5), Stamp(1, 2, 3, 4, 6)


def look(identity: Anonymous | Linked | Malformed | None, stamp: Stamp | None) -> Snapshot:
    ledger = Ledger(identity.anon_id, HERE) if isinstance(identity, Anonymous | Linked) else None
    return Snapshot(IdentityState(identity, ledger), stamp)


def beside(newer: str) -> Snapshot:
    return Snapshot(IdentityState(Anonymous(A), NewerLedger({"newer": newer})), ONE)


SAME = {
    "nobody logged in": (look(Anonymous(A), None), look(Anonymous(A), None)),
    "the same person": (look(Linked(A, "p"), ONE), look(Linked(A, "p"), ONE)),
    "beside a newer ledger": (beside("one"), beside("one")),
    "linked in between, by the same credentials": (look(Anonymous(A), ONE), look(Linked(A, "p"), ONE)),
}
ANOTHER = {
    "logged in": (look(Anonymous(A), None), look(Linked(A, "p"), ONE)),
    "logged out": (look(Linked(A, "p"), ONE), look(Anonymous(B), None)),
    "logged out behind our back": (look(Linked(A, "p"), ONE), look(Linked(A, "p"), None)),
    "other credentials, or the same refreshed": (look(Linked(A, "p"), ONE), look(Linked(A, "p"), TWO)),
    "rotated": (look(Anonymous(A), ONE), look(Anonymous(B), ONE)),
    "another principal, by an older tool": (look(Linked(A, "p"), ONE), look(Linked(A, "q"), ONE)),
    "no longer linked, by an older tool": (look(Linked(A, "p"), ONE), look(Anonymous(A), ONE)),
    "broken in between": (look(Anonymous(A), None), look(Malformed(), None)),
    "a newer ledger changed": (beside("one"), beside("two")),
}


@pytest.mark.parametrize(("earlier", "later"), SAME.values(), ids=SAME)
def test_what_both_say_held_in_between(earlier: Snapshot, later: Snapshot) -> None:
    """Ids are never taken up again and stamps never come back."""
    assert earlier.holds_until(later)


@pytest.mark.parametrize(("earlier", "later"), ANOTHER.values(), ids=ANOTHER)
def test_what_changed_leaves_it_open(earlier: Snapshot, later: Snapshot) -> None:
    """Before or after the change, nothing can tell."""
    assert not earlier.holds_until(later)


def test_what_is_written_about_the_same_id_changes_nothing() -> None:
    """Every delivery writes into the ledger."""
    earlier = look(Anonymous(A), ONE)
    later = Snapshot(earlier.state.used_for("sink", ONE, HERE).claimed("p", HERE), ONE)
    assert earlier.holds_until(later)


FIRST = make_first(B, HERE)
FORGOTTEN = {
    "erased": IdentityState(None, None),
    "erased beside the ledger of another": IdentityState(None, Ledger(A, HERE)),
    "erased, and another first one": FIRST,
    "erased, and another first one linked": IdentityState(Linked(B, "p"), FIRST.ledger),
}
THERE = {
    "the same": look(Anonymous(A), None).state,
    "the same first one": make_first(A, HERE),
    "linked": look(Linked(A, "p"), None).state,
    "rotated": make_first(A, HERE).rotated(B, HERE),
    "a ledger of a first one that is not this": IdentityState(Anonymous(C), FIRST.ledger),
    "beside a newer ledger": IdentityState(Anonymous(B), NewerLedger({"first": True, "anon_id": B})),
    "malformed": IdentityState(Malformed(), FIRST.ledger),
}


@pytest.mark.parametrize("now", FORGOTTEN.values(), ids=FORGOTTEN)
def test_an_erased_identity_is_recognised(now: IdentityState) -> None:
    """Also where another one has followed: only an empty folder gets a first one."""
    assert look(Anonymous(A), None).is_forgotten(now)


@pytest.mark.parametrize("now", THERE.values(), ids=THERE)
def test_an_identity_that_changed_was_not_erased(now: IdentityState) -> None:
    """Its events are sent, under what they were done under."""
    assert not look(Anonymous(A), None).is_forgotten(now)


def test_an_identity_that_the_ledger_named_before_was_not_erased() -> None:
    """An older CLI replaced usage.json alone, and a link that was under way brought the first id back."""
    assert not Snapshot(IdentityState(Anonymous(A), FIRST.ledger), None).is_forgotten(FIRST)


@pytest.mark.parametrize("identity", [None, Malformed()], ids=["none", "malformed"])
def test_what_saw_no_id_is_sent_beside_a_first_one(identity: Malformed | None) -> None:
    """A first command, and one that read a file which was being written."""
    assert not look(identity, None).is_forgotten(FIRST)
