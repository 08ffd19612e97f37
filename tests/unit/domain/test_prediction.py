"""As whom an event would be sent: what is foretold is what `judge` comes to, and nobody is asked."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.attribution import Case, judge
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, NewerLedger, Snapshot
from arcade_usage.domain.prediction import Prediction, PreviewedIdentity, predict
from arcade_usage.domain.verdict import AnonymousId, Attribution, Principal, Unattributable, attribute
from tests.unit.domain.values import (
    ALICE,
    HERE,
    S1,
    S2,
    SINK,
    A,
    B,
    G,
    accepted,
    case,
    claimed,
    knowns,
    seen,
    snapshots,
    used,
)

FRESH, ONE_OFF = G, "12345678-0000-4000-8000-000000000005"
NEVER_USED = "87654321-0000-4000-8000-000000000006"
ANONYMOUSLY = Attribution(A, personless=True)
ANEW = Attribution(FRESH, personless=True)
ALONE = Attribution(ONE_OFF, personless=True)
AS_ALICE = Attribution(ALICE, personless=False)

CASES = {
    "nothing there yet": (case(seen(None)), Prediction(PreviewedIdentity.NEW, ANEW)),
    "nothing there yet, but credentials": (case(seen(None, stamp=S1)), Prediction(PreviewedIdentity.ASKING, None)),
    "anonymous": (case(seen(Anonymous(A))), Prediction(PreviewedIdentity.ANONYMOUS, ANONYMOUSLY)),
    "first credentials": (case(seen(Anonymous(A), stamp=S1)), Prediction(PreviewedIdentity.ASKING, None)),
    "linked": (case(seen(Linked(A, ALICE), accepted, S1)), Prediction(PreviewedIdentity.PRINCIPAL, AS_ALICE)),
    "other credentials": (case(seen(Linked(A, ALICE), accepted, S2)), Prediction(PreviewedIdentity.ASKING, None)),
    "logged out behind our back": (case(seen(Linked(A, ALICE), accepted)), Prediction(PreviewedIdentity.NEW, ANEW)),
    "used with credentials that are gone": (case(seen(Anonymous(A), used)), Prediction(PreviewedIdentity.NEW, ANEW)),
    "accepted by another sink only": (
        case(seen(Anonymous(A), evolve(claimed, confirmed=S1), S1)),
        Prediction(PreviewedIdentity.LINKING, AS_ALICE),
    ),
    "a newer version's ledger": (
        case(seen(Anonymous(A), NewerLedger({}))),
        Prediction(PreviewedIdentity.WAITING, None),
    ),
    "files that do not fit": (case(seen(Anonymous(B), used)), Prediction(PreviewedIdentity.UNATTRIBUTABLE, ALONE)),
}  # fmt: skip


@pytest.mark.parametrize(("of", "expected"), CASES.values(), ids=CASES)
def test_each_state_has_its_forecast(of: Case, expected: Prediction) -> None:
    """Linked, anonymous, new, apart, or up to Arcade Cloud."""
    assert predict(of, FRESH, ONE_OFF) == expected


def test_every_kind_of_forecast_has_a_case() -> None:
    """None is listed that nothing leads to."""
    assert {expected.whose for _, expected in CASES.values()} == set(PreviewedIdentity)


@given(snapshots, st.none() | knowns)
def test_a_verdict_is_foretold_as_it_is(snapshot: Snapshot, now: IdentityState | None) -> None:
    """Whatever lies there, where `judge` has a verdict at once, it is the forecast; nothing raises."""
    of = Case(snapshot, Snapshot(now or snapshot.state, snapshot.stamp), SINK, HERE)
    forecast = predict(of, NEVER_USED, ONE_OFF)
    verdict = judge(of)
    if snapshot.state != IdentityState(None, None) and isinstance(
        verdict, Principal | AnonymousId | Unattributable
    ):
        assert forecast.attribution == attribute(verdict, ONE_OFF)
