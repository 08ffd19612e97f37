"""Two users of one machine, each with a home and processes of their own: root, which the tests run as, and another.

Owns the invariant that the other one's processes have none of root's rights.
"""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import arcade_usage
from tests.e2e.world import TOKEN, World
from verification.faults.command_runs import HOST_SECONDS, program
from verification.faults.experiment import NotRunError
from verification.faults.lab import Lab

SOMEBODY = 4242  # a user, and a group, that no machine has
ROOT = [sys.executable]
PACKAGE_HOME = str(Path(arcade_usage.__file__).parents[1])
LIBRARIES = sysconfig.get_path("purelib")
REACHABLE = 0o711  # a folder that everybody may pass through

# A tool that names no folder: the environment does.
_START = """
import os, sys
import arcade_usage
tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token={token!r}, host={host!r})
"""
RUN = """
{before}
tracker.track_command_execution({name!r}, success=True)
try:
    while True: os.wait()
except ChildProcessError: pass
"""
_STARTS_ITSELF = (
    "import subprocess, sys, arcade_usage, posthog; subprocess.run([sys.executable, '-c', ''], check=True)"
)
FROZEN = "sys.frozen = True"  # it starts no process, so that its event waits


@contextmanager
def home_of_somebody(lab: Lab) -> Iterator[World]:
    """A home of SOMEBODY's, which $HOME names meanwhile."""
    world = lab.home()
    lab.scratch.chmod(REACHABLE)
    os.chown(world.scratch, SOMEBODY, SOMEBODY)
    world.folder = world.scratch / ".arcade"
    with lab.monkeypatch.context() as patch:
        patch.setenv("HOME", str(world.scratch))
        yield world


def start_of_tool(world: World) -> str:
    return _START.format(token=TOKEN, host=world.receiver.url)


def run_tool(world: World, name: str, python: Sequence[str], *, before: str = "") -> None:
    """Run a command; returns when its delivery has ended."""
    lines = start_of_tool(world) + RUN.format(before=before, name=name)
    done = _python(python, "-c", lines)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr


def call(python: Sequence[str], *arguments: str) -> None:
    """What a person asks for; it may be told that it can't be done."""
    done = _python(python, "-m", "arcade_usage.cli", *arguments)
    assert done.returncode in (0, 1, 3), f"{arguments}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr


def _python(python: Sequence[str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*python, "-B", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=HOST_SECONDS, check=False)


def check_owners(world: World) -> None:
    others = [path for path in world.scratch.rglob("*") if path.lstat().st_uid != SOMEBODY]
    assert not others, f"not the user's: {others}"


def as_somebody(lab: Lab) -> list[str]:
    """A Python that runs as SOMEBODY: this one, or the system's, if only that can be reached. Raises NotRunError."""
    if os.geteuid() != 0:
        raise NotRunError("only root can be two users")
    ids = [f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
    for name in (sys.executable, "/usr/bin/python3"):
        python = [program("setpriv"), *ids, "--", name]
        if _python(python, "-c", _STARTS_ITSELF).returncode == 0:
            return python
        lab.monkeypatch.setenv("PYTHONPATH", os.pathsep.join((PACKAGE_HOME, LIBRARIES)))
    raise NotRunError("there is no Python here that another user can run")
