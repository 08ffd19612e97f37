"""Writes docs/performance.md: fixed texts, and figures computed from the measurements."""

import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import fill

from attrs import frozen

from verification.benchmarks.account import Account, Imports
from verification.benchmarks.burst import COMMANDS as BURST_COMMANDS
from verification.benchmarks.burst import SECONDS as BURST_SECONDS
from verification.benchmarks.burst import Burst
from verification.benchmarks.commands import APP, ARCADE, ARCADE_FLOOR, LINKED, Cost, find
from verification.benchmarks.crowd import SHELLS, Crowd
from verification.benchmarks.deliveries import BARE, BUSY, LIMIT, Delivery
from verification.benchmarks.deliveries import find as find_delivery
from verification.benchmarks.measurements import Goal
from verification.benchmarks.server_costs import ServerCost

REMARKS = Path(__file__).with_name("remarks.md")
_WIDTH = 120  # characters of a line
_SMALLEST_SHOWN_MS = 0.5  # of a package's imports

_APPENDIX = """## Appendix: how it was measured, and every figure

The cost of tracking, next to the lowest possible cost and to other libraries. `make bench` generates this page. All
subjects run in turn, round by round, on one machine: ratios are more reliable than times. Figures are medians, with
the 95th percentile in parentheses.
"""


@frozen
class Results:
    """All measurements. `minutes`: how long they took."""

    rounds: int
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
        "![Growth with the number of commands](performance-growth.svg)",
        "## The goals",
        _goals(results.goals),
        _APPENDIX,
        _machine(results),
        "### One command, in the tool",
        _COMMAND_WORDS,
        _commands(results.costs),
        "### One delivery process",
        _DELIVERY_WORDS,
        _deliveries(results.deliveries),
        f"### Many commands, from {SHELLS} shells",
        _CROWD_WORDS,
        _crowds(results.crowds),
        f"### {BURST_COMMANDS} commands in {BURST_SECONDS:.0f} s",
        _BURST_WORDS,
        _bursts(results.bursts),
        "### A server",
        _SERVER_WORDS,
        _servers(results.servers),
        "### Where the time goes",
        _account(results.account),
        REMARKS.read_text(encoding="utf-8").strip(),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


_COMMAND_WORDS = """Time inside the tool, which has imported Typer: import, tracker and one reported command. The floor is `import
json, subprocess` and a detached `Popen` of /bin/true in the same tool, measured right before ours in an equal home. The
Arcade CLI has imported both modules, so its floor is the `Popen`. "With block" is `with tool.command(...)`, "Typer app"
and "Arcade CLI" are apps that `tool.track(app)` tracks; time in Typer itself is not included. The incumbent is
arcade-mcp's own tracking, the peer iterative-telemetry; receivers on this machine stand for their servers. An
unreachable server accepts connections and never answers. Memory is added to the tool's peak; it is 0 if the imports
before left enough room."""

_DELIVERY_WORDS = """Time from the launch until PostHog has the request, and the cost of the detached process. The limit
is a process that imports the SDK and makes one POST. Two more rows are processes that only import the packages that a
delivery needs. Where many commands run at once, most processes find another one sending. Where PostHog can't be
reached, most find that the next attempt is not due; the first of them in 10 s also decides whose the waiting events are
and drops what is too much."""

_CROWD_WORDS = """Each command is a tool that imports Typer. The wall time ends when the last event arrives. CPU is
per event: of all processes, and of the detached ones alone. With `--long` there are 10,000 commands too."""

_BURST_WORDS = """One after the other, as a script or a coding agent runs them. Delivered: from the end of the last
command until the last event arrives."""

_SERVER_WORDS = """One process captures events in a loop that sleeps 5 ms after each 100, which stands for a server's other
work. "sdk" is the SDK's client, used as in its documentation: it stores and redacts nothing. "files" writes, renames
and removes one file per event and sends nothing; ours writes up to 100 events to one file. "In memory" has the home on a tmpfs. Each subject captures one event
before, so imports are not included. CPU is of the whole process until the last event arrives."""

_NAMES = {  # of the subjects of host.py
    "floor": "floor",
    "ours": "ours, with block",
    "app": "ours, Typer app",
    "arcade_floor": "floor, Arcade CLI",
    "arcade": "ours, Arcade CLI",
    "incumbent": "incumbent",
    "peer": "peer",
}


def _summary(results: Results) -> str:
    """What the figures mean, for readers without time."""

    def wall(subject: str) -> str:
        return f"{find(results.costs, subject, LINKED).wall.median:.1f} ms"

    sends, busy = (find_delivery(results.deliveries, name).cpu.median for name in ("ours, linked", BUSY))
    theirs = max(
        (each for each in results.crowds if each.subject == "incumbent"), key=lambda each: each.commands
    )
    ours = next(each for each in results.crowds if (each.subject, each.commands) == ("ours", theirs.commands))
    server, sdk = results.servers[:2]
    goals = [goal for each in results.goals.values() for goal in each]
    lost = sum(each.lost for each in results.servers) or "No"
    return fill(
        f"**In short.** Tracking makes a command {wall('ours')} longer, in a Typer app {wall(APP)}, in the Arcade CLI"
        f" {wall(ARCADE)}; it never waits for the network. In the background, a process that sends takes {sends:.0f} ms of"
        f" CPU, nearly all of it to import PostHog's SDK, and one that finds another process sending takes {busy:.0f} ms."
        f" {ours.commands:,} commands from {SHELLS} shells arrive in {ours.wall_seconds:.0f} s, with arcade-mcp's own"
        f" tracking in {theirs.wall_seconds:.0f} s. An event of a server takes {server.caller.median:.0f} µs where it happens,"
        f" and {server.cpu.over(sdk.cpu):.1f} times the CPU of the SDK's own client in all, because it is redacted, attributed and stored first."
        f" {lost} events were lost. {sum(goal.is_met for goal in goals)} of {len(goals)} goals are met; the appendix says what the"
        " others are made of.",
        width=_WIDTH,
        break_long_words=False,
    )


def _machine(results: Results) -> str:
    installed = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return (
        f"Python {platform.python_version()}, {platform.system()} on {os.cpu_count()} cores, {results.rounds} rounds"
        f" after one to warm up, {results.minutes:.0f} minutes. {installed}."
    )


def _goals(goals: dict[str, list[Goal]]) -> str:
    rows = [
        (part, goal.name, f"{goal.bound} {goal.unit}", goal.margin, "yes" if goal.is_met else "**no**")
        for part, each in goals.items()
        for goal in each
    ]
    return _table(("", "what", "goal", "measured", "met"), rows)


def _commands(costs: list[Cost]) -> str:
    rows = []
    for cost in costs:
        if cost.subject in _NAMES:
            floor = find(costs, ARCADE_FLOOR if cost.subject == ARCADE else "floor", cost.state)
            row = (_NAMES[cost.subject], cost.state, str(cost.wall), f"{cost.wall.over(floor.wall):,.1f}")
            rows.append(
                (*row, str(cost.cpu), f"{cost.cpu.over(floor.cpu):,.1f}", f"{cost.memory.median:.1f}")
            )
    columns = ("who", "state", "wall (ms)", "to the floor", "CPU (ms)", "to the floor", "memory (MiB)")
    return _table(columns, rows)


def _deliveries(deliveries: list[Delivery]) -> str:
    limit, bare = find_delivery(deliveries, LIMIT), find_delivery(deliveries, BARE)
    rows = []
    for each in deliveries:
        latency, to_limit = "-", "-"
        if each.latency is not None and limit.latency is not None:
            latency, to_limit = str(each.latency), f"{each.latency.over(limit.latency):.2f}"
        ratios = (f"{each.cpu.over(limit.cpu):.2f}", f"{each.cpu.over(bare.cpu):.1f}")
        rows.append((each.name, latency, to_limit, str(each.cpu), *ratios, str(each.memory)))
    columns = (
        "what",
        "launch to receipt (ms)",
        "to the limit",
        "CPU (ms)",
        "to the limit",
        "to bare",
        "peak memory (MiB)",
    )
    return _table(columns, rows)


def _crowds(crowds: list[Crowd]) -> str:
    rows = [
        (
            crowd.subject,
            f"{crowd.commands:,}",
            f"{crowd.arrived:,}",
            f"{crowd.wall_seconds:.1f}",
            f"{crowd.cpu_ms:.0f}",
            f"{crowd.detached_cpu_ms:.0f}",
            f"{crowd.detached:,}",
            str(crowd.peak_detached),
            str(crowd.peak_with_sdk),
        )
        for crowd in sorted(crowds, key=lambda crowd: (crowd.subject != "ours", crowd.commands))
    ]
    columns = (
        "who",
        "commands",
        "arrived",
        "wall (s)",
        "CPU per event (ms)",
        "detached alone (ms)",
        "detached processes in all",
        "concurrent ones",
        "of them with the SDK",
    )
    return _table(columns, rows)


def _bursts(bursts: list[Burst]) -> str:
    rows = [
        (
            burst.subject,
            str(burst.arrived),
            f"{burst.after_seconds:.1f}",
            str(burst.processes),
            f"{burst.detached_cpu_ms:.0f}",
        )
        for burst in bursts
    ]
    columns = ("who", "arrived", "delivered after (s)", "detached processes", "their CPU per event (ms)")
    return _table(columns, rows)


def _servers(servers: list[ServerCost]) -> str:
    rows = [
        (
            server.subject,
            str(server.caller),
            str(server.caller_p95),
            str(server.cpu),
            f"{server.rate.median:,.0f}",
            f"{server.memory.median:.1f}",
            f"{server.lost:,}",
        )
        for server in servers
    ]
    columns = (
        "who",
        "one capture (µs)",
        "95th percentile of captures (µs)",
        "CPU per event (µs)",
        "events a second",
        "memory (MiB)",
        "lost",
    )
    return _table(columns, rows)


def _account(account: Account) -> str:
    return "\n\n".join(
        [
            "#### Imports of the command path",
            "Without the tool's own, as measured by `-X importtime`, which adds to each import. It does not list"
            " `arcade_usage.tool`, because that is imported by name.",
            _table(
                ("module", "floor (ms)", "ours (ms)"),
                [
                    *(_pair(name, account.floor, account.command) for name in account.command.by_module),
                    ("**all**", f"{account.floor.total:.2f}", f"{account.command.total:.2f}"),
                ],
            ),
            "#### System calls of the command path",
            _calls(account),
            "#### Imports of a delivery process, by package",
            _packages(account),
        ]
    )


def _pair(name: str, floor: Imports, ours: Imports) -> tuple[str, str, str]:
    at_floor = f"{floor.by_module[name]:.2f}" if name in floor.by_module else "-"
    return f"`{name}`", at_floor, f"{ours.by_module[name]:.2f}"


def _calls(account: Account) -> str:
    if not account.command_calls:
        return "Not measured: strace is not installed."
    names = sorted(account.command_calls, key=lambda name: (-account.command_calls[name], name))
    rows = [(f"`{name}`", str(account.floor_calls[name]), str(account.command_calls[name])) for name in names]
    total = ("**all**", str(account.floor_calls.total()), str(account.command_calls.total()))
    return _table(("call", "floor", "ours"), [*rows, total])


def _packages(account: Account) -> str:
    limit, ours = account.limit.by_package(), account.delivery.by_package()
    rows = []
    for name in sorted(
        limit | ours, key=lambda name: -max(limit.get(name, (0, 0.0))[1], ours.get(name, (0, 0.0))[1])
    ):
        cells = [found.get(name, (0, 0.0)) for found in (limit, ours)]
        if max(ms for _, ms in cells) >= _SMALLEST_SHOWN_MS:
            rows.append((name, *(f"{modules} modules, {ms:.1f}" for modules, ms in cells)))
    rows.append(("**all**", f"{account.limit.total:.1f}", f"{account.delivery.total:.1f}"))
    return _table(("package", "the SDK alone (ms)", "ours (ms)"), rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
