"""Many commands from several shells at once: time until the last event arrives, CPU, concurrent processes."""

import subprocess
import time

from attrs import frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.measurements import Goal
from verification.benchmarks.orphans import wait_for_all
from verification.benchmarks.receiver import Receiver
from verification.benchmarks.watch import Watch

SHELLS = 8
COMMANDS = 200
TIMES_THE_WALL = 0.12
TIMES_THE_CPU = 0.25
DETACHED_CPU_MS = 10.0  # for each event
PROCESSES = 10  # detached ones in all
_LOOP = 'left=$1; shift; while [ "$left" -gt 0 ]; do "$@" >/dev/null; left=$((left - 1)); done'


@frozen
class Crowd:
    """`commands` commands of one subject: seconds until the last event arrives; CPU per event in ms, in all and of
    the detached processes; how many of these there were in all, the most at the same time, and the most of them with
    the SDK imported.
    """

    subject: str
    commands: int
    arrived: int
    wall_seconds: float
    cpu_ms: float
    detached_cpu_ms: float
    detached: int
    peak_detached: int
    peak_with_sdk: int


def measure_crowd(homes: Homes, receiver: Receiver, subject: str, commands: int) -> Crowd:
    """Run `commands` commands from SHELLS shells, in the home of a linked user."""
    home = homes.linked(subject)
    place = Setup(home, homes.posthog)
    before, begun = len(receiver.arrivals), time.monotonic()
    shells = [
        subprocess.Popen(
            ["/bin/sh", "-c", _LOOP, "shell", str(share), *homes.command(subject, place)],
            env=homes.environment(home, place),
            cwd="/",
            stdin=subprocess.DEVNULL,
        )
        for share in _shares(commands)
    ]
    others = {shell.pid for shell in shells}
    watch = Watch(others)
    ended = wait_for_all(watch.look)
    for shell in shells:
        shell.returncode = 0
    arrived = receiver.arrivals[before:]
    events = sum(not name.startswith("$") for arrival in arrived for name in arrival.events)
    detached = [each.cpu for each in ended if each.process not in others]
    return Crowd(
        subject,
        commands,
        events,
        wall_seconds=max(arrival.at for arrival in arrived) - begun,
        cpu_ms=sum(each.cpu for each in ended) / commands * 1000,
        detached_cpu_ms=sum(detached) / commands * 1000,
        detached=len(detached),
        peak_detached=watch.peak,
        peak_with_sdk=watch.peak_with_sdk,
    )


def _shares(commands: int) -> list[int]:
    return [share for n in range(SHELLS) if (share := commands // SHELLS + (n < commands % SHELLS))]


def compared(crowds: list[Crowd]) -> tuple[Crowd, Crowd]:
    """Ours and the incumbent's of COMMANDS commands; in a quick run, of the most that both have."""
    by_count = [
        {crowd.commands: crowd for crowd in crowds if crowd.subject == name} for name in ("ours", "incumbent")
    ]
    ours, theirs = by_count
    common = ours.keys() & theirs.keys()
    count = COMMANDS if COMMANDS in common else max(common)
    return ours[count], theirs[count]


def judge_crowds(crowds: list[Crowd]) -> list[Goal]:
    """The goals and the measured figures."""
    ours, theirs = compared(crowds)
    tools = "Nearly all of it is the tools themselves, which start Python and import Typer."
    terms = (
        "A process takes the events of others for four seconds at most; the next one imports the SDK again."
    )
    return [
        Goal(
            "wall time to the incumbent's",
            ours.wall_seconds / theirs.wall_seconds,
            at_most=TIMES_THE_WALL,
            made_of=tools,
        ),
        Goal(
            "CPU per event to the incumbent's",
            ours.cpu_ms / theirs.cpu_ms,
            at_most=TIMES_THE_CPU,
            made_of=tools,
        ),
        Goal(
            "detached CPU per event", ours.detached_cpu_ms, at_most=DETACHED_CPU_MS, unit="ms", made_of=terms
        ),
        Goal("detached processes in all", ours.detached, at_most=PROCESSES, unit="processes", made_of=terms),
        Goal("concurrent processes with the SDK imported", ours.peak_with_sdk, at_most=1, unit="processes"),
        Goal("events that did not arrive", ours.commands - ours.arrived, at_most=0, unit="events"),
    ]
