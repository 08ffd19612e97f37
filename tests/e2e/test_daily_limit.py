"""The daily limit: what is sent, what is counted, and what the next day sends."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from arcade_usage.demo.receiver import DOWN, WELL
from arcade_usage.domain.daily_limit import COUNTED
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent
from tests.e2e.deliveries import delivering_here, here, run_here
from tests.e2e.test_races import SHELLS, start_at_once
from tests.e2e.world import PATIENCE_SECONDS, World, until


@pytest.fixture
def limited(world: World) -> World:
    """A tool with a limit of three, at noon: no test runs into midnight."""
    world.daily_limit = 3
    world.let_hours_pass(12 - time.time() % 86_400 / 3600)
    return world


def counts_of(world: World) -> dict[str, Any]:
    """counts.json in the outbox."""
    (path,) = world.folder.glob("usage/outbox/*/counts.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def commands(world: World) -> list[str]:
    """The commands whose own events PostHog took in."""
    return sorted(str(e.properties["command_name"]) for e in world.persons.events if e.name != COUNTED)


def counts(world: World) -> list[IngestedEvent]:
    """The events with counts that PostHog took in."""
    return [event for event in world.persons.events if event.name == COUNTED]


@here
def test_a_day_beyond_the_limit_and_the_next_one(limited: World) -> None:
    """Three successes, a failure, a login and a logout are sent; the next day sends the exact counts once."""
    for name in ("one", "two", "three", "four", "five", "four"):
        limited.run(name)
    limited.run("fails", success=False, error_message="no such toolkit")
    limited.log_in("principal-alice")
    limited.settle()
    limited.run("six")
    limited.log_out()
    limited.settle()
    assert commands(limited) == sorted(["one", "two", "three", "fails", "login", "logout"])
    assert limited.waiting == []
    assert counts(limited) == []

    limited.let_hours_pass(24)
    for name in ("next day", "next day two"):
        limited.run(name)
    (event,) = counts(limited)
    facts = {name: value for name, value in event.properties.items() if name[0] != "$"}
    assert facts == {
        "day": event.day,
        "succeeded": 4,
        "commands": {"four": 2, "five": 1, "six": 1},
        "tool": "arcade-usage",
    }
    assert event.properties[PERSONLESS] is False
    assert event.distinct_id not in {limited.anon_id, *limited.principals}
    assert {"next day", "next day two"} <= {*commands(limited)}
    assert limited.waiting == []


def test_eight_shells_at_once_send_three_and_count_five(limited: World) -> None:
    """Their deliveries race for the sender lock; each event is decided once."""
    for shell in start_at_once(limited, limited.folder, "burst"):
        assert shell.wait(PATIENCE_SECONDS) == 0
    assert until(lambda: bool(list(limited.folder.glob("usage/outbox/*/counts.json"))))
    assert until(lambda: len(commands(limited)) + sum(counts_of(limited)["commands"].values()) == SHELLS)
    limited.run("last")  # maybe left to a sender of the burst
    assert until(lambda: sum(counts_of(limited)["commands"].values()) == SHELLS - 3 + 1)
    assert until(lambda: limited.waiting == [])
    assert len(commands(limited)) == 3


# A delivery that is killed at one of its steps, which are changes of the outbox.
KILLED = """
import os, sys
step, seen = {step}, 0
def watch(event, arguments):
    global seen
    if event == "os.rename" and "counts.json" in str(arguments[1]) or event == "os.remove" and "event.json" in str(arguments[0]):
        seen += 1
        if seen == step: os.kill(os.getpid(), {signal})
sys.addaudithook(watch)
sys.argv = ["-m"]
import runpy
runpy.run_module("arcade_usage", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_delivery_killed_while_it_counts(limited: World, step: int) -> None:
    """Before its decision is on disk, after it, and after the first event is gone: each event counts once."""
    with delivering_here(limited):
        for name in ("one", "two", "three"):
            limited.run(name)
    limited.receiver.posthog = DOWN
    payloads = [limited.payload(name) for name in ("over", "beyond", "above")]

    for payload in payloads[:2]:  # they wait, undecided
        written_only(payload)
    limited.receiver.posthog = WELL
    script = KILLED.format(step=step, signal=int(signal.SIGKILL))
    killed = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "ARCADE_USAGE_EVENT_DATA": payloads[2]},
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(limited.waiting) == (2 if step == 3 else 3)
    run_here(limited, "again")
    assert commands(limited) == ["one", "three", "two"]
    assert sum(counts_of(limited)["commands"].values()) == 4
    assert limited.waiting == []
    limited.let_hours_pass(24)
    run_here(limited, "next day")
    assert [event.properties["succeeded"] for event in counts(limited)] == [4]


def written_only(payload: str) -> None:
    """A delivery process that ends once the event is on disk."""
    script = "import os; from arcade_usage.adapters.storage.early_record import write_record as w; assert w(os.environ['P'])"
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "P": payload}, check=True, timeout=60)


@here
def test_a_tool_without_a_limit_leaves_no_counts(limited: World) -> None:
    """daily_limit=None."""
    limited.daily_limit = None
    for number in range(5):
        limited.run(f"command {number}")
    assert len(commands(limited)) == 5
    assert not list(limited.folder.glob("usage/outbox/*/counts.json"))
