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
    """Sorted ids, by what an operator of PostHog deletes to erase their data.

    principals: ids of Arcade accounts.
    linked: random ids that a PostHog project accepted an alias for. Like principals, they have a person; its
        deletion finds their events.
    unlinked: other random ids, one-off ids included. They have no person, only events.
    """

    principals: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()

    @property
    def with_person(self) -> tuple[str, ...]:
        return (*self.principals, *self.linked)

    @property
    def anonymous(self) -> tuple[str, ...]:
        return _sorted([*self.linked, *self.unlinked])

    def as_json(self) -> dict[str, list[str]]:
        """The ids for programs."""
        return {
            "principal_ids": list(self.principals),
            "anonymous_ids": list(self.anonymous),
            "ids_with_person": list(self.with_person),
            "ids_without_person": list(self.unlinked),
        }

    def __or__(self, other: "SubjectIds") -> "SubjectIds":
        return _subject_ids(
            [*self.principals, *other.principals],
            [*self.linked, *other.linked],
            [*self.unlinked, *other.unlinked],
        )

    def __bool__(self) -> bool:
        return bool(self.principals or self.linked or self.unlinked)


def subject_ids_of(state: IdentityState) -> SubjectIds:
    """The ids in identity and ledger: the current id, its claim and the pending aliases."""
    identity, ledger = state.identity, state.ledger
    principals: list[str | None] = []
    linked: list[str | None] = []
    unlinked: list[str | None] = [state.anon_id]
    if isinstance(identity, Linked):
        principals.append(identity.principal_id)
        linked.append(identity.anon_id)
    if isinstance(ledger, Ledger):
        principals.append(ledger.claimed_by)
        (linked if ledger.accepted else unlinked).append(ledger.anon_id)
        principals += [alias.principal_id for alias in ledger.pending_aliases]
        unlinked += [alias.anon_id for alias in ledger.pending_aliases]
    return _subject_ids(principals, linked, unlinked)


def subject_ids_of_events(waiting: Iterable[Record], sent: Iterable[Sent]) -> SubjectIds:
    """The ids under which events were sent or may have been sent: a reply can be lost."""
    sent = [copy for copy in sent if not copy.is_local]
    verdicts = [record.attribution for record in waiting if record.attribution is not None]
    pairs = [(verdict.distinct_id, verdict.personless) for verdict in verdicts]
    pairs += [(copy.distinct_id, copy.anonymous) for copy in sent]
    links = [copy.link for copy in sent if copy.link is not None]
    return _subject_ids(
        [
            *(distinct_id for distinct_id, anonymous in pairs if not anonymous),
            *(principal_id for _, principal_id in links),
        ],
        [anon_id for anon_id, _ in links],
        [distinct_id for distinct_id, anonymous in pairs if anonymous],
    )


def _subject_ids(
    principals: Iterable[str | None], linked: Iterable[str | None], unlinked: Iterable[str | None]
) -> SubjectIds:
    with_person = set(linked)
    return SubjectIds(_sorted(principals), _sorted(with_person), _sorted(set(unlinked) - with_person))


def _sorted(ids: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted(set(filter(None, ids))))
