"""As whom an event would be sent, told without asking anybody and without changing anything."""

from enum import Enum

from attrs import evolve, frozen

from arcade_usage.domain.attribution import Case, Link, LookUp, Rotate, judge
from arcade_usage.domain.known import Known, Snapshot, make_first
from arcade_usage.domain.verdict import Apart, As, AsAnonymous, Attribution, attribute


class Whose(str, Enum):
    """As whom; the values are for people to read."""

    PRINCIPAL = "the account that is logged in"
    ANONYMOUS = "the random id of this installation"
    NEW = "a new random id, which this installation keeps from then on"
    APART = "a random id that is used once, since whose it is can't be told"
    LINKING = "the account that is logged in, once PostHog has accepted that the random id is theirs"
    ASKING = "whom Arcade Cloud names for the stored credentials, which has to be asked first"


@frozen
class Forecast:
    """`attribution`: the distinct id and its mark; None where Arcade Cloud has to be asked first."""

    whose: Whose
    attribution: Attribution | None


def foresee(case: Case, fresh: str, one_off: str) -> Forecast:
    """What `judge` would come to, as far as that can be told here. Pure. Two ids that were never used."""
    is_new = False
    if case.snapshot.known == Known(None, None):  # the first command makes an identity
        case, is_new = _under(case, make_first(fresh, case.here)), True
    step = judge(case)
    if isinstance(step, Rotate):  # leads to an id without a past, so there is no second one
        case, is_new = _under(case, case.now.known.rotated(fresh, case.here, step.seen)), True
        step = judge(case)
    if isinstance(step, Link):
        return Forecast(Whose.LINKING, attribute(As(step.principal_id), one_off))
    if isinstance(step, LookUp):
        return Forecast(Whose.ASKING, None)
    if isinstance(step, As):
        return Forecast(Whose.PRINCIPAL, attribute(step, one_off))
    if isinstance(step, AsAnonymous):
        return Forecast(Whose.NEW if is_new else Whose.ANONYMOUS, attribute(step, one_off))
    return Forecast(Whose.APART, attribute(Apart(), one_off))


def _under(case: Case, known: Known) -> Case:
    snapshot = Snapshot(known, case.snapshot.stamp)
    return evolve(case, snapshot=snapshot, now=snapshot)
