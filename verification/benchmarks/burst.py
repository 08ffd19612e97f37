"""Commands in quick succession, as a script or a coding agent runs them: what runs over time, and when the last event
arrives.
"""

import subprocess
import time
from pathlib import Path

from attrs import define, field, frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.measurements import Goal
from verification.benchmarks.orphans import children, wait_for_all
from verification.benchmarks.receiver import Receiver
from verification.benchmarks.watch import Sample, Watch

COMMANDS = 50
SECONDS = 3.0
DELIVERED_SECONDS = 3.0


@frozen
class Burst:
    """Commands that start every SECONDS / COMMANDS: when the last one ended and the last event arrived, in seconds since the first.

    processes: how many detached processes there were; with_sdk: those that imported the SDK; cpu_seconds: of all of
    them. samples: how many there were over time; longest_gap: seconds between two of them.
    """

    subject: str
    commands: int
    arrived: int
    last_ended: float
    last_arrived: float
    processes: int
    with_sdk: int
    cpu_seconds: float
    samples: list[Sample]
    longest_gap: float

    @property
    def after_seconds(self) -> float:
        """From the end of the last command until the last event arrived."""
        return self.last_arrived - self.last_ended

    @property
    def peak(self) -> int:
        """The most detached processes at once."""
        return max(sample.detached for sample in self.samples)


def measure_burst(homes: Homes, receiver: Receiver, subject: str, commands: int = COMMANDS) -> Burst:
    """Start a command every SECONDS / COMMANDS, in the home of a linked user."""
    home = homes.linked(subject)
    before, begun = len(receiver.arrivals), time.monotonic()
    starter = _Starter(homes, home, subject, commands, begun)
    watch = Watch(starter.tools)

    def look() -> None:
        starter.look()
        watch.look()

    look()
    ended = wait_for_all(look)
    watch.end()
    starter.forget()
    arrived = receiver.arrivals[before:]
    detached = [each.cpu for each in ended if each.process not in starter.tools]
    return Burst(
        subject,
        commands,
        sum(not name.startswith("$") for arrival in arrived for name in arrival.events),
        last_ended=starter.last_ended - begun,
        last_arrived=max((arrival.at for arrival in arrived), default=begun) - begun,
        processes=len(detached),
        with_sdk=watch.imported,
        cpu_seconds=sum(detached),
        samples=watch.samples,
        longest_gap=watch.longest_gap,
    )


@define
class _Starter:
    """Starts each command when it is due, and records when the last one ended. `begun`: monotonic seconds."""

    homes: Homes
    home: Path
    subject: str
    commands: int
    begun: float
    tools: "dict[int, subprocess.Popen[bytes]]" = field(factory=dict, init=False)
    last_ended: float = field(default=0.0, init=False)  # monotonic seconds

    def look(self) -> None:
        now = time.monotonic()
        if self.tools.keys() & set(children()):
            self.last_ended = now
        place = Setup(self.home, self.homes.posthog)
        # One at a time: between two, the watch looks.
        if len(self.tools) < self.commands and now >= self.begun + len(self.tools) * SECONDS / COMMANDS:
            tool = subprocess.Popen(
                self.homes.command(self.subject, place),
                env=self.homes.environment(self.home, place),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            self.tools[tool.pid] = tool

    def forget(self) -> None:
        """wait_for_all has waited for the tools."""
        for tool in self.tools.values():
            tool.returncode = 0


def judge_bursts(bursts: list[Burst]) -> list[Goal]:
    """The goals and the measured figures."""
    ours = bursts[0]
    return [
        Goal(
            "delivered after the last",
            ours.after_seconds,
            at_most=DELIVERED_SECONDS,
            unit="seconds",
            made_of="A process imports the SDK before it sends, and then sends every 0.2 s what came meanwhile.",
        ),
        Goal("events that did not arrive", ours.commands - ours.arrived, at_most=0, unit="events"),
    ]
