"""The model of PostHog's merging, rule by rule as posthog.com's ingestion has them."""

from attrs import evolve

from arcade_usage.domain.persons import IngestedEvent, Persons


def full(distinct_id: str, uuid: str = "1") -> IngestedEvent:
    return IngestedEvent("ran", distinct_id, uuid, "2026-01-01", {})


def personless(distinct_id: str, uuid: str = "1") -> IngestedEvent:
    return IngestedEvent("ran", distinct_id, uuid, "2026-01-01", {"$process_person_profile": False})


def alias(previous_id: str, distinct_id: str, **properties: object) -> IngestedEvent:
    """What posthog.alias(previous_id, distinct_id) puts on the wire."""
    return IngestedEvent(
        "$create_alias", previous_id, "a", "2026-01-01", {"alias": distinct_id, **properties}
    )


def identify(user: str, anon: str) -> IngestedEvent:
    return IngestedEvent("$identify", user, "i", "2026-01-01", {"$anon_distinct_id": anon})


def after(*events: IngestedEvent) -> Persons:
    persons = Persons()
    for event in events:
        persons = persons.ingest(event)
    return persons


def test_a_personless_event_makes_nobody() -> None:
    """Nothing is created, and the event stands for an implied person of its own."""
    persons = after(personless("anon"))
    assert persons.person_of_id == {}
    assert persons.person_of(personless("anon")) == "anon"


def test_a_full_event_makes_an_unidentified_person() -> None:
    """It never identifies."""
    persons = after(full("user"))
    assert persons.person_of_id == {"user": "user"}
    assert persons.identified == frozenset()


def test_personless_events_before_and_after_the_alias_are_stitched() -> None:
    """Both end up with the principal."""
    before, later = personless("anon", "1"), personless("anon", "2")
    persons = after(before, alias("anon", "user"), full("user"), later)
    assert {persons.person_of(event) for event in (before, later, full("user"))} == {
        persons.person_of_id["user"]
    }


def test_an_alias_marked_personless_is_dropped() -> None:
    """So the mark must not be on it."""
    assert after(alias("anon", "user", **{"$process_person_profile": False})) == Persons()


def test_an_alias_to_oneself_or_to_a_shared_id_merges_nothing() -> None:
    """Unmergeable ids are refused on either side."""
    assert after(alias("anon", "anon")) == Persons()
    assert after(alias("anon", "null")) == Persons()
    assert after(alias("guest", "user")) == Persons()


def test_a_repeated_alias_is_harmless() -> None:
    """Both are the same person already."""
    once = after(alias("anon", "user"))
    assert once.ingest(alias("anon", "user")) == once


def test_a_returning_users_new_id_attaches() -> None:
    """As long as that id has no person of its own."""
    persons = after(alias("anon1", "user"), alias("anon2", "user"))
    assert persons.person_of_id["anon1"] == persons.person_of_id["anon2"] == persons.person_of_id["user"]


def test_an_anonymous_id_with_a_person_cannot_take_an_identified_user() -> None:
    """The direction of `alias` makes the user the source, which may not be merged once it is identified."""
    persons = after(alias("anon1", "user"), full("anon2"), alias("anon2", "user"))
    assert persons.person_of_id["anon2"] != persons.person_of_id["user"]
    assert persons.refused_merges == (("anon2", "user"),)
    assert persons.person_of_id["anon2"] in persons.identified


def test_one_id_aliased_to_two_users_merges_them() -> None:
    """A user that PostHog never saw is attached to whoever has the anonymous id: why a claim is for good."""
    persons = after(alias("anon", "alice"), alias("anon", "bob"))
    assert persons.person_of_id["alice"] == persons.person_of_id["bob"]


def test_identify_merges_the_other_way_round() -> None:
    """Its target is the user; an unidentified source is taken over with all its ids."""
    persons = after(full("anon"), full("user"), identify("user", "anon"))
    assert persons.person_of_id == {"anon": "user", "user": "user"}
    assert persons.person_of(full("anon")) == "user"


def test_a_repeat_counts_once() -> None:
    """Event, distinct id, uuid and day make it a repeat; another distinct id does not."""
    persons = after(full("user"), full("user"), evolve(full("user"), day="2026-01-02"), full("other"))
    assert len(persons.events) == 3
