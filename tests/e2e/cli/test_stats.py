"""`stats`: how often commands ran and failed, and how long they took."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from arcade_usage.cli import stats
from tests.e2e.cli import copies
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import here
from tests.e2e.world import World

NOON = datetime(2026, 11, 28, 12).astimezone()


def local_noon(days_ago: int) -> datetime:
    return NOON - timedelta(days_ago)


def keep(folder: Path, name: str, days_ago: int = 0, *, failed: bool = False, **properties: Any) -> None:
    """A copy of a command's event that ended at noon."""
    copies.keep(folder, name, local_noon(days_ago).timestamp(), failed=failed, **properties)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose commands ran today, three, eight and forty days ago."""
    monkeypatch.setattr(stats, "time", SimpleNamespace(time=NOON.timestamp))
    folder = tmp_path / "config"
    keep(folder, "old", 40)
    keep(folder, "build", 8, duration_ms=1000)
    for took in (10, 30):
        keep(folder, "build", 3, duration_ms=took, is_ci=True)
    keep(folder, "build", duration_ms=20_000, failed=True, agent="some-agent")
    keep(folder, "toolkit.run", duration_ms=5)
    return folder


def test_periods_and_days(shell: Shell, folder: Path) -> None:
    """Today, 7 and 30 days, by command and by day; what is older does not count."""
    printed = shell("stats", "--json", "--config-dir", folder).content
    assert [
        (each["days"], each["runs"], each["failures"], each["median_ms"]) for each in printed["periods"]
    ] == [(1, 2, 1, 10_002.5), (7, 4, 1, 20.0), (30, 5, 1, 30)]
    assert [each["command"] for each in printed["periods"][0]["commands"]] == ["build", "toolkit.run"]
    assert printed["periods"][2]["commands"][0] == {
        "command": "build", "runs": 4, "failures": 1, "median_ms": 515.0, "p95_ms": 20_000
    }  # fmt: skip
    days = {date.fromisoformat(each["day"]): each for each in printed["days"]}
    assert len(days) == 30
    of_today, before = days[local_noon(0).date()], days[local_noon(3).date()]
    assert (of_today["people"], of_today["agents"], of_today["ci"]) == (1, 1, 0)
    assert (before["ci"], before["median_ms"], before["commands"][0]["runs"]) == (2, 20.0, 2)
    assert days[local_noon(4).date()]["commands"] == []


def test_it_is_shown_with_bars(shell: Shell, folder: Path) -> None:
    """A row for each command and day; the most frequent one has the longest bar."""
    ran = shell("stats", "--config-dir", folder)
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert "Today 2 runs, 1 failed" in lines
    assert "Last 7 days 4 runs, 1 failed" in lines
    full, half = "█" * 20, "█" * 5
    assert f"build 4 1 515 ms {full}" in lines
    assert f"toolkit.run 1 0 5 ms {half}" in lines
    assert f"{local_noon(3):%a %Y-%m-%d} 2 0 20 ms {full}" in lines
    assert f"{local_noon(0):%a %Y-%m-%d} 2 1 10.0 s {full}" in lines
    assert not any("old" in line for line in lines)


def test_a_command_or_its_group_is_selected(shell: Shell, folder: Path) -> None:
    """By dotted path, as with `log`."""
    printed = shell("stats", "--command", "toolkit", "--json", "--config-dir", folder).content
    assert [each["runs"] for each in printed["periods"]] == [1, 1, 1]
    ran = shell("stats", "--command", "old", "--config-dir", folder)
    assert (ran.code, ran.out) == (0, "There is no command in the last 30 days.\n")


@here
def test_a_real_command_counts(shell: Shell, world: World) -> None:
    """As soon as PostHog has accepted it; links do not count."""
    assert shell("stats", "--json", "--config-dir", world.folder).content["periods"][0]["runs"] == 0
    world.run("first", success=False, error_message="x")
    world.log_in("principal-1")
    (*_, month) = shell("stats", "--json", "--config-dir", world.folder).content["periods"]
    assert (month["runs"], month["failures"]) == (2, 1)


def test_a_time_that_is_none_breaks_nothing(shell: Shell, folder: Path) -> None:
    """A message with a time outside the calendar counts when it was sent."""
    (path,) = folder.glob("usage/outbox/*/sent.jsonl")
    line = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    timestamps: tuple[object, ...] = ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", [], None, "x")
    for timestamp in timestamps:
        line["message"]["timestamp"] = timestamp
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    (today, *_) = shell("stats", "--json", "--config-dir", folder).content["periods"]
    assert today["runs"] == 7
