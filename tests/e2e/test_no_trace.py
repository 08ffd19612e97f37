"""Nothing exists before a command was reported: the file system stays as it was."""

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.hosts import SCRIPT_SECONDS
from tests.e2e.world import TOKEN, World

TOOL = """
import os
import sys
import typer
import arcade_usage
from arcade_usage.adapters.frameworks.typer_app import track

tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token={token!r}, host={host!r})
server = arcade_usage.server_tracker(distribution="arcade-usage", project_token={token!r}, host={host!r})
app = typer.Typer()

def tell_version(told: bool):
    if told:
        print("1.0")
        raise typer.Exit

@app.callback()
def main(version: bool = typer.Option(False, "--version", callback=tell_version, is_eager=True)):
    pass

@app.command()
def run():
    pass

@app.command()
def logout():
    pass

track(app, tracker)
if sys.argv[1:2] == ["begin"]:
    tracker.begin()
    server.close()
elif sys.argv[1:] or "_TOOL_COMPLETE" in os.environ:
    app(prog_name="tool")
"""

SILENT: dict[str, tuple[list[str], dict[str, str]]] = {
    "a tracker is built": ([], {}),
    "a command begins, and is not reported": (["begin"], {}),
    "help": (["--help"], {}),
    "help of a command": (["run", "--help"], {}),
    "version": (["--version"], {}),
    "completion": ([], {"_TOOL_COMPLETE": "complete_bash", "COMP_WORDS": "tool r", "COMP_CWORD": "1"}),
    "debug": (["run"], {"ARCADE_USAGE_DEBUG": "1"}),
    "a logout in debug": (["logout"], {"ARCADE_USAGE_DEBUG": "1"}),
    "off": (["run"], {"ARCADE_USAGE_TRACKING": "0"}),
}


def stats_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and folder, with its mode, size and time of its last change."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
        found[str(path)] = (status.st_mode, size, status.st_mtime_ns)
    return found


def changes(world: World, arguments: list[str], environment: Mapping[str, str]) -> set[str]:
    """What one run of the tool changed in a home without ~/.arcade."""
    home, script = world.scratch / "home", world.scratch / "tool.py"
    home.mkdir(exist_ok=True)
    script.write_text(TOOL.format(token=TOKEN, host=world.receiver.url), encoding="utf-8")
    before = stats_of(home)
    done = subprocess.run(
        [sys.executable, "-B", str(script), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": os.fspath(home), "PYTHONWARNINGS": "ignore", **environment},
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    after = stats_of(home)
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


@pytest.mark.parametrize(("arguments", "environment"), SILENT.values(), ids=SILENT)
def test_what_reports_nothing_leaves_no_trace(
    world: World, arguments: list[str], environment: dict[str, str]
) -> None:
    """Not a file, not a folder, not a time: who shows a welcome while ~/.arcade is missing still does."""
    assert changes(world, arguments, environment) == set()


def test_a_reported_command_makes_the_identity(world: World) -> None:
    """The counter-check: it would be seen."""
    changed = changes(world, ["run"], {})
    home = os.fspath(world.scratch / "home")
    assert {f"{home}/.arcade/usage.json", f"{home}/.arcade/usage/ledger.json"} <= changed
    assert world.receiver.wait_until(lambda: len(world.events) == 1, SCRIPT_SECONDS)
