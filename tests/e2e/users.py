"""Real users without an entry in any list, so that owners and modes are what the system makes of them.

Their folders lie where every user gets to, since a test's own folder is root's alone.
"""

import json
import os
import subprocess
import sys
import sysconfig
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

import arcade_usage
from tests.e2e.forks import CONSOLE, Forks
from tests.e2e.world import TOKEN

ALICE, MALLORY = 4242, 4343
PATIENCE_SECONDS = 60.0

_PACKAGES = (Path(arcade_usage.__file__).parents[1], sysconfig.get_path("purelib"))
_IMPORTING = {"PYTHONPATH": os.pathsep.join(map(str, _PACKAGES)), "PYTHONDONTWRITEBYTECODE": "1"}

_HOST = f"""
import os, sys
import arcade_usage

tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token={TOKEN!r}, host=sys.argv[1])
tracker.track_command_execution(sys.argv[2], success=True)
try:
    while True:
        os.wait()  # the delivery
except ChildProcessError:
    pass
"""

# Runs commands of `arcade-usage` one after another; prints the exit code, stdout and stderr of each.
ASKING = """
import contextlib, io, json, sys
from arcade_usage import cli

def ask(arguments):
    sys.argv = ["arcade-usage", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
    return code, out.getvalue(), err.getvalue()

print(json.dumps([ask(each) for each in json.loads(sys.argv[1])]))
"""

# What is slow to import is only looked for.
_TRY = "import arcade_usage, filelock\nfrom importlib.util import find_spec as f\nassert f('posthog') and f('typer')"

Done = subprocess.CompletedProcess[str]


@frozen
class User:
    """A user of a machine. `uid` 0 is root. `variables`: of the environment, HOME among them."""

    uid: int
    variables: dict[str, str]

    def runs(self, url: str, name: str) -> None:
        """A command of a tool that reports to `url`, until its delivery has ended."""
        done = self._run("-c", _HOST, url, name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done

    def asks(self, *arguments: str) -> Done:
        """`arcade-usage`, in a pipe."""
        done = self._run("-m", "arcade_usage.cli", *arguments)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def asks_all(self, *commands: tuple[str, ...]) -> list[Done]:
        """Several commands one after the other in one process, for what costs most is to begin one."""
        asked = self._run("-c", ASKING, json.dumps(commands))
        assert asked.returncode == 0, asked.stderr
        answers = zip(commands, json.loads(asked.stdout), strict=True)
        return [Done(command, *answer) for command, answer in answers]

    def _run(self, *arguments: str) -> Done:
        environment = {"PATH": os.defpath, **_IMPORTING, **self.variables}
        return importing_once().run(arguments, environment=environment, folder="/", user=self.uid)


@cache
def _find_python() -> str | None:
    """A Python of this version that other users can run: this one may lie in root's home."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    for python in (sys.executable, "/usr/bin/python{}.{}".format(*sys.version_info)):
        with suppress(OSError):
            tried = subprocess.run(
                [python, "-c", _TRY],
                env=_IMPORTING, user=ALICE, group=ALICE, extra_groups=[], capture_output=True, check=False,
            )  # fmt: skip
            if tried.returncode == 0:
                return python
    return None


@cache
def importing_once() -> Forks:
    """Root, in a Python that other users can run, with all imported; it becomes them."""
    return Forks(CONSOLE, tuple(map(str, _PACKAGES)), _find_python() or "python3")


WHY_NOT = (
    "only root can be other users, and it needs a Python that they can run, and packages that they can read"
)
can_be_others = pytest.mark.skipif(_find_python() is None, reason=WHY_NOT)


def make_home(above: Path, user: int) -> Path:
    """A home that is its user's alone."""
    home = above / f"home-{user}"
    home.mkdir(mode=0o700)
    os.chown(home, user, user)
    return home
