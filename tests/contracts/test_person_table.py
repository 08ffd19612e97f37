"""Who is who in PostHog after thirty sequences of messages: the same in the model, the receiver and the demo.

One row is one sequence, for both of PostHog's person stores. Its messages:

    a1?      an anonymous event of id a1: it asks for no profile
    a1!      an event of id a1 that makes a profile
    Ada<a1   an alias as the library sends it: Ada's person is kept, and a1 is attached to it
    a1<Ada   an alias as the seed and older CLIs send it: a1 is kept, and Ada is attached to it
    Ada~a1   an $identify: Ada's person is kept
    Ada<<a1  a $merge_dangerously: Ada's person is kept
    -Ada<a1  an alias that asks for no profile

Ids with a are of Ada, ids with b of Ben. A result lists the persons, each with its ids, the first of which names
it; an asterisk says that it is identified. Ids without a person are not listed. After the colon is the demo's
verdict on the events of Ada and Ben.
"""

import http.client
import json
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import pytest
from attrs import frozen

from arcade_usage.demo.oracle import SERIAL, Fault, judge_endings
from arcade_usage.demo.people import ADA, BEN
from arcade_usage.demo.receiver import Receiver
from arcade_usage.demo.story import Act, Command
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent, Persons, PersonStore

IDS = {
    "Ada": ADA.principal_id,
    "Ben": BEN.principal_id,
    "a-250": "a" * 250,  # PostHog cuts it where it is a distinct id
    "a-200": "a" * 200,
    "a-401": "a" * 401,
}
NAMES = {an_id: name for name, an_id in IDS.items()}
OWNERS = {"A": ADA, "a": ADA, "B": BEN, "b": BEN}
VERDICTS = {
    None: "right",
    Fault.NOT_STITCHED: "not stitched",
    Fault.SHARED: "shared",
    Fault.MIXED_UP: "mixed up",
}
MERGES = {
    "<<": ("$merge_dangerously", "alias"),
    "<": ("$create_alias", "alias"),
    "~": ("$identify", "$anon_distinct_id"),
}


@frozen
class Row:
    """`today`: the result in today's store. `later`: that in the next one, where it differs."""

    name: str
    messages: str
    today: str
    later: str | None = None

    def expected(self, store: PersonStore) -> str:
        return self.later if store is PersonStore.NEXT and self.later is not None else self.today


ROWS = (
    Row("never logged in", "a1? a1?", ": not stitched"),
    Row("first login", "a1? Ada<a1 Ada!", "Ada a1*: right"),
    Row("an event of the random id arrives after the alias", "Ada<a1 Ada! a1?", "Ada a1*: right"),
    Row("the alias never arrives", "a1? Ada!", "Ada: not stitched, right"),
    Row("the reply is lost and the alias sent again", "a1? Ada<a1 Ada<a1 Ada!", "Ada a1*: right"),
    Row("another login before that", "a1? Ada<a1 b1? Ben<b1 Ada<a1 Ben!", "Ada a1* | Ben b1*: right"),
    Row("back on a second machine", "a1? Ada<a1 Ada! a2? Ada<a2 Ada!", "Ada a1 a2*: right"),
    Row("back after a logout, the next user there", "Ada<a1 Ada! b1? Ben<b1", "Ada a1* | Ben b1*: right"),
    Row("known by events of a server", "Ada! a1? Ada<a1 Ada!", "Ada a1*: right"),
    Row("identified on the web first", "w1! Ada~w1 a1? Ada<a1 Ada!", "w1 Ada a1*: right"),
    Row("identified on the web afterwards", "a1? Ada<a1 w1! Ada~w1 Ada!", "Ada a1 w1*: right"),
    # Older CLIs and the seed: the other direction, and anonymous events that make a profile.
    Row("seed: first login", "a1? a1<Ada Ada!", "a1 Ada*: right"),
    Row(
        "seed: back on a second machine",
        "a1? a1<Ada Ada! a2? a2<Ada Ada!",
        "a1 Ada a2*: right",
        "a1 Ada* | a2*: right, not stitched",
    ),
    Row(
        "seed: identified on the web first",
        "w1! Ada~w1 a1? a1<Ada Ada!",
        "w1 Ada a1*: right",
        "a1* | w1 Ada*: not stitched, right",
    ),
    Row("seed, then the library on a second machine", "a1<Ada Ada! a2? Ada<a2", "a1 Ada a2*: right"),
    Row(
        "the library, then seed on a second machine",
        "Ada<a1 Ada! a2? a2<Ada",
        "Ada a1 a2*: right",
        "Ada a1* | a2*: right, not stitched",
    ),
    Row("both directions on one machine", "a1? a1<Ada Ada<a1 Ada!", "a1 Ada*: right"),
    Row("a full person, first login", "a1! Ada<a1 Ada!", "a1 Ada*: right"),
    Row("a full person, back on a second machine", "Ada<a1 Ada! a2! Ada<a2", "Ada a1 a2*: right"),
    Row("the same in the other direction", "Ada<a1 a2! a2<Ada", "Ada a1* | a2*: not stitched"),
    # A copied home: two people with one id, which the library never does.
    Row("a copied home", "a1? Ada<a1 b1? Ben<b1 Ada! Ben!", "Ada a1* | Ben b1*: right"),
    Row(
        "a copied home without a new id",
        "a1? Ada<a1 Ada! Ben<a1 Ben!",
        "Ada Ben a1*: shared",
        "Ada a1* | Ben*: right",
    ),
    Row("the same, of two known people", "Ada! Ben! Ada<a1 Ben<a1 Ben!", "Ada a1* | Ben*: right"),
    Row("the same in the other direction", "Ada! Ben! a1<Ada a1<Ben Ben!", "Ada Ben a1*: shared"),
    Row("merged on purpose", "Ada<a1 Ben<b1 Ada<<Ben Ben!", "Ada Ben a1 b1*: shared"),
    # Merges that are not made. A person for the distinct id is created all the same.
    Row("an illegal id attached, exactly and in any case", "Ada<NaN Ada<GUEST Ada<'id' Ada!", "Ada: right"),
    Row("an id that is illegal only as spelled", "Ada<nan Ada!", "Ada nan*: right"),
    Row("an illegal id kept", "a1? guest<a1", "guest: not stitched"),
    Row("no profile asked for", "a1? -Ada<a1 Ada<Ada", "Ada: not stitched"),
    Row("ids that are too long", "a-250? Ada<a-401 Ada<a-250 a-200!", "Ada a-250* | a-200: not stitched"),
)


def read_message(text: str, number: int) -> IngestedEvent:
    """One message of a row, as PostHog gets it."""
    marks: dict[str, object] = {PERSONLESS: False} if text[0] == "-" or text[-1] == "?" else {}
    text = text.strip("-?!")
    for sign, (name, other) in MERGES.items():
        if sign in text:
            kept, attached = text.split(sign)
            return _event(name, kept, number, {other: IDS.get(attached, attached), **marks})
    return _event("ran", text, number, {SERIAL: number, **marks})


def _event(name: str, distinct_id: str, number: int, properties: Mapping[str, object]) -> IngestedEvent:
    return IngestedEvent(name, IDS.get(distinct_id, distinct_id), f"uuid {number}", "2026-11-01", properties)


def read_messages(row: Row) -> list[IngestedEvent]:
    return [read_message(text, number) for number, text in enumerate(row.messages.split())]


def tell(row: Row, persons: Persons) -> str:
    """The persons, and the demo's verdict on the events."""
    groups: dict[str, list[str]] = {}
    for an_id, person in persons.person_of_id.items():
        groups.setdefault(person, []).append(NAMES.get(an_id, an_id))
    listed = [
        " ".join(sorted(ids, key=lambda an_id: (an_id != NAMES.get(person, person), an_id)))
        + "*" * (person in persons.identified)
        for person, ids in groups.items()
    ]
    owners = {number: OWNERS.get(text[0]) for number, text in enumerate(row.messages.split())}
    acts = [
        Act(number, number, Command("chat", who))
        for number, who in owners.items()
        if who is not None and any(event.properties[SERIAL] == number for event in persons.events)
    ]
    verdicts = [VERDICTS[ending.fault] for ending in judge_endings(acts, persons)]
    return " | ".join(sorted(listed)) + ": " + ", ".join(dict.fromkeys(verdicts))


def post(receiver: Receiver, token: str, events: list[IngestedEvent]) -> None:
    """The messages of a row, in one batch."""
    batch: list[dict[str, Any]] = [
        {
            "event": event.name,
            "distinct_id": event.distinct_id,
            "uuid": event.uuid,
            "timestamp": f"{event.day}T10:00:00+00:00",
            "properties": dict(event.properties),
        }
        for event in events
    ]
    connection = http.client.HTTPConnection(receiver.url.removeprefix("http://"))
    connection.request("POST", "/batch/", json.dumps({"api_key": token, "batch": batch}))
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture(scope="module")
def postbox() -> Iterator[Receiver]:
    """One receiver for all rows; each row is a project of its own."""
    with Receiver() as receiver:
        yield receiver


def test_the_table_has_thirty_sequences() -> None:
    """And no sequence twice."""
    assert len({row.messages for row in ROWS}) == len(ROWS) == 30


@pytest.mark.parametrize("store", PersonStore, ids=lambda store: store.value)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}: {row.messages}")
def test_everybody_is_who_they_are(row: Row, store: PersonStore, postbox: Receiver) -> None:
    """The model and the receiver agree on the persons, and the demo judges them as the row says."""
    events = read_messages(row)
    modelled = reduce(Persons.ingest, events, Persons(store))
    assert tell(row, modelled) == row.expected(store)
    token = f"{row.messages} in {store.value}"
    post(postbox, token, events)
    by_project = postbox.next_persons if store is PersonStore.NEXT else postbox.persons
    received = by_project[token]
    assert (received.person_of_id, received.identified, received.events) == (
        modelled.person_of_id,
        modelled.identified,
        modelled.events,
    )
    assert tell(row, received) == row.expected(store)
