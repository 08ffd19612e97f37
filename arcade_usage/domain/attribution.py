"""Decides under which distinct id an event is sent.

`judge` is a pure function of the command's snapshot and the current state. It returns a verdict, or the one
step to take before calling it again. Its branches follow the order of architecture.md's table; the first
row that matches applies.

Invariants: an event carries a principal's id only after the alias was accepted. An anonymous id is never
aliased to two principals.
"""

from attrs import frozen

from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger, Stamp
from arcade_usage.domain.verdict import (
    AnonymousId,
    Answer,
    Found,
    NoAnswer,
    Principal,
    Rejected,
    Unattributable,
    Verdict,
    Wait,
)

WAIT_SECONDS = 24 * 3600.0  # maximum age of an undecided event; then it is unattributable


@frozen
class LookUp:
    """Ask the Cloud API which principal the stored credentials belong to."""


@frozen
class Rotate:
    """Rotate to a fresh id, first used with the credentials of `first_stamp`, and judge again."""

    first_stamp: Stamp | None


@frozen
class StartOver:
    """usage.json and the ledger are inconsistent: rotate if they still are. The event is unattributable."""


@frozen
class Link:
    """Record the claim of `a` for this principal, send the alias unless accepted, and store the link."""

    principal_id: str


Step = LookUp | Rotate | StartOver | Link


@frozen
class Case:
    """All inputs of a verdict.

    `snapshot`: state when the command ran. `now`: current state. `project`: Project.key of the event's
    destination. `here`: this installation's fingerprint. `answer`: the look-up's result, if one was made.
    `alias_is_due`: False while backoff holds back the alias to the claim. `is_refresh`: the credentials were
    replaced around the event, and those from before were of the principal that `snapshot` is linked to.
    """

    snapshot: Snapshot
    now: Snapshot
    project: str
    here: str
    is_logout: bool = False
    age_seconds: float = 0.0
    answer: Answer | None = None
    alias_is_due: bool = True
    is_refresh: bool = False


def judge(case: Case) -> Verdict | Wait | Step:
    """Returns the verdict on an event, or the step to take before calling again with a newer `now`.

    Pure. Every sequence of steps ends: each Rotate leads to an id without history, and Link and LookUp are
    each returned at most once.
    """
    step = _judge(case)
    if case.is_refresh and isinstance(step, Rotate):
        return Unattributable()  # row: replaced credentials, another principal
    return step


def _judge(case: Case) -> Verdict | Wait | Step:
    seen, now = case.snapshot, case.now
    identity, stamp = seen.state.identity, seen.stamp
    same_id = seen.state.anon_id == now.state.anon_id

    if isinstance(now.state.ledger, NewerLedger):
        return Wait()  # row: newer ledger
    if not seen.state.is_consistent or (same_id and not now.state.is_consistent):
        return StartOver()  # row: inconsistent files
    if case.is_logout and stamp is None:
        return _judge_own_logout(seen.state.matching_ledger, case.project)
    if isinstance(identity, Linked):
        if any(
            _is_accepted_link(ledger, identity, case)
            for ledger in (now.state.matching_ledger, seen.state.matching_ledger)
        ):
            return Principal(identity.principal_id)  # row: link, confirmed
        if stamp is None and seen.state.ledger is None:
            return Principal(identity.principal_id)  # row: link without ledger
    if not same_id or stamp != now.stamp or seen.missed_credentials(now):
        return _judge_outdated(case)
    if isinstance(identity, Linked):
        return _judge_linked(case, identity, stamp)
    if isinstance(identity, Anonymous):
        return _judge_anonymous(case, identity, stamp)
    raise AssertionError("a consistent snapshot has an identity")


def _judge_own_logout(ledger: Ledger | None, project: str) -> Verdict:
    """Verdict on a logout event without credentials: the tool deleted them before it built the tracker.

    Only the ledger names the principal. It doesn't if the id was used since with unconfirmed credentials.
    """
    if ledger is not None and project in ledger.accepted and ledger.undisputed and ledger.claimed_by:
        return Principal(ledger.claimed_by)  # row: late logout, confirmed
    return Unattributable()  # row: late logout, not confirmed


def _is_accepted_link(ledger: Ledger | None, linked: Linked, case: Case) -> bool:
    """Whether the project accepted this link and the credentials are still the last confirmed ones."""
    stamp = case.snapshot.stamp
    return (
        ledger is not None
        and ledger.vouches_for(linked, case.project)
        and ledger.principal_for(stamp) is not None
    )


def _judge_outdated(case: Case) -> Verdict:
    """Verdict after the id was rotated or the credentials changed: the current state doesn't apply.

    If the id had never been used with credentials when the command ran, the event keeps the anonymous id:
    a later link of that id covers the event.
    """
    seen, ledger = case.snapshot, case.snapshot.state.matching_ledger
    never_had_credentials = ledger is None or (
        ledger.never_had_credentials and ledger.installation == case.here
    )
    if isinstance(seen.state.identity, Anonymous) and seen.stamp is None and never_had_credentials:
        return AnonymousId(seen.state.identity.anon_id)  # row: outdated, never logged in
    return Unattributable()  # row: outdated


def _judge_linked(case: Case, identity: Linked, stamp: Stamp | None) -> Verdict | Wait | Step:
    if stamp is None:
        return Rotate(None)  # row: link without credentials
    ledger = case.now.state.matching_ledger
    answer = _known_answer(case, ledger, stamp)
    if answer is None:
        return LookUp()  # row: link, not looked up
    if isinstance(answer, Rejected):
        return Unattributable()  # row: link, rejected
    if isinstance(answer, NoAnswer):  # row: link, no answer
        return Wait() if case.age_seconds < WAIT_SECONDS else Unattributable()
    if answer.principal_id != identity.principal_id:
        return Rotate(stamp)  # row: link, another principal
    accounted = ledger is None or ledger.claimed_by == answer.principal_id
    if not accounted and not _first_used_with(ledger, stamp):
        return Rotate(stamp)  # row: link, not in ledger
    return _require_link(case, answer.principal_id, stamp)  # row: link, same principal


def _judge_anonymous(case: Case, identity: Anonymous, stamp: Stamp | None) -> Verdict | Step:
    now, ledger = case.now.state, case.now.state.matching_ledger
    if ledger is not None and ledger.installation != case.here:
        return Rotate(stamp)  # row: another installation
    if stamp is None:
        never_had_credentials = (ledger is None or ledger.never_had_credentials) and not isinstance(
            now.identity, Linked
        )
        if never_had_credentials:
            return AnonymousId(identity.anon_id)  # row: anonymous, never logged in
        return Rotate(None)  # row: anonymous, credentials removed
    if isinstance(now.identity, Linked) and (
        ledger is None or now.identity.principal_id != ledger.claimed_by
    ):
        return Rotate(stamp)  # row: linked by an older CLI
    first = _first_used_with(ledger, stamp)
    if first and not case.alias_is_due:
        # A look-up could not lead to more.
        return AnonymousId(identity.anon_id)  # row: first credentials, alias not due
    answer = _known_answer(case, ledger, stamp)
    if answer is None:
        return LookUp()  # row: credentials, not looked up
    if first:
        if isinstance(answer, Found):
            return _require_link(case, answer.principal_id, stamp)  # row: first credentials, principal
        return AnonymousId(identity.anon_id)  # row: first credentials, no principal
    if isinstance(answer, Found) and ledger is not None and answer.principal_id == ledger.claimed_by:
        return _require_link(case, answer.principal_id, stamp)  # row: other credentials, same principal
    return Rotate(stamp)  # row: other credentials


def _require_link(case: Case, principal_id: str, stamp: Stamp) -> Step:
    """Link `a`, or rotate first if `a` is claimed for or linked to another principal."""
    state = case.now.state
    claim = state.matching_ledger.claimed_by if state.matching_ledger else None
    linked = state.identity.principal_id if isinstance(state.identity, Linked) else None
    if {claim, linked} <= {None, principal_id}:
        return Link(principal_id)
    return Rotate(stamp)  # row: id of another principal


def _known_answer(case: Case, ledger: Ledger | None, stamp: Stamp) -> Answer | None:
    """The principal of the credentials as far as known; an earlier confirmation saves the look-up."""
    confirmed = ledger.principal_for(stamp) if ledger is not None else None
    return Found(confirmed) if confirmed is not None else case.answer


def _first_used_with(ledger: Ledger | None, stamp: Stamp) -> bool:
    """Whether the id was used with no other credentials than these."""
    return ledger is None or ledger.never_had_credentials or ledger.first_stamp == stamp
