"""Measures all costs and writes docs/performance.md and its pictures: python -m verification.benchmarks [--rounds N].

Takes a quarter of an hour on a quiet machine, 9 minutes with --rounds 4; --long takes 14 more. The exit code is 0 even if
goals are missed; the page shows them. Figures are kept in build/benchmarks: --only measures some parts, and the page takes
the others from there.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from verification.benchmarks.environments import ROOT, Environments, make_environments, versions
from verification.benchmarks.homes import Homes
from verification.benchmarks.orphans import adopt
from verification.benchmarks.parts import PARTS, QUICK, Bench, Measured, Size, Store
from verification.benchmarks.plot import plot_pictures
from verification.benchmarks.receiver import dead_end, receiving
from verification.benchmarks.report import Results, write_report

ROUNDS = 15
MEMORY = "/dev/shm"  # a tmpfs on Linux


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
    parser.add_argument("--long", action="store_true", help="grow to 10,000 commands, the incumbent to 1,000")
    parser.add_argument(
        "--only",
        action="append",
        choices=PARTS,
        metavar="PART",
        help=f"one of {', '.join(PARTS)}; may be repeated",
    )
    asked = parser.parse_args(arguments)
    size = QUICK if asked.quick else Size(asked.rounds)
    with ExitStack() as stack:
        kept = ROOT / "build" / "benchmarks"
        if asked.quick:
            kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-benchmarks-")))
        store = Store(kept)
        _say("making the environments")
        environments = make_environments()
        measure(environments, store, size.at_length() if asked.long else size, asked.only or list(PARTS))
        measured = {name: found for name in PARTS if (found := store.read(name)) is not None}
    for name, each in measured.items():
        for goal in PARTS[name].judge(each.figures):
            met = "met    " if goal.is_met else "NOT MET"
            _say(f"{met} {PARTS[name].title}: {goal.name}: {goal.margin} ({goal.bound})")
    if missing := PARTS.keys() - measured.keys():
        _say(f"no page is written: {', '.join(sorted(missing))} has never been measured")
        return 0
    results = _results(measured, _versions(environments))
    asked.folder.mkdir(exist_ok=True)
    plot_pictures(results.costs, results.crowds, results.bursts, asked.folder)
    (asked.folder / "performance.md").write_text(write_report(results), encoding="utf-8")
    return 0


def measure(environments: Environments, store: Store, size: Size, parts: Sequence[str]) -> None:
    """Measure these parts and keep their figures."""
    adopt()
    prefix = "arcade-usage-benchmarks-"
    with (
        tempfile.TemporaryDirectory(prefix=prefix) as folder,
        tempfile.TemporaryDirectory(prefix=prefix, dir=MEMORY) as folder_in_memory,
        receiving() as receiver,
        dead_end() as dead,
    ):
        homes, in_memory = (
            Homes(Path(each), environments, receiver.url, dead) for each in (folder, folder_in_memory)
        )
        bench = Bench(size, homes, in_memory, receiver, _say)
        for name in parts:
            _say(f"{PARTS[name].title}, {size.rounds} rounds")
            _say(f"took {store.measure(name, bench).minutes:.1f} minutes")


def _results(measured: dict[str, Measured], installed: dict[str, str]) -> Results:
    return Results(
        sorted({measured[name].rounds for name in ("commands", "deliveries")}),
        sum(each.minutes for each in measured.values()),
        installed,
        {PARTS[name].title: PARTS[name].judge(each.figures) for name, each in measured.items()},
        *(measured[name].figures for name in PARTS),
    )


def _versions(environments: Environments) -> dict[str, str]:
    return {
        **versions(environments.ours, "posthog", "typer"),
        **versions(environments.incumbent, "arcade-core", "arcade-mcp"),
        **versions(environments.peer, "iterative-telemetry"),
    }


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(sys.argv[1:]))
