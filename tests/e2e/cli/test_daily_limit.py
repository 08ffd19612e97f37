"""What `status`, `log`, `off` and `forget` do about the counts of the daily limit."""

import sys
from datetime import datetime, timezone

import pytest

from arcade_usage.cli import words
from arcade_usage.domain.daily_limit import COUNTED
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import here
from tests.e2e.test_daily_limit import commands, counts, counts_of, limited
from tests.e2e.world import World

__all__ = ["limited"]


@here
def test_status_tells_what_was_counted(shell: Shell, limited: World) -> None:
    """For people and with --json; nothing before the limit is reached, nor once the counts are sent."""
    for name in ("one", "two", "three"):
        limited.run(name)
    assert "counted" not in shell("status", "--config-dir", limited.folder).out
    for name in ("four", "five"):
        limited.run(name)
    text = " ".join(shell("status", "--config-dir", limited.folder).out.split())
    day = counts_of(limited)["day"]
    assert f"commands counted 2 that succeeded on {day} (UTC), beyond the daily limit" in text
    (sink,) = shell("status", "--config-dir", limited.folder, "--json").content["sinks"]
    assert sink["day"] == {"day": day, "events": 3, "counted": 2}
    limited.let_hours_pass(24)
    limited.run("next day")
    assert "counted" not in shell("status", "--config-dir", limited.folder).out


@here
def test_log_shows_the_counts(shell: Shell, limited: World) -> None:
    """By the event's name, with the number and the day."""
    for name in ("one", "two", "three", "four"):
        limited.run(name)
    day = counts_of(limited)["day"]
    limited.let_hours_pass(24)
    limited.run("next day")
    (line,) = [
        each for each in shell("log", "--config-dir", limited.folder).out.splitlines() if COUNTED in each
    ]
    assert f"1 on {day}" in line


@here
def test_stats_and_view_name_what_was_only_counted(
    shell: Shell, limited: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apart from the runs, before the counts are sent and afterwards."""
    monkeypatch.setattr(words, "local_date", lambda at: datetime.fromtimestamp(at, timezone.utc).date())
    for name in ("one", "two", "three", "four", "five"):
        limited.run(name)
    for _ in range(2):
        found = shell("stats", "--json", "--config-dir", limited.folder).content
        assert (found["periods"][-1]["counted"], sum(day["counted"] for day in found["days"])) == (2, 2)
        assert found["periods"][-1]["runs"] in (3, 4)
        assert "2 more only counted" in shell("stats", "--config-dir", limited.folder).out
        one = shell("stats", "--json", "--command", "four", "--config-dir", limited.folder).content
        assert one["periods"][-1]["counted"] == 1
        viewed = shell("view", "--json", "--config-dir", limited.folder).content
        assert sum(day["counted"] for day in viewed["days"]) == 2
        limited.let_hours_pass(24)
        limited.run("next day")
    page = limited.scratch / "page.html"
    shell("view", "--no-open", "--output", page, "--config-dir", limited.folder)
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "2 more commands succeeded beyond the daily limit and were only counted." in text


@here
@pytest.mark.parametrize("command", ["off", "forget"])
def test_off_and_forget_erase_the_counts(shell: Shell, limited: World, command: str) -> None:
    """The file is gone, and no later day sends them."""
    for name in ("one", "two", "three", "four"):
        limited.run(name)
    shell(command, *(["--yes"] if command == "forget" else []), "--config-dir", limited.folder)
    assert not list(limited.folder.glob("usage/outbox/*/counts.json"))
    if command == "off":
        shell("on", "--config-dir", limited.folder)
    limited.let_hours_pass(24)
    limited.run("next day")
    assert counts(limited) == []


def test_a_flush_keeps_to_the_limit_of_the_tool(
    shell: Shell, limited: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen tool stores its events itself; `arcade-usage flush` knows no configuration of any tool."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for name in ("one", "two", "three", "four", "five"):
        limited.start(name)
    assert len(limited.waiting) == 5
    flushed = shell("flush", "--config-dir", limited.folder, "--json").content
    assert (flushed["waiting"], flushed["sinks"][0]["delivered"]) == (0, 3)
    assert commands(limited) == ["one", "three", "two"]
    assert counts_of(limited)["commands"] == {"five": 1, "four": 1}
