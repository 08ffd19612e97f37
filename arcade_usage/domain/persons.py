"""Immutable model of how PostHog merges persons; the rules of attribution follow from it.

The in-memory analytics sink and the demo's receiver use it to compute the person of each event. The rules
are those of PostHog's ingestion as of autumn 2026.
"""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from arcade_usage.domain.identity import is_principal_id

ALIAS_EVENT = "$create_alias"
IDENTIFY_EVENT = "$identify"
MERGE_EVENT = "$merge_dangerously"
PERSONLESS = "$process_person_profile"


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


@frozen
class Persons:
    """State of one PostHog project. `ingest` returns the next state.

    `person_of_id`: the person of each distinct id; a person is named by its first id. `identified`: persons
    that can no longer be merged into others. `events`: ingested events without duplicates.
    """

    person_of_id: Mapping[str, str] = field(factory=dict)
    identified: frozenset[str] = frozenset()
    events: tuple[IngestedEvent, ...] = ()
    refused_merges: tuple[tuple[str, str], ...] = ()

    def ingest(self, event: IngestedEvent) -> "Persons":
        if event.name in (ALIAS_EVENT, IDENTIFY_EVENT, MERGE_EVENT):
            return self if event.personless else self._merge(event)
        if event in self.events:
            return self
        known = {} if event.personless else {event.distinct_id: event.distinct_id}
        return evolve(self, person_of_id={**known, **self.person_of_id}, events=(*self.events, event))

    def person_of(self, event: IngestedEvent) -> str:
        """The event's person; for a distinct id without a person, the id itself."""
        return self.person_of_id.get(event.distinct_id, event.distinct_id)

    def _merge(self, event: IngestedEvent) -> "Persons":
        other = "$anon_distinct_id" if event.name == IDENTIFY_EVENT else "alias"
        target, source = event.distinct_id, event.properties.get(other)
        if source == target or not is_principal_id(source) or not is_principal_id(target):
            return self
        to, gone = self.person_of_id.get(target), self.person_of_id.get(source)
        survivor = to or gone or target
        identified = self.identified | {survivor}
        if to and gone and to != gone:
            if gone in self.identified and event.name != MERGE_EVENT:
                return evolve(
                    self, identified=identified, refused_merges=(*self.refused_merges, (target, source))
                )
            moved = {known: to if person == gone else person for known, person in self.person_of_id.items()}
            return evolve(self, person_of_id=moved, identified=identified - {gone})
        return evolve(
            self,
            person_of_id={**self.person_of_id, target: survivor, source: survivor},
            identified=identified,
        )
