"""The ledger, and how identity and ledger change together."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.identity import AlreadyLinkedError, Anonymous, InvalidIdError, Linked, Rotated
from arcade_usage.domain.known import Known, Malformed, make_first
from arcade_usage.domain.ledger import OWED_LIMIT, Ledger, Owed
from tests.domain.values import (
    ALICE,
    BOB,
    ELSEWHERE,
    HERE,
    OTHER_SINK,
    S1,
    S2,
    SINK,
    A,
    B,
    F,
    G,
    accepted,
    anonymous,
    claimed,
    knowns,
    ledgers,
    linked,
    stamps,
    unused,
    used,
)


@given(ledgers)
def test_a_claim_is_for_good(ledger: Ledger) -> None:
    """An id that was claimed for one principal can't be claimed for another."""
    other = BOB if ledger.claim == ALICE else ALICE
    if ledger.claim is None:
        assert ledger.claimed(other).claim == other
    else:
        assert ledger.claimed(ledger.claim) == ledger
        with pytest.raises(AlreadyLinkedError):
            ledger.claimed(other)


def test_an_alias_that_was_not_accepted_is_owed_after_rotating() -> None:
    """The sinks that events of the id reached, and that have not accepted its alias, are owed it."""
    ledger = evolve(claimed, reached=frozenset({SINK, OTHER_SINK}), accepted=frozenset({OTHER_SINK}))
    assert ledger.succeeded_by(F, HERE, None).owed == (Owed(A, ALICE, frozenset({SINK})),)


@pytest.mark.parametrize("ledger", [unused, used, accepted], ids=["unused", "unclaimed", "accepted"])
def test_nothing_is_owed_where_nothing_is_open(ledger: Ledger) -> None:
    """No claim, or an accepted one, leaves no debt."""
    assert ledger.succeeded_by(F, HERE, None).owed == ()


def test_debts_are_inherited_and_paid_per_sink() -> None:
    """A debt stays through rotations until each sink it is owed to has accepted it."""
    debt = Owed(G, BOB, frozenset({SINK, OTHER_SINK}))
    ledger = evolve(unused, owed=(debt,)).succeeded_by(F, HERE, None)
    once = ledger.settled(G, SINK)
    assert once.owed == (evolve(debt, sinks=frozenset({OTHER_SINK})),)
    assert once.settled(G, OTHER_SINK).owed == ()
    assert ledger.settled(B, SINK) == ledger


def test_the_current_id_owes_its_alias_too() -> None:
    """A claim that a sink has not accepted is owed like a retired id's, where it has events of it; once accepted, no more."""
    debt = Owed(G, BOB, frozenset({SINK}))
    ledger = evolve(claimed, owed=(debt,))
    assert ledger.owes(SINK) == ((G, BOB), (A, ALICE))
    assert ledger.owes(OTHER_SINK) == ()
    assert used.owes(SINK) == ()
    settled = ledger.settled(A, SINK)
    assert settled.owes(SINK) == ((G, BOB),)
    assert settled.names(S1) is None


def test_debts_are_bounded_and_the_oldest_goes() -> None:
    """No more than OWED_LIMIT aliases are owed, however often somebody logs in and out offline."""
    ledger = unused
    for number in range(OWED_LIMIT + 5):
        anon_id = f"{number:08x}-0000-4000-8000-000000000000"
        ledger = evolve(ledger, anon_id=anon_id, reached=frozenset({SINK})).claimed(ALICE)
        ledger = ledger.succeeded_by(F, HERE, None)
    assert len(ledger.owed) == OWED_LIMIT
    assert ledger.owed[-1].anon_id == f"{OWED_LIMIT + 4:08x}-0000-4000-8000-000000000000"


@given(knowns, st.none() | stamps)
def test_rotating_makes_a_pair_that_agrees(known: Known, stamp: object) -> None:
    """Whatever was on disk: afterwards a fresh id, with a ledger about it, born here, claimed by nobody."""
    rotated = known.rotated("12345678-0000-4000-8000-000000000009", HERE, S1 if stamp else None)
    assert rotated.agrees
    assert isinstance(rotated.identity, Anonymous)
    assert rotated.account is not None
    assert (rotated.account.claim, rotated.account.born) == (None, HERE)


def test_agreement() -> None:
    """Identity and ledger agree where the ledger is about this id, or there is none."""
    assert Known(anonymous, unused).agrees
    assert Known(anonymous, None).agrees
    assert not Known(anonymous, Ledger(B, HERE)).agrees
    assert not Known(anonymous, Malformed()).agrees
    assert not Known(Malformed(), unused).agrees
    assert not Known(None, None).agrees


def test_noting_adopts_an_older_clis_file() -> None:
    """A usage.json without ledger gets one that was born here."""
    noted = Known(anonymous, None).noted(SINK, S1, HERE)
    assert noted.ledger == Ledger(A, HERE, seen=S1, latest=S1, reached=frozenset({SINK}))


def test_noting_leaves_a_linked_file_without_credentials() -> None:
    """It would look like a logout behind our back at the next command."""
    assert Known(linked, None).noted(SINK, None, HERE) == Known(linked, None)


def test_seen_is_the_first_stamp() -> None:
    """A later stamp does not replace the first one, and no stamp does not count as one."""
    first = Known(anonymous, unused).noted(SINK, None, HERE).noted(SINK, S1, HERE).noted(SINK, S2, HERE)
    assert first.account is not None
    assert first.account.seen == S1


def test_noting_does_not_touch_what_does_not_agree() -> None:
    """A ledger about another id is not this id's to write."""
    torn = Known(anonymous, Ledger(B, HERE))
    assert torn.noted(SINK, S1, HERE) == torn


def test_an_accepted_alias_links() -> None:
    """accepted, confirmed and linked are stored in one change."""
    known = Known(anonymous, used).claimed(ALICE, HERE).accepted(ALICE, SINK, S1)
    assert known == Known(linked, accepted)


def test_an_accepted_alias_does_not_undo_what_others_wrote() -> None:
    """Another link by an older CLI, or a ledger that is about something else by now, stays."""
    elses = Known(Linked(A, BOB), claimed)
    assert elses.accepted(ALICE, SINK, S1).identity == Linked(A, BOB)
    unclaimed = Known(anonymous, used)
    assert unclaimed.accepted(ALICE, SINK, S1) == unclaimed


def test_a_rotated_identity_is_another_machines_no_more() -> None:
    """Rotating a copied home makes an id that is born here."""
    rotated = Known(anonymous, evolve(used, born=ELSEWHERE)).rotated(F, HERE, S1)
    assert rotated == Known(Rotated(F, retired=A), Ledger(F, HERE, seen=S1, latest=S1))


def test_a_logout_rotates() -> None:
    """Whoever was logged in, or may have been: the next person inherits nothing."""
    for known in (
        Known(linked, accepted),
        Known(anonymous, used),
        Known(anonymous, None),
        Known(Malformed(), None),
    ):
        assert known.logged_out(F, HERE, had_credentials=False).anon_id == F
    assert Known(anonymous, unused).logged_out(F, HERE, had_credentials=True).anon_id == F


def test_a_logout_of_nobody_changes_nothing() -> None:
    """An id that was never used with credentials, by a command that saw none, is nobody's to be left behind."""
    reached = evolve(unused, reached=frozenset({SINK}))
    for known in (Known(anonymous, unused), Known(anonymous, reached)):
        assert known.logged_out(F, HERE, had_credentials=False) == known
    assert Known(None, None).logged_out(F, HERE, had_credentials=True) == Known(None, None)


def test_a_first_identity_is_told_as_it_was_made() -> None:
    """A link that came since is not what a command saw that began before it."""
    first = evolve(accepted, first=True)
    assert Known(linked, first).as_made == make_first(A, HERE)


def test_what_followed_the_first_identity_is_none() -> None:
    """A rotated id, an adopted one, and one whose files do not agree may become somebody else's."""
    first = make_first(A, HERE)
    for known in (
        first.rotated(F, HERE),
        Known(anonymous, None).noted(SINK, None, HERE),
        Known(Anonymous(B), first.ledger),
    ):
        assert known.as_made is None


def test_vouching_takes_id_principal_and_sink() -> None:
    """A ledger vouches for its own id's link to its claim, at the sinks that accepted it."""
    assert accepted.vouches_for(linked, SINK)
    assert not accepted.vouches_for(linked, OTHER_SINK)
    assert not accepted.vouches_for(Linked(B, ALICE), SINK)
    assert not accepted.vouches_for(Linked(A, BOB), SINK)
    assert accepted.names(S1) == ALICE
    assert accepted.names(S2) is None
    assert used.names(None) is None


@pytest.mark.parametrize("wrong", ["", " ", "x", "anonymous", "00000000-0000-0000-0000-000000000000"])
def test_its_anonymous_ids_are_ids(wrong: str) -> None:
    """No alias is ever sent of what is no id of one installation."""
    with pytest.raises(InvalidIdError):
        Ledger(wrong, HERE)
    with pytest.raises(InvalidIdError):
        Owed(wrong, BOB, frozenset({SINK}))


@pytest.mark.parametrize("wrong", ["", " ", "anonymous", "null", "x" * 201, "a\nb"])
def test_its_principals_are_principals(wrong: str) -> None:
    """Nor to what is shared by everybody."""
    with pytest.raises(InvalidIdError):
        evolve(unused, claim=wrong)
    with pytest.raises(InvalidIdError):
        Owed(A, wrong, frozenset({SINK}))
