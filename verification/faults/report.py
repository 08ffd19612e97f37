"""The table of figures, as Markdown: docs/reliability.md."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median

from attrs import frozen

from verification.faults.experiment import Experiment
from verification.faults.figures import Figures
from verification.faults.lab import ORPHAN_SECONDS

_TITLE = "# Reliability, measured"
_HEAD = """What became of events when things went wrong, with real processes, files and sockets. `make faults` wrote
this page; every figure was counted in that run. **Lost** is an event that never reached PostHog though its record
was written; **duplicated**, one that is there twice after PostHog dropped repeats; **mixed up**, one that counts
for somebody else. **Held up** is how long tracking kept the host, median and longest of all calls.
"""
_COLUMNS = ("what was done", "times", "events", "lost", "duplicated", "mixed up", "held up (ms)", "remarks")


@frozen
class Row:
    """An experiment as it went: with figures, or with the reason why there are none.

    `started`: how many processes. `orphans`: how many of them stayed alive too long.
    """

    experiment: Experiment
    figures: Figures | None
    trouble: str = ""
    seconds: float = 0.0
    started: int = 0
    orphans: int = 0


def write_report(rows: Sequence[Row]) -> str:
    lines = [_TITLE, "", *_summary(rows), "", _HEAD, _machine(), ""]
    groups = dict.fromkeys(row.experiment.group for row in rows)
    for group in groups:
        lines += [f"## {group}", "", _line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
        lines += [_line(_cells(row)) for row in rows if row.experiment.group == group]
        lines.append("")
        lines += [f"{each}\n" for each in _details(rows, group)]
    return "\n".join(lines)


def _machine() -> str:
    return f"Python {platform.python_version()}, posthog {version('posthog')}, {platform.system()} on {os.cpu_count()} cores."


def _summary(rows: Sequence[Row]) -> list[str]:
    """What a person wants to know first."""
    made = [row.figures for row in rows if row.figures is not None]
    waits = [wait for figures in made for wait in figures.waits_ms]
    groups = len({row.experiment.group for row in rows})
    orphans, started = sum(row.orphans for row in rows), sum(row.started for row in rows)
    failed = len(rows) - sum(figures.is_clean for figures in made)
    return [
        f"- {len(rows):,} experiments in {groups} groups; {failed:,} failed.",
        f"- Of {sum(figures.events for figures in made):,} events that had to arrive,"
        f" {sum(figures.lost for figures in made):,} were lost,"
        f" {sum(figures.duplicated for figures in made):,} duplicated,"
        f" {sum(figures.mixed_up for figures in made):,} counted for somebody else.",
        f"- Half of all commands were held up for less than {median(waits):.1f} ms, 99 % for less than"
        f" {sorted(waits)[len(waits) * 99 // 100]:.0f} ms."
        if waits
        else "",
        f"- Of {started:,} processes that were started, {orphans:,} were alive {ORPHAN_SECONDS:.0f} s later.",
    ]


def _details(rows: Sequence[Row], group: str) -> list[str]:
    told = {row.experiment: row.figures.details for row in rows if row.figures is not None}
    return [
        f"**{each.name}**: {details}" for each, details in told.items() if each.group == group and details
    ]


def _cells(row: Row) -> list[str]:
    figures = row.figures
    if figures is None:
        return [row.experiment.name, *["-"] * (len(_COLUMNS) - 2), row.trouble]
    held_up = f"{figures.median_wait_ms:.1f}, {figures.longest_wait_ms:.1f}" if figures.waits_ms else "-"
    counts = (figures.tried, figures.events, figures.lost, figures.duplicated, figures.mixed_up)
    remark = "; ".join(filter(None, (figures.remark, row.trouble)))
    return [row.experiment.name, *(f"{count:,}" for count in counts), held_up, remark]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
