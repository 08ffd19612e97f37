"""The commands in tools of every kind, as processes: nothing is imported for them before one runs."""

import subprocess
import sys
from typing import Any

import pytest

import arcade_usage
from tests.e2e.cli.running import Ran
from tests.e2e.world import TOKEN, World

MAKE = """
import sys
{before}
import arcade_usage
tool = arcade_usage.Tool(distribution="arcade-usage", project_token={token!r}, host={host!r}, config_dir={folder!r})
def needs_a_login(name):
    if name != "usage":
        sys.exit("log in first")
"""
TYPER = """
import typer
app = typer.Typer()
@app.callback()
def start(context: typer.Context): needs_a_login(context.invoked_subcommand)
@app.command()
def own(): print("own")
app.add_typer(tool.usage_app(), name="usage")
tool.track(app)
"""
CLICK = """
import click
@click.group()
@click.pass_context
def app(context): needs_a_login(context.invoked_subcommand)
@app.command()
def own(): print("own")
app.add_command(tool.usage_command())
tool.track(app)
"""
ARGPARSE = """
import argparse
def app(prog_name):
    parser = argparse.ArgumentParser(prog=prog_name)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("own")
    commands.add_parser("usage", add_help=False)
    given, rest = parser.parse_known_args()
    if given.command == "usage":
        sys.exit(tool.usage_main(rest))
    needs_a_login(given.command)
"""
KINDS = {"Typer": TYPER, "Click": CLICK, "argparse": ARGPARSE}
RUN = '\napp(prog_name="my-tool")\n'
# Several command lines one after another, each as if it were the process's own.
RUN_ALL = """
import contextlib, io, json
def run(arguments):
    sys.argv[1:] = arguments
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            app(prog_name="my-tool")
        except SystemExit as ended:
            code = ended.code or 0
            if isinstance(code, str):
                print(code, file=sys.stderr)
                code = 1
    return code, out.getvalue(), err.getvalue()
print(json.dumps([run(line.split()) for line in sys.argv[1:]]))
"""
TOOL_SECONDS = 60.0  # until a tool that hangs is a failure
COUNT = "\nprint([name for name in sys.modules if name.split('.')[0] in ('rich', 'httpx', 'attrs')"
COUNT += " or name.startswith('arcade_usage.') and name.split('.')[1] in ('composition', 'cli')])\n"


def run(
    world: World,
    script: str,
    *arguments: str,
    token: str | None = TOKEN,
    before: str = "",
    is_fresh: bool = True,
) -> Ran:
    """`is_fresh` False: in a fork that has everything imported."""
    head = MAKE.format(token=token, host=world.receiver.url, folder=str(world.folder), before=before)
    command = ["-c", head + script, *arguments]
    if world.forks is not None and not is_fresh:
        done = world.forks.run(command)
    else:
        done = subprocess.run(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False,
        )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def run_all(world: World, script: str, *lines: str, **how: Any) -> list[Ran]:
    done = run(world, script + RUN_ALL, *lines, **how)
    assert (done.code, done.err) == (0, "")
    return [Ran(*answer) for answer in done.content]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_bare_usage_is_status(world: World, kind: str) -> None:
    """Without a login of the tool's; it is not tracked. Help and usage errors name the path that the user typed,
    where it is known.
    """
    bare, full, helped, failed = run_all(
        world, kind, "usage", "usage status", "usage log --help", "usage log --no-such", is_fresh=False
    )
    assert (bare.code, bare.err) == (0, "")
    assert bare.out.startswith("Usage tracking is on.")
    assert full.out == bare.out
    assert not world.folder.exists()
    program = "usage" if kind is ARGPARSE else "my-tool usage"
    assert (helped.code, f"Usage: {program} log [OPTIONS]" in helped.out) == (0, True)
    assert (failed.code, f"Usage: {program} log [OPTIONS]" in failed.err) == (2, True)


@pytest.mark.parametrize(
    ("typed", "program"),
    [
        (["/opt/bin/my-tool", "--key", "secret", "usage", "log", "--help"], "my-tool usage"),
        (["/opt/bin/my-tool-usage", "log", "--help"], "my-tool-usage"),
        (["/opt/my_tool/__main__.py", "usage", "log", "--help"], "usage"),
        (["-c"], "usage"),
    ],
    ids=["mounted", "a script of its own", "python -m", "python -c"],
)
def test_usage_main_names_what_the_user_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: list[str], program: str
) -> None:
    """The program and the word before the arguments, and nothing else of the command line."""
    monkeypatch.setattr(sys, "argv", typed)
    assert arcade_usage.Tool(distribution="t", project_token=None).usage_main(["log", "--help"]) == 0
    assert f" Usage: {program} log [OPTIONS]" in capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_its_exit_code_is_the_tools(world: World, kind: str) -> None:
    """That of a `status` while tracking is off."""
    off = run(world, kind + RUN, "usage", "status", "--json", token=None, is_fresh=False)
    assert (off.code, off.content["reasons"]) == (3, ["no_project_token"])
    assert not world.folder.exists()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_mounting_imports_no_command(world: World, kind: str) -> None:
    """Neither the commands nor what they need."""
    modules = run(world, kind + COUNT).out
    for name in (
        "'arcade_usage.cli.commands'",
        "'arcade_usage.cli.status'",
        "'arcade_usage.composition.console'",
    ):
        assert name not in modules
    assert "'httpx'" not in modules


@pytest.mark.parametrize(
    ("kind", "missing"),
    [(TYPER, "rich"), (CLICK, "typer"), (CLICK, "rich"), (ARGPARSE, "typer"), (ARGPARSE, "rich")],
    ids=["Typer, rich", "Click, typer", "Click, rich", "argparse, typer", "argparse, rich"],
)
def test_a_missing_extra_is_one_line(world: World, kind: str, missing: str) -> None:
    """On stderr, with exit code 1, and only when a user runs a command of ours."""
    without = f"sys.modules[{missing!r}] = None"
    ran, own = run_all(world, kind, "usage", "own", token=None, before=without)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "arcade-usage: the command line needs an extra: pip install 'arcade-usage[cli]'\n"
    assert own.err == "log in first\n"
