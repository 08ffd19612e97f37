"""The ids under which PostHog may hold this installation's data, for an erasure request."""

from collections.abc import Iterable

from attrs import frozen

from arcade_usage.domain.identity import Linked
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.record import Record
from arcade_usage.domain.sent import Sent


@frozen
class SubjectIds:
    """`principals`: ids of Arcade accounts. `anonymous`: random ids, one-off ids included. Sorted."""

    principals: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()

    def __or__(self, other: "SubjectIds") -> "SubjectIds":
        return _subject_ids(
            [*self.principals, *other.principals],
            [*self.anonymous, *other.anonymous],
        )

    def __bool__(self) -> bool:
        return bool(self.principals or self.anonymous)


def subject_ids_of(state: IdentityState) -> SubjectIds:
    """The ids in identity and ledger: the current id, its claim and the pending aliases."""
    identity, ledger = state.identity, state.ledger
    pairs: list[tuple[str | None, str | None]] = [
        (state.anon_id, identity.principal_id if isinstance(identity, Linked) else None)
    ]
    if isinstance(ledger, Ledger):
        pairs.append((ledger.anon_id, ledger.claimed_by))
        pairs += [(alias.anon_id, alias.principal_id) for alias in ledger.pending_aliases]
    return _subject_ids([principal for _, principal in pairs], [anon_id for anon_id, _ in pairs])


def subject_ids_of_events(waiting: Iterable[Record], sent: Iterable[Sent]) -> SubjectIds:
    """The ids under which events were sent or may have been sent: a reply can be lost."""
    verdicts = [record.attribution for record in waiting if record.attribution is not None]
    pairs = [(verdict.distinct_id, verdict.personless) for verdict in verdicts]
    pairs += [(copy.distinct_id, copy.anonymous) for copy in sent]
    linked = [copy.linked_to for copy in sent]
    return _subject_ids(
        [*(distinct_id for distinct_id, anonymous in pairs if not anonymous), *linked],
        [distinct_id for distinct_id, anonymous in pairs if anonymous],
    )


def _subject_ids(principals: Iterable[str | None], anonymous: Iterable[str | None]) -> SubjectIds:
    return SubjectIds(
        tuple(sorted(set(filter(None, principals)))), tuple(sorted(set(filter(None, anonymous))))
    )
