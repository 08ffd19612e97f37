"""Writes docs/performance.md: fixed texts, and figures computed from the measurements."""

import os
import platform
from pathlib import Path
from textwrap import fill

from attrs import frozen

from verification.benchmarks.account import Account
from verification.benchmarks.burst import COMMANDS as BURST_COMMANDS
from verification.benchmarks.burst import SECONDS as BURST_SECONDS
from verification.benchmarks.burst import Burst
from verification.benchmarks.commands import ANNOUNCED, APP, ARCADE, LINKED, Cost, find
from verification.benchmarks.crowd import SHELLS, Crowd, compared
from verification.benchmarks.deliveries import Delivery
from verification.benchmarks.deliveries import find as find_delivery
from verification.benchmarks.measurements import Goal
from verification.benchmarks.server_costs import ServerCost
from verification.benchmarks.tables import (
    account_tables,
    bursts_table,
    commands_table,
    crowds_table,
    deliveries_table,
    goals_table,
    missed_goals,
    servers_table,
)
from verification.benchmarks.watch import SAMPLE_SECONDS

REMARKS = Path(__file__).with_name("remarks.md")
_WIDTH = 120  # characters of a line

_APPENDIX = """## Appendix: how it was measured, and every figure

The cost of tracking, next to the lowest possible cost and to other libraries. `make bench` generates this page. All
subjects run in turn, round by round, on one machine: ratios are more reliable than times. Figures are medians, with
the 95th percentile in parentheses.
"""


@frozen
class Results:
    """All measurements. rounds: the numbers of rounds of its parts. minutes: how long they took."""

    rounds: list[int]
    minutes: float
    versions: dict[str, str]
    goals: dict[str, list[Goal]]
    costs: list[Cost]
    deliveries: list[Delivery]
    crowds: list[Crowd]
    bursts: list[Burst]
    servers: list[ServerCost]
    account: Account


def write_report(results: Results) -> str:
    parts = [
        "# Performance, measured",
        _summary(results),
        "![Time that tracking adds to one command](performance-command.svg)",
        "![Processes during a burst](performance-burst.svg)",
        _caption(results.bursts),
        bursts_table(results.bursts),
        "![Growth with the number of commands](performance-growth.svg)",
        "## The goals",
        goals_table(results.goals),
        missed_goals(results.goals),
        _APPENDIX,
        _machine(results),
        "### One command, in the tool",
        _COMMAND_WORDS,
        commands_table(results.costs),
        "### One delivery process",
        _DELIVERY_WORDS,
        deliveries_table(results.deliveries),
        f"### Many commands, from {SHELLS} shells",
        _CROWD_WORDS,
        crowds_table(results.crowds),
        f"### {BURST_COMMANDS} commands in {BURST_SECONDS:.0f} s",
        _burst_words(results.bursts),
        "### A server",
        _SERVER_WORDS,
        servers_table(results.servers),
        "### Where the time goes",
        account_tables(results.account),
        REMARKS.read_text(encoding="utf-8").strip(),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


_COMMAND_WORDS = """Time inside the tool, which has imported Typer: import, tracker and one reported command. The floor is `import
json, subprocess` and a detached `Popen` of /bin/true in the same tool, measured right before ours in an equal home. The
Arcade CLI has imported both modules, so its floor is the `Popen`. "With block" is `with tool.command(...)`, "Typer app"
and "Arcade CLI" are apps that `tool.track(app)` tracks; time in Typer itself is not included. The incumbent is
arcade-mcp's own tracking, the peer iterative-telemetry; receivers on this machine stand for their servers. An
unreachable server accepts connections and never answers. Memory is added to the tool's peak; it is 0 if the imports
before left enough room.

A command usually finds no other process of the library at work, and starts one: each run has a home of its own, in which
the processes of earlier commands have ended. "Moments after another command", it finds a process that has announced that
it takes the events of others, and writes its event to disk instead: the benchmark announces itself for each run. It stops
if a command did not start exactly one process in the first case, and none in the second."""

_DELIVERY_WORDS = """Time from the launch until PostHog has the request, and the cost of the detached process. The limit
is a process that imports the SDK and makes one POST. Two more rows are processes that only import the packages that a
delivery needs. Where many commands run at once, most processes find another one sending. Where PostHog can't be
reached, most find that the next attempt is not due; the first of them in 10 s also decides whose the waiting events are
and drops what is too much."""

_CROWD_WORDS = """Each command is a tool that imports Typer and has no daily limit. The wall time ends when the last event
arrives. CPU is per event: of all processes, and of the detached ones alone. Concurrent ones are counted every 20 ms. With
`--long`, ours goes to 10,000 commands and the incumbent to 1,000; it would take more than an hour for 10,000."""

_SERVER_WORDS = """One process captures events in a loop that sleeps 5 ms after each 100, which stands for a server's other
work. "sdk" is the SDK's client, used as in its documentation: it stores and redacts nothing. "files" writes, renames
and removes one file per event and sends nothing; ours writes up to 100 events to one file. "In memory" has the home on a tmpfs. Each subject captures one event
before, so imports are not included. CPU is of the whole process until the last event arrives."""


def _summary(results: Results) -> str:
    """What the figures mean, for readers without time."""

    def wall(subject: str, state: str = LINKED) -> str:
        return f"{find(results.costs, subject, state).wall.median:.1f} ms"

    delivery = find_delivery(results.deliveries, "ours, linked").cpu.median
    ours, theirs = compared(results.crowds)
    burst, their_burst = results.bursts
    server, sdk = results.servers[:2]
    goals = [goal for each in results.goals.values() for goal in each]
    lost = sum(each.lost for each in results.servers)
    lost += sum(each.commands - each.arrived for each in results.crowds if each.subject == "ours")
    lost += burst.commands - burst.arrived
    return fill(
        f"**In short.** Tracking makes a command {wall('ours')} longer, in a Typer app {wall(APP)}, in the Arcade CLI"
        f" {wall(ARCADE)}, and moments after another command {wall('ours', ANNOUNCED)}; it never waits for the network."
        f" {burst.commands} commands in {BURST_SECONDS:.0f} s start {_processes(burst.processes)} in the background,"
        f" {burst.peak} at once, which {'take' if burst.processes > 1 else 'takes'} {burst.cpu_seconds:.1f} s of CPU; with arcade-mcp's"
        f" own tracking they start {their_burst.processes}, {their_burst.peak} at once, which take {their_burst.cpu_seconds:.0f} s."
        f" The last event arrives {burst.after_seconds:.1f} s after the last command. {ours.commands:,} commands from {SHELLS}"
        f" shells arrive in {ours.wall_seconds:.0f} s, with arcade-mcp's own tracking in {theirs.wall_seconds:.0f} s. A process"
        f" that sends takes {delivery:.0f} ms of CPU, nearly all of it to import PostHog's SDK. An event of a server takes"
        f" {server.caller.median:.0f} µs where it happens, and {server.cpu.over(sdk.cpu):.1f} times the CPU of the SDK's own"
        f" client in all. {lost or 'No'} events were lost. {sum(goal.is_met for goal in goals)} of {len(goals)} goals are met;"
        " below the table of goals stands what the others are made of.",
        width=_WIDTH,
        break_long_words=False,
    )


def _processes(count: int) -> str:
    return f"{count} process{'es' if count != 1 else ''}"


def _caption(bursts: list[Burst]) -> str:
    return fill(
        f"*One burst: {bursts[0].commands} commands that start in {BURST_SECONDS:.0f} s, and the processes that they leave"
        " behind. Before: arcade-mcp's own tracking, a process for each command. After: this library; the first process takes"
        " the events of the commands that follow.*",
        width=_WIDTH,
    )


def _burst_words(bursts: list[Burst]) -> str:
    gap = max(burst.longest_gap for burst in bursts)
    return fill(
        f"The picture and table at the top. A command starts every {BURST_SECONDS / BURST_COMMANDS * 1000:.0f} ms, as a script or a"
        " coding agent runs them, whether or not the one before has ended. The last event is timed from the end of the last"
        f" command. The benchmark lists the running processes in /proc every {SAMPLE_SECONDS * 1000:.0f} ms, so that is the"
        f" error of a time in the picture; the longest time between two looks was {gap * 1000:.0f} ms. A process that lives"
        " shorter may be missing in the picture and in the most at once. All are in the number and in the CPU, because the"
        " benchmark waits for each. A process has the SDK imported once it maps the TLS library.",
        width=_WIDTH,
    )


def _machine(results: Results) -> str:
    installed = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return (
        f"Python {platform.python_version()}, {platform.system()} on {os.cpu_count()} cores, {' or '.join(map(str, results.rounds))} rounds"
        f" after one to warm up, {results.minutes:.0f} minutes. {installed}."
    )
