"""Prints what is explored: python -m verification.interleavings [--deep] [--random N] [--seed N]; 1 if a rule is broken."""

import argparse
import sys
import time
from collections.abc import Sequence

from verification.interleavings.explorer import Result, explore, shortest, show
from verification.interleavings.random_walks import walk
from verification.interleavings.scenarios import deep, quick, wild
from verification.interleavings.system import System

SYSTEM_LIMIT = 1_500_000  # nodes of processes, after which a fresh start saves memory
COLUMNS = "{:>9} {:>9} {:>6} {:>5} {:>6} {:>8} {:>7}  {}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m verification.interleavings", description=__doc__)
    parser.add_argument("--deep", action="store_true", help="everything, which takes about an hour")
    parser.add_argument("--random", type=int, default=2000, help="random schedules afterwards")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing after that")
    parser.add_argument("--share", default="1/1", help="explore only the n-th of m parts, as n/m")
    asked = parser.parse_args(arguments)
    part, parts = map(int, asked.share.split("/"))
    say(COLUMNS.format("states", "steps", "ends", "depth", "faults", "switches", "seconds", "scenario"))
    began, system, broken, totals = time.monotonic(), System(), 0, [0, 0, 0]
    for number, scenario in enumerate(deep() if asked.deep else quick()):
        if number % parts != part - 1 or time.monotonic() - began > asked.minutes * 60:
            continue
        if len(system.trees.nodes) > SYSTEM_LIMIT:
            system = System()
        result = explore(system, scenario)
        totals = [
            before + more for before, more in zip(totals, (1, result.states, result.moves), strict=True)
        ]
        broken += report(system, result)
    say(f"{totals[0]} scenarios, {totals[1]} states, {totals[2]} steps, {time.monotonic() - began:.0f} s")
    system = System()
    walked = walk(system, list(wild()), asked.random, asked.seed)
    say(f"{walked.schedules} random schedules of {walked.steps} steps, seed {asked.seed}")
    if walked.broken is not None:
        say(show(system, *walked.broken))
    return 1 if broken or walked.broken else 0


def report(system: System, result: Result) -> int:
    """One line of the table, and the shortest schedules that break a rule; returns how many."""
    scenario = result.scenario
    switches = "any" if scenario.switches is None else scenario.switches
    counts = (result.states, result.moves, result.ends, result.depth)
    say(COLUMNS.format(*counts, scenario.faults, switches, f"{result.seconds:.1f}", scenario))
    for invariant, example in result.violations.items():
        say(show(system, scenario, *(shortest(system, scenario, invariant) or example)))
    return len(result.violations)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
