"""The tools in docs/examples, run as programs: what they print and exit with, and the events that arrive."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.world import World, until

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def run(world: World, example: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "ARCADE_WORK_DIR": str(world.folder), "ACME_POSTHOG": world.receiver.url}
    assert world.forks is not None
    return world.forks.run([str(EXAMPLES / example), *arguments], environment=environment)


def sent(world: World) -> list[Mapping[str, object]]:
    """The properties of the events that arrived."""
    tokens = world.receiver.persons
    return [event.properties for event in (tokens["phc_local"].events if "phc_local" in tokens else ())]


@pytest.mark.parametrize("example", ["argparse_tool.py", "cyclopts_tool.py"])
def test_a_tool_of_another_framework(world: World, example: str) -> None:
    """A success, a failure, a login, and a command that becomes another program, which is reported before.

    Help, a wrong command line and the mounted commands are not.
    """
    world.store_credentials("principal-alice")
    expected = [
        ("build docs", 0, "building docs\n"),
        ("build app", 3, "building app\n"),
        ("login", 0, "logged in\n"),
        ("shell", 0, "in the shell\n"),
    ]
    for line, code, out in expected:
        done = run(world, example, *line.split())
        assert (done.returncode, done.stdout, done.stderr) == (code, out, "")
    assert until(lambda: len(sent(world)) == len(expected) and not world.waiting)
    assert sorted(str(event["command_name"]) for event in sent(world)) == ["build", "build", "login", "shell"]
    assert [event["exit_code"] for event in sent(world) if "exit_code" in event] == [3]
    assert {event["tool"] for event in sent(world)} == {"acme"}
    assert world.linked_to() == "principal-alice"

    status = run(world, example, "usage", "status", "--json")
    assert (status.returncode, json.loads(status.stdout)["reasons"]) == (0, [])
    assert "log [OPTIONS]" in run(world, example, "usage", "log", "--help").stdout
    assert "shell" in run(world, example, "--help").stdout
    assert run(world, example, "build", "docs", "--no-such").returncode != 0
    assert run(world, example, "usage", "off").returncode == 0
    assert run(world, example, "build", "docs").stdout == "building docs\n"
    assert len(sent(world)) == len(expected)


TYPER = """
import os, sys, arcade_usage, typer
app = typer.Typer()
tool = arcade_usage.Tool(distribution="acme", project_token="phc_local", host=os.environ["ACME_POSTHOG"])
@app.command()
def shell():
{body}
@app.command()
def other(): ...
tool.track(app)
app()
"""


def test_a_tracked_command_that_becomes_another_program(world: World) -> None:
    """As the guide shows it for Typer and Click: the event arrives, once, and the other program runs."""
    guide = (EXAMPLES.parent / "guide.md").read_text(encoding="utf-8")
    section = guide.split("## A command that becomes another program")[1].split("\n## ")[0]
    body = section.split("```python\n")[2].split("def shell() -> None:\n")[1].split("```")[0]
    assert 'os.execvp("bash", ["bash"])' in body
    program = '[sys.executable, "-c", "print(\'in the shell\')"]'
    body = body.replace('os.execvp("bash", ["bash"])', f"os.execv(sys.executable, {program})")
    script = world.scratch / "typer_tool.py"
    script.write_text(TYPER.format(body=body), encoding="utf-8")
    done = run(world, str(script), "shell")
    assert (done.returncode, done.stdout, done.stderr) == (0, "in the shell\n", "")
    assert until(lambda: len(sent(world)) == 1 and not world.waiting)
    assert sent(world)[0]["command_name"] == "shell"
