"""The parts of the benchmark. Each can be measured alone and is kept as a JSON file, so that a page can be put together
from several sessions.
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cattrs
from attrs import evolve, field, frozen

from verification.benchmarks.account import Account, measure_account
from verification.benchmarks.burst import COMMANDS as BURST_COMMANDS
from verification.benchmarks.burst import SECONDS as BURST_SECONDS
from verification.benchmarks.burst import Burst, judge_bursts, measure_burst
from verification.benchmarks.commands import Cost, judge_commands, measure_commands
from verification.benchmarks.crowd import COMMANDS, Crowd, judge_crowds, measure_crowd
from verification.benchmarks.deliveries import Delivery, judge_deliveries, measure_deliveries
from verification.benchmarks.homes import Homes
from verification.benchmarks.measurements import Goal
from verification.benchmarks.receiver import Receiver
from verification.benchmarks.server_costs import EVENTS, ServerCost, judge_servers, measure_servers

SERVER_ROUNDS = 5  # each takes half a minute
ACCOUNT_ROUNDS = 5
INCUMBENT = "incumbent"


@frozen
class Size:
    """How much is measured. ours, incumbent: numbers of commands from several shells."""

    rounds: int
    ours: tuple[int, ...] = (1, 10, 100, COMMANDS, 1000)
    incumbent: tuple[int, ...] = (1, 10, COMMANDS)
    burst: int = BURST_COMMANDS
    events: int = EVENTS
    account_rounds: int = ACCOUNT_ROUNDS

    def at_length(self) -> "Size":
        """With ten times the commands of ours, and as many of the incumbent as ours has otherwise."""
        return evolve(self, ours=(*self.ours, 10_000), incumbent=(*self.incumbent, 1000))


# Only checks that everything works.
QUICK = Size(2, ours=(1, 10, 16), incumbent=(1, 10, 16), burst=10, events=500, account_rounds=1)


@frozen
class Bench:
    """What a part needs. in_memory: the same homes on a tmpfs. say: prints a line."""

    size: Size
    homes: Homes
    in_memory: Homes
    receiver: Receiver
    say: Callable[[str], None]


def _commands(bench: Bench) -> list[Cost]:
    return measure_commands(bench.homes, bench.size.rounds)


def _deliveries(bench: Bench) -> list[Delivery]:
    return measure_deliveries(bench.homes, bench.receiver, bench.size.rounds)


def _growth(bench: Bench) -> list[Crowd]:
    crowds = []
    for subject, counts in (("ours", bench.size.ours), (INCUMBENT, bench.size.incumbent)):
        for count in counts:
            bench.say(f"{count:,} commands at once, {subject}")
            crowds.append(measure_crowd(bench.homes, bench.receiver, subject, count))
    return crowds


def _burst(bench: Bench) -> list[Burst]:
    return [
        measure_burst(bench.homes, bench.receiver, subject, bench.size.burst)
        for subject in ("ours", INCUMBENT)
    ]


def _server(bench: Bench) -> list[ServerCost]:
    size = bench.size
    rounds = min(size.rounds, SERVER_ROUNDS)
    return measure_servers(bench.homes, bench.in_memory, bench.receiver, rounds, size.events)


def _account(bench: Bench) -> Account:
    return measure_account(bench.homes, bench.size.account_rounds)


@frozen
class Part:
    """One part: its title in the table of goals, how it is measured and judged, and the type of its figures."""

    title: str
    measure: Callable[[Bench], Any]
    judge: Callable[[Any], list[Goal]]
    type: Any


PARTS: Mapping[str, Part] = {
    "commands": Part("one command", _commands, judge_commands, list[Cost]),
    "deliveries": Part("one delivery", _deliveries, judge_deliveries, list[Delivery]),
    "growth": Part(f"{COMMANDS} commands", _growth, judge_crowds, list[Crowd]),
    "burst": Part(f"{BURST_COMMANDS} commands in {BURST_SECONDS:.0f} s", _burst, judge_bursts, list[Burst]),
    "server": Part(f"a server's {EVENTS:,} events", _server, judge_servers, list[ServerCost]),
    "account": Part("where the time goes", _account, lambda _: [], Account),
}


@frozen
class Measured:
    """The figures of one part. minutes: how long they took."""

    figures: Any
    rounds: int
    minutes: float


@frozen
class Store:
    """Keeps the figures of each part in a folder."""

    folder: Path
    _converter: cattrs.Converter = field(factory=cattrs.Converter, init=False)

    def __attrs_post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def measure(self, name: str, bench: Bench) -> Measured:
        begun = time.monotonic()
        figures = PARTS[name].measure(bench)
        measured = Measured(figures, bench.size.rounds, (time.monotonic() - begun) / 60)
        self.write(name, measured)
        return measured

    def write(self, name: str, measured: Measured) -> None:
        figures = self._converter.unstructure(
            measured.figures
        )  # by their class: to older cattrs, Any is JSON
        content = {"figures": figures, "rounds": measured.rounds, "minutes": measured.minutes}
        text = json.dumps(content, indent=1)
        (self.folder / f"{name}.json").write_text(text, encoding="utf-8")

    def read(self, name: str) -> "Measured | None":
        """None if the part was never measured."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
        figures = self._converter.structure(content["figures"], PARTS[name].type)
        return Measured(figures, content["rounds"], content["minutes"])
