"""Immutable model of how PostHog merges persons; the rules of attribution follow from it.

The in-memory analytics sink and the demo's receiver use it to compute the person of each event. The rules
are those of PostHog's ingestion as of autumn 2026, for today's person store and for the next one.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import evolve, field, frozen

from arcade_usage.domain.identity import ILLEGAL_AS_SPELLED, ILLEGAL_IN_ANY_CASE

ALIAS_EVENT = "$create_alias"
IDENTIFY_EVENT = "$identify"
MERGE_EVENT = "$merge_dangerously"
PERSONLESS = "$process_person_profile"

DISTINCT_ID_LIMIT = 200  # characters; PostHog cuts the distinct id of an event, not the id in a property
MERGEABLE_ID_LIMIT = 400  # characters; PostHog cannot store a longer id


class PersonStore(Enum):
    """A store of PostHog's persons.

    Both refuse to merge an identified person into another one. The next one, "personhog", also refuses to
    attach an id without a person to an identified source; today's store attaches it.
    """

    CURRENT = "current"
    NEXT = "next"


@frozen
class IngestedEvent:
    """An event that PostHog has ingested."""

    name: str
    distinct_id: str
    uuid: str
    day: str  # YYYY-MM-DD of its timestamp
    properties: Mapping[str, object] = field(eq=False)

    @property
    def personless(self) -> bool:
        return self.properties.get(PERSONLESS) is False

    @property
    def is_merge(self) -> bool:
        """Whether it asks PostHog to merge two persons."""
        return self.name in (ALIAS_EVENT, IDENTIFY_EVENT, MERGE_EVENT)

    @property
    def source(self) -> object:
        """For a merge: the id that is attached to the distinct id. It may be no text."""
        return self.properties.get("$anon_distinct_id" if self.name == IDENTIFY_EVENT else "alias")


def make_alias(anon_id: str, principal_id: str) -> IngestedEvent:
    """The alias that attaches an anonymous id to a principal's person, which is kept."""
    return IngestedEvent(ALIAS_EVENT, principal_id, "alias", "", {"alias": anon_id})


def is_mergeable(value: object) -> bool:
    """Whether PostHog merges the person of this id with another one."""
    if not isinstance(value, str) or len(value) > MERGEABLE_ID_LIMIT or not value.strip():
        return False
    quoted = len(value) > 1 and value[0] in "'\"" and value[0] == value[-1]
    bare = value[1:-1] if quoted else value
    return bare.lower() not in ILLEGAL_IN_ANY_CASE and bare not in ILLEGAL_AS_SPELLED


@frozen
class Persons:
    """State of one PostHog project. `ingest` returns the next state.

    `person_of_id`: the person of each distinct id; a person is named by its first id. `identified`: persons
    that can no longer be merged into others. `events`: ingested events without duplicates and merges.
    `refused_merges`: (target, source) of each merge between two persons that the store refused.
    """

    store: PersonStore = PersonStore.CURRENT
    person_of_id: Mapping[str, str] = field(factory=dict)
    identified: frozenset[str] = frozenset()
    events: tuple[IngestedEvent, ...] = ()
    refused_merges: tuple[tuple[str, str], ...] = ()

    def ingest(self, event: IngestedEvent) -> "Persons":
        event = evolve(event, distinct_id=event.distinct_id[:DISTINCT_ID_LIMIT])
        if event.is_merge:
            return self if event.personless else self._merge(event)._with_person(event.distinct_id)
        if event in self.events:
            return self
        known = self if event.personless else self._with_person(event.distinct_id)
        return evolve(known, events=(*self.events, event))

    def person_of(self, event: IngestedEvent) -> str:
        """The event's person; for a distinct id without a person, the id itself."""
        return self.person_of_id.get(event.distinct_id, event.distinct_id)

    def _with_person(self, distinct_id: str) -> "Persons":
        """With a person for this id. A merge that is not made creates one too."""
        if distinct_id in self.person_of_id:
            return self
        return evolve(self, person_of_id={**self.person_of_id, distinct_id: distinct_id})

    def _merge(self, event: IngestedEvent) -> "Persons":
        target, source = event.distinct_id, event.source
        if source == target or not is_mergeable(target) or not is_mergeable(source):
            return self
        source = str(source)
        kept, attached = self.person_of_id.get(target), self.person_of_id.get(source)
        if self._refuses(event, kept, attached):
            survivor = kept or target
            return evolve(
                self,
                person_of_id={**self.person_of_id, target: survivor},
                identified=self.identified | {survivor},
                refused_merges=(*self.refused_merges, (target, source)),
            )
        survivor = kept or attached or target
        moved = {an_id: survivor for an_id, person in self.person_of_id.items() if person == attached}
        return evolve(
            self,
            person_of_id={**self.person_of_id, **moved, target: survivor, source: survivor},
            identified=self.identified - {attached} | {survivor},
        )

    def _refuses(self, event: IngestedEvent, kept: str | None, attached: str | None) -> bool:
        if event.name == MERGE_EVENT or attached not in self.identified or attached == kept:
            return False
        return kept is not None or self.store is PersonStore.NEXT
