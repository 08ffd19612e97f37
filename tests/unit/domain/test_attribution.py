"""The verdict: each row of the table in architecture.md, and the laws that hold whatever is on disk."""

from collections.abc import Iterator
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.attribution import (
    WAIT_SECONDS,
    Case,
    Link,
    LookUp,
    Rotate,
    StartOver,
    Step,
    judge,
)
from arcade_usage.domain.identity import Anonymous, Identity, Linked, Rotated
from arcade_usage.domain.identity_state import Malformed, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.verdict import (
    AnonymousId,
    Found,
    NoAnswer,
    Principal,
    Rejected,
    Unattributable,
    Verdict,
    Wait,
)
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
    accepted,
    anonymous,
    answers,
    case,
    claimed,
    linked,
    seen,
    snapshots,
    unused,
    used,
)

elsewhere = evolve(unused, installation=ELSEWHERE)
about_another = Ledger(B, HERE)
rotated = seen(Rotated(F, retired=A), Ledger(F, HERE))

ROWS: dict[str, tuple[Case, Verdict | Wait | Step]] = {
    # any | a newer version wrote the ledger
    "newer ledger": (case(seen(anonymous, NewerLedger({}))), Wait()),
    "newer ledger, for more than a day": (case(seen(linked, NewerLedger({}), S1), age_seconds=1e6), Wait()),
    "newer ledger since": (case(seen(anonymous, unused), seen(anonymous, NewerLedger({}))), Wait()),
    "newer ledger, gone since": (case(seen(anonymous, NewerLedger({})), seen(anonymous, unused)), StartOver()),
    # any | the ledger is about another id than usage.json's
    "ledger about another id": (case(seen(anonymous, about_another)), StartOver()),
    "linked, ledger about another id": (case(seen(linked, about_another, S1)), StartOver()),
    "malformed usage.json": (case(seen(Malformed(), unused)), StartOver()),
    "malformed ledger": (case(seen(anonymous, Malformed())), StartOver()),
    "stale writer put the old id back since": (case(seen(anonymous, unused), seen(anonymous, about_another)), StartOver()),
    # a logout event, no stamp
    "late logout, accepted": (case(seen(linked, accepted), is_logout=True), Principal(ALICE)),
    "late logout, used since with credentials of nobody knows whom": (
        case(seen(linked, evolve(accepted, last_stamp=S2)), is_logout=True),
        Unattributable(),
    ),
    "late logout, not accepted": (case(seen(anonymous, claimed), is_logout=True), Unattributable()),
    "late logout, accepted elsewhere": (
        case(seen(linked, evolve(accepted, accepted=frozenset({OTHER_SINK}))), is_logout=True),
        Unattributable(),
    ),
    "late logout, no ledger": (case(seen(linked), is_logout=True), Unattributable()),
    # Linked | accepted for this sink, and the stamp is the confirmed one
    "confirmed": (case(seen(linked, accepted, S1)), Principal(ALICE)),
    "confirmed, and logged out since": (case(seen(linked, accepted, S1), rotated), Principal(ALICE)),
    "confirmed by the ledger of now": (
        case(seen(linked, accepted, S2), seen(linked, evolve(accepted, confirmed=S2), S2)),
        Principal(ALICE),
    ),
    # Linked | no stamp, and no ledger at all
    "older CLI, linked, no credentials": (case(seen(linked)), Principal(ALICE)),
    # any | overtaken
    "id rotated since": (case(seen(anonymous, used, S1), rotated), Unattributable()),
    "linked id rotated since, not confirmed": (case(seen(linked, claimed, S1), rotated), Unattributable()),
    "credentials changed since": (case(seen(anonymous, used, S1), seen(anonymous, used, S2)), Unattributable()),
    "credentials deleted since": (case(seen(linked, accepted, S2), seen(linked, accepted)), Unattributable()),
    "unused id rotated since": (case(seen(anonymous, unused), rotated), AnonymousId(A)),
    "unused id, logged in since": (case(seen(anonymous, unused), seen(linked, accepted, S1)), AnonymousId(A)),
    "unused id of another machine rotated since": (case(seen(anonymous, elsewhere), rotated), Unattributable()),
    "unused id, logged in and logged out behind our back since": (
        case(seen(anonymous, unused), seen(linked, accepted)),
        AnonymousId(A),
    ),
    "linked, credentials came and went since": (
        case(seen(linked, accepted), seen(linked, evolve(accepted, last_stamp=S2))),
        Unattributable(),
    ),
    # Linked | no stamp
    "logged out behind our back": (case(seen(linked, accepted)), Rotate(None)),
    # Linked | else
    "refreshed": (case(seen(linked, accepted, S2)), LookUp()),
    "refreshed, same principal": (case(seen(linked, accepted, S2), answer=Found(ALICE)), Link(ALICE)),
    "linked, not accepted by this sink": (
        case(seen(linked, evolve(accepted, accepted=frozenset({OTHER_SINK})), S1)),
        Link(ALICE),
    ),
    "older CLI's link, first credentials": (case(seen(linked, used, S1), answer=Found(ALICE)), Link(ALICE)),
    "older CLI's link, other credentials": (case(seen(linked, used, S2), answer=Found(ALICE)), Rotate(S2)),
    "older CLI's link, no ledger": (case(seen(linked, None, S1), answer=Found(ALICE)), Link(ALICE)),
    "link replaced by an older CLI": (
        case(seen(Linked(A, BOB), accepted, S1), answer=Found(BOB)),
        Rotate(S1),
    ),
    "switched": (case(seen(linked, accepted, S2), answer=Found(BOB)), Rotate(S2)),
    # an event of a server around it, captured with the credentials from before
    "refreshed around the event": (case(seen(linked, accepted, S2), is_refresh=True), LookUp()),
    "refreshed around the event, same principal": (
        case(seen(linked, accepted, S2), answer=Found(ALICE), is_refresh=True),
        Link(ALICE),
    ),
    "refreshed around the event, another principal": (
        case(seen(linked, accepted, S2), answer=Found(BOB), is_refresh=True),
        Unattributable(),
    ),
    "linked, definite nobody": (case(seen(linked, accepted, S2), answer=Rejected()), Unattributable()),
    "linked, no answer": (case(seen(linked, accepted, S2), answer=NoAnswer()), Wait()),
    "linked, no answer for a day": (
        case(seen(linked, accepted, S2), answer=NoAnswer(), age_seconds=WAIT_SECONDS),
        Unattributable(),
    ),
    # Anonymous | born elsewhere
    "copied home": (case(seen(anonymous, elsewhere)), Rotate(None)),
    "copied home with credentials": (case(seen(anonymous, evolve(used, installation=ELSEWHERE), S1)), Rotate(S1)),
    # Anonymous | no stamp
    "fresh": (case(seen(anonymous, unused)), AnonymousId(A)),
    "rotated": (case(rotated), AnonymousId(F)),
    "adopted from an older CLI": (case(seen(anonymous)), AnonymousId(A)),
    "used with credentials before": (case(seen(anonymous, used)), Rotate(None)),
    "claimed before": (case(seen(anonymous, evolve(unused, claimed_by=ALICE))), Rotate(None)),
    "linked in usage.json since, credentials gone": (case(seen(anonymous, unused), seen(linked, unused)), Rotate(None)),
    # Anonymous | usage.json links a, but not to the claim
    "older CLI linked it since": (case(seen(anonymous, used, S1), seen(linked, used, S1)), Rotate(S1)),
    "older CLI linked it to another since": (
        case(seen(anonymous, claimed, S1), seen(Linked(A, BOB), claimed, S1)),
        Rotate(S1),
    ),
    # Anonymous | the stamp is `seen`
    "logged in": (case(seen(anonymous, used, S1)), LookUp()),
    "logged in, adopted": (case(seen(anonymous, None, S1)), LookUp()),
    "logged in, nobody": (case(seen(anonymous, used, S1), answer=Rejected()), AnonymousId(A)),
    "logged in, no answer": (case(seen(anonymous, used, S1), answer=NoAnswer()), AnonymousId(A)),
    "logged in, named": (case(seen(anonymous, used, S1), answer=Found(BOB)), Link(BOB)),
    "claimed and named": (case(seen(anonymous, claimed, S1), answer=Found(ALICE)), Link(ALICE)),
    "claimed, and its alias not due": (
        evolve(case(seen(anonymous, claimed, S1)), alias_is_due=False),
        AnonymousId(A),
    ),
    "claimed, its alias not due, other credentials": (
        evolve(case(seen(anonymous, claimed, S2)), alias_is_due=False),
        LookUp(),
    ),
    "claimed for another": (case(seen(anonymous, claimed, S1), answer=Found(BOB)), Rotate(S1)),
    "linked by another process since": (case(seen(anonymous, used, S1), seen(linked, accepted, S1)), Link(ALICE)),
    # Anonymous | another stamp
    "other credentials": (case(seen(anonymous, used, S2)), LookUp()),
    "other credentials, the claimed principal": (case(seen(anonymous, claimed, S2), answer=Found(ALICE)), Link(ALICE)),
    "other credentials, another principal": (case(seen(anonymous, claimed, S2), answer=Found(BOB)), Rotate(S2)),
    "other credentials, nobody": (case(seen(anonymous, claimed, S2), answer=Rejected()), Rotate(S2)),
    "other credentials, no answer": (case(seen(anonymous, used, S2), answer=NoAnswer()), Rotate(S2)),
    "other credentials, never claimed": (case(seen(anonymous, used, S2), answer=Found(ALICE)), Rotate(S2)),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: str) -> None:
    """Each row of the table gives the verdict or the step that it says."""
    given_case, expected = ROWS[row]
    assert judge(given_case) == expected


cases = st.builds(
    Case,
    snapshot=snapshots,
    now=snapshots,
    project=st.sampled_from([SINK, OTHER_SINK]),
    here=st.just(HERE),
    is_logout=st.booleans(),
    age_seconds=st.sampled_from([0.0, WAIT_SECONDS]),
    answer=answers,
    alias_is_due=st.booleans(),
)


@given(cases)
def test_every_case_has_a_verdict_or_a_step(any_case: Case) -> None:
    """Whatever is on disk, `judge` answers; and the same case gets the same answer."""
    assert judge(any_case) == judge(any_case)


def _all_cases() -> Iterator[Case]:
    """Every snapshot of one id with a ledger about it, and all that may have become of it since."""
    ledgers: list[Ledger | None] = [None]
    for born, was_seen, claim, took, confirmed in product(
        (HERE, ELSEWHERE),
        (None, S1, S2),
        (None, ALICE, BOB),
        (frozenset[str](), frozenset({SINK})),
        (None, S1, S2),
    ):
        ledgers.append(Ledger(A, born, was_seen, took, claim, took, confirmed, confirmed))
    state: tuple[Identity, ...] = (anonymous, linked, Linked(A, BOB))
    for identity, ledger, stamp in product(state, ledgers, (None, S1)):
        then = seen(identity, ledger, stamp)
        becomes = [
            then,
            evolve(then, stamp=S2 if stamp else S1),
            evolve(then, stamp=None),
            rotated,
            seen(linked, accepted, stamp),
            seen(linked, ledger, stamp),
            seen(anonymous, claimed, stamp),
        ]
        for now, answer, is_logout in product(
            becomes, (None, Rejected(), NoAnswer(), Found(ALICE), Found(BOB)), (False, True)
        ):
            yield Case(then, now, SINK, HERE, is_logout, 0.0, answer)


@pytest.fixture(scope="module")
def judged() -> list[tuple[Case, Verdict | Wait | Step]]:
    return [(each, judge(each)) for each in _all_cases()]


Judged = list[tuple[Case, Verdict | Wait | Step]]


def test_a_principal_is_named_only_where_the_alias_was_accepted(judged: Judged) -> None:
    """As(p) stands on a ledger that says accepted by this sink, or on an older CLI's file without one."""
    named = [(each, verdict) for each, verdict in judged if isinstance(verdict, Principal)]
    assert named
    for each, verdict in named:
        ledgers = (each.snapshot.state.matching_ledger, each.now.state.matching_ledger)
        vouched = any(
            ledger and ledger.claimed_by == verdict.principal_id and each.project in ledger.accepted
            for ledger in ledgers
        )
        older = each.snapshot.state.ledger is None and each.snapshot.stamp is None
        assert vouched or older, each


def test_a_link_never_takes_an_id_from_its_principal(judged: Judged) -> None:
    """Link(q) is asked for only where the id is claimed for, and linked to, nobody but q."""
    links = [(each, step) for each, step in judged if isinstance(step, Link)]
    assert links
    for each, step in links:
        ledger, identity = each.now.state.matching_ledger, each.now.state.identity
        assert ledger is None or ledger.claimed_by in (None, step.principal_id), each
        assert not isinstance(identity, Linked) or identity.principal_id == step.principal_id, each


def test_a_link_is_for_the_credentials_of_now(judged: Judged) -> None:
    """A look-up says nothing about other credentials than those that lie there now, or another id."""
    for each, step in judged:
        if isinstance(step, Link | LookUp):
            assert each.snapshot.stamp == each.now.stamp is not None, each
            assert each.snapshot.state.anon_id == each.now.state.anon_id, each


def test_an_anonymous_event_carries_its_own_id(judged: Judged) -> None:
    """AnonymousId(a) is the snapshot's id, never that of a linked snapshot or of another machine."""
    anonymous_ones = [(each, verdict) for each, verdict in judged if isinstance(verdict, AnonymousId)]
    assert anonymous_ones
    for each, verdict in anonymous_ones:
        ledger = each.now.state.matching_ledger or each.snapshot.state.matching_ledger
        assert isinstance(each.snapshot.state.identity, Anonymous), each
        assert verdict.anon_id == each.snapshot.state.anon_id, each
        assert ledger is None or ledger.installation == HERE, each


def test_every_chain_of_steps_ends(judged: Judged) -> None:
    """Carrying out the steps, with nobody else writing, leads to a verdict or a link within four of them."""
    for start, first in judged:
        step, each, taken = first, start, 0
        while isinstance(step, LookUp | Rotate):
            taken += 1
            assert taken <= 4, start
            if isinstance(step, LookUp):
                each = evolve(each, answer=Found(BOB))
            else:
                fresh = f"{taken}1111111-0000-4000-8000-000000000000"
                after = Snapshot(each.now.state.rotated(fresh, HERE, step.first_stamp), each.snapshot.stamp)
                each = evolve(each, snapshot=after, now=after)
            step = judge(each)


def test_rotating_inherits_nothing_but_debts(judged: Judged) -> None:
    """After a Rotate the ledger is about a fresh id, born here, unclaimed, and first used with this stamp."""
    for each, step in judged:
        if isinstance(step, Rotate):
            state = each.now.state.rotated(F.replace("f", "d"), HERE, step.first_stamp)
            ledger = state.matching_ledger
            assert ledger is not None
            assert (ledger.installation, ledger.claimed_by, ledger.first_stamp) == (
                HERE,
                None,
                each.snapshot.stamp,
            ), each
            assert not ledger.accepted, each
