"""Where the time goes: import times and system calls, next to the floor and to the SDK alone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import median

from attrs import evolve, frozen

from arcade_usage.adapters.storage.config_folder import FolderSnapshots, Layout
from arcade_usage.application.command.payload import describe_tool, encode_payload
from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.host import ONE_POST, TOKEN
from verification.benchmarks.orphans import kill_children, wait_for_all

STANDARD_LIBRARY = "the standard library"
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")
_CALLS = re.compile(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(\w+)")


@frozen
class Imports:
    """Each module's own import time in ms, by name."""

    by_module: Mapping[str, float]

    def without(self, others: "Imports") -> "Imports":
        return Imports({name: ms for name, ms in self.by_module.items() if name not in others.by_module})

    @property
    def total(self) -> float:
        return sum(self.by_module.values())

    def by_package(self) -> dict[str, tuple[int, float]]:
        """The number of modules of each package, and their time in ms."""
        found: dict[str, list[float]] = defaultdict(list)
        for name, ms in self.by_module.items():
            top = name.partition(".")[0]
            found[STANDARD_LIBRARY if top in _STANDARD else top].append(ms)
        return {package: (len(each), sum(each)) for package, each in found.items()}


_STANDARD = sys.stdlib_module_names | {"encodings"}


@frozen
class Account:
    """Imports and system calls of the tool and of the delivery process; calls are empty without strace.

    announced: of a command that finds an announcement.
    """

    floor: Imports
    command: Imports
    announced: Imports
    limit: Imports
    delivery: Imports
    floor_calls: Counter[str]
    command_calls: Counter[str]
    announced_calls: Counter[str]


def measure_account(homes: Homes, rounds: int) -> Account:
    """In copies of one linked home, a few rounds."""
    place = Setup(homes.linked("ours"), homes.posthog)
    tools = {
        **{
            subject: _Program(homes, place, homes.command(subject, place))
            for subject in ("nothing", "floor", "ours")
        },
        "announced": _Program(homes, evolve(place, announced=True), homes.command("ours", place)),
    }
    python = homes.environments.ours
    programs = {
        **tools,
        "limit": _Program(homes, place, [python, "-c", ONE_POST, homes.posthog]),
        "delivery": _Program(homes, place, [python, "-m", "arcade_usage"], delivers=True),
    }
    imports = {name: _time_imports(program, rounds) for name, program in programs.items()}
    calls = {name: _count_calls(tool) for name, tool in tools.items()}
    return Account(
        floor=imports["floor"].without(imports["nothing"]),
        command=imports["ours"].without(imports["nothing"]),
        announced=imports["announced"].without(imports["nothing"]),
        limit=imports["limit"],
        delivery=imports["delivery"],
        floor_calls=calls["floor"] - calls["nothing"],
        command_calls=calls["ours"] - calls["nothing"],
        announced_calls=calls["announced"] - calls["nothing"],
    )


@frozen
class _Program:
    """A program that runs in a home. delivers: with the payload of a command, and in no copy, where it would have to
    find out whose the event is.
    """

    homes: Homes
    place: Setup
    command: Sequence[str]
    delivers: bool = False

    def run(self, *prefix: str, options: Sequence[str] = ()) -> str:
        """Run it with `prefix` before it and options of Python; return its stderr. Kills what it started."""
        command = [*prefix, self.command[0], *options, *self.command[1:]]
        with nullcontext(self.place.template) if self.delivers else self.homes.prepared(self.place) as home:
            assert home is not None
            environment = self.homes.environment(home, self.place)
            if self.delivers:
                environment["ARCADE_USAGE_EVENT_DATA"] = _payload(home, self.place.posthog)
            done = subprocess.run(
                command, env=environment, cwd="/", capture_output=True, text=True, check=True
            )
            kill_children()
            wait_for_all()
        return done.stderr


def _payload(home: Path, posthog: str) -> str:
    """The payload of a command in that home."""
    layout = Layout(os.fspath(home / ".arcade"))
    snapshot = FolderSnapshots(layout).take()
    assert snapshot is not None
    command = {
        "name": "toolkit.run",
        "outcome": "success",
        "ended_at": 1.7e9,
        "error_message": None,
        "properties": None,
    }
    tool = describe_tool(
        project={"host": posthog, "project_token": TOKEN},
        config_dir=layout.config_dir,
        distribution="arcade-usage",
    )
    return encode_payload(tool, snapshot, command)


def _time_imports(program: _Program, rounds: int) -> Imports:
    times: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        said = program.run(options=("-X", "importtime"))
        for microseconds, name in _IMPORT.findall(said) if number else ():
            times[name].append(int(microseconds) / 1000)
    return Imports({name: median(each) for name, each in times.items()})


def _count_calls(program: _Program) -> Counter[str]:
    strace = shutil.which("strace")
    if strace is None:
        return Counter()
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as counts:
        program.run(strace, "-c", "-o", counts.name)
        return Counter({name: int(calls) for calls, name in _CALLS.findall(counts.read()) if name != "total"})
