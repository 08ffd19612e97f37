"""Attempts at a PostHog that is down are spaced out, and a command in between costs no attempt at all."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.bounds import check_bounds, most_attempts
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.outage import PAUSE_HOURS

GROUP = "Attempts are spaced out"
SHELLS = 8

# Notes, in a file of the process's own, which of these it did.
_WATCH = """
import os, sys
def watch(event, arguments, noted={{}}):
    what = arguments[0] if event == "import" else event
    if what in ("posthog", "socket.connect") and what not in noted:
        noted[what] = True
        with open(os.path.join({folder!r}, f"{{os.getpid()}}-{{what}}"), "w"):
            pass
sys.addaudithook(watch)
"""


@experiment(GROUP, "commands one after the other", rounds=40, quick=6)
def one_after_the_other(lab: Lab, rounds: int) -> Figures:
    return _work_on(lab, rounds, 1)


@experiment(GROUP, "commands of eight shells at once", rounds=40, quick=0)
def side_by_side(lab: Lab, rounds: int) -> Figures:
    return _work_on(lab, rounds, SHELLS)


def _work_on(lab: Lab, commands: int, shells: int) -> Figures:
    world = lab.home()
    noted = lab.scratch / "noted"
    noted.mkdir()
    lab.prelude.add("watch", _WATCH.format(folder=os.fspath(noted)))
    lab.receiver.posthog = DOWN
    begun = time.monotonic()
    for start in range(0, commands, shells):
        numbers = range(start, min(start + shells, commands))
        lab.together(partial(lab.track, world, f"command {number}") for number in numbers)
        lab.settle()
    attempts = len(lab.receiver.requests)
    assert 0 < attempts <= most_attempts(time.monotonic() - begun), f"{attempts} attempts"
    for what in ("posthog", "socket.connect"):
        those = _those_that(noted, what)
        assert len(those) == attempts, (
            f"{what}: {len(those)} deliveries of {commands}, for {attempts} attempts"
        )
    told = check_bounds(lab)
    lab.receiver.posthog = WELL
    lab.let_hours_pass(PAUSE_HOURS)
    lab.track(world, "after")
    lab.settle()
    return lab.judge(commands, f"{attempts} attempts, {told}")


def _those_that(noted: Path, what: str) -> set[str]:
    """The delivery processes that did this."""
    return {path.name for path in noted.glob(f"*-{what}")}


@experiment(GROUP, "a pause ends with a success, with a login, with a flush", rounds=6, quick=3)
def pauses_end(lab: Lab, rounds: int) -> Figures:
    """In a home each: what waits goes out as soon as one of these happens, though it would not be due yet."""
    worlds = [lab.home() for _ in range(rounds)]
    lab.receiver.posthog = DOWN
    for step in ("attempted", "put off"):
        for number, world in enumerate(worlds):
            lab.track(world, f"{number} {step}", f"principal-{number}")
        lab.settle()
    assert len(lab.receiver.requests) == rounds, "what was put off was attempted"
    lab.receiver.posthog = WELL
    for number, world in enumerate(worlds):
        if number % 3 == 0:
            lab.log_in(world, f"{number} login", f"principal-{number}")
        elif number % 3 == 1:
            _flush(world)
    lab.settle()
    waiting = [bool(world.waiting) for world in worlds]
    assert waiting == [number % 3 == 2 for number in range(rounds)], f"waiting: {waiting}"
    told = check_bounds(lab)
    lab.let_hours_pass(PAUSE_HOURS)
    for step in ("due", "not put off"):
        for number, world in enumerate(worlds):
            lab.track(world, f"{number} {step}", f"principal-{number}")
        lab.settle()
    assert not any(world.backoff for world in worlds)
    return lab.judge(rounds, told)


def _flush(world: World) -> None:
    command = [sys.executable, "-m", "arcade_usage.cli", "flush"]
    environment = {**os.environ, "ARCADE_WORK_DIR": os.fspath(world.folder)}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done
