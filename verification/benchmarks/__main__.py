"""Measures all costs and writes docs/performance.md and its charts: python -m verification.benchmarks [--rounds N] [--quick].

Takes about 20 minutes on a quiet machine, and a quarter of an hour more with --long. The exit code is 0 even if goals are missed; the page shows them.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from verification.benchmarks.account import measure_account
from verification.benchmarks.burst import COMMANDS as BURST_COMMANDS
from verification.benchmarks.burst import SECONDS as BURST_SECONDS
from verification.benchmarks.burst import judge_burst, measure_burst
from verification.benchmarks.commands import Cost, find, judge_commands, measure_commands
from verification.benchmarks.crowd import COMMANDS, GROWTH, LONG, Crowd, judge_crowds, measure_crowd
from verification.benchmarks.deliveries import judge_deliveries, measure_deliveries
from verification.benchmarks.environments import ROOT, Environments, make_environments, versions
from verification.benchmarks.homes import Homes
from verification.benchmarks.measurements import Goal, Measurements
from verification.benchmarks.orphans import adopt
from verification.benchmarks.plot import plot_costs, plot_growth
from verification.benchmarks.receiver import dead_end, receiving
from verification.benchmarks.report import Results, write_report
from verification.benchmarks.server_costs import EVENTS, judge_servers, measure_servers

ROUNDS = 15
QUICK_ROUNDS, QUICK_COMMANDS, QUICK_EVENTS = 2, 16, 500
ACCOUNT_ROUNDS = 5
SERVER_ROUNDS = 5  # each takes half a minute
MEMORY = "/dev/shm"  # a tmpfs on Linux
INCUMBENT_COMMANDS = (1, 10)  # besides COMMANDS; more would take minutes


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m verification.benchmarks", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"rounds after the first; default: {ROUNDS}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="check that it works; the figures are meaningless"
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "docs", help="folder of the page and its charts"
    )
    parser.add_argument("--long", action="store_true", help=f"also run {LONG:,} commands at once")
    asked = parser.parse_args(arguments)
    _say("making the environments")
    environments = make_environments()
    adopt()
    growth = (*GROWTH, LONG) if asked.long else GROWTH
    results = measure(environments, QUICK_ROUNDS if asked.quick else asked.rounds, growth, quick=asked.quick)
    asked.folder.mkdir(exist_ok=True)
    plot_costs(_shown(results.costs), asked.folder / "performance-command.svg")
    plot_growth(results.crowds, asked.folder / "performance-growth.svg")
    (asked.folder / "performance.md").write_text(write_report(results), encoding="utf-8")
    for part, goals in results.goals.items():
        for goal in goals:
            _say(
                f"{'met    ' if goal.is_met else 'NOT MET'} {part}: {goal.name}: {goal.margin} ({goal.bound})"
            )
    return 0


def measure(environments: Environments, rounds: int, growth: Sequence[int], *, quick: bool) -> Results:
    with (
        tempfile.TemporaryDirectory(prefix="arcade-usage-benchmarks-") as folder,
        tempfile.TemporaryDirectory(prefix="arcade-usage-benchmarks-", dir=MEMORY) as folder_in_memory,
        receiving() as receiver,
        dead_end() as dead,
    ):
        homes = Homes(Path(folder), environments, receiver.url, dead)
        _say(f"commands, {rounds} rounds")
        begun = time.monotonic()
        costs = measure_commands(homes, rounds)
        _say(f"deliveries, {rounds} rounds")
        deliveries = measure_deliveries(homes, receiver, rounds)
        commands = QUICK_COMMANDS if quick else COMMANDS
        crowds: dict[tuple[str, int], Crowd] = {}
        for subject, counts in (("ours", growth), ("incumbent", INCUMBENT_COMMANDS)):
            for count in sorted({min(count, commands) if quick else count for count in (*counts, commands)}):
                _say(f"{count} commands at once, {subject}")
                crowds[subject, count] = measure_crowd(homes, receiver, subject, count)
        bursts = [measure_burst(homes, receiver, subject) for subject in ("ours", "incumbent")]
        events = QUICK_EVENTS if quick else EVENTS
        server_rounds = min(rounds, SERVER_ROUNDS)
        _say(f"servers of {events:,} events, {server_rounds} rounds")
        in_memory = evolve(homes, folder=Path(folder_in_memory))
        servers = measure_servers(homes, in_memory, receiver, server_rounds, events)
        _say("where the time goes")
        account = measure_account(homes, QUICK_ROUNDS if quick else ACCOUNT_ROUNDS)
        minutes = (time.monotonic() - begun) / 60
    goals: dict[str, list[Goal]] = {
        "one command": judge_commands(costs),
        "one delivery": judge_deliveries(deliveries),
        f"{commands} commands": judge_crowds(crowds["ours", commands], crowds["incumbent", commands]),
        f"{BURST_COMMANDS} commands in {BURST_SECONDS:.0f} s": judge_burst(bursts[0]),
        f"a server's {events:,} events": judge_servers(servers),
    }
    return Results(
        rounds,
        minutes,
        _versions(environments),
        goals,
        costs,
        deliveries,
        list(crowds.values()),
        bursts,
        servers,
        account,
    )


def _versions(environments: Environments) -> dict[str, str]:
    return {
        **versions(environments.ours, "posthog", "typer"),
        **versions(environments.incumbent, "arcade-core", "arcade-mcp"),
        **versions(environments.peer, "iterative-telemetry"),
    }


def _shown(costs: list[Cost]) -> dict[str, tuple[str, Measurements]]:
    """The rows of the chart, by label."""
    shown = {
        "floor": ("floor", "linked"),
        "ours, linked": ("ours", "linked"),
        "ours, PostHog unreachable": ("ours", "PostHog unreachable"),
        "peer": ("peer", "anonymous"),
        "incumbent, linked": ("incumbent", "linked"),
        "incumbent, PostHog unreachable": ("incumbent", "PostHog unreachable"),
    }
    return {label: (subject, find(costs, subject, state).wall) for label, (subject, state) in shown.items()}


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(sys.argv[1:]))
