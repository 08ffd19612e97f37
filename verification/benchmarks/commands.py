"""The added cost of one command, inside a host that has imported Typer, in every state, interleaved."""

import json
from collections.abc import Iterator

from attrs import define, field, frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.host import CALLS_WHEN_OFF
from verification.benchmarks.measurements import Goal, Measurements

TIMES_THE_FLOOR = 1.5
TIMES_LESS = 40.0  # than the incumbent
OFF_MICROSECONDS = 5.0
IMPORT_MS = 2.0
MEMORY_MIB = 1.0

# In these the goal does not hold: a first run makes files, a failing command is redacted.
FIRST, FAILING, OFF = "first run", "failing command", "off"


@frozen
class Cost:
    """What one subject takes in one state: wall and CPU of the host in ms, memory added to its peak in MiB."""

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
        yield "floor", state, place  # right before, in such a home: what that does to caches is nobody's
        yield "ours", state, place
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
        "linked": Setup(linked, homes.posthog),
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
    """The goals, and what was measured."""
    ours = [cost for cost in costs if cost.subject == "ours"]
    usual = [cost for cost in ours if cost.state not in (FIRST, FAILING, OFF)]
    theirs = {cost.state: cost for cost in costs if cost.subject == "incumbent"}
    return [
        Goal(
            "a command, in the state that takes longest, to the floor",
            max(cost.wall.over(find(costs, "floor", cost.state).wall) for cost in usual),
            at_most=TIMES_THE_FLOOR,
        ),
        Goal(
            "the incumbent to ours, in the state where that is closest",
            min(theirs[cost.state].wall.over(cost.wall) for cost in usual if cost.state in theirs),
            at_least=TIMES_LESS,
        ),
        Goal(
            "one call when off",
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
            "memory added to the host's peak, in the state that takes most",
            max(cost.memory.median for cost in usual),
            at_most=MEMORY_MIB,
            unit="MiB",
        ),
    ]
