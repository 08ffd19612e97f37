"""Writes docs/reliability.md: the figures of all experiments, as Markdown."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median

from attrs import frozen

from verification.faults.experiment import Experiment
from verification.faults.figures import Figures
from verification.faults.testbed import ORPHAN_SECONDS

_MEANING = """# Reliability, measured

What happens to usage events when machines, networks and processes fail:

- **PostHog or Arcade Cloud is out of reach**, for seconds or for weeks: events wait on disk and arrive later, with the
  time when they happened. 1,000 events, 1 MiB and 30 days at most wait; of more, the oldest are dropped and counted.
- **A process is killed or crashes, the disk is full, files are damaged:** an event that was written completely arrives.
  One that could not be written is lost; the command that it is about works as without tracking.
- **Another person logs in, a home is copied, a clock is wrong:** an event is attributed to the person who ran the
  command, or to nobody; never to another person.
- **Each event counts once,** even if answers are lost and it is sent again: PostHog drops repeats.
- **The tool does not notice.** Tracking delays a command by milliseconds, in each of these situations. Only a login waits
  for the network, 4 s at most, and a logout for a lock, 1 s.

`make faults` caused each fault with real processes, files and sockets, and wrote this page. A local receiver takes the
place of PostHog and Arcade Cloud; it merges persons by PostHog's rules. In total:
"""
_KINDS = ("kind of fault", "faults", "events", "lost", "duplicated", "misattributed", "median delay (ms)")
_COLUMNS = ("fault", "times", "events", "lost", "duplicated", "misattributed", "delay (ms)", "remarks")
_APPENDIX = """## Appendix: each fault

| column | meaning |
| --- | --- |
| times | how often the fault was caused |
| events | how many events had to arrive |
| lost | events that never arrived although they were written to disk |
| duplicated | events that arrived twice, after PostHog dropped repeats |
| misattributed | events that were attributed to another person; events without a person are not counted |
| delay | how long tracking delayed the tool: median and longest of all calls |
"""


@frozen
class Row:
    """Result of an experiment: its figures, or in `trouble` the reason why there are none.

    `seconds`: its duration. `started`: how many processes it started. `orphans`: how many ran for too long.
    """

    experiment: Experiment
    figures: Figures | None
    trouble: str = ""
    seconds: float = 0.0
    started: int = 0
    orphans: int = 0


def write_report(rows: Sequence[Row]) -> str:
    """The page as Markdown: meaning, totals, one row for each group; in the appendix, one for each experiment."""
    groups = dict.fromkeys(row.experiment.group for row in rows)
    lines = [_MEANING, *_summary(rows), "", "## By kind of fault", "", *_head(_KINDS)]
    lines += [
        _line(_group_cells(group, [row for row in rows if row.experiment.group == group])) for group in groups
    ]
    lines += ["", _machine(), "", _APPENDIX]
    for group in groups:
        lines += [f"### {group}", "", *_head(_COLUMNS)]
        lines += [_line(_cells(row)) for row in rows if row.experiment.group == group]
        lines.append("")
        lines += [f"{each}\n" for each in _details(rows, group)]
    return "\n".join(lines)


def _machine() -> str:
    return f"Measured with Python {platform.python_version()}, posthog {version('posthog')}, {platform.system()} on {os.cpu_count()} cores."


def _summary(rows: Sequence[Row]) -> list[str]:
    """Totals of all experiments, as list items."""
    all_figures = [row.figures for row in rows if row.figures is not None]
    waits = [wait for figures in all_figures for wait in figures.waits_ms]
    groups = len({row.experiment.group for row in rows})
    orphans, started = sum(row.orphans for row in rows), sum(row.started for row in rows)
    failed = len(rows) - sum(figures.is_clean for figures in all_figures)
    return [
        f"- {len(rows):,} experiments in {groups} groups; {failed:,} failed.",
        f"- Of {sum(figures.events for figures in all_figures):,} events that had to arrive,"
        f" {sum(figures.lost for figures in all_figures):,} were lost,"
        f" {sum(figures.duplicated for figures in all_figures):,} duplicated,"
        f" {sum(figures.misattributed for figures in all_figures):,} misattributed.",
        f"- Tracking delayed half of all commands by less than {median(waits):.1f} ms, and 99 % by less than"
        f" {sorted(waits)[len(waits) * 99 // 100]:.0f} ms."
        if waits
        else "",
        f"- Of {started:,} processes that were started, {orphans:,} still ran {ORPHAN_SECONDS:.0f} s after their experiment.",
    ]


def _details(rows: Sequence[Row], group: str) -> list[str]:
    details_of = {row.experiment: row.figures.details for row in rows if row.figures is not None}
    return [
        f"**{each.name}**: {details}"
        for each, details in details_of.items()
        if each.group == group and details
    ]


def _cells(row: Row) -> list[str]:
    figures = row.figures
    if figures is None:
        return [row.experiment.name, *["-"] * (len(_COLUMNS) - 2), row.trouble]
    delay = f"{figures.median_wait_ms:.1f}, {figures.longest_wait_ms:.1f}" if figures.waits_ms else "-"
    counts = (figures.tried, figures.events, figures.lost, figures.duplicated, figures.misattributed)
    remark = "; ".join(filter(None, (figures.remark, row.trouble)))
    return [row.experiment.name, *(f"{count:,}" for count in counts), delay, remark]


def _group_cells(group: str, rows: Sequence[Row]) -> list[str]:
    figures = [row.figures for row in rows if row.figures is not None]
    waits = [wait for each in figures for wait in each.waits_ms]
    counts = [
        len(rows),
        sum(each.events for each in figures),
        sum(each.lost for each in figures),
        sum(each.duplicated for each in figures),
        sum(each.misattributed for each in figures),
    ]
    return [group, *(f"{count:,}" for count in counts), f"{median(waits):.1f}" if waits else "-"]


def _head(columns: Sequence[str]) -> list[str]:
    return [_line(columns), _line(["---"] * len(columns))]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
