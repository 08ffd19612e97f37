"""Statistics of the commands that ran: how often, with which result, how long, and what drove them."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from enum import Enum

from attrs import frozen

from arcade_usage.domain.daily_limit import COUNTED, DailyCount
from arcade_usage.domain.sent import Sent, is_below

PERIODS = (1, 7, 30)  # days that `stats` and `view` summarize; the last one is today
_PERCENT = 95


class Driver(str, Enum):
    """What drove a command; the values are printed as JSON. A coding agent counts as one in CI too."""

    PEOPLE = "people"
    AGENTS = "agents"
    CI = "ci"


@frozen
class Run:
    """One execution of a command. `ended_at`: Unix seconds; `duration_ms`: None if it is not known."""

    command: str
    ended_at: float
    failed: bool
    duration_ms: float | None
    driver: Driver


@frozen
class Summary:
    """Of some runs. `median_ms`, `p95_ms` (nearest rank): of the durations; None without any."""

    runs: int
    failures: int
    median_ms: float | None
    p95_ms: float | None


@frozen
class Day:
    """The runs of one day. `drivers` has each driver. `counted`: see counted_by_day."""

    date: date
    summary: Summary
    drivers: Mapping[Driver, int]
    commands: Mapping[str, Summary]
    counted: int = 0


def runs_of(copies: Iterable[Sent]) -> list[Run]:
    """The commands among sent events."""
    return [_run(copy) for copy in copies if copy.is_command]


def summarize(runs: Sequence[Run]) -> Summary:
    durations = sorted(run.duration_ms for run in runs if run.duration_ms is not None)
    return Summary(
        len(runs),
        sum(run.failed for run in runs),
        round(statistics.median(durations), 2) if durations else None,
        durations[math.ceil(len(durations) * _PERCENT / 100) - 1] if durations else None,
    )


def by_command(runs: Iterable[Run]) -> dict[str, Summary]:
    """A summary of each command, the most frequent first."""
    grouped: dict[str, list[Run]] = {}
    for run in runs:
        grouped.setdefault(run.command, []).append(run)
    names = sorted(grouped, key=lambda name: (-len(grouped[name]), name))
    return {name: summarize(grouped[name]) for name in names}


def counted_by_day(
    copies: Iterable[Sent], open_days: Iterable[DailyCount], command: str | None = None
) -> Mapping[date, int]:
    """Successes beyond the daily limit, which were counted and not sent, by UTC day.

    copies: of which the events with the counts of earlier days count. open_days: days whose counts are not
    sent yet. command: only this one, or those below this group; not those that were counted without a name.
    """
    found: list[tuple[object, object, object]] = [
        (each.day, each.commands, each.others) for each in open_days
    ]
    sent = [copy.properties for copy in copies if copy.name == COUNTED]
    found += [(each.get("day"), each.get("commands"), each.get("other_commands", 0)) for each in sent]
    counted: Counter[date] = Counter()
    for day, commands, others in found:
        with suppress(ValueError, TypeError):  # a line that is no copy of ours
            named = commands if isinstance(commands, Mapping) else {}
            numbers = [number for name, number in named.items() if command is None or is_below(name, command)]
            counted[date.fromisoformat(str(day))] += sum(numbers if command else [*numbers, others])
    return counted


def counted_within(counted: Mapping[date, int], today: date, days: int) -> int:
    """Those of the last `days` days; today is one of them."""
    return sum(number for day, number in counted.items() if 0 <= (today - day).days < days)


def by_day(
    runs: Iterable[Run],
    today: date,
    days: int,
    day_of: Callable[[float], date],
    counted: Mapping[date, int] | None = None,
) -> list[Day]:
    """The last `days` days up to today, the oldest first. `day_of`: the local date of a Unix time."""
    grouped: dict[date, list[Run]] = {today - timedelta(back): [] for back in reversed(range(days))}
    for run in runs:
        grouped.get(day_of(run.ended_at), []).append(run)
    return [_day(day, of_day, (counted or {}).get(day, 0)) for day, of_day in grouped.items()]


def within(runs: Iterable[Run], today: date, days: int, day_of: Callable[[float], date]) -> list[Run]:
    """The runs of the last `days` days; today is one of them."""
    first = today - timedelta(days - 1)
    return [run for run in runs if first <= day_of(run.ended_at) <= today]


def _run(copy: Sent) -> Run:
    return Run(copy.command_name or "", copy.ended_at, copy.failed, copy.duration_ms, _driver(copy))


def _driver(copy: Sent) -> Driver:
    if copy.properties.get("agent"):
        return Driver.AGENTS
    return Driver.CI if copy.properties.get("is_ci") is True else Driver.PEOPLE


def _day(day: date, runs: Sequence[Run], counted: int) -> Day:
    drivers = {driver: sum(run.driver is driver for run in runs) for driver in Driver}
    return Day(day, summarize(runs), drivers, by_command(runs), counted)
