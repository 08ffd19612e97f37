"""The commands mounted in a tool: `arcade usage ...`, about the tool's own folder and project."""

import json
from pathlib import Path

import pytest
import typer

from arcade_usage.adapters.frameworks.typer_app import track
from arcade_usage.cli import usage_app
from arcade_usage.demo.receiver import DOWN
from tests.e2e.world import TOKEN, World


def host(world: World, token: str | None = TOKEN) -> typer.Typer:
    """A tool of its own, with a context object of its own."""
    app = typer.Typer()

    @app.callback()
    def start(context: typer.Context) -> None:
        context.obj = {"the": "host's"}

    @app.command()
    def own(context: typer.Context) -> None:
        typer.echo(context.obj["the"])

    mounted = usage_app(
        distribution="arcade-usage", project_token=token, host=world.receiver.url, config_dir=world.folder
    )
    app.add_typer(mounted, name="usage")
    return app


def run(app: typer.Typer, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    code = ended.value.code
    return code if isinstance(code, int) else 0, capsys.readouterr().out


def test_they_are_about_the_tools_folder_and_project(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an option, also before anything was tracked; `show` names the tool's release."""
    code, out = run(host(world), capsys, "usage", "status", "--json")
    status = json.loads(out)
    assert (code, status["config_dir"]) == (0, str(world.folder))
    assert [sink["host"] for sink in status["sinks"]] == [world.receiver.url]
    code, out = run(host(world), capsys, "usage", "show", "--json")
    shown = json.loads(out)
    assert shown["to"] == world.receiver.url
    assert shown["event"]["properties"]["cli_version"] != "unknown"


def test_the_hosts_own_commands_are_as_before(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Its context object stays its own."""
    assert run(host(world), capsys, "own") == (0, "host's\n")


def test_off_and_flush_work_there(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As they do alone."""
    world.receiver.posthog = DOWN
    world.run("waits")
    assert run(host(world), capsys, "usage", "flush")[0] == 3
    assert run(host(world), capsys, "usage", "off")[0] == 0
    assert world.waiting == []
    assert run(host(world), capsys, "usage", "status")[0] == 3


def test_who_asks_about_tracking_is_not_tracked(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """In a tool whose every command is: none of these is an event, and `off` starts no process either."""
    app = track(host(world), world.tracker())
    for command in (
        ["status"],
        ["log", "--json"],
        ["stats"],
        ["view", "--no-open", "--output", str(world.scratch / "page.html")],
        ["flush"],
        ["off"],
        ["on"],
        ["--help"],
        ["nonsense"],
    ):
        run(app, capsys, "usage", *command)
    assert world.processes == []
    assert run(app, capsys, "own")[0] == 0
    world.settle()
    assert list(world.events) == ["own"]


def test_a_host_without_a_token_tracks_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And its users learn why."""
    code, out = run(host(world, None), capsys, "usage", "status")
    assert code == 3
    assert "the tool has no project token" in out
    assert not Path(world.folder).exists()
