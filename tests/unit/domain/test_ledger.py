"""The ledger, and how identity and ledger change together."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.attribution import judge
from arcade_usage.domain.identity import AlreadyLinkedError, Anonymous, InvalidIdError, Linked, Rotated
from arcade_usage.domain.identity_state import IdentityState, Malformed, Snapshot, make_first
from arcade_usage.domain.ledger import PENDING_ALIASES_LIMIT, Ledger, PendingAlias
from arcade_usage.domain.verdict import Unattributable
from tests.unit.domain.values import (
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
    case,
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
    other = BOB if ledger.claimed_by == ALICE else ALICE
    if ledger.claimed_by is None:
        assert ledger.claimed(other).claimed_by == other
    else:
        assert ledger.claimed(ledger.claimed_by) == ledger
        with pytest.raises(AlreadyLinkedError):
            ledger.claimed(other)


def test_an_alias_that_was_not_accepted_is_owed_after_rotating() -> None:
    """The sinks that events of the id reached, and that have not accepted its alias, are owed it."""
    ledger = evolve(claimed, reached=frozenset({SINK, OTHER_SINK}), accepted=frozenset({OTHER_SINK}))
    assert ledger.succeeded_by(F, HERE, None).pending_aliases == (PendingAlias(A, ALICE, frozenset({SINK})),)


@pytest.mark.parametrize("ledger", [unused, used, accepted], ids=["unused", "unclaimed", "accepted"])
def test_nothing_is_owed_where_nothing_is_open(ledger: Ledger) -> None:
    """No claim, or an accepted one, leaves no debt."""
    assert ledger.succeeded_by(F, HERE, None).pending_aliases == ()


def test_debts_are_inherited_and_paid_per_sink() -> None:
    """A debt stays through rotations until each sink it is owed to has accepted it."""
    debt = PendingAlias(G, BOB, frozenset({SINK, OTHER_SINK}))
    ledger = evolve(unused, pending_aliases=(debt,)).succeeded_by(F, HERE, None)
    once = ledger.alias_accepted(G, SINK)
    assert once.pending_aliases == (evolve(debt, projects=frozenset({OTHER_SINK})),)
    assert once.alias_accepted(G, OTHER_SINK).pending_aliases == ()
    assert ledger.alias_accepted(B, SINK) == ledger


def test_the_current_id_owes_its_alias_too() -> None:
    """A claim that a sink has not accepted is owed like a retired id's, where it has events of it; once accepted, no more."""
    debt = PendingAlias(G, BOB, frozenset({SINK}))
    ledger = evolve(claimed, pending_aliases=(debt,))
    assert ledger.aliases_due(SINK) == ((G, BOB), (A, ALICE))
    assert ledger.aliases_due(OTHER_SINK) == ()
    assert used.aliases_due(SINK) == ()
    settled = ledger.alias_accepted(A, SINK)
    assert settled.aliases_due(SINK) == ((G, BOB),)
    assert settled.principal_for(S1) is None


def test_debts_are_bounded_and_the_oldest_goes() -> None:
    """No more than PENDING_ALIASES_LIMIT aliases are pending, however often a user logs in and out offline."""
    ledger = unused
    for number in range(PENDING_ALIASES_LIMIT + 5):
        anon_id = f"{number:08x}-0000-4000-8000-000000000000"
        ledger = evolve(ledger, anon_id=anon_id, reached=frozenset({SINK})).claimed(ALICE)
        ledger = ledger.succeeded_by(F, HERE, None)
    assert len(ledger.pending_aliases) == PENDING_ALIASES_LIMIT
    assert (
        ledger.pending_aliases[-1].anon_id == f"{PENDING_ALIASES_LIMIT + 4:08x}-0000-4000-8000-000000000000"
    )


@given(knowns, st.none() | stamps)
def test_rotating_makes_a_pair_that_agrees(state: IdentityState, stamp: object) -> None:
    """Whatever was on disk: afterwards a fresh id, with a ledger about it, born here, claimed by nobody."""
    rotated = state.rotated("12345678-0000-4000-8000-000000000009", HERE, S1 if stamp else None)
    assert rotated.is_consistent
    assert isinstance(rotated.identity, Anonymous)
    assert rotated.matching_ledger is not None
    assert (rotated.matching_ledger.claimed_by, rotated.matching_ledger.installation) == (None, HERE)


def test_agreement() -> None:
    """Identity and ledger agree where the ledger is about this id, or there is none."""
    assert IdentityState(anonymous, unused).is_consistent
    assert IdentityState(anonymous, None).is_consistent
    assert not IdentityState(anonymous, Ledger(B, HERE)).is_consistent
    assert not IdentityState(anonymous, Malformed()).is_consistent
    assert not IdentityState(Malformed(), unused).is_consistent
    assert not IdentityState(None, None).is_consistent


def test_noting_adopts_an_older_clis_file() -> None:
    """A usage.json without ledger gets one that was born here."""
    noted = IdentityState(anonymous, None).used_for(SINK, S1, HERE)
    assert noted.ledger == Ledger(A, HERE, first_stamp=S1, last_stamp=S1, reached=frozenset({SINK}))


def test_noting_leaves_a_linked_file_without_credentials() -> None:
    """It would look like a logout behind our back at the next command."""
    assert IdentityState(linked, None).used_for(SINK, None, HERE) == IdentityState(linked, None)


def test_seen_is_the_first_stamp() -> None:
    """A later stamp does not replace the first one, and no stamp does not count as one."""
    first = (
        IdentityState(anonymous, unused)
        .used_for(SINK, None, HERE)
        .used_for(SINK, S1, HERE)
        .used_for(SINK, S2, HERE)
    )
    assert first.matching_ledger is not None
    assert first.matching_ledger.first_stamp == S1


def test_noting_does_not_touch_what_does_not_agree() -> None:
    """A ledger about another id is not this id's to write."""
    torn = IdentityState(anonymous, Ledger(B, HERE))
    assert torn.used_for(SINK, S1, HERE) == torn


def test_an_accepted_alias_links() -> None:
    """accepted, confirmed and linked are stored in one change."""
    state = IdentityState(anonymous, used).claimed(ALICE, HERE).accepted(ALICE, SINK, S1)
    assert state == IdentityState(linked, accepted)


def test_an_accepted_alias_leaves_the_last_use() -> None:
    """Who logged in while the alias was under way is not taken for its principal when they log out."""
    state = IdentityState(anonymous, claimed).used_for(SINK, S2, HERE).accepted(ALICE, SINK, S1)
    assert state.matching_ledger is not None
    assert (state.matching_ledger.confirmed, state.matching_ledger.last_stamp) == (S1, S2)
    assert judge(case(Snapshot(state, None), is_logout=True)) == Unattributable()


def test_an_accepted_alias_does_not_undo_what_others_wrote() -> None:
    """Another link by an older CLI, or a ledger that is about another id meanwhile, stays."""
    elses = IdentityState(Linked(A, BOB), claimed)
    assert elses.accepted(ALICE, SINK, S1).identity == Linked(A, BOB)
    unclaimed = IdentityState(anonymous, used)
    assert unclaimed.accepted(ALICE, SINK, S1) == unclaimed


def test_a_rotated_identity_is_another_machines_no_more() -> None:
    """Rotating a copied home makes an id that is born here."""
    rotated = IdentityState(anonymous, evolve(used, installation=ELSEWHERE)).rotated(F, HERE, S1)
    assert rotated == IdentityState(Rotated(F, retired=A), Ledger(F, HERE, first_stamp=S1, last_stamp=S1))


def test_a_logout_rotates() -> None:
    """For each person who was logged in, or may have been: the next one inherits nothing."""
    for state in (
        IdentityState(linked, accepted),
        IdentityState(anonymous, used),
        IdentityState(anonymous, None),
        IdentityState(Malformed(), None),
    ):
        assert state.logged_out(F, HERE, had_credentials=False).anon_id == F
    assert IdentityState(anonymous, unused).logged_out(F, HERE, had_credentials=True).anon_id == F


def test_a_logout_of_nobody_changes_nothing() -> None:
    """An id that was never used with credentials, by a command that saw none, is left as it is."""
    reached = evolve(unused, reached=frozenset({SINK}))
    for state in (IdentityState(anonymous, unused), IdentityState(anonymous, reached)):
        assert state.logged_out(F, HERE, had_credentials=False) == state
    assert IdentityState(None, None).logged_out(F, HERE, had_credentials=True) == IdentityState(None, None)


def test_a_first_identity_is_told_as_it_was_made() -> None:
    """A link that came since is not what a command saw that began before it."""
    first = evolve(accepted, first=True)
    assert IdentityState(linked, first).as_made == make_first(A, HERE)


def test_what_followed_the_first_identity_is_none() -> None:
    """A rotated id, an adopted one, and one whose files do not agree may become another person's."""
    first = make_first(A, HERE)
    for state in (
        first.rotated(F, HERE),
        IdentityState(anonymous, None).used_for(SINK, None, HERE),
        IdentityState(Anonymous(B), first.ledger),
    ):
        assert state.as_made is None


def test_vouching_takes_id_principal_and_sink() -> None:
    """A ledger vouches for its own id's link to its claim, at the sinks that accepted it."""
    assert accepted.vouches_for(linked, SINK)
    assert not accepted.vouches_for(linked, OTHER_SINK)
    assert not accepted.vouches_for(Linked(B, ALICE), SINK)
    assert not accepted.vouches_for(Linked(A, BOB), SINK)
    assert accepted.principal_for(S1) == ALICE
    assert accepted.principal_for(S2) is None
    assert used.principal_for(None) is None


@pytest.mark.parametrize("wrong", ["", " ", "x", "anonymous", "00000000-0000-0000-0000-000000000000"])
def test_its_anonymous_ids_are_ids(wrong: str) -> None:
    """No alias is ever sent of what is no id of one installation."""
    with pytest.raises(InvalidIdError):
        Ledger(wrong, HERE)
    with pytest.raises(InvalidIdError):
        PendingAlias(wrong, BOB, frozenset({SINK}))


@pytest.mark.parametrize("wrong", ["", " ", "anonymous", "null", "x" * 201, "a\nb"])
def test_its_principals_are_principals(wrong: str) -> None:
    """Nor to what is shared by everybody."""
    with pytest.raises(InvalidIdError):
        evolve(unused, claimed_by=wrong)
    with pytest.raises(InvalidIdError):
        PendingAlias(A, wrong, frozenset({SINK}))
