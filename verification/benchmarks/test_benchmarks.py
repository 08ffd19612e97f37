"""The benchmark itself, with the smallest numbers: its states, its watch, its store and its page."""

import json
import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from verification.benchmarks import commands, deliveries
from verification.benchmarks.account import Account, Imports
from verification.benchmarks.burst import Burst
from verification.benchmarks.commands import Cost
from verification.benchmarks.crowd import Crowd
from verification.benchmarks.deliveries import Delivery
from verification.benchmarks.environments import ROOT
from verification.benchmarks.measurements import Goal, Measurements
from verification.benchmarks.parts import PARTS, Measured, Store
from verification.benchmarks.report import Results, write_report
from verification.benchmarks.server_costs import ServerCost
from verification.benchmarks.tables import missed_goals
from verification.benchmarks.watch import Sample

# In a process of its own: it adopts all orphans, and waits for every child.
_SMALLEST = """
import json, sys, tempfile
from pathlib import Path
from verification.benchmarks.burst import measure_burst
from verification.benchmarks.environments import Environments
from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.orphans import adopt
from verification.benchmarks.receiver import dead_end, receiving

adopt()
with tempfile.TemporaryDirectory() as folder, receiving() as receiver, dead_end() as dead:
    homes = Homes(Path(folder), Environments(*[sys.executable] * 3), receiver.url, dead)
    home = homes.anonymous("ours")
    before = sorted(map(str, home.rglob("*")))
    started = [
        len(homes.run("ours", Setup(home, homes.posthog, announced=announced)).orphans) for announced in (False, True)
    ]
    untouched = sorted(map(str, home.rglob("*"))) == before
    burst = measure_burst(homes, receiver, "ours", commands=3)
print(json.dumps({
    "started": started, "untouched": untouched, "arrived": burst.arrived, "processes": burst.processes,
    "with_sdk": burst.with_sdk, "peak": burst.peak, "last": burst.samples[-1].detached, "after": burst.after_seconds,
}))
"""


def test_single_commands_and_a_burst_run_in_a_known_state() -> None:
    """A command starts a process where no announcement stands, and none where one does; a burst is watched to its end."""
    done = subprocess.run(
        [sys.executable, "-c", _SMALLEST], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["started"] == [1, 0]
    assert told["untouched"]
    assert told["arrived"] == 3
    assert 1 <= told["with_sdk"] <= told["processes"] <= 3
    assert 1 <= told["peak"] <= told["processes"]
    assert told["last"] == 0


_ONE = Measurements([1.0])
_SUBJECTS = (
    "floor",
    "ours",
    commands.APP,
    commands.ARCADE,
    commands.ARCADE_FLOOR,
    "incumbent",
    "peer",
    "import_only",
    "call_when_off",
)
_STATES = (
    "anonymous",
    "PostHog unreachable",
    commands.FIRST,
    commands.OFF,
    commands.LINKED,
    commands.ANNOUNCED,
)
_DELIVERIES = (
    deliveries.LIMIT,
    deliveries.BARE,
    deliveries.BUSY,
    deliveries.PAUSED,
    deliveries.PAUSED_FIRST,
    "ours, linked",
)
_IMPORTS, _CALLS = Imports({"json": 1.0}), Counter({"read": 1})
FIGURES: "dict[str, object]" = {
    "commands": [Cost(subject, state, _ONE, _ONE, _ONE) for subject, state in product(_SUBJECTS, _STATES)],
    "deliveries": [Delivery(name, _ONE, _ONE, _ONE) for name in _DELIVERIES],
    "growth": [Crowd(subject, 10, 10, 1.0, 1.0, 1.0, 1, 1, 1) for subject in ("ours", "incumbent")],
    "burst": [
        Burst(subject, 50, 50, 3.0, 4.0, 1, 1, 0.5, [Sample(0.0, 0, 0), Sample(1.0, 1, 1)], 0.02)
        for subject in ("ours", "incumbent")
    ],
    "server": [ServerCost(subject, _ONE, _ONE, _ONE, _ONE, _ONE, lost=0) for subject in ("ours", "sdk")],
    "account": Account(_IMPORTS, _IMPORTS, _IMPORTS, _IMPORTS, _IMPORTS, _CALLS, _CALLS, _CALLS),
}


def test_the_figures_of_a_part_survive_on_disk(tmp_path: Path) -> None:
    """A part that was measured in another session reads as it was measured."""
    store = Store(tmp_path)
    assert store.read("burst") is None
    for name, figures in FIGURES.items():
        store.write(name, Measured(figures, 4, 1.5))
        assert store.read(name) == Measured(figures, 4, 1.5)
    assert FIGURES.keys() == PARTS.keys()


def test_the_page_is_made_of_all_parts() -> None:
    """The page has the table of every part, and a sentence for each goal that is missed."""
    goals = {PARTS[name].title: PARTS[name].judge(figures) for name, figures in FIGURES.items()}
    page = write_report(Results([4], 8.0, {}, goals, *FIGURES.values()))  # type: ignore[arg-type]
    for title in (
        "One command, in the tool",
        "One delivery process",
        "Many commands, from 8 shells",
        "A server",
    ):
        assert f"### {title}\n" in page
    missed = [goal for each in goals.values() for goal in each if not goal.is_met]
    assert missed
    assert all(goal.made_of in page for goal in missed)
    assert f" of {sum(map(len, goals.values()))} goals are met" in page


def test_no_list_without_a_missed_goal() -> None:
    """If every goal is met, the page has no list of missed ones."""
    assert missed_goals({"part": [Goal("met", 1.0, at_most=1.0)]}) == ""
    assert "part, missed" in missed_goals({"part": [Goal("missed", 2.0, at_most=1.0)]})


def test_pictures_are_drawn(tmp_path: Path) -> None:
    """Each picture is an SVG whose words are text, so it stays small."""
    pytest.importorskip("matplotlib")
    from verification.benchmarks.plot import plot_pictures

    plot_pictures(FIGURES["commands"], FIGURES["growth"], FIGURES["burst"], tmp_path)  # type: ignore[arg-type]
    pictures = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.svg")}
    assert pictures.keys() == {f"performance-{name}.svg" for name in ("command", "burst", "growth")}
    assert all("<text" in picture for picture in pictures.values())
