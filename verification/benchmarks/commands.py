"""The cost that tracking adds to one command, inside the tool, in every state, interleaved."""

import json
from collections.abc import Iterator

from attrs import define, evolve, field, frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.host import CALLS_WHEN_OFF
from verification.benchmarks.measurements import Goal, Measurements

TIMES_THE_FLOOR = 2.0
ARCADE_MS = 1.2
TIMES_LESS = 40.0  # than the incumbent
OFF_MICROSECONDS = 5.0
IMPORT_MS = 2.0
MEMORY_MIB = 1.0

# The goals do not apply to these: the first command makes files, a failing one is classified.
FIRST, FAILING, OFF, LINKED = "first run", "failing command", "off", "linked"
APP, ARCADE, ARCADE_FLOOR = "app", "arcade", "arcade_floor"  # subjects of host.py


@frozen
class Cost:
    """One subject in one state: wall and CPU time in ms, memory added to the tool's peak in MiB."""

    subject: str
    state: str
    wall: Measurements
    cpu: Measurements
    memory: Measurements


@define
class _Series:
    place: Setup
    wall: list[float] = field(factory=list)
    cpu: list[float] = field(factory=list)
    memory: list[float] = field(factory=list)


def measure_commands(homes: Homes, rounds: int) -> list[Cost]:
    """Every subject in every state; one round to warm up."""
    series = {(subject, state): _Series(place) for subject, state, place in _places(homes)}
    for number in range(rounds + 1):
        for (subject, _), each in series.items():
            told = json.loads(homes.run(subject, each.place).output)
            if number:
                scale = 1.0 / CALLS_WHEN_OFF if subject == "call_when_off" else 1.0
                each.wall.append(told["seconds"] * 1000 * scale)
                each.cpu.append(told["cpu"] * 1000 * scale)
                each.memory.append(told["memory"] / 2**20)
    return [
        Cost(subject, state, Measurements(each.wall), Measurements(each.cpu), Measurements(each.memory))
        for (subject, state), each in series.items()
    ]


def _places(homes: Homes) -> Iterator[tuple[str, str, Setup]]:
    for state, place in _states(homes, "ours").items():
        yield "floor", state, place  # right before, in an equal home, so that both find the same caches
        yield "ours", state, place
        if state == LINKED:
            for subject in (APP, ARCADE_FLOOR, ARCADE):
                yield subject, state, evolve(place, variables={"ARCADE_DISABLE_AUTOUPDATE": "1"})
    for state, place in _states(homes, "incumbent").items():
        yield "incumbent", state, place
    yield "peer", "anonymous", Setup(homes.anonymous("peer"), homes.posthog)
    yield "import_only", FIRST, Setup(None, homes.posthog)
    yield "call_when_off", OFF, _off(homes)


def _states(homes: Homes, subject: str) -> dict[str, Setup]:
    linked = homes.linked(subject)
    logged_in = homes.logged_in(subject)
    states = {
        FIRST: Setup(None, homes.posthog),
        "anonymous": Setup(homes.anonymous(subject), homes.posthog),
        LINKED: Setup(linked, homes.posthog),
        "logged in, not linked": Setup(logged_in, homes.posthog),
        "PostHog unreachable": Setup(logged_in, homes.dead),
        "cloud unreachable": Setup(homes.logged_in(subject, homes.dead), homes.posthog),
        FAILING: Setup(linked, homes.posthog, failing=True),
        OFF: _off(homes),
    }
    if subject == "ours":
        states["outbox of 1,000"] = Setup(homes.full(), homes.refused)
    return states


def _off(homes: Homes) -> Setup:
    return Setup(None, homes.posthog, {"ARCADE_USAGE_TRACKING": "0"})


def find(costs: list[Cost], subject: str, state: str) -> Cost:
    return next(cost for cost in costs if (cost.subject, cost.state) == (subject, state))


def judge_commands(costs: list[Cost]) -> list[Goal]:
    """The goals and the measured figures."""
    ours = [cost for cost in costs if cost.subject == "ours"]
    usual = [cost for cost in ours if cost.state not in (FIRST, FAILING, OFF)]
    theirs = {cost.state: cost for cost in costs if cost.subject == "incumbent"}
    return [
        Goal(
            "a `with` block, in the slowest state, to the floor",
            max(cost.wall.over(find(costs, "floor", cost.state).wall) for cost in usual),
            at_most=TIMES_THE_FLOOR,
        ),
        Goal(
            "a command of a Typer app, to the floor",
            find(costs, APP, LINKED).wall.over(find(costs, "floor", LINKED).wall),
            at_most=TIMES_THE_FLOOR,
        ),
        Goal(
            "a command of the Arcade CLI",
            find(costs, ARCADE, LINKED).wall.median,
            at_most=ARCADE_MS,
            unit="ms",
        ),
        Goal(
            "the incumbent to ours, in the closest state",
            min(theirs[cost.state].wall.over(cost.wall) for cost in usual if cost.state in theirs),
            at_least=TIMES_LESS,
        ),
        Goal(
            "one call while tracking is off",
            find(costs, "call_when_off", OFF).wall.median * 1000,
            at_most=OFF_MICROSECONDS,
            unit="µs",
        ),
        Goal(
            "`import arcade_usage`",
            find(costs, "import_only", FIRST).wall.median,
            at_most=IMPORT_MS,
            unit="ms",
        ),
        Goal(
            "memory added to the tool's peak, in the largest state",
            max(cost.memory.median for cost in usual),
            at_most=MEMORY_MIB,
            unit="MiB",
        ),
    ]
