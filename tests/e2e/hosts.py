"""A tool in a fresh interpreter, watched by an audit hook: what it imported, opened, started and printed."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from tests.e2e.world import TOKEN, World

SCRIPT_SECONDS = 60.0  # until a tool that hangs is a failure

NETWORK = frozenset(("httpx", "posthog", "requests", "yaml"))  # what no tool ever imports for us

CALL = "tracker.track_command_execution('toolkit.run', success=True, duration_ms=1.5)"
FAILED_CALL = "tracker.track_command_execution('toolkit.run', success=False, error_message='no such toolkit')"
BLOCK = "with tracker.command('toolkit.run'): pass"
FAILED_BLOCK = """
try:
    with tracker.command('toolkit.run'): raise ValueError('no such toolkit')
except ValueError: pass
"""
WAYS = {"call": CALL, "failed call": FAILED_CALL, "block": BLOCK, "failed block": FAILED_BLOCK}

_WATCH = """
import sys
_seen, _watching = [], True
def _watch(event, arguments):
    if _watching and event.startswith(("open", "os.", "socket.", "subprocess.", "pty.", "ctypes.")):
        _seen.append([event, str(arguments[0]) if arguments else ""])
sys.addaudithook(_watch)
"""
_REPORT = """
_watching, _modules = False, sorted(sys.modules)
import json, os
with open(sys.argv[1], "w", encoding="utf-8") as _file:
    json.dump({"modules": _modules, "seen": _seen}, _file)
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
"""
# Last lines of a script: it ends when what it started has ended.
WAIT = """
import os
try:
    while True: os.wait()
except ChildProcessError: pass
"""
_PYTHON_FILES = (".py", ".pyc", ".so", ".pyd")


def start_of_tool(world: World, token: str | None = TOKEN, folder: Path | None = None) -> str:
    return (
        "import arcade_usage\n"
        f"tracker = arcade_usage.command_tracker(distribution='arcade-usage', project_token={token!r},"
        f" host={world.receiver.url!r}, config_dir={os.fspath(folder or world.folder)!r},"
        f" daily_limit={world.daily_limit!r})\n"
    )


@frozen
class ToolRun:
    """What a tool did: `seen` are audit events with their first argument, until its last line."""

    returncode: int
    stdout: str
    stderr: str
    modules: frozenset[str]
    seen: tuple[tuple[str, str], ...]

    @property
    def opened(self) -> list[str]:
        """The files that were opened, except those of imports."""
        return [path for event, path in self.seen if event == "open" and not path.endswith(_PYTHON_FILES)]

    @property
    def started(self) -> int:
        """How many processes were."""
        starts = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec")
        return sum(event in starts for event, _ in self.seen)

    @property
    def sockets(self) -> list[str]:
        """What was done with sockets; what this machine is called, a socket is not needed for."""
        events = [event for event, _ in self.seen if event.startswith("socket.")]
        return [event for event in events if event != "socket.gethostname"]


def run_as_tool(
    lines: str,
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> ToolRun:
    """Run a script as a tool; returns when it, and what it started, has ended. `folder` is for the script."""
    script, report = folder / "host.py", folder / "report.json"
    script.write_text(f"{_WATCH}\n{lines}\n{_REPORT}", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-B",
            *options,
            str(script),
            str(report),
        ],  # -B: files that Python writes are not ours
        env=os.environ if environment is None else environment,
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    said = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"modules": [], "seen": []}
    seen = tuple((event, argument) for event, argument in said["seen"])
    return ToolRun(done.returncode, done.stdout, done.stderr, frozenset(said["modules"]), seen)
