"""Statistics of sent commands: counts, medians, percentiles and days."""

import statistics
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.daily_limit import COUNTED, DailyCount
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.usage_statistics import (
    Driver,
    Run,
    Summary,
    by_command,
    by_day,
    counted_by_day,
    counted_within,
    runs_of,
    summarize,
    within,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=timezone.utc).timestamp()
TODAY = date(2026, 11, 28)
DAY = 86_400.0


def sent(name: str = "build", event: str = SUCCEEDED, at: float = NOON, **properties: Any) -> Sent:
    timestamp = datetime.fromtimestamp(at, timezone.utc).isoformat()
    properties = {"command_name": name, **properties}
    return Sent(at + 10, {"event": event, "timestamp": timestamp, "properties": properties})


def run(name: str = "build", at: float = NOON, failed: bool = False, took: float | None = None) -> Run:
    return Run(name, at, failed, took, Driver.PEOPLE)


def day_of(at: float) -> date:
    return datetime.fromtimestamp(at, timezone.utc).date()


def test_a_run_is_what_its_event_says() -> None:
    """Its command, when it ended rather than when it was sent, its result and its duration."""
    (of_event,) = runs_of([sent("deploy", FAILED, duration_ms=12.5)])
    assert of_event == Run("deploy", NOON, True, 12.5, Driver.PEOPLE)


def test_only_commands_are_runs() -> None:
    """Neither links nor events of servers, also if these have a property of that name."""
    others = [Sent(NOON, {"event": "$create_alias", "distinct_id": "a"}), sent("x", "MCP tool called")]
    assert runs_of(others) == []


@pytest.mark.parametrize("duration", [None, True, "12", [1], float("nan"), float("inf"), 10**400])
def test_a_duration_that_is_none_counts_for_no_median(duration: object) -> None:
    """The run counts all the same."""
    runs = runs_of([sent(duration_ms=duration), sent(duration_ms=7)])
    assert summarize(runs) == Summary(2, 0, 7, 7)


@pytest.mark.parametrize(
    "timestamp",
    [
        None,
        "",
        "yesterday",
        "2026-11-28T12:00:00",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        7,
    ],
)
def test_without_a_time_it_happened_when_it_was_sent(timestamp: object) -> None:
    """A message without a usable time, or with one that has no zone, counts when PostHog accepted it."""
    copy = Sent(NOON, {"event": SUCCEEDED, "timestamp": timestamp, "properties": {"command_name": "build"}})
    assert runs_of([copy])[0].ended_at == NOON


@pytest.mark.parametrize(
    ("properties", "driver"),
    [
        ({}, Driver.PEOPLE),
        ({"is_ci": False}, Driver.PEOPLE),
        ({"is_ci": "no"}, Driver.PEOPLE),
        ({"is_ci": True}, Driver.CI),
        ({"agent": "some-agent"}, Driver.AGENTS),
        ({"agent": "some-agent", "is_ci": True}, Driver.AGENTS),
    ],
)
def test_people_agents_and_ci_are_told_apart(properties: dict[str, Any], driver: Driver) -> None:
    """An agent that runs in CI is an agent."""
    assert runs_of([sent(**properties)])[0].driver is driver


@pytest.mark.parametrize(
    ("durations", "median", "p95"),
    [
        ([], None, None),
        ([5.0], 5.0, 5.0),
        ([1.0, 3.0], 2.0, 3.0),
        ([float(each) for each in range(1, 21)], 10.5, 19.0),
        ([float(each) for each in range(1, 101)], 50.5, 95.0),
        ([9.0, 1.0, 5.0], 5.0, 9.0),
    ],
)
def test_median_and_percentile(durations: list[float], median: float | None, p95: float | None) -> None:
    """The median, and the smallest duration that 95 % of the runs do not exceed."""
    summary = summarize([run(took=took) for took in durations])
    assert (summary.median_ms, summary.p95_ms) == (median, p95)


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_a_percentile_is_one_of_the_durations(durations: list[float]) -> None:
    """At least 95 % are not above it, and it is not below the median."""
    summary = summarize([run(took=took) for took in durations])
    assert summary.p95_ms in durations
    assert sum(each <= summary.p95_ms for each in durations) >= 0.95 * len(durations)
    assert summary.p95_ms >= statistics.median_low(durations)


def test_commands_the_most_frequent_first() -> None:
    """By name where they are equally frequent."""
    runs = [run("b"), run("a", failed=True), run("c", took=1.0), run("c", took=3.0)]
    assert by_command(runs) == {
        "c": Summary(2, 0, 2.0, 3.0), "a": Summary(1, 1, None, None), "b": Summary(1, 0, None, None)
    }  # fmt: skip
    assert list(by_command(runs)) == ["c", "a", "b"]


def test_a_period_has_today_and_the_days_before() -> None:
    """Whole days; what lies in the future, by a clock that was set back, does not count."""
    runs = [run(str(back), NOON - back * DAY) for back in (-1, 0, 1, 6, 7, 29, 30)]
    for days, names in ((1, ["0"]), (7, ["0", "1", "6"]), (30, ["0", "1", "6", "7", "29"])):
        assert [each.command for each in within(runs, TODAY, days, day_of)] == names
        assert sum(day.summary.runs for day in by_day(runs, TODAY, days, day_of)) == len(names)


def test_each_day_has_its_runs() -> None:
    """The oldest day first, also days without a run; each with its drivers and commands."""
    runs = runs_of([
        sent("a", at=NOON - 2 * DAY, is_ci=True), sent("a", FAILED, agent="some-agent"), sent("b", duration_ms=4)
    ])  # fmt: skip
    first, second, today = by_day(runs, TODAY, 3, day_of)
    assert [day.date.day for day in (first, second, today)] == [26, 27, 28]
    assert first.drivers == {Driver.PEOPLE: 0, Driver.AGENTS: 0, Driver.CI: 1}
    assert (second.summary, second.commands) == (Summary(0, 0, None, None), {})
    assert today.drivers == {Driver.PEOPLE: 1, Driver.AGENTS: 1, Driver.CI: 0}
    assert today.summary == Summary(2, 1, 4, 4)
    assert today.commands == {"a": Summary(1, 1, None, None), "b": Summary(1, 0, 4, 4)}


def counts(day: object, commands: object, **others: object) -> Sent:
    properties = {"day": day, "succeeded": 9, "commands": commands, **others}
    return Sent(NOON, {"event": COUNTED, "properties": properties})


OPEN = DailyCount("2026-11-28", "0190a000-0000-4000-8000-000000000001", 3, {"build": 2, "toolkit.run": 1}, 4)


@pytest.mark.parametrize(
    ("command", "counted"),
    [
        (None, {date(2026, 11, 26): 6, TODAY: 7}),
        ("build", {date(2026, 11, 26): 5, TODAY: 2}),
        ("toolkit", {date(2026, 11, 26): 0, TODAY: 1}),
    ],
    ids=str,
)
def test_what_was_only_counted_has_its_day(command: str | None, counted: dict[date, int]) -> None:
    """That of the counts, sent or not; without a name it is of no command that is asked for."""
    copies = [sent(), counts("2026-11-26", {"build": 5}, other_commands=1)]
    assert counted_by_day(copies, [OPEN], command) == counted
    assert counted_within(counted, TODAY, 2) == counted[TODAY]
    days = by_day([], TODAY, 3, day_of, counted)
    assert [day.counted for day in days] == [counted[date(2026, 11, 26)], 0, counted[TODAY]]


@pytest.mark.parametrize(
    "copy",
    [
        counts("today", {"build": 5}),
        counts(None, {"build": 5}),
        counts("2026-11-28", {"build": "5"}),
        counts("2026-11-28", {}, other_commands="1"),
        counts("2026-11-28", 5),
    ],
)
def test_counts_that_are_none_count_nothing(copy: Sent) -> None:
    """A file that another program changed."""
    assert sum(counted_by_day([copy], []).values()) == 0
