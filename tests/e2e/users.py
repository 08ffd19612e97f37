"""Real users without an entry in any list, so that owners and modes are what the system makes of them.

Their folders lie where every user gets to, since a test's own folder is root's alone.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.e2e.world import TOKEN

ALICE, MALLORY = 4242, 4343
PATIENCE_SECONDS = 60.0

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


@frozen
class User:
    """Somebody at a machine. `uid` 0 is root. `variables`: of the environment, HOME among them."""

    uid: int
    variables: dict[str, str]

    def runs(self, url: str, name: str) -> None:
        """A command of a tool that reports to `url`, until its delivery has ended."""
        done = self._run("-c", _HOST, url, name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done

    def asks(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`arcade-usage`, in a pipe."""
        done = self._run("-m", "arcade_usage.cli", *arguments)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        options: dict[str, Any] = {"user": self.uid, "group": self.uid, "extra_groups": []} if self.uid else {}
        return subprocess.run(
            [sys.executable, *arguments],
            env={"PATH": os.defpath, **self.variables},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            **options,
        )


def can_be_others() -> bool:
    """Whether other users can run this Python: that takes root, and an installation that they may read."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    somebody = User(ALICE, {})
    return somebody._run("-c", "import arcade_usage, tests").returncode == 0


def make_home(above: Path, user: int) -> Path:
    """A home that is its user's alone."""
    home = above / f"home-{user}"
    home.mkdir(mode=0o700)
    os.chown(home, user, user)
    return home
