"""Prints what is explored: python -m verification.interleavings [--deep] [--minutes N] [--seed N]; 1 if a rule is broken.

In an order by chance, which the seed repeats: so what fits into the minutes is a sample of everything.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from multiprocessing import get_context

from verification.interleavings.explorer import Result, Scenario, explore, shortest, show
from verification.interleavings.random_walks import walk
from verification.interleavings.scenarios import deep, quick, wild
from verification.interleavings.system import System

SYSTEM_LIMIT = 1_500_000  # nodes of processes, about 1 GB, after which a fresh start saves memory
COLUMNS = "{:>9} {:>9} {:>6} {:>5} {:>6} {:>8} {:>7}  {}"


class Explorer:
    """Explores scenarios in one of several processes."""

    def __init__(self, scenarios: Sequence[Scenario], end: float) -> None:
        self._scenarios, self._end, self._system = scenarios, end, System()

    def explore(self, number: int) -> tuple[str, int, int, int]:
        """Lines about a scenario, states, steps, and how many rules are broken; nothing after the end."""
        if time.monotonic() > self._end:
            return "", 0, 0, 0
        if len(self._system.trees.nodes) > SYSTEM_LIMIT:
            self._system = System()
        result = explore(self._system, self._scenarios[number])
        return report(self._system, result), result.states, result.moves, len(result.violations)


_explorer: Explorer


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m verification.interleavings", description=__doc__)
    parser.add_argument("--deep", action="store_true", help="everything, which takes hours")
    parser.add_argument("--random", type=int, default=2000, help="random schedules afterwards")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing after that")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(arguments)
    say(COLUMNS.format("states", "steps", "ends", "depth", "faults", "switches", "seconds", "scenario"))
    scenarios, began = list(deep() if asked.deep else quick()), time.monotonic()
    random.Random(asked.seed).shuffle(scenarios)
    explorer = Explorer(scenarios, began + asked.minutes * 60)
    explored = states = steps = broken = 0
    with get_context("fork").Pool(asked.processes, _begin, (explorer,)) as pool:
        for text, more_states, more_steps, violations in pool.imap_unordered(_explore, range(len(scenarios))):
            if text:
                say(text)
                explored, states, steps = explored + 1, states + more_states, steps + more_steps
                broken += violations
    counts = f"{explored} of {len(scenarios)} scenarios, {states} states, {steps} steps"
    say(f"{counts}, {time.monotonic() - began:.0f} s, seed {asked.seed}")
    system = System()
    walked = walk(system, list(wild()), asked.random, asked.seed)
    say(f"{walked.schedules} random schedules of {walked.steps} steps, seed {asked.seed}")
    if walked.broken is not None:
        say(show(system, *walked.broken))
    return 1 if broken or walked.broken else 0


def _begin(explorer: Explorer) -> None:
    global _explorer
    _explorer = explorer


def _explore(number: int) -> tuple[str, int, int, int]:
    return _explorer.explore(number)


def report(system: System, result: Result) -> str:
    """One line of the table, and the shortest schedules that break a rule."""
    scenario = result.scenario
    switches = "any" if scenario.switches is None else scenario.switches
    counts = (result.states, result.moves, result.ends, result.depth)
    lines = [COLUMNS.format(*counts, scenario.faults, switches, f"{result.seconds:.1f}", scenario)]
    for invariant, example in result.violations.items():
        lines.append(show(system, scenario, *(shortest(system, scenario, invariant) or example)))
    return "\n".join(lines)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
