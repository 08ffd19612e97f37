"""Two users of one machine: root, which runs the tests, and another user with a home and without privileges."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import arcade_usage
from tests.e2e.world import TOKEN, World
from verification.faults.command_runs import TOOL_SECONDS, find_program
from verification.faults.experiment import NotRunError
from verification.faults.testbed import Testbed

OTHER_USER = 4242  # a user id and group id that no machine has
ROOT = [sys.executable]
PACKAGE_HOME = str(Path(arcade_usage.__file__).parents[1])
LIBRARIES = sysconfig.get_path("purelib")
REACHABLE = 0o711  # other users may enter the folder

# A tool that passes no config folder; the environment determines it.
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
FROZEN = "sys.frozen = True"  # the tool starts no process, so its event waits


@contextmanager
def home_of_other_user(testbed: Testbed) -> Iterator[World]:
    """Yields a home of OTHER_USER. $HOME names it in the meantime."""
    world = testbed.home()
    testbed.scratch.chmod(REACHABLE)
    os.chown(world.scratch, OTHER_USER, OTHER_USER)
    world.folder = world.scratch / ".arcade"
    with testbed.monkeypatch.context() as patch:
        patch.setenv("HOME", str(world.scratch))
        yield world


def start_of_tool(world: World) -> str:
    return _START.format(token=TOKEN, host=world.receiver.url)


def run_tool(world: World, name: str, python: Sequence[str], *, before: str = "") -> None:
    """Run a command; returns when its delivery has ended."""
    lines = start_of_tool(world) + RUN.format(before=before, name=name)
    done = _python(python, "-c", lines)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr


def run_cli(python: Sequence[str], *arguments: str) -> None:
    """Run a command of `arcade-usage`. It may fail, but without a traceback."""
    done = _python(python, "-m", "arcade_usage.cli", *arguments)
    assert done.returncode in (0, 1, 3), f"{arguments}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr


def _python(python: Sequence[str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*python, "-B", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False)


def check_owners(world: World) -> None:
    """Raises AssertionError if a file in the home does not belong to OTHER_USER."""
    others = [path for path in world.scratch.rglob("*") if path.lstat().st_uid != OTHER_USER]
    assert not others, f"files of another user: {others}"


def as_other_user(testbed: Testbed) -> list[str]:
    """Command of a Python that runs as OTHER_USER: this one if that user can reach it, else the system's. Raises NotRunError."""
    if os.geteuid() != 0:
        raise NotRunError("needs root")
    ids = [f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups"]
    for name in (sys.executable, "/usr/bin/python3"):
        python = [find_program("setpriv"), *ids, "--", name]
        if _python(python, "-c", _STARTS_ITSELF).returncode == 0:
            return python
        testbed.monkeypatch.setenv("PYTHONPATH", os.pathsep.join((PACKAGE_HOME, LIBRARIES)))
    raise NotRunError("no Python that another user can run")
