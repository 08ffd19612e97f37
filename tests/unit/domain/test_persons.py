"""The model of PostHog's merging, rule by rule; tests/contracts/test_person_table.py has whole sequences."""

import pytest
from attrs import evolve

from arcade_usage.domain.persons import (
    DISTINCT_ID_LIMIT,
    MERGEABLE_ID_LIMIT,
    IngestedEvent,
    Persons,
    PersonStore,
    is_mergeable,
    make_alias,
)

both_stores = pytest.mark.parametrize("store", PersonStore, ids=lambda store: store.value)


def full(distinct_id: str, uuid: str = "1") -> IngestedEvent:
    return IngestedEvent("ran", distinct_id, uuid, "2026-01-01", {})


def personless(distinct_id: str, uuid: str = "1") -> IngestedEvent:
    return IngestedEvent("ran", distinct_id, uuid, "2026-01-01", {"$process_person_profile": False})


def after(store: PersonStore, *events: IngestedEvent) -> Persons:
    persons = Persons(store)
    for event in events:
        persons = persons.ingest(event)
    return persons


@both_stores
def test_a_personless_event_makes_nobody(store: PersonStore) -> None:
    """Nothing is created, and the event stands for an implied person of its own."""
    persons = after(store, personless("anon"))
    assert persons.person_of_id == {}
    assert persons.person_of(personless("anon")) == "anon"


@both_stores
def test_a_full_event_makes_an_unidentified_person(store: PersonStore) -> None:
    """It never identifies."""
    persons = after(store, full("user"))
    assert (persons.person_of_id, persons.identified) == ({"user": "user"}, frozenset())


@both_stores
def test_personless_events_before_and_after_the_alias_are_stitched(store: PersonStore) -> None:
    """Both end up with the principal."""
    before, later = personless("anon", "1"), personless("anon", "2")
    persons = after(store, before, make_alias("anon", "user"), full("user"), later)
    assert {persons.person_of(event) for event in (before, later, full("user"))} == {"user"}


@both_stores
def test_a_repeated_alias_is_harmless(store: PersonStore) -> None:
    """Both are the same person already."""
    once = after(store, make_alias("anon", "user"))
    assert once.ingest(make_alias("anon", "user")) == once


@both_stores
def test_an_identified_person_is_never_attached_to_another(store: PersonStore) -> None:
    """PostHog refuses it, and the person that is kept counts as identified even so."""
    persons = after(store, make_alias("anon", "alice"), full("bob"), make_alias("anon", "bob"))
    assert persons.person_of_id == {"alice": "alice", "anon": "alice", "bob": "bob"}
    assert persons.identified == {"alice", "bob"}
    assert persons.refused_merges == (("bob", "anon"),)


def test_only_the_next_store_refuses_an_identified_person_for_an_id_without_one() -> None:
    """It leaves a person for that id; today's store attaches the id, and two people are one: why a claim is for good."""
    aliases = make_alias("anon", "alice"), make_alias("anon", "bob")
    assert after(PersonStore.CURRENT, *aliases).person_of_id["bob"] == "alice"
    later = after(PersonStore.NEXT, *aliases)
    assert (later.person_of_id["bob"], later.refused_merges) == ("bob", (("bob", "anon"),))


@both_stores
@pytest.mark.parametrize("anon_id", ["null", "user", 7, None])
def test_a_merge_that_is_not_made_creates_a_person(store: PersonStore, anon_id: object) -> None:
    """An unidentified one, for its distinct id."""
    persons = after(store, IngestedEvent("$create_alias", "user", "1", "2026-01-01", {"alias": anon_id}))
    assert (persons.person_of_id, persons.identified) == ({"user": "user"}, frozenset())


@both_stores
def test_posthog_cuts_a_distinct_id(store: PersonStore) -> None:
    """Two ids that differ after that are one person; the id in a property stays as it is."""
    long = "x" * DISTINCT_ID_LIMIT
    persons = after(store, full(f"{long}1", "1"), full(f"{long}2", "2"), make_alias(f"{long}3", "user"))
    assert persons.person_of_id == {long: long, "user": "user", f"{long}3": "user"}


@pytest.mark.parametrize(
    "an_id",
    ["", "  ", "anonymous", "GUEST", "distinctId", "distinct_id", "Id", "not_authenticated", "eMail", "UNDEFINED",
     "True", "false", "[object Object]", "NaN", "None", "none", "null", "0", "'null'", '"Guest"', None, 0,
     "x" * (MERGEABLE_ID_LIMIT + 1)],
)  # fmt: skip
def test_an_illegal_id_is_not_merged(an_id: object) -> None:
    """PostHog's list, exactly or in any case, with or without quotes."""
    assert not is_mergeable(an_id)


@pytest.mark.parametrize(
    "an_id", ["nan", "NULL", "NONE", "[object object]", "00", "ids", "''", "'null", "x" * MERGEABLE_ID_LIMIT]
)
def test_another_spelling_of_an_illegal_id_is_merged(an_id: str) -> None:
    """What PostHog compares exactly is legal in another case."""
    assert is_mergeable(an_id)


def test_a_repeat_counts_once() -> None:
    """Event, distinct id, uuid and day make it a repeat; another distinct id does not."""
    again = evolve(full("user"), day="2026-01-02")
    persons = after(PersonStore.CURRENT, full("user"), full("user"), again, full("other"))
    assert len(persons.events) == 3
