"""Whose event is it: the verdict, as one pure function of what the command saw and what is known now.

Owns the invariants that an event carries a principal's id only after that alias was accepted, and that
no anonymous id is aliased to two principals. `judge` answers with a verdict, or with the one step that
has to be taken before asking again; it reads in the order of architecture.md's table, first row that
fits. In that table a is the snapshot's anonymous id, f a fresh one.
"""

from attrs import frozen

from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import Snapshot
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

WAIT_SECONDS = 24 * 3600.0  # how long an event may stay undecided before it is nobody's


@frozen
class LookUp:
    """Ask the Cloud API whom the credentials name."""


@frozen
class Rotate:
    """Rotate to a fresh id, first used with the credentials of `seen`, and go on with that."""

    first_stamp: Stamp | None


@frozen
class StartOver:
    """What is on disk does not fit together: rotate if it still does not. The event is nobody's."""


@frozen
class Link:
    """Claim a for this principal, have the alias accepted where it is not yet, and store the link."""

    principal_id: str


Step = LookUp | Rotate | StartOver | Link


@frozen
class Case:
    """All that a verdict depends on.

    `snapshot`: what the command saw. `now`: the same things at this moment. `sink`: Project.key of where
    the event goes. `here`: this installation's fingerprint. `answer`: what a look-up said, if one was made.
    `alias_is_due`: False while an alias to the claim would not be tried, since one has failed lately.
    """

    snapshot: Snapshot
    now: Snapshot
    project: str
    here: str
    is_logout: bool = False
    age_seconds: float = 0.0
    answer: Answer | None = None
    alias_is_due: bool = True


def judge(case: Case) -> Verdict | Wait | Step:
    """The verdict on an event, or the step to take before asking again with a newer `now`.

    Pure. Every chain of steps ends: each Rotate leads to an id without a past, a Link or a LookUp is
    asked for at most once each.
    """
    seen, now = case.snapshot, case.now
    identity, stamp = seen.state.identity, seen.stamp
    same_id = seen.state.anon_id == now.state.anon_id

    if not seen.state.is_consistent or (same_id and not now.state.is_consistent):
        return StartOver()  # row: inconsistent files
    if case.is_logout and stamp is None:
        return _after_its_own_logout(seen.state.matching_ledger, case.project)
    if isinstance(identity, Linked):
        if any(
            _stands(ledger, identity, case)
            for ledger in (now.state.matching_ledger, seen.state.matching_ledger)
        ):
            return Principal(identity.principal_id)  # row: link, confirmed
        if stamp is None and seen.state.ledger is None:
            return Principal(identity.principal_id)  # row: link without ledger
    if not same_id or stamp != now.stamp or seen.missed_credentials(now):
        return _overtaken(case)
    if isinstance(identity, Linked):
        if stamp is None:
            return Rotate(None)  # row: link without credentials
        return _linked(case, identity, stamp)
    if isinstance(identity, Anonymous):
        return _anonymous(case, identity, stamp)
    raise AssertionError("a snapshot that agrees has an identity")


def _after_its_own_logout(ledger: Ledger | None, project: str) -> Verdict:
    """The host built the tracker after it had deleted the credentials: only the ledger can tell.

    It can't where the id was used with credentials since that nobody could say whose they were.
    """
    if ledger is not None and project in ledger.accepted and ledger.undisputed and ledger.claimed_by:
        return Principal(ledger.claimed_by)  # row: late logout, confirmed
    return Unattributable()  # row: late logout, not confirmed


def _stands(ledger: Ledger | None, linked: Linked, case: Case) -> bool:
    """The sink accepted this link, and the credentials are those under which it was last confirmed."""
    stamp = case.snapshot.stamp
    return (
        ledger is not None
        and ledger.vouches_for(linked, case.project)
        and ledger.principal_for(stamp) is not None
    )


def _overtaken(case: Case) -> Verdict:
    """The id was rotated or the credentials were touched since: what is known now is not about the event.

    Unless nobody had ever logged in under the id when the command ran: then whoever it is linked to
    later is who would have got the event anyway.
    """
    seen, ledger = case.snapshot, case.snapshot.state.matching_ledger
    never_had_credentials = ledger is None or (
        ledger.never_had_credentials and ledger.installation == case.here
    )
    if isinstance(seen.state.identity, Anonymous) and seen.stamp is None and never_had_credentials:
        return AnonymousId(seen.state.identity.anon_id)  # row: outdated, never logged in
    return Unattributable()  # row: outdated


def _linked(case: Case, identity: Linked, stamp: Stamp) -> Verdict | Wait | Step:
    ledger = case.now.state.matching_ledger
    answer = _answer(case, ledger, stamp)
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
    return _link(case, answer.principal_id, stamp)  # row: link, same principal


def _anonymous(case: Case, identity: Anonymous, stamp: Stamp | None) -> Verdict | Step:
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
    answer = _answer(case, ledger, stamp)
    if answer is None:
        return LookUp()  # row: credentials, not looked up
    if first:
        if isinstance(answer, Found):
            return _link(case, answer.principal_id, stamp)  # row: first credentials, principal
        return AnonymousId(identity.anon_id)  # row: first credentials, no principal
    if isinstance(answer, Found) and ledger is not None and answer.principal_id == ledger.claimed_by:
        return _link(case, answer.principal_id, stamp)  # row: other credentials, same principal
    return Rotate(stamp)  # row: other credentials


def _link(case: Case, principal_id: str, stamp: Stamp) -> Step:
    """Link a, or a fresh id where a belongs to somebody else for good."""
    state = case.now.state
    claim = state.matching_ledger.claimed_by if state.matching_ledger else None
    linked = state.identity.principal_id if isinstance(state.identity, Linked) else None
    if {claim, linked} <= {None, principal_id}:
        return Link(principal_id)
    return Rotate(stamp)  # row: id of another principal


def _answer(case: Case, ledger: Ledger | None, stamp: Stamp) -> Answer | None:
    """What is known of whom the credentials name: an earlier confirmation spares the look-up."""
    confirmed = ledger.principal_for(stamp) if ledger is not None else None
    return Found(confirmed) if confirmed is not None else case.answer


def _first_used_with(ledger: Ledger | None, stamp: Stamp) -> bool:
    """Whether the id was used with these credentials only."""
    return ledger is None or ledger.never_had_credentials or ledger.first_stamp == stamp
