"""Where the time goes: import times and system calls, next to the floor and to the SDK alone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

from arcade_usage.adapters.storage.config_folder import FolderSnapshots, Layout
from arcade_usage.application.command.payload import describe_tool, encode_payload
from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.host import ONE_POST

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
    """Imports and system calls of the tool and of the delivery process; calls are empty without strace."""

    floor: Imports
    command: Imports
    limit: Imports
    delivery: Imports
    floor_calls: Counter[str]
    command_calls: Counter[str]


def measure_account(homes: Homes, rounds: int) -> Account:
    """One linked home, a few rounds."""
    home = homes.linked("ours")
    place = Setup(home, homes.posthog)
    environment = homes.environment(home, place)
    python = homes.environments.ours
    payload = _payload(home, homes.posthog)
    commands = {
        **{subject: homes.command(subject, place) for subject in ("nothing", "floor", "ours")},
        "limit": [python, "-c", ONE_POST, homes.posthog],
        "delivery": [python, "-m", "arcade_usage"],
    }
    environments = {"delivery": {**environment, "ARCADE_USAGE_EVENT_DATA": payload}}
    imports = {
        name: _time_imports(command, environments.get(name, environment), rounds)
        for name, command in commands.items()
    }
    calls = {name: _count_calls(commands[name], environment) for name in ("nothing", "floor", "ours")}
    return Account(
        floor=imports["floor"].without(imports["nothing"]),
        command=imports["ours"].without(imports["nothing"]),
        limit=imports["limit"],
        delivery=imports["delivery"],
        floor_calls=calls["floor"] - calls["nothing"],
        command_calls=calls["ours"] - calls["nothing"],
    )


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
        project={"host": posthog, "project_token": "phc_of_the_benchmark"},
        config_dir=layout.config_dir,
        distribution="arcade-usage",
    )
    return encode_payload(tool, snapshot, command)


def _time_imports(command: Sequence[str], environment: Mapping[str, str], rounds: int) -> Imports:
    times: dict[str, list[float]] = defaultdict(list)
    timed = [command[0], "-X", "importtime", *command[1:]]
    for number in range(rounds + 1):
        done = subprocess.run(timed, env=environment, cwd="/", capture_output=True, text=True, check=True)
        for microseconds, name in _IMPORT.findall(done.stderr) if number else ():
            times[name].append(int(microseconds) / 1000)
    return Imports({name: median(each) for name, each in times.items()})


def _count_calls(command: Sequence[str], environment: Mapping[str, str]) -> Counter[str]:
    strace = shutil.which("strace")
    if strace is None:
        return Counter()
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as counts:
        traced = [strace, "-c", "-o", counts.name, *command]
        subprocess.run(traced, env=environment, cwd="/", capture_output=True, check=True)
        return Counter({name: int(calls) for calls, name in _CALLS.findall(counts.read()) if name != "total"})
