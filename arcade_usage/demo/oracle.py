"""The oracle: whether every event of the story ended up with whoever ran the command.

Knows the actors from the story and the persons from the receiver's model of PostHog, and nothing of how
the library decides.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from attrs import frozen

from arcade_usage.demo.people import Person, owners
from arcade_usage.demo.story import Act
from arcade_usage.domain.persons import IngestedEvent, Persons

SERIAL = "demo_event"  # the property of an event that tells which act it is of


class Fault(Enum):
    """What is wrong with where an event ended up; the values are for people to read."""

    LOST = "never arrived"
    DOUBLED = "arrived as two events"
    MIXED_UP = "put down to somebody else"
    SHARED = "theirs, but two people share the profile"
    NOT_STITCHED = "should be theirs, and is nobody's"


@frozen
class Ending:
    """Where the event of an act ended up; `event` and `person` are None where it never arrived.

    `person`: PostHog's, by the id it began with. `names`: whose principal ids it has.
    """

    act: Act
    event: IngestedEvent | None
    person: str | None
    names: tuple[str, ...]
    fault: Fault | None


def judge_endings(acts: Sequence[Act], persons: Persons) -> list[Ending]:
    """Where the event of each act ended up, by PostHog's rules, and what is wrong with that."""
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
