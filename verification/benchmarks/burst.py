"""Commands in quick succession, as a script or a coding agent runs them: when the last event arrives, and what runs."""

import subprocess
import time

from attrs import define, field, frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.measurements import Goal
from verification.benchmarks.orphans import children, wait_for_all
from verification.benchmarks.receiver import Receiver

COMMANDS = 50
SECONDS = 3.0
DELIVERED_SECONDS = 3.0


@frozen
class Burst:
    """COMMANDS commands in SECONDS. `after_seconds`: from the end of the last command to the last event's arrival.

    processes: how many detached processes there were. detached_cpu_ms: their CPU, for each event.
    """

    subject: str
    arrived: int
    after_seconds: float
    processes: int
    detached_cpu_ms: float


def measure_burst(homes: Homes, receiver: Receiver, subject: str, commands: int = COMMANDS) -> Burst:
    """Start a command every SECONDS / COMMANDS, in the home of a linked user."""
    home = homes.linked(subject)
    before = len(receiver.arrivals)
    starter = _Starter(homes, Setup(home, homes.posthog), subject, commands)
    starter.look()
    ended = wait_for_all(starter.look)
    starter.forget()
    arrived = receiver.arrivals[before:]
    detached = [each.cpu for each in ended if each.process not in starter.tools]
    return Burst(
        subject,
        sum(not name.startswith("$") for arrival in arrived for name in arrival.events),
        after_seconds=max(arrival.at for arrival in arrived) - starter.last_ended,
        processes=len(detached),
        detached_cpu_ms=sum(detached) / commands * 1000,
    )


@define
class _Starter:
    """Starts each command when it is due, and records when the last one ended."""

    homes: Homes
    place: Setup
    subject: str
    commands: int
    tools: "dict[int, subprocess.Popen[bytes]]" = field(factory=dict, init=False)
    last_ended: float = field(default=0.0, init=False)  # monotonic seconds
    _begun: float = field(factory=time.monotonic, init=False)

    def look(self) -> None:
        now = time.monotonic()
        if self.tools.keys() & set(children()):
            self.last_ended = now
        while len(self.tools) < self.commands and now >= self._begun + len(self.tools) * SECONDS / COMMANDS:
            home = self.place.template
            assert home is not None
            tool = subprocess.Popen(
                self.homes.command(self.subject, self.place),
                env=self.homes.environment(home, self.place),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            self.tools[tool.pid] = tool

    def forget(self) -> None:
        """wait_for_all has waited for the tools."""
        for tool in self.tools.values():
            tool.returncode = 0


def judge_burst(ours: Burst) -> list[Goal]:
    """The goals and the measured figures."""
    return [
        Goal("delivered after the last", ours.after_seconds, at_most=DELIVERED_SECONDS, unit="seconds"),
        Goal("events that did not arrive", COMMANDS - ours.arrived, at_most=0, unit="events"),
    ]
