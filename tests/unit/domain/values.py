"""The people, ids and files that the domain's tests speak of, and hypothesis strategies for them."""

from attrs import evolve
from hypothesis import strategies as st

from arcade_usage.domain.attribution import Case
from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger, PendingAlias, Stamp
from arcade_usage.domain.verdict import Answer, Found, NoAnswer, Rejected

A = "aaaaaaaa-0000-4000-8000-000000000001"
B = "bbbbbbbb-0000-4000-8000-000000000002"
F = "ffffffff-0000-4000-8000-000000000003"
G = "99999999-0000-4000-8000-000000000004"
ALICE, BOB = "principal-alice", "principal-bob"
S1 = Stamp(1, 11, 100, 1_000, 1_000)
S2 = Stamp(1, 12, 100, 2_000, 2_000)
SINK, OTHER_SINK = "sink", "other-sink"
HERE, ELSEWHERE = "here", "elsewhere"

anonymous, linked = Anonymous(A), Linked(A, ALICE)
unused = Ledger(A, HERE)
used = Ledger(A, HERE, first_stamp=S1, last_stamp=S1, reached=frozenset({SINK}))
claimed = evolve(used, claimed_by=ALICE)
accepted = evolve(claimed, accepted=frozenset({SINK}), confirmed=S1)


class RaisingPath:
    """A path that fails."""

    def __fspath__(self) -> str:
        raise RuntimeError


class BytesPath:
    """A path that is bytes."""

    def __fspath__(self) -> bytes:
        return b"/srv"


def seen(
    identity: Identity | Malformed | None,
    ledger: Ledger | Malformed | NewerLedger | None = None,
    stamp: Stamp | None = None,
) -> Snapshot:
    return Snapshot(IdentityState(identity, ledger), stamp)


def case(
    snapshot: Snapshot,
    now: Snapshot | None = None,
    answer: Answer | None = None,
    *,
    is_logout: bool = False,
    age_seconds: float = 0.0,
    is_refresh: bool = False,
) -> Case:
    """A case in which nothing has changed since the snapshot, unless `now` says so."""
    return Case(snapshot, now or snapshot, SINK, HERE, is_logout, age_seconds, answer, is_refresh=is_refresh)


anon_ids = st.sampled_from([A, B, F])
principal_ids = st.sampled_from([ALICE, BOB])
stamps = st.sampled_from([S1, S2])
sinks = st.sampled_from([SINK, OTHER_SINK])
answers: st.SearchStrategy[Answer | None] = st.one_of(
    st.none(), st.just(Rejected()), st.just(NoAnswer()), st.builds(Found, principal_ids)
)
identities: st.SearchStrategy[Identity] = st.one_of(
    st.builds(Anonymous, anon_ids), st.builds(Linked, anon_ids, principal_ids)
)
owed = st.builds(PendingAlias, st.just(G), principal_ids, st.frozensets(sinks, min_size=1))
ledgers = st.builds(
    Ledger,
    anon_id=anon_ids,
    installation=st.sampled_from([HERE, ELSEWHERE]),
    first_stamp=st.none() | stamps,
    reached=st.frozensets(sinks),
    claimed_by=st.none() | principal_ids,
    accepted=st.frozensets(sinks),
    confirmed=st.none() | stamps,
    last_stamp=st.none() | stamps,
    pending_aliases=st.lists(owed, max_size=2),
)
knowns = st.builds(
    IdentityState,
    st.one_of(st.none(), st.just(Malformed()), identities),
    st.one_of(st.none(), st.just(Malformed()), st.just(NewerLedger({"version": 2})), ledgers),
)
snapshots = st.builds(Snapshot, knowns, st.none() | stamps)
