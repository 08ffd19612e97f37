"""`stats`: shows how often each command ran, how often it failed, and how long it took."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import typer
from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from arcade_usage.cli import words
from arcade_usage.cli.log import Command
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import (
    NARROW_WIDTH,
    fits,
    headline,
    print_json,
    print_lines,
    report_failures,
    reporting_errors,
)
from arcade_usage.composition import console
from arcade_usage.composition.status import open_counts
from arcade_usage.domain.usage_statistics import (
    PERIODS,
    Day,
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

COMMANDS_SHOWN = 20  # per period; --json has all
_BAR_WIDTH = 20  # columns
_TITLES = {1: "today", 7: "the last 7 days", 30: "the last 30 days"}


def stats(
    context: typer.Context,
    command: Command = None,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show how often your commands ran and failed, and how long they took: today, in 7 and in 30 days.

    The numbers come from the events that `log` shows. Times are local; a command counts for
    the day on which it ended. The duration is the median. Successes that were only counted, because of the
    tool's daily limit, are named apart, by UTC day.

    Exits with 0, or with 1 if the config folder or a file in it can't be read.
    """
    scope = find_scope(context, config_dir, host, token)
    with reporting_errors(scope):
        copies, unread = console.sent(scope)
    runs = runs_of(copy for _, copy in copies if command is None or copy.is_of(command))
    counted = counted_by_day((copy for _, copy in copies), open_counts(scope), command)
    today = words.local_date(time.time())
    if as_json:
        print_json(statistics_as_json(runs, today, counted))
    else:
        _print(runs, today, counted)
    report_failures("Not read", unread)


def statistics_as_json(runs: Sequence[Run], today: date, counted: Mapping[date, int]) -> dict[str, object]:
    """The periods with their commands, and the days of the longest one, newest last."""
    return {
        "today": today.isoformat(),
        "periods": [
            {
                "days": days,
                **_summary_as_json(summarize(period)),
                "counted": counted_within(counted, today, days),
                "commands": commands_as_json(by_command(period)),
            }
            for days in PERIODS
            for period in [within(runs, today, days, words.local_date)]
        ],
        "days": [day_as_json(day) for day in by_day(runs, today, PERIODS[-1], words.local_date, counted)],
    }


def commands_as_json(commands: Mapping[str, Summary]) -> list[dict[str, object]]:
    return [{"command": name, **_summary_as_json(summary)} for name, summary in commands.items()]


def _summary_as_json(summary: Summary) -> dict[str, object]:
    return {
        "runs": summary.runs,
        "failures": summary.failures,
        "median_ms": summary.median_ms,
        "p95_ms": summary.p95_ms,
    }


def day_as_json(day: Day) -> dict[str, object]:
    return {
        "day": day.date.isoformat(),
        **_summary_as_json(day.summary),
        "counted": day.counted,
        **{driver.value: day.drivers[driver] for driver in Driver},
        "commands": commands_as_json(day.commands),
    }


def _print(runs: Sequence[Run], today: date, counted: Mapping[date, int]) -> None:
    days = by_day(runs, today, PERIODS[-1], words.local_date, counted)
    days = [day for day in days if day.summary.runs or day.counted]
    if not days:
        print_lines(Text(f"There is no command in {_TITLES[PERIODS[-1]]}.", style="dim"))
        return
    for length in PERIODS:
        period = within(runs, today, length, words.local_date)
        title = _TITLES[length].removeprefix("the ").capitalize()
        more = _more(counted_within(counted, today, length))
        print_lines(headline(title, "cyan", f"  {_totals(summarize(period))}{more}"))
        if period:
            commands = by_command(period)
            print_lines(_chart(list(commands.items())[:COMMANDS_SHOWN]))
            if len(commands) > COMMANDS_SHOWN:
                print_lines(Text(f"{COMMANDS_SHOWN} of {len(commands)} commands.", style="dim"))
        print_lines("")
    print_lines(headline("By day", "cyan"))
    print_lines(
        _chart([(f"{day.date:%a %Y-%m-%d}{_more(day.counted)}", day.summary) for day in reversed(days)])
    )


def _totals(summary: Summary) -> str:
    if not summary.runs:
        return "no command"
    return ", ".join([words.count(summary.runs, "run"), f"{summary.failures:,} failed"])


def _more(counted: int) -> str:
    return f", {counted:,} more only counted" if counted else ""


def _chart(rows: Iterable[tuple[str, Summary]]) -> RenderableType:
    """A row for each summary, with a bar of its runs; on a narrow terminal, its name stands above."""
    rows = list(rows)
    most = max(1, *(summary.runs for _, summary in rows))
    if not fits(NARROW_WIDTH):
        return Group(*(each for name, summary in rows for each in _stacked(name, summary, most)))
    chart = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    chart.add_column("", overflow="fold", ratio=1)
    for head in ("runs", "failed", "median"):
        chart.add_column(head, justify="right", no_wrap=True)
    chart.add_column()
    for name, summary in rows:
        failed = Text(f"{summary.failures:,}", style="red") if summary.failures else "0"
        chart.add_row(
            name, f"{summary.runs:,}", failed, words.milliseconds(summary.median_ms), _bar(summary, most)
        )
    return chart


def _stacked(name: str, summary: Summary, most: int) -> list[RenderableType]:
    took = words.milliseconds(summary.median_ms)
    facts = Text(f"  {_totals(summary)}{f', {took}' if took else ''}")
    return [Text(name), facts, Padding(_bar(summary, most), (0, 0, 0, 2))]


def _bar(summary: Summary, most: int) -> Bar:
    return Bar(most, 0, summary.runs, width=_BAR_WIDTH, color="cyan")
