"""A server that captures 10,000 events: the cost of an event, next to the SDK's client and to one file per event.

Subjects that write files run on a tmpfs too, because the cost of a file depends on the file system.
"""

import json
import os
import subprocess
import time

from attrs import define, field, frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.measurements import Goal, Measurements
from verification.benchmarks.receiver import Receiver

EVENTS = 10_000
TIMES_THE_SDK = 2.5
CALLER_MICROSECONDS = 10.0
PATIENCE_SECONDS = 120.0
_HOST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chatter.py")
FILES = "files"
_ON_DISK = ("ours", "sdk", FILES)
_IN_MEMORY = ("ours", FILES)
_FIGURES = ("caller", "caller_p95", "cpu", "rate", "memory")


@frozen
class ServerCost:
    """One subject. `caller`: µs of one capture, the median of each run; `caller_p95`: its 95th percentile.

    `cpu`: µs of the process per event, background included. `rate`: events a second, until the last one is in.
    `memory`: MiB added to the peak. `lost`: events that did not arrive, in all runs.
    """

    subject: str
    caller: Measurements
    caller_p95: Measurements
    cpu: Measurements
    rate: Measurements
    memory: Measurements
    lost: int


@define
class _Series:
    figures: dict[str, list[float]] = field(factory=lambda: {name: [] for name in _FIGURES})
    lost: int = 0


def measure_servers(
    homes: Homes, in_memory: Homes, receiver: Receiver, rounds: int, events: int
) -> list[ServerCost]:
    """Every subject, interleaved; one round to warm up."""
    linked = Setup(homes.linked("ours"), homes.posthog)
    places = {subject: (homes, subject) for subject in _ON_DISK}
    places |= {f"{subject}, in memory": (in_memory, subject) for subject in _IN_MEMORY}
    series = {name: _Series() for name in places}
    for number in range(rounds + 1):
        for name, each in series.items():
            where, subject = places[name]
            figures, lost = _run(where, receiver, subject, linked, events)
            each.lost += lost
            for figure, value in figures.items() if number else ():
                each.figures[figure].append(value)
    return [
        ServerCost(
            name, **{figure: Measurements(each.figures[figure]) for figure in _FIGURES}, lost=each.lost
        )
        for name, each in series.items()
    ]


def _run(
    homes: Homes, receiver: Receiver, subject: str, place: Setup, events: int
) -> tuple[dict[str, float], int]:
    with homes.copied(place.template) as home:
        before = receiver.count
        server = subprocess.Popen(
            [homes.environments.ours, _HOST, subject, str(events)],
            env=homes.environment(home, place),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        due = before + (1 + events if subject != FILES else 0)
        _wait_for(receiver, min(due, before + 1))
        assert server.stdin is not None
        server.stdin.write("\n")
        server.stdin.flush()
        arrived = _wait_for(receiver, due)
        said, _ = server.communicate("\n")
    told = json.loads(said)
    ended = receiver.last if due > before else told["ended"]
    figures = {
        "caller": told["median"] / 1000,
        "caller_p95": told["p95"] / 1000,
        "cpu": told["cpu"] / events * 1e6,
        "rate": events / (ended - told["begun"]),
        "memory": told["memory"] / 2**20,
    }
    return figures, due - arrived


def _wait_for(receiver: Receiver, count: int) -> int:
    """Wait until `count` events have arrived, PATIENCE_SECONDS at most; return how many have."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (arrived := receiver.count) < count and time.monotonic() < end:
        time.sleep(0.05)
    return arrived


def judge_servers(servers: list[ServerCost]) -> list[Goal]:
    """The goals and the measured figures."""
    ours, sdk, *_ = servers
    return [
        Goal(
            "CPU of an event, to the SDK's own client",
            ours.cpu.over(sdk.cpu),
            at_most=TIMES_THE_SDK,
            made_of="The SDK's own message and the request take as long; an event is also redacted, attributed and stored.",
        ),
        Goal(
            "time in the caller",
            ours.caller.median,
            at_most=CALLER_MICROSECONDS,
            unit="µs",
            made_of="The caller encodes the properties as JSON and queues them.",
        ),
        Goal("events that did not arrive", ours.lost, at_most=0, unit="events"),
    ]
