"""The analytics sink in memory; in_memory.py has the other ports."""

from collections.abc import Mapping, Sequence

from attrs import define, field

from arcade_usage.application.errors import NotAcceptedError, PartlyAcceptedError, RefusedError
from arcade_usage.domain.event import Event
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent, Persons, make_alias
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution


@define
class MemorySink:
    """An analytics sink that merges persons as PostHog does.

    failing: calls raise NotAcceptedError and have no effect. losing_replies: they raise after their effect.
    refused: names of events; a batch with one of them is refused. refusing_aliases: every alias is refused.
    dropped, postponed: names of events that are refused alone, or not accepted alone for now.
    unclear: names of events that are refused if others are accepted with them.
    retry_after: seconds that it asks to wait when it fails.
    """

    persons: Persons = field(factory=Persons)
    failing: bool = False
    losing_replies: bool = False
    refused: frozenset[str] = frozenset()
    refusing_aliases: bool = False
    dropped: frozenset[str] = frozenset()
    postponed: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    retry_after: float = 0.0
    batches: list[Sequence[Record]] = field(factory=list)
    calls: int = 0

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._reach()
        if self.refusing_aliases:
            raise RefusedError("refused")
        self.persons = self.persons.ingest(make_alias(anon_id, principal_id))
        self._answer()

    def capture(self, records: Sequence[Record]) -> None:
        events = [_captured(record) for record in records]
        self._reach()
        if any(event.name in self.refused for event in events):
            raise RefusedError("refused")
        if events and all(event.name in self.unclear for event in events):
            raise NotAcceptedError("refused in words that are not known")
        dropped = self.dropped | self.unclear
        accepted = [event for event in events if event.name not in dropped | self.postponed]
        for event in accepted:
            self.persons = self.persons.ingest(event)
        self.batches.append(tuple(records))
        self._answer()
        if len(accepted) < len(events):
            refused = frozenset(event.uuid for event in events if event.name in dropped)
            uuids = frozenset(event.uuid for event in accepted)
            raise PartlyAcceptedError("not all were accepted", uuids, refused, self.retry_after)

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        properties = {**event.properties, **_mark(attribution)}
        return {"event": event.name, "distinct_id": attribution.distinct_id, "properties": properties}

    def _reach(self) -> None:
        self.calls += 1
        if self.failing:
            raise NotAcceptedError("out of reach", self.retry_after)

    def _answer(self) -> None:
        if self.losing_replies:
            raise NotAcceptedError("the reply was lost")


def _captured(record: Record) -> IngestedEvent:
    event, attribution = record.event, record.attribution
    if attribution is None:
        raise ValueError("a record without a verdict can't be sent")
    return IngestedEvent(
        event.name,
        attribution.distinct_id,
        event.uuid,
        event.timestamp.date().isoformat(),
        {**event.properties, **_mark(attribution)},
    )


def _mark(attribution: Attribution) -> Mapping[str, object]:
    return {PERSONLESS: False} if attribution.personless else {}
