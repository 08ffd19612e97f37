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

# The goals do not apply to the first three: the first command makes files, a failing one is classified.
FIRST, FAILING, OFF, LINKED = "first run", "failing command", "off", "linked"
ANNOUNCED = "linked, moments after another command"
APP, ARCADE, ARCADE_FLOOR = "app", "arcade", "arcade_floor"  # subjects of host.py
_REPORTING = ("ours", APP, ARCADE)  # start one process, or none where an announcement stands


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
        for (subject, state), each in series.items():
            done = homes.run(subject, each.place)
            if subject in _REPORTING and len(done.orphans) != (not each.place.announced and state != OFF):
                raise RuntimeError(f"{subject}, {state}: started {len(done.orphans)} processes")
            told = json.loads(done.output)
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
        if state in (LINKED, ANNOUNCED):
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
        **({ANNOUNCED: Setup(linked, homes.posthog, announced=True)} if subject == "ours" else {}),
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
    usual = [cost for cost in ours if cost.state not in (FIRST, FAILING, OFF, ANNOUNCED)]
    theirs = {cost.state: cost for cost in costs if cost.subject == "incumbent"}
    return [
        *_judge_state(costs, "", [cost.state for cost in usual], LINKED),
        *_judge_state(costs, ", moments after another command", [ANNOUNCED], ANNOUNCED),
        Goal(
            "the incumbent to ours, in the closest state",
            min(theirs[cost.state].wall.over(cost.wall) for cost in usual if cost.state in theirs),
            at_least=TIMES_LESS,
            made_of="Nearly all of the incumbent's time is imports and requests; of ours, see the goals above.",
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


def _judge_state(costs: list[Cost], when: str, states: list[str], app_state: str) -> list[Goal]:
    """The goals of a command that starts a process, and of one that leaves its event to another one's process."""
    starts = not when

    def to_floor(subject: str, state: str) -> float:
        return find(costs, subject, state).wall.over(find(costs, "floor", state).wall)

    return [
        Goal(
            f"a `with` block{when or ', in the slowest state'}, to the floor",
            max(to_floor("ours", state) for state in states),
            at_most=TIMES_THE_FLOOR,
            made_of=_IMPORTS if starts else _STORES,
        ),
        Goal(
            f"a command of a Typer app{when}, to the floor",
            to_floor(APP, app_state),
            at_most=TIMES_THE_FLOOR,
            made_of="As for a `with` block; the integration of Typer is a few modules more.",
        ),
        Goal(
            f"a command of the Arcade CLI{when}",
            find(costs, ARCADE, app_state).wall.median,
            at_most=ARCADE_MS,
            unit="ms",
            made_of="The CLI has imported what the floor imports, so the goal is little more than the start of a process;"
            " the library's own imports remain.",
        ),
    ]


_IMPORTS = (
    "Most of it is imports, for each of which Python searches folders, reads a file and runs it; the rest is the switch,"
    " two small files, one JSON text and the start of a process."
)
_STORES = (
    "No process is started, but the command writes the event to disk itself, with the modules for the facts of the"
    " machine, the record and safe files."
)
