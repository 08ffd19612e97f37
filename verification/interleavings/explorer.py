"""Explores all schedules of a scenario up to its bounds, fewest faults first; finds the shortest that breaks a rule.

A schedule's depth is bounded by its faults and, where a scenario says so, by its switches: how often it
leaves a process that has not ended. Steps that may go first (reduction.py) are no switches: moved from where
they were, they can only make a schedule need fewer.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import define, evolve, field, frozen

from verification.interleavings.aftermath import judge_end, run_to_end
from verification.interleavings.oracle import CRASHED, STUCK, Violation
from verification.interleavings.programs import Doing
from verification.interleavings.shared_state import Vars, blank
from verification.interleavings.system import Move, State, System

FIRST_SLOT = 20

Key = tuple[State, int]  # with the process that moved last, where switches are counted
Spent = tuple[int, int]  # faults, switches


@frozen
class Faulty:
    """Something that went wrong before: the outcomes of a doing's operations, where they are not ok."""

    doing: Doing
    outcomes: tuple[tuple[str, str], ...]


@frozen
class Scenario:
    """What was done before, one after the other, and what is done at once.

    `faults`, `switches`: bounds of the schedules; None for any number. `orderly`: nobody but logins and
    logouts touches the credentials, so that what the design promises for that can be asked for.
    """

    before: tuple[Doing | Faulty, ...]
    at_once: tuple[Doing, ...]
    faults: int = 0
    switches: int | None = None

    @property
    def orderly(self) -> bool:
        before = [each if isinstance(each, Doing) else each.doing for each in self.before]
        return all(doing.orderly for doing in self.at_once) and all(doing.is_usual for doing in before)

    def __str__(self) -> str:
        before = ", ".join(
            each.name if isinstance(each, Doing) else f"{each.doing.name} (…)" for each in self.before
        )
        return f"{before or 'a fresh home'}: {' | '.join(doing.name for doing in self.at_once)}"


@define
class Result:
    """What an exploration came to.

    `judged`: the ends, each with whether there had been faults. `violations`: an example of each broken invariant.
    """

    scenario: Scenario
    states: int = 0
    moves: int = 0
    judged: set[tuple[Vars, bool]] = field(factory=set)
    depth: int = 0
    seconds: float = 0.0
    violations: dict[str, tuple[Violation, "Path"]] = field(factory=dict)

    @property
    def ends(self) -> int:
        return len(self.judged)


@define(eq=False)
class Path:
    """How a state was come to."""

    state: State
    last: int = -1
    move: Move | None = None
    before: "Path | None" = None
    length: int = 0

    def steps(self) -> "list[Path]":
        steps: list[Path] = []
        path: Path | None = self
        while path is not None and path.move is not None:
            steps.append(path)
            path = path.before
        return steps[::-1]


def content_before(system: System, scenario: Scenario) -> Vars:
    content = blank(system.pool)
    for number, each in enumerate(scenario.before):
        doing, outcomes = (each, {}) if isinstance(each, Doing) else (each.doing, dict(each.outcomes))
        content = run_to_end(system, content, doing, 2 * number, outcomes)
    return content


@contextmanager
def not_collecting() -> Iterator[None]:
    """Without the garbage collector: it would go through millions of states, none of them garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@not_collecting()
def explore(
    system: System, scenario: Scenario, *, reduced: bool = True, stop_at_first: bool = False
) -> Result:
    """Visit every state that schedules within the scenario's bounds lead to."""
    started = time.perf_counter()
    result = Result(scenario)
    start = Path(system.start(content_before(system, scenario), scenario.at_once, FIRST_SLOT))
    waiting: dict[Spent, list[Path]] = {(0, 0): [start]}
    visited: dict[Key, int] = {}  # with how few switches, so far; faults only grow
    while waiting and not (stop_at_first and result.violations):
        spent = min(waiting)
        for path in _drain(waiting, spent):
            key = (path.state, path.last)
            if visited.get(key, spent[1] + 1) <= spent[1]:
                continue
            visited[key] = spent[1]
            result.depth = max(result.depth, path.length)
            moves = system.moves(path.state, scenario.faults - spent[0], reduced=reduced)
            result.moves += len(moves)
            for violation in _judge(system, scenario, path.state, moves, spent[0], result.judged):
                result.violations.setdefault(violation.invariant, (violation, path))
            for cost, move, after in _after(system, scenario, path, moves, spent, reduced=reduced):
                if visited.get(after, cost[1] + 1) > cost[1]:
                    step = Path(*after, move, path, path.length + 1)
                    waiting.setdefault(cost, []).append(step)
            if stop_at_first and result.violations:
                break
    result.states = len(visited)
    result.seconds = time.perf_counter() - started
    return result


def _after(
    system: System, scenario: Scenario, path: Path, moves: Sequence[Move], spent: Spent, *, reduced: bool
) -> Iterator[tuple[Spent, Move, Key]]:
    """Where the moves lead, and what has been spent by then."""
    faults, switches = spent
    counted = scenario.switches is not None
    alone = reduced and bool(moves) and moves[0].position == moves[-1].position
    for move in moves:
        last = move.position if counted and not alone else path.last
        switched = switches + (counted and not alone and _leaves(path, move))
        if scenario.switches is None or switched <= scenario.switches:
            yield (faults + move.cost, switched), move, (system.after(path.state, move), last)


def _drain(waiting: dict[Spent, list[Path]], spent: Spent) -> Iterator[Path]:
    """All that waits at this price, what comes while it is worked on too; the price is gone afterwards."""
    while waiting.get(spent):
        yield waiting[spent].pop()
    waiting.pop(spent, None)


def _leaves(path: Path, move: Move) -> bool:
    return path.last not in (-1, move.position) and path.state[1][path.last] >= 0


def _judge(
    system: System,
    scenario: Scenario,
    state: State,
    moves: Sequence[Move],
    faults: int,
    judged: set[tuple[Vars, bool]],
) -> Iterator[Violation]:
    if moves:
        return
    crashed = system.crashed(state)
    if crashed:
        yield Violation(CRASHED, crashed)
    elif not system.is_over(state):
        yield Violation(STUCK)
    elif (state[0], faults > 0) not in judged:
        judged.add((state[0], faults > 0))
        yield from judge_end(system, state[0], orderly=scenario.orderly, unfailing=faults == 0)


def shortest(system: System, scenario: Scenario, invariant: str) -> tuple[Violation, Path] | None:
    """A schedule that breaks this invariant with the fewest faults, and of those the fewest switches."""
    for switches in range(12):
        found = explore(system, evolve(scenario, switches=switches), reduced=False).violations.get(invariant)
        if found:
            return found
    return None


def show(system: System, scenario: Scenario, violation: Violation, path: Path) -> str:
    """A schedule, for people to read."""
    lines = [str(scenario), str(violation)]
    position = None
    for step in path.steps():
        assert step.move is not None
        assert step.before is not None
        if step.move.position != position:
            position = step.move.position
            doing = scenario.at_once[position // 2]
            lines.append(f"  {doing.name}{', its delivery' if position % 2 else ''}:")
        lines.append(f"    {system.describe(step.before.state, step.move)}")
    return "\n".join(lines)
