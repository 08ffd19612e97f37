"""Random schedules, deeper than can be explored: more at once, more faults, any number of switches."""

from collections.abc import Sequence
from random import Random

from attrs import frozen

from verification.interleavings.aftermath import judge_end
from verification.interleavings.explorer import FIRST_SLOT, Path, Scenario, content_before, not_collecting
from verification.interleavings.oracle import CRASHED, STUCK, Violation
from verification.interleavings.system import Move, System

FAULT_CHANCE = 0.03  # at each step, while there are faults left


@frozen
class Walked:
    """`broken`: the first schedule that broke a rule, with its scenario."""

    schedules: int
    steps: int
    broken: tuple[Scenario, Violation, Path] | None = None


@not_collecting()
def walk(system: System, scenarios: Sequence[Scenario], schedules: int, seed: int) -> Walked:
    """So many schedules, each of a scenario drawn from these. The same seed draws the same ones."""
    random, steps = Random(seed), 0
    for number in range(schedules):
        scenario = random.choice(scenarios)
        path, faults = _walk(system, scenario, random)
        steps += path.length
        for violation in _judge(system, scenario, path, faults):
            return Walked(number + 1, steps, (scenario, violation, path))
    return Walked(schedules, steps)


def _walk(system: System, scenario: Scenario, random: Random) -> tuple[Path, int]:
    path, faults = Path(system.start(content_before(system, scenario), scenario.at_once, FIRST_SLOT)), 0
    while moves := system.moves(path.state, scenario.faults - faults, reduced=False):
        move = _draw(moves, path.last, random)
        faults += move.cost
        path = Path(system.after(path.state, move), move.position, move, path, path.length + 1)
    return path, faults


def _draw(moves: Sequence[Move], last: int, random: Random) -> Move:
    """Mostly the process that moved last goes on: else few would get far before the others."""
    free = [move for move in moves if move.cost == 0] or moves
    same = [move for move in moves if move.position == last]
    if random.random() < FAULT_CHANCE:
        return random.choice(moves)
    if same and random.random() < 0.8:
        return random.choice([move for move in same if move.cost == 0] or same)
    return random.choice(free)


def _judge(system: System, scenario: Scenario, path: Path, faults: int) -> list[Violation]:
    crashed = system.crashed(path.state)
    if crashed:
        return [Violation(CRASHED, crashed)]
    if not system.is_over(path.state):
        return [Violation(STUCK)]
    ends = judge_end(system, path.state[0], orderly=scenario.orderly, unfailing=faults == 0)
    return list(ends)
