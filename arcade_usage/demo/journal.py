"""The requests of one step, and the persons that the receiver attributes their events to."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from attrs import frozen

from arcade_usage.demo.capture import PATHS
from arcade_usage.demo.people import PEOPLE, owners
from arcade_usage.demo.receiver import Behaviour, Received
from arcade_usage.demo.world import FolderState
from arcade_usage.domain.persons import ALIAS_EVENT, IngestedEvent, Persons
from arcade_usage.domain.properties import SUCCEEDED


class Kind(Enum):
    """The kind of a journal entry."""

    LOOK_UP = "look-up"
    ALIAS = "alias"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REPEAT = "repeat"
    STITCHED = "stitched"


@frozen
class Entry:
    """One line of the journal.

    what: the command, the aliased id, or the endpoint of a look-up.
    who: names of the person; empty for an anonymous one.
    message: the error message that was sent.
    """

    kind: Kind
    what: str
    distinct_id: str = ""
    who: tuple[str, ...] = ()
    remark: str = ""
    message: str = ""


@frozen
class Scene:
    """The persons in PostHog before and after a step, PostHog's behaviour in it, and the folder after it."""

    before: Persons
    after: Persons
    behaviour: Behaviour
    folder: FolderState


def write_journal(requests: Sequence[Received], scene: Scene, known_tokens: Mapping[str, str]) -> list[Entry]:
    """The entries of a step's requests, in order, then those of earlier events that got a person."""
    entries: list[Entry] = []
    seen = {event.uuid for event in scene.before.events}
    for request in requests:
        if request.path in PATHS:
            entries.extend(_sent(request.content["batch"], scene, seen))
        else:
            entries.append(_asked(request, known_tokens))
    return [*entries, *_stitched(scene)]


def command_name(event: IngestedEvent) -> str:
    return str(event.properties.get("command_name", event.name))


def names_at(person_id: str, persons: Persons) -> tuple[str, ...]:
    """The names of the people whose profile is this PostHog person."""
    return tuple(person.name for person in owners(person_id, persons))


def _asked(request: Received, known_tokens: Mapping[str, str]) -> Entry:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    principal_id = known_tokens.get(token)
    who = tuple(person.name for person in PEOPLE if person.principal_id == principal_id)
    return Entry(Kind.LOOK_UP, request.path.rpartition("/")[2], who=who, remark="" if who else "401: unknown")


def _sent(batch: Sequence[Mapping[str, Any]], scene: Scene, seen: set[str]) -> Iterator[Entry]:
    fate = "" if scene.behaviour.replies else "reply lost"
    for message in batch:
        distinct_id, properties = message["distinct_id"], message["properties"]
        person = scene.after.person_of_id.get(distinct_id, distinct_id)
        who = names_at(person, scene.after) if scene.behaviour.takes else ()
        remark = fate if scene.behaviour.takes else f"refused: {scene.behaviour.status}"
        if message["event"] == ALIAS_EVENT:
            yield Entry(Kind.ALIAS, str(properties["alias"]), distinct_id, who, remark)
        elif message["uuid"] in seen:
            yield Entry(Kind.REPEAT, properties["command_name"], distinct_id, who, "dropped")
        else:
            if scene.behaviour.takes:
                seen.add(message["uuid"])
                is_current = distinct_id == scene.folder.anon_id
                remark = remark or ("" if who else "anonymous" if is_current else "no person")
            yield Entry(
                Kind.SUCCEEDED if message["event"] == SUCCEEDED else Kind.FAILED,
                properties["command_name"],
                distinct_id,
                who,
                remark,
                properties.get("error_message", ""),
            )


def _stitched(scene: Scene) -> Iterator[Entry]:
    """Earlier anonymous events that the step attributed to a person."""
    for event in scene.before.events:
        who = names_at(scene.after.person_of(event), scene.after)
        if who and not names_at(scene.before.person_of(event), scene.before):
            yield Entry(Kind.STITCHED, command_name(event), event.distinct_id, who)
