"""The pytest plugin in a tool's own test run: one line switches it on, and nothing gets out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen

from arcade_usage.demo.receiver import Receiver

RUN_SECONDS = 120.0

TOOL = """
import subprocess, sys
import typer
from arcade_usage import Property, command_tracker, server_tracker
lengths = Property("length", kind="number", reason="how long names are")
facts = dict(distribution="arcade-usage", project_token="phc_x", host={url!r}, properties=(lengths,))
tracker = command_tracker(**facts)  # at import, as many tools do
server = server_tracker(**facts)
server.capture("imported")
app = typer.Typer()
@app.command()
def run(name: str) -> None:
    with tracker.command("toolkit.run", properties={{"length": len(name)}}):
        server.capture("called")
        if name == "bad":
            raise ValueError("no such toolkit")
        typer.echo("done")
@app.command()
def again(name: str) -> None:
    lines = "import tool, sys; tool.tracker.track_command_execution('run', success=True); tool.server.close()"
    raise SystemExit(subprocess.call([sys.executable, "-c", lines]))
"""
CONFTEST = 'pytest_plugins = ["arcade_usage.testing.pytest_plugin"]'
TESTS = """
import os, pathlib
import pytest
from typer.testing import CliRunner
import tool

def test_a_command(usage):
    result = CliRunner().invoke(tool.app, ["run", "something"])
    assert (result.exit_code, result.output) == (0, "done\\n")
    assert usage.names == ["called", "CLI execution succeeded"]
    assert usage.events[1].properties["length"] == 9

def test_a_failure_of_somebody(usage):
    usage.begin_logged_in("alice")
    assert CliRunner().invoke(tool.app, ["run", "bad"]).exit_code == 1
    called, failed = usage.events
    assert failed.properties["error_message"] == "no such toolkit"
    assert called.whose == failed.whose == "alice"

def test_each_test_begins_with_nothing(usage):
    assert usage.events == []

def test_who_does_not_look_sends_nothing_either(tmp_path):
    CliRunner().invoke(tool.app, ["run", "unseen"])
    assert CliRunner().invoke(tool.app, ["again", "x"]).exit_code == 0

def test_whatever_becomes_of_the_environment(usage, monkeypatch):
    home = os.environ["HOME"]
    for name in list(os.environ):
        if name != "HOME": monkeypatch.delenv(name)
    CliRunner().invoke(tool.app, ["run", "x"])
    assert len(usage.events) == 2
    assert os.listdir(home) == []
"""
FAILING = """
def test_that_fails(usage):
    import tool
    tool.tracker.track_command_execution("one", success=False, error_message="it broke")
    tool.server.capture("two")
    usage.the_only_event
"""


@frozen
class Tool:
    """A tool with tests, in a folder of its own."""

    folder: Path

    def test(self, tests: str, *options: str) -> "subprocess.CompletedProcess[str]":
        (self.folder / "test_tool.py").write_text(tests, encoding="utf-8")
        # In a folder of its own: in the shared one it would remove what other runs of pytest left, which takes long.
        temporary = f"--basetemp={self.folder.with_name('temporary')}"
        plugins = ("-p", "no:cacheprovider", "-p", "pytest_randomly")
        command = [sys.executable, "-B", "-m", "pytest", "-q", *plugins, temporary, *options]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )


@pytest.fixture
def tool(tmp_path: Path, receiver: Receiver) -> Tool:
    folder = tmp_path / "tool"
    folder.mkdir()
    (folder / "tool.py").write_text(TOOL.format(url=receiver.url), encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    return Tool(folder)


@pytest.mark.parametrize(
    "options", [(), ("-p", "xdist", "-n1")], ids=["in random order", "in a worker of xdist"]
)
def test_a_tool_is_tested_and_nothing_gets_out(
    tool: Tool, receiver: Receiver, options: tuple[str, ...]
) -> None:
    """Its trackers outlive tests, its tests start processes and clear the environment; no home is touched."""
    run = tool.test(TESTS, *options)
    assert run.returncode == 0, run.stdout
    assert "5 passed" in run.stdout
    assert receiver.requests == []
    assert list(Path.home().iterdir()) == []


def test_a_failing_test_says_what_was_sent(tool: Tool) -> None:
    """Not where in the kit it failed."""
    run = tool.test(FAILING)
    assert run.returncode == 1
    assert "AssertionError: 3 events were sent, not one:" in run.stdout
    assert "sent: CLI execution failed (one, it broke), anonymous" in run.stdout
    assert not re.search(r"testing.(usage|installation)\.py", run.stdout)


def test_a_test_with_an_undeclared_property_fails(tool: Tool) -> None:
    """Also one that does not look at its events, and the message says what to declare."""
    run = tool.test("def test_it():\n    import tool\n    tool.server.capture('one', {'org_id': 'o1'})\n")
    assert run.returncode == 1
    assert 'Property("org_id", kind="text", reason="...")' in run.stdout
    assert not re.search(r"testing.(usage|installation)\.py", run.stdout)


@pytest.mark.parametrize(
    ("report", "names"),
    [
        (
            "tool.tracker.track_command_execution('x', success=True, properties={'tool': 1, '$x': 1})",
            "tool, $x",
        ),
        ("tool.server.capture('x', {'os_type': 'mine'})", "os_type"),
    ],
    ids=["command", "server"],
)
def test_a_test_with_a_property_that_is_left_out_for_its_name_fails(
    tool: Tool, report: str, names: str
) -> None:
    """No event has it, declared or not, so its author would look for it in vain."""
    run = tool.test(f"def test_it():\n    import tool\n    {report}\n")
    assert run.returncode == 1
    assert f"belong to the library or are no names: {names}. Rename them" in run.stdout


def test_it_is_off_where_nobody_asked_for_it(tool: Tool) -> None:
    """Installed, the plugin loads itself nowhere."""
    (tool.folder / "conftest.py").unlink()
    run = tool.test("def test_none(request): assert 'usage' not in request.fixturenames\n", "--fixtures")
    assert "from arcade_usage" not in run.stdout  # the path of this library may have its name


@pytest.mark.parametrize(
    "module", ["arcade_usage", "arcade_usage.composition.server", "arcade_usage.testing"]
)
def test_the_library_does_not_import_pytest(module: str) -> None:
    """Not even the kit does; the plugin alone."""
    lines = f"import sys, {module}; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False, timeout=RUN_SECONDS).returncode == 0
