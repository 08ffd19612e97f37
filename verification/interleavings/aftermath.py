"""When all is well again: the network is up, nothing fails, and people go on one after the other.

On each home: a command; a login, where nobody is logged in; and another command; and a delivery on the other
machine, where that one alone can tell whose an event is. Then what was owed must have been paid.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from verification.interleavings.oracle import (
    CRASHED,
    Evidence,
    Violation,
    judge_liveness,
    judge_order,
    judge_rest,
    judge_safety,
)
from verification.interleavings.programs import COMMAND, DELIVERY, LOGIN_CAROL, LOGIN_DORA, Doing
from verification.interleavings.shared_state import HOMES, Period, Vars, installation, place_of
from verification.interleavings.system import System

FIRST_SLOT = 60
LATER_SECONDS = 2 * 3600  # more than any pause between two attempts


class HaltedError(Exception):
    """A process raised what it should not, or waits for ever, though all is well."""


def run_to_end(
    system: System, content: Vars, doing: Doing, slot: int, outcomes: Mapping[str, str] | None = None
) -> Vars:
    """One thing after the other, each operation with the outcome named, else ok."""
    state = system.start(content, [doing], slot)
    while not system.is_over(state):
        wanted = outcomes or {}
        moves = system.moves(state, 1, reduced=False)
        for move in moves:
            node = system.trees.nodes[state[1][move.position]]
            if move.outcome == wanted.get(node.name, "ok"):
                state = system.after(state, move)
                break
        else:
            raise HaltedError(f"{doing.name} can't go on: {system.crashed(state)}")
    return state[0]


def run_aftermath(system: System, content: Vars) -> Vars:
    after = system.aftermaths.get(content)
    if after is None:
        after = system.aftermaths[content] = _run_aftermath(system, content)
    return after


def _run_aftermath(system: System, content: Vars) -> Vars:
    clock = place_of("clock", 0)
    now = system.pool.values[content[clock]]
    assert isinstance(now, int)
    later = system.pool.number(now + LATER_SECONDS)
    content = (*content[:clock], later, *content[clock + 1 :])
    slot = FIRST_SLOT
    for home, newcomer in ((0, LOGIN_DORA), (1, evolve(LOGIN_CAROL, home=1))):
        if home == 1 and system.value(content, "usage", home) is None:
            continue
        steps = [evolve(COMMAND, home=home), evolve(COMMAND, home=home)]
        if _periods(system, content, home)[-1].who is None:
            steps.insert(1, newcomer)
        for doing in steps:
            content = run_to_end(system, content, doing, slot)
            slot += 2
        if any(each.is_foreign(installation(home, 0)) for each in system.value(content, "outbox", home)):
            content = run_to_end(system, content, evolve(DELIVERY, home=home, machine=1), slot)
            slot += 2
    return content


def judge_end(system: System, content: Vars, *, orderly: bool, unfailing: bool) -> Iterator[Violation]:
    """Everything that is wrong when a schedule has ended, and after that."""
    evidence = _evidence(system, content)
    yield from judge_safety(evidence)
    on = tuple(bool(system.value(content, "switch", home)) for home in HOMES)
    yield from judge_rest(evidence, unfailing=unfailing, on=on)
    try:
        evidence = _evidence(system, run_aftermath(system, content))
    except HaltedError as error:
        yield Violation(CRASHED, str(error))
        return
    yield from judge_safety(evidence)
    if system.value(content, "switch"):
        yield from judge_liveness(evidence)
        if orderly:
            yield from judge_order(evidence, unfailing=unfailing)


def _evidence(system: System, content: Vars) -> Evidence:
    def by_home(variable: str) -> Any:
        return tuple(system.value(content, variable, home) for home in HOMES)

    return Evidence(
        system.value(content, "posthog"),
        system.value(content, "history"),
        by_home("credentials"),
        by_home("usage"),
        by_home("outbox"),
        by_home("pauses"),
        by_home("counts"),
    )


def _periods(system: System, content: Vars, home: int) -> tuple[Period, ...]:
    periods: tuple[Period, ...] = system.value(content, "credentials", home)
    return periods
