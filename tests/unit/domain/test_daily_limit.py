"""The daily limit: which events are sent and which are counted, and the event with a day's counts."""

from collections.abc import Sequence

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.daily_limit import (
    COUNT_FIELDS,
    COUNTED,
    NAME_LIMIT,
    NAMES_LIMIT,
    DailyCount,
    utc_day,
)
from arcade_usage.domain.properties import FAILED
from arcade_usage.domain.record import Record
from tests.samples import ONE_OFF, anonymous, make_event

DAY = "2026-11-28"
TODAY = DailyCount(DAY, ONE_OFF)


def limited(number: int, limit: int | None = 3, **properties: str) -> Record:
    """A success of its own, with a limit."""
    return evolve(anonymous(number), event=make_event(number, **properties), daily_limit=limit)


def uuids(records: Sequence[Record]) -> frozenset[str]:
    return frozenset(record.event.uuid for record in records)


def test_successes_up_to_the_limit_are_sent_and_the_rest_is_counted() -> None:
    """The oldest are sent."""
    waiting = [limited(number) for number in range(5)]
    state = TODAY.decide(waiting)
    assert (state.to_send, state.to_remove) == (uuids(waiting[:3]), uuids(waiting[3:]))
    assert (state.admitted, state.commands) == (3, {"toolkit.run": 2})


def test_a_failure_is_sent_beyond_the_limit_and_uses_it_up() -> None:
    """Two failures and a success reach a limit of three; a further failure goes all the same."""
    failures = [evolve(limited(number), event=make_event(number, FAILED)) for number in (1, 2, 9)]
    waiting = [*failures[:2], limited(3), limited(4), failures[2]]
    state = TODAY.decide(waiting)
    assert state.to_remove == uuids(waiting[3:4])
    assert state.admitted == 4


def test_an_event_without_a_limit_is_in_no_set_and_uses_up_nothing() -> None:
    """A login, a server's event, or one of a tool without a limit."""
    state = TODAY.decide([limited(number, None) for number in range(5)])
    assert state == TODAY


def test_each_event_has_the_limit_of_its_own_tool() -> None:
    """Two tools may report to one project."""
    waiting = [limited(1, 1), limited(2, 1), limited(3, 5)]
    assert TODAY.decide(waiting).to_remove == uuids(waiting[1:2])


def test_a_decision_does_not_change() -> None:
    """Not for what waits a second time, nor if the limit is another one then, nor on another day."""
    waiting = [limited(number) for number in range(5)]
    decided = TODAY.decide(waiting)
    assert decided.decide(waiting) == decided
    others = [evolve(record, daily_limit=1) for record in waiting]
    assert decided.decide(others) == decided
    tomorrow = decided.begin("2026-11-29", ONE_OFF).decide(waiting)
    assert (tomorrow.to_send, tomorrow.to_remove) == (decided.to_send, decided.to_remove)
    assert (tomorrow.admitted, tomorrow.succeeded) == (0, 0)


def test_what_no_longer_waits_is_forgotten() -> None:
    """So the state does not grow."""
    decided = TODAY.decide([limited(number) for number in range(5)])
    assert decided.decide([]) == evolve(decided, to_send=frozenset(), to_remove=frozenset())


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.none() | st.integers(1, 4)), max_size=12), st.data()
)
def test_every_event_is_sent_or_counted_once(
    events: list[tuple[bool, bool, int | None]], data: st.DataObject
) -> None:
    """In whatever portions the events come, and however often they are seen again."""
    records = [
        evolve(limited(number, limit), event=make_event(number) if ok else make_event(number, FAILED))
        for number, (ok, _, limit) in enumerate(events)
    ]
    state, waiting, sent, removed = TODAY, list[Record](), set[str](), set[str]()
    for record, (_, is_over, _) in zip(records, events, strict=True):
        waiting.append(record)
        state = state.decide(waiting)
        if is_over:  # this sender was not killed before it carried its decisions out
            removed |= state.to_remove
            sent |= {each.event.uuid for each in waiting} - state.to_remove
            waiting = [each for each in waiting if data.draw(st.booleans())]
    state = state.decide(waiting)
    sent |= {each.event.uuid for each in waiting} - state.to_remove
    removed |= state.to_remove
    assert sent.isdisjoint(removed)
    assert sent | removed == uuids(records)
    assert state.succeeded == len(removed)


def test_the_counts_have_the_names_of_a_limited_number_of_commands() -> None:
    """Further commands, and names that are too long, are counted together."""
    names = [f"command{number}" for number in range(NAMES_LIMIT + 2)] + ["x" * (NAME_LIMIT + 1), "command0"]
    waiting = [limited(number, 1, command_name=name) for number, name in enumerate(["first", *names])]
    state = TODAY.decide(waiting)
    assert len(state.commands) == NAMES_LIMIT
    assert (state.commands["command0"], state.others, state.succeeded) == (2, 3, len(names))
    properties = state.summarize("here").event.properties
    assert (properties["succeeded"], properties["other_commands"]) == (len(names), 3)


def test_the_event_with_the_counts_is_nobodys_and_always_the_same() -> None:
    """Noon of its day, an id of its own, no profile; its limit is none, so it is always sent."""
    state = TODAY.decide([limited(number, 1, tool="my-tool") for number in range(5)])
    record = state.summarize("here")
    assert record == state.decide([]).summarize("here")
    assert record.event.name == COUNTED
    assert (record.event.uuid, record.event.timestamp.isoformat()) == (ONE_OFF, f"{DAY}T12:00:00+00:00")
    assert record.attribution is not None
    assert (record.attribution.distinct_id, record.attribution.personless) == (ONE_OFF, True)
    assert record.daily_limit is None
    assert record.event.properties == {
        "day": DAY,
        "succeeded": 4,
        "commands": {"toolkit.run": 4},
        "tool": "my-tool",
    }


def test_every_property_of_the_counts_has_a_reason() -> None:
    """And no reason is left over."""
    names = [str(number) for number in range(NAMES_LIMIT + 2)]
    waiting = [limited(number, 1, command_name=name, tool="x") for number, name in enumerate(names)]
    assert {*TODAY.decide(waiting).summarize("here").event.properties} == {*COUNT_FIELDS}


def test_counts_of_several_tools_name_none() -> None:
    """Not the first, nor the last."""
    tools = ("one", "one", "two", "one")
    state = TODAY.decide([limited(number, 1, tool=tool) for number, tool in enumerate(tools)])
    assert "tool" not in state.summarize("here").event.properties


@pytest.mark.parametrize(
    ("day", "uuid"), [("today", ONE_OFF), ("2026-1-1", ONE_OFF), (DAY, "x"), (DAY, ""), ("", ONE_OFF)]
)
def test_a_state_that_makes_no_event_is_refused(day: str, uuid: str) -> None:
    """It would fail later, at the end of its day."""
    with pytest.raises(ValueError):  # noqa: PT011 - any
        DailyCount(day, uuid)


def test_the_day_is_that_of_utc() -> None:
    """One second before and after midnight."""
    midnight = 1_795_824_000.0
    assert [utc_day(midnight - 1), utc_day(midnight)] == ["2026-11-27", "2026-11-28"]


def test_what_needs_no_new_decision() -> None:
    """What was to be sent, and what has no limit; in their order."""
    old, new = [limited(number) for number in range(5)], limited(5)
    free = limited(6, None)
    assert TODAY.decide(old).decided([*old, new, free]) == [*old[:3], free]
