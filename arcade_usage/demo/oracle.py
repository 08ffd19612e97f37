"""The oracle: checks that each event of the story is attributed to the person who ran the command.

It uses the story and the receiver's model of PostHog, and none of the library's attribution.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from attrs import frozen

from arcade_usage.demo.people import Person, owners
from arcade_usage.demo.story import Act
from arcade_usage.domain.persons import IngestedEvent, Persons

SERIAL = "demo_event"  # the event property with the act's serial number


class Fault(Enum):
    """An error in an event's attribution; the values are for people to read."""

    LOST = "never arrived"
    DOUBLED = "arrived as two events"
    MIXED_UP = "attributed to another person"
    SHARED = "attributed correctly, but two people share the profile"
    NOT_STITCHED = "anonymous, but should be attributed"


@frozen
class Ending:
    """The attribution of an act's event at the end of the story.

    event, person: None if the event never arrived. person: the PostHog person, by its first distinct id.
    names: the people whose principal ids the person has.
    """

    act: Act
    event: IngestedEvent | None
    person: str | None
    names: tuple[str, ...]
    fault: Fault | None


def judge_endings(acts: Sequence[Act], persons: Persons) -> list[Ending]:
    """The attribution of each act's event by PostHog's rules, with its fault."""
    events: dict[object, list[IngestedEvent]] = {}
    for event in persons.events:
        events.setdefault(event.properties.get(SERIAL), []).append(event)
    actors: dict[str, set[Person]] = {}
    for act in acts:
        for event in events.get(act.serial, []):
            actors.setdefault(persons.person_of(event), set()).add(act.command.who)
    return [_judge(act, events.get(act.serial, []), actors, persons) for act in acts]


def _judge(
    act: Act, events: Sequence[IngestedEvent], actors: Mapping[str, set[Person]], persons: Persons
) -> Ending:
    if not events:
        return Ending(act, None, None, (), Fault.LOST)
    person = persons.person_of(events[0])
    owned_by = owners(person, persons)
    names = tuple(owner.name for owner in owned_by)
    fault = Fault.DOUBLED if len(events) > 1 else _fault(act, owned_by, actors[person])
    return Ending(act, events[0], person, names, fault)


def _fault(act: Act, owned_by: Sequence[Person], actors: set[Person]) -> Fault | None:
    who = act.command.who
    if who in owned_by:
        return Fault.SHARED if len(owned_by) > 1 else None
    if owned_by or len(actors) > 1:
        return Fault.MIXED_UP
    return Fault.NOT_STITCHED if act.command.provable else None
