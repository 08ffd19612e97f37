"""The ids under which PostHog may hold something of this installation: for an erasure request."""

from collections.abc import Iterable

from attrs import frozen

from arcade_usage.domain.identity import Linked
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.record import Record
from arcade_usage.domain.sent import Sent


@frozen
class SubjectIds:
    """`principals`: ids of people at Arcade. `anonymous`: random ids, also those used once. Sorted."""

    principals: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()

    def __or__(self, other: "SubjectIds") -> "SubjectIds":
        return _traces(
            [*self.principals, *other.principals],
            [*self.anonymous, *other.anonymous],
        )

    def __bool__(self) -> bool:
        return bool(self.principals or self.anonymous)


def subject_ids_of(state: IdentityState) -> SubjectIds:
    """What identity and ledger name: the current id, whom it was claimed for, and what is owed still."""
    identity, ledger = state.identity, state.ledger
    pairs: list[tuple[str | None, str | None]] = [
        (state.anon_id, identity.principal_id if isinstance(identity, Linked) else None)
    ]
    if isinstance(ledger, Ledger):
        pairs.append((ledger.anon_id, ledger.claimed_by))
        pairs += [(debt.anon_id, debt.principal_id) for debt in ledger.pending_aliases]
    return _traces([principal for _, principal in pairs], [anon_id for anon_id, _ in pairs])


def subject_ids_of_events(waiting: Iterable[Record], sent: Iterable[Sent]) -> SubjectIds:
    """What events were sent under, or may have been: a reply can be lost."""
    verdicts = [record.attribution for record in waiting if record.attribution is not None]
    pairs = [(verdict.distinct_id, verdict.personless) for verdict in verdicts]
    pairs += [(copy.distinct_id, copy.anonymous) for copy in sent]
    linked = [copy.linked_to for copy in sent]
    return _traces(
        [*(distinct_id for distinct_id, anonymous in pairs if not anonymous), *linked],
        [distinct_id for distinct_id, anonymous in pairs if anonymous],
    )


def _traces(principals: Iterable[str | None], anonymous: Iterable[str | None]) -> SubjectIds:
    return SubjectIds(
        tuple(sorted(set(filter(None, principals)))), tuple(sorted(set(filter(None, anonymous))))
    )
