"""Backoff: while PostHog fails, attempts follow the backoff, and commands in between make none."""

import os
import subprocess
import sys
import time
from functools import partial

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.outage import BACKOFF_HOURS
from verification.faults.testbed import Testbed
from verification.faults.time_limits import attempts_limit, check_time_limits

GROUP = "Backoff"
SHELLS = 8

# Each process creates a file for each of these events that it causes.
_WATCH = """
import os, sys
def watch(event, arguments, seen={{}}):
    name = arguments[0] if event == "import" else event
    if name in ("posthog", "socket.connect") and name not in seen:
        seen[name] = True
        with open(os.path.join({folder!r}, f"{{os.getpid()}}-{{name}}"), "w"):
            pass
sys.addaudithook(watch)
"""


@experiment(GROUP, "commands one after another", rounds=40, quick=3)
def run_sequentially(testbed: Testbed, rounds: int) -> Figures:
    return _run_while_down(testbed, rounds, 1)


@experiment(GROUP, "commands in eight parallel shells", rounds=40, quick=0)
def run_in_parallel(testbed: Testbed, rounds: int) -> Figures:
    return _run_while_down(testbed, rounds, SHELLS)


def _run_while_down(testbed: Testbed, commands: int, shells: int) -> Figures:
    world = testbed.home()
    seen = testbed.scratch / "seen"
    seen.mkdir()
    testbed.prelude.add("watch", _WATCH.format(folder=os.fspath(seen)))
    testbed.receiver.posthog = DOWN
    started = time.monotonic()
    for start in range(0, commands, shells):
        numbers = range(start, min(start + shells, commands))
        testbed.run_in_parallel(partial(testbed.track, world, f"command {number}") for number in numbers)
        testbed.settle()
    attempts = len(testbed.receiver.requests)
    assert 0 < attempts <= attempts_limit(time.monotonic() - started), f"{attempts} attempts"
    for event in ("posthog", "socket.connect"):
        files = list(seen.glob(f"*-{event}"))
        assert len(files) == attempts, (
            f"{event}: {len(files)} deliveries of {commands}, for {attempts} attempts"
        )
    longest = check_time_limits(testbed)
    testbed.receiver.posthog = WELL
    testbed.advance_clock(BACKOFF_HOURS)
    testbed.track(world, "after")
    testbed.settle()
    return testbed.judge(commands, f"{attempts} attempts, {longest}")


@experiment(GROUP, "a success, a login or a flush ends a backoff", rounds=6, quick=3)
def end_backoff(testbed: Testbed, rounds: int) -> Figures:
    """In one home each, waiting events are sent at the login or flush, before the next attempt is due."""
    worlds = [testbed.home() for _ in range(rounds)]
    testbed.receiver.posthog = DOWN
    for step in ("attempted", "during the backoff"):
        for number, world in enumerate(worlds):
            testbed.track(world, f"{number} {step}", f"principal-{number}")
        testbed.settle()
    assert len(testbed.receiver.requests) == rounds, "an attempt was made during the backoff"
    testbed.receiver.posthog = WELL
    for number, world in enumerate(worlds):
        if number % 3 == 0:
            testbed.log_in(world, f"{number} login", f"principal-{number}")
        elif number % 3 == 1:
            _flush(world)
    testbed.settle()
    waiting = [bool(world.waiting) for world in worlds]
    assert waiting == [number % 3 == 2 for number in range(rounds)], f"waiting: {waiting}"
    longest = check_time_limits(testbed)
    testbed.advance_clock(BACKOFF_HOURS)
    for step in ("due", "afterwards"):
        for number, world in enumerate(worlds):
            testbed.track(world, f"{number} {step}", f"principal-{number}")
        testbed.settle()
    assert not any(world.backoff for world in worlds)
    return testbed.judge(rounds, longest)


def _flush(world: World) -> None:
    command = [sys.executable, "-m", "arcade_usage.cli", "flush"]
    environment = {**os.environ, "ARCADE_WORK_DIR": os.fspath(world.folder)}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done
