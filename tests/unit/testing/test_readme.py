"""The README's examples, run as they stand: a reader copies them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import arcade_usage
from arcade_usage.testing import Usage, recording

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def usage() -> Iterator[Usage]:
    with recording() as usage:
        yield usage


def examples(heading: str) -> list[str]:
    """The Python under a heading."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def test_any_tool(usage: Usage) -> None:
    """A run, a login that links the person, and a failure that the tool measured by itself."""
    names = {"run": lambda: None, "log_in": lambda: usage.store_credentials("alice"), "error": OSError("no")}
    for example in examples("Any tool"):
        exec(example, names)
    assert [(event.command_name, event.whose) for event in usage.events] == [
        ("toolkit.run", "alice"),
        ("login", "alice"),
        ("toolkit.run", "alice"),
    ]
    assert usage.events[-1].properties["error_message"] == "no"
    assert usage.events[-1].properties["tool_count"] == 3


def test_properties_and_errors_of_your_own(usage: Usage) -> None:
    """Each property that the example gives arrives as it is."""
    for example in examples("Properties and errors of your own"):
        exec(example, {"__name__": "my_tool"})
    given = {"org_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "auth_type": "oauth2", "secrets_count": 3}
    assert given.items() <= usage.the_only_event.properties.items()


def test_a_server_in_five_lines(usage: Usage) -> None:
    """Its event has arrived."""
    for example in examples("A server in five lines"):
        exec(example, {})
    assert usage.names == ["MCP tool called"]


def test_testing_your_tool_in_ten_lines(usage: Usage) -> None:
    """Each of its tests passes, on a tool that is tracked."""
    app = typer.Typer()
    tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token="phc_x")

    @app.command()
    def run(name: str) -> None:
        with tracker.command(f"{name}.run"):
            pass

    @app.command()
    def other() -> None:
        pass

    switch_on, tests = examples("Testing your tool in ten lines")
    assert "arcade_usage.testing.pytest_plugin" in switch_on
    names: dict[str, object] = {"CliRunner": CliRunner, "app": app}
    exec(tests, names)
    found = [test for name, test in names.items() if name.startswith("test_") and callable(test)]
    assert len(found) == 2
    found[0](usage)
    with recording() as another:
        tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token="phc_x")
        found[1](another)
