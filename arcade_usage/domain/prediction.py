"""Predicts the identity under which an event would be sent, without network and without changes."""

from attrs import evolve, frozen

from arcade_usage.domain.attribution import Case, Link, LookUp, Rotate, judge
from arcade_usage.domain.identity_state import IdentityState, Snapshot, make_first
from arcade_usage.domain.text_enum import TextEnum
from arcade_usage.domain.verdict import AnonymousId, Attribution, Principal, Unattributable, Wait, attribute


class PreviewedIdentity(TextEnum):
    """The predicted identity; the values are printed as JSON."""

    PRINCIPAL = "principal", "the account that is logged in"
    ANONYMOUS = "anonymous", "the random id of this installation"
    NEW = "new", "a new random id, which this installation then keeps"
    UNATTRIBUTABLE = "one_off", "a random id that is used once, because the event can't be attributed"
    LINKING = "linking", "the account that is logged in, after PostHog accepts the alias of the random id"
    ASKING = "asking", "the account that Arcade Cloud names for the stored credentials"
    WAITING = "waiting", "the identity that a newer version of arcade-usage stored: the event waits for it"


@frozen
class Prediction:
    """`attribution`: distinct id and profile flag; None if it can't be predicted here."""

    whose: PreviewedIdentity
    attribution: Attribution | None


def predict(case: Case, fresh: str, one_off: str) -> Prediction:
    """Predicts the result of `judge` without look-up or alias. Pure. `fresh`, `one_off`: unused ids."""
    is_new = False
    if case.snapshot.state == IdentityState(None, None):  # the first command creates an identity
        case, is_new = _with_state(case, make_first(fresh, case.here)), True
    step = judge(case)
    if isinstance(step, Rotate):  # the new id has no history, so it is never rotated again
        case, is_new = _with_state(case, case.now.state.rotated(fresh, case.here, step.first_stamp)), True
        step = judge(case)
    if isinstance(step, Link):
        return Prediction(PreviewedIdentity.LINKING, attribute(Principal(step.principal_id), one_off))
    if isinstance(step, LookUp):
        return Prediction(PreviewedIdentity.ASKING, None)
    if isinstance(step, Wait):
        return Prediction(PreviewedIdentity.WAITING, None)
    if isinstance(step, Principal):
        return Prediction(PreviewedIdentity.PRINCIPAL, attribute(step, one_off))
    if isinstance(step, AnonymousId):
        return Prediction(
            PreviewedIdentity.NEW if is_new else PreviewedIdentity.ANONYMOUS, attribute(step, one_off)
        )
    return Prediction(PreviewedIdentity.UNATTRIBUTABLE, attribute(Unattributable(), one_off))


def _with_state(case: Case, state: IdentityState) -> Case:
    snapshot = Snapshot(state, case.snapshot.stamp)
    return evolve(case, snapshot=snapshot, now=snapshot)
