"""docs/performance.md, written from what was measured. The words are ours; every figure is counted."""

import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from verification.benchmarks.account import Account, Imports
from verification.benchmarks.commands import Cost, find
from verification.benchmarks.crowd import SHELLS, Crowd
from verification.benchmarks.deliveries import BARE, LIMIT, Delivery
from verification.benchmarks.deliveries import find as find_delivery
from verification.benchmarks.measurements import Goal
from verification.benchmarks.server_costs import ServerCost

REMARKS = Path(__file__).with_name("remarks.md")
_SMALLEST_SHOWN_MS = 0.5  # of a package's imports

_HEAD = """# Performance, measured

What tracking costs, beside what it could cost at the least, and beside what others take. `make bench` wrote this
page: everything ran interleaved, round by round, in one go on one machine, so that the ratios are worth more than
the times. A figure is the median, with the 95th percentile in brackets.
"""


@frozen
class Results:
    """All that was measured."""

    rounds: int
    versions: dict[str, str]
    goals: dict[str, list[Goal]]
    costs: list[Cost]
    deliveries: list[Delivery]
    crowds: list[Crowd]
    servers: list[ServerCost]
    account: Account


def write_report(results: Results) -> str:
    parts = [
        _HEAD,
        _machine(results),
        "## The goals",
        _goals(results.goals),
        "## One command, in the host",
        _COMMAND_WORDS,
        "![What tracking one command adds to the host](performance-command.svg)",
        _commands(results.costs),
        "## One delivery process",
        _DELIVERY_WORDS,
        _deliveries(results.deliveries),
        f"## Many commands, from {SHELLS} shells",
        _CROWD_WORDS,
        "![How many commands at once grow](performance-growth.svg)",
        _crowds(results.crowds),
        "## A server",
        _SERVER_WORDS,
        _servers(results.servers),
        "## Where the time goes",
        _account(results.account),
        REMARKS.read_text(encoding="utf-8").strip(),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


_COMMAND_WORDS = """Import, building the tracker and one tracked command (a `with` block), inside a host that has
imported Typer. The floor is `import json, subprocess` and a detached `Popen` of /bin/true, in the same host, with a
folder and an environment of its own as ours has, each time right before ours and in a home of the same state. The incumbent is arcade-mcp's own tracking, the peer
iterative-telemetry; both are driven from outside, towards receivers on this machine. Unreachable is a server that
takes the connection and never says a word. "Memory" is what was added to the host's peak; nothing where imports
before had left enough room."""

_DELIVERY_WORDS = """From the host's launch until the request is in, and what the detached process takes. The limit
is a process that imports the SDK and makes one POST; a sender at work and a pause are what nearly every process
of a busy or of an offline machine finds. Two rows tell what the packages take that a delivery stands on, by being
imported."""

_CROWD_WORDS = """Each command is a host of its own that imports Typer. The wall time runs until the last event is
in; CPU is of all processes per event, and of the detached ones alone."""

_SERVER_WORDS = """One process captures events as fast as a loop can, with a pause of 5 ms after each 100: a server does
something else, too. Beside it the SDK's own client, as its documentation has it, on which nothing is written down,
redacted or judged, and a file for each event, made, put in its place and removed, with nothing sent. In memory is
with the home on a tmpfs. All have captured one event before: what they import is not counted. CPU is of the whole
process until the last event is in."""


def _machine(results: Results) -> str:
    installed = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return (
        f"Python {platform.python_version()}, {platform.system()} on {os.cpu_count()} cores, {results.rounds} rounds"
        f" after one to warm up. {installed}."
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
        if cost.subject in ("floor", "ours", "incumbent", "peer"):
            floor = find(costs, "floor", cost.state)
            row = (cost.subject, cost.state, str(cost.wall), f"{cost.wall.over(floor.wall):,.1f}")
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
        "launch to received (ms)",
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
        "most detached at a time",
        "of them with the SDK",
    )
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
            "### Imports of the command path, beyond the host's",
            "As `-X importtime` has them, which makes each take longer than it does without.",
            _table(
                ("module", "floor (ms)", "ours (ms)"),
                [
                    *(_pair(name, account.floor, account.command) for name in account.command.by_module),
                    ("**all**", f"{account.floor.total:.2f}", f"{account.command.total:.2f}"),
                ],
            ),
            "### System calls of the command path, beyond the host's",
            _calls(account),
            "### Imports of a delivery process, by package",
            _packages(account),
        ]
    )


def _pair(name: str, floor: Imports, ours: Imports) -> tuple[str, str, str]:
    at_floor = f"{floor.by_module[name]:.2f}" if name in floor.by_module else "-"
    return f"`{name}`", at_floor, f"{ours.by_module[name]:.2f}"


def _calls(account: Account) -> str:
    if not account.command_calls:
        return "There was no strace on this machine."
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
