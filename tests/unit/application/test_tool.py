"""`Tool`: one configuration, from which everything comes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import arcade_usage
from arcade_usage import Tool
from arcade_usage.testing.trackers import recording
from arcade_usage.testing.usage import Usage


@pytest.fixture
def usage() -> Iterator[Usage]:
    with recording() as usage:
        yield usage


def make_tool(token: str | None = "phc_x") -> Tool:
    return Tool(distribution="arcade-usage", project_token=token)


def test_a_command_is_reported_by_a_with_statement(usage: Usage) -> None:
    """And what it raised passes."""
    tool = make_tool()
    with tool.command("toolkit.run"):
        pass
    with pytest.raises(ValueError, match="no such toolkit"), tool.command("toolkit.show"):
        raise ValueError("no such toolkit")
    assert [event.command_name for event in usage.events] == ["toolkit.run", "toolkit.show"]
    assert usage.names == ["CLI execution succeeded", "CLI execution failed"]


def test_a_command_is_reported_by_an_async_with_statement(usage: Usage) -> None:
    """In a coroutine."""
    tool = make_tool()

    async def main() -> None:
        async with tool.command("toolkit.run"):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert usage.the_only_event.command_name == "toolkit.run"


def test_a_decorated_function_reports_each_call(usage: Usage) -> None:
    """It stays what it is: name, arguments, result."""

    @make_tool().command("toolkit.run")
    def run(number: int) -> int:
        """Run it."""
        return number + 1

    assert (run(1), run(2), run.__name__, run.__doc__) == (2, 3, "run", "Run it.")
    assert [event.command_name for event in usage.events] == ["toolkit.run"] * 2


def test_a_decorated_coroutine_function_reports_when_it_ended(usage: Usage) -> None:
    """Not when its coroutine was made."""

    @make_tool().command("toolkit.run")
    async def run() -> str:
        assert usage.events == []
        return "done"

    assert asyncio.run(run()) == "done"
    assert usage.the_only_event.command_name == "toolkit.run"


def test_where_tracking_is_off_the_same_code_runs(usage: Usage) -> None:
    """`with`, `async with` and decorators, and nothing is reported."""
    tool = make_tool(None)

    async def main() -> None:
        async with tool.command("toolkit.run"):
            pass

    with tool.command("toolkit.run"):
        pass
    asyncio.run(main())
    assert tool.command("toolkit.run")(lambda: 5)() == 5
    assert usage.events == []


def test_its_tracker_is_made_once(usage: Usage) -> None:
    """By whatever is asked for first."""
    tool = make_tool()
    with tool.command("toolkit.run"):
        pass
    assert tool.command_tracker() is tool.command_tracker()
    assert len(usage.events) == 1


def test_it_tracks_an_app(usage: Usage) -> None:
    """With its own tracker."""
    app = typer.Typer()

    @app.command()
    def run() -> None:
        """Nothing."""

    assert make_tool().track(app) is app
    assert CliRunner().invoke(app, []).exit_code == 0
    assert len(usage.events) == 1


def test_its_server_reports(usage: Usage) -> None:
    """Each call makes a tracker."""
    tool = make_tool()
    with tool.server() as server:
        server.capture("tool called")
    assert tool.server() is not server
    assert usage.names == ["tool called"]


@pytest.mark.parametrize(
    ("arguments", "code"), [(["off"], 0), (["status"], 3), (["no-such"], 2), (["--help"], 0)]
)
def test_its_usage_commands_return_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """`usage_main` raises nothing of Click's."""
    tool = Tool(distribution="arcade-usage", project_token=None, config_dir=tmp_path)
    assert tool.usage_main(arguments) == code
    assert capsys.readouterr().out or code == 2


def test_its_usage_commands_are_mounted_in_click(tmp_path: Path) -> None:
    """Options of theirs are theirs, `--help` too."""
    import click
    import click.testing

    group = click.Group("my-tool")
    group.add_command(
        Tool(distribution="arcade-usage", project_token=None, config_dir=tmp_path).usage_command()
    )
    shown = click.testing.CliRunner().invoke(group, ["usage", "status", "--json"])
    assert (shown.exit_code, '"tracking": "off"' in shown.output) == (3, True)


def test_making_one_touches_nothing(tmp_path: Path) -> None:
    """Not even where its configuration is wrong."""
    Tool(distribution="arcade-usage", project_token="phc_x", host="no url", config_dir=tmp_path / "config")
    assert not (tmp_path / "config").exists()


def test_the_public_names_are_there() -> None:
    """Each by its name, the version too."""
    assert {name for name in arcade_usage.__all__ if getattr(arcade_usage, name) is None} == set()
    assert arcade_usage.__version__.count(".") >= 1
