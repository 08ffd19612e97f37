"""PostHog, as the oracle sees it: the merging of domain/persons.py over values that can be compared.

Each event goes into both person stores, so one exploration covers both.
"""

from attrs import evolve

from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.domain.identity import Identity, Linked
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.persons import (
    ALIAS_EVENT,
    PERSONLESS,
    IngestedEvent,
    Persons,
    PersonStore,
    make_alias,
)
from arcade_usage.domain.record import Record
from verification.interleavings.effects import sum_up
from verification.interleavings.replies import Raised, Reply
from verification.interleavings.shared_state import PostHog, Profiles, View


def person_of(profiles: Profiles, distinct_id: str) -> str:
    """The person that a distinct id stands for."""
    return dict(profiles.person_of_id).get(distinct_id, distinct_id)


def alias(project: PostHog, anon_id: str, principal_id: str) -> PostHog:
    return _ingest(project, [make_alias(anon_id, principal_id)])


def older_alias(project: PostHog, anon_id: str, principal_id: str) -> PostHog:
    """An older CLI's: the anonymous id is the one that is kept."""
    return _ingest(project, [IngestedEvent(ALIAS_EVENT, anon_id, "alias", "", {"alias": principal_id})])


def miss_alias(view: View, anon_id: str, principal_id: str) -> Reply:
    """An alias never arrives; it is owed from its first attempt on."""
    history = view["history"]
    view["history"] = evolve(history, attempted=history.attempted | {(anon_id, principal_id)})
    return Raised(NotAcceptedError)


def take_alias(view: View, anon_id: str, principal_id: str) -> None:
    """An alias takes effect, heard of or not."""
    miss_alias(view, anon_id, principal_id)
    view["posthog"] = alias(view["posthog"], anon_id, principal_id)


def accept_alias(view: View, anon_id: str, principal_id: str) -> None:
    """An alias takes effect, and its sender hears of it."""
    take_alias(view, anon_id, principal_id)
    project: PostHog = view["posthog"]
    view["posthog"] = evolve(project, accepted=project.accepted | {(anon_id, principal_id)})


def capture(view: View, records: tuple[Record, ...]) -> None:
    """A batch is accepted: events are counted, repeats are dropped."""
    project: PostHog = view["posthog"]
    events, early = set(project.events), set(project.early)
    captured = []
    for record in records:
        attribution = record.attribution
        assert attribution is not None, "a record is sent with its verdict"
        distinct_id, personless = attribution.distinct_id, attribution.personless
        mark = {PERSONLESS: False} if personless else {}
        captured.append(IngestedEvent(record.event.name, distinct_id, record.event.uuid, "", mark))
        events.add((record.event.uuid, distinct_id, personless))
        if not personless and all(taken != distinct_id for _, taken in project.accepted):
            early.add(record.event.uuid)
    sum_up(view, *records)
    older = frozenset(record.event.uuid for record in records if _is_of_older_link(record))
    off = {record.event.uuid for record in records} if view.slot in view["history"].told_off else set()
    view["posthog"] = evolve(
        _ingest(project, captured),
        events=frozenset(events),
        early=frozenset(early),
        told_off=project.told_off | off,
        older=project.older | older,
    )


def _is_of_older_link(record: Record) -> bool:
    """Whether it is put down to whom an older CLI linked, without a ledger or credentials that could tell."""
    state, stamp = record.snapshot.state, record.snapshot.stamp
    return isinstance(state.identity, Linked) and state.ledger is None and stamp is None


def belongs_to_another(project: PostHog, ledger: Ledger | None, identity: Identity, who: str) -> bool:
    """Whether an alias of this identity to `who` could merge two people."""
    claim = ledger.claimed_by if ledger is not None and ledger.anon_id == identity.anon_id else None
    linked = identity.principal_id if isinstance(identity, Linked) else None
    return bool({claim, linked} - {None, who}) or any(
        person_of(profiles, identity.anon_id) not in (identity.anon_id, person_of(profiles, who))
        for profiles in project.profiles
    )


def _ingest(project: PostHog, captured: list[IngestedEvent]) -> PostHog:
    stores = zip(PersonStore, project.profiles, strict=True)
    return evolve(
        project, profiles=tuple(_ingest_into(store, profiles, captured) for store, profiles in stores)
    )


def _ingest_into(store: PersonStore, profiles: Profiles, captured: list[IngestedEvent]) -> Profiles:
    persons = Persons(store, dict(profiles.person_of_id), profiles.identified)
    for each in captured:
        persons = persons.ingest(each)
    return Profiles(
        frozenset(persons.person_of_id.items()),
        persons.identified,
        profiles.refused | frozenset(persons.refused_merges),
    )
