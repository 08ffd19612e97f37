"""The tables of docs/performance.md, and its list of missed goals, from the measurements."""

from collections.abc import Iterable, Sequence

from verification.benchmarks.account import Account, Imports
from verification.benchmarks.burst import Burst
from verification.benchmarks.commands import ARCADE, ARCADE_FLOOR, Cost, find
from verification.benchmarks.crowd import Crowd
from verification.benchmarks.deliveries import BARE, LIMIT, Delivery
from verification.benchmarks.deliveries import find as find_delivery
from verification.benchmarks.measurements import Goal
from verification.benchmarks.server_costs import ServerCost

_SMALLEST_SHOWN_MS = 0.5  # of a package's imports

_NAMES = {  # of the subjects of host.py
    "floor": "floor",
    "ours": "ours, with block",
    "app": "ours, Typer app",
    "arcade_floor": "floor, Arcade CLI",
    "arcade": "ours, Arcade CLI",
    "incumbent": "incumbent",
    "peer": "peer",
}


def missed_goals(goals: dict[str, list[Goal]]) -> str:
    """A sentence for each goal that is not met."""
    missed = [(part, goal) for part, each in goals.items() for goal in each if not goal.is_met]
    lines = [
        f"- **{part}, {goal.name}** ({goal.margin} {goal.unit}): {goal.made_of}" for part, goal in missed
    ]
    return "\n".join(["What the others are made of:", "", *lines]) if missed else ""


def goals_table(goals: dict[str, list[Goal]]) -> str:
    rows = [
        (part, goal.name, f"{goal.bound} {goal.unit}", goal.margin, "yes" if goal.is_met else "**no**")
        for part, each in goals.items()
        for goal in each
    ]
    return _table(("", "what", "goal", "measured", "met"), rows)


def commands_table(costs: list[Cost]) -> str:
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


def deliveries_table(deliveries: list[Delivery]) -> str:
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


def crowds_table(crowds: list[Crowd]) -> str:
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


def bursts_table(bursts: list[Burst]) -> str:
    rows = [
        (
            burst.subject,
            f"{burst.arrived} of {burst.commands}",
            f"{burst.after_seconds:.1f}",
            str(burst.peak),
            str(burst.processes),
            str(burst.with_sdk),
            f"{burst.cpu_seconds:.1f}",
            f"{burst.cpu_seconds / burst.commands * 1000:.0f}",
        )
        for burst in bursts
    ]
    columns = (
        "who",
        "arrived",
        "last event, after the last command (s)",
        "most processes at once",
        "processes in all",
        "with the SDK imported",
        "their CPU (s)",
        "per event (ms)",
    )
    return _table(columns, rows)


def servers_table(servers: list[ServerCost]) -> str:
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


def account_tables(account: Account) -> str:
    columns = (account.floor, account.command, account.announced)
    return "\n\n".join(
        [
            "#### Imports of the command path",
            "Without the tool's own, as measured by `-X importtime`, which adds to each import. It does not list"
            " `arcade_usage.tool`, because that is imported by name.",
            _table(
                ("module", "floor (ms)", "ours (ms)", "moments after another command (ms)"),
                [
                    *(
                        (f"`{name}`", *(_ms(each, name) for each in columns))
                        for name in dict.fromkeys([*account.command.by_module, *account.announced.by_module])
                    ),
                    ("**all**", *(f"{each.total:.2f}" for each in columns)),
                ],
            ),
            "#### System calls of the command path",
            _calls(account),
            "#### Imports of a delivery process, by package",
            _packages(account),
        ]
    )


def _ms(imports: Imports, name: str) -> str:
    return f"{imports.by_module[name]:.2f}" if name in imports.by_module else "-"


def _calls(account: Account) -> str:
    if not account.command_calls:
        return "Not measured: strace is not installed."
    columns = (account.floor_calls, account.command_calls, account.announced_calls)
    names = sorted(
        account.command_calls | account.announced_calls, key=lambda name: (-account.command_calls[name], name)
    )
    rows = [(f"`{name}`", *(str(calls[name]) for calls in columns)) for name in names]
    total = ("**all**", *(str(calls.total()) for calls in columns))
    return _table(("call", "floor", "ours", "moments after another command"), [*rows, total])


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
