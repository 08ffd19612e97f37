"""As whom an event would be sent, told without asking anybody and without changing anything."""

from enum import Enum

from attrs import evolve, frozen

from arcade_usage.domain.attribution import Case, Link, LookUp, Rotate, judge
from arcade_usage.domain.identity_state import IdentityState, Snapshot, make_first
from arcade_usage.domain.verdict import AnonymousId, Attribution, Principal, Unattributable, attribute


class PreviewedIdentity(str, Enum):
    """As whom; the values are for people to read."""

    PRINCIPAL = "the account that is logged in"
    ANONYMOUS = "the random id of this installation"
    NEW = "a new random id, which this installation keeps from then on"
    APART = "a random id that is used once, since whose it is can't be told"
    LINKING = "the account that is logged in, once PostHog has accepted that the random id is theirs"
    ASKING = "whom Arcade Cloud names for the stored credentials, which has to be asked first"


@frozen
class Prediction:
    """`attribution`: the distinct id and its mark; None where Arcade Cloud has to be asked first."""

    whose: PreviewedIdentity
    attribution: Attribution | None


def predict(case: Case, fresh: str, one_off: str) -> Prediction:
    """What `judge` would come to, as far as that can be told here. Pure. Two ids that were never used."""
    is_new = False
    if case.snapshot.state == IdentityState(None, None):  # the first command makes an identity
        case, is_new = _under(case, make_first(fresh, case.here)), True
    step = judge(case)
    if isinstance(step, Rotate):  # leads to an id without a past, so there is no second one
        case, is_new = _under(case, case.now.state.rotated(fresh, case.here, step.first_stamp)), True
        step = judge(case)
    if isinstance(step, Link):
        return Prediction(PreviewedIdentity.LINKING, attribute(Principal(step.principal_id), one_off))
    if isinstance(step, LookUp):
        return Prediction(PreviewedIdentity.ASKING, None)
    if isinstance(step, Principal):
        return Prediction(PreviewedIdentity.PRINCIPAL, attribute(step, one_off))
    if isinstance(step, AnonymousId):
        return Prediction(
            PreviewedIdentity.NEW if is_new else PreviewedIdentity.ANONYMOUS, attribute(step, one_off)
        )
    return Prediction(PreviewedIdentity.APART, attribute(Unattributable(), one_off))


def _under(case: Case, state: IdentityState) -> Case:
    snapshot = Snapshot(state, case.snapshot.stamp)
    return evolve(case, snapshot=snapshot, now=snapshot)
