"""docs/guide.md's examples do what the page says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from arcade_usage.cli import receive
from arcade_usage.testing import recording

DOCS = Path(__file__).parents[3] / "docs"
README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")


def example(heading: str) -> str:
    """The first Python under a heading."""
    found = re.search(rf"\n## {heading}\n.*?```python\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1].replace('"phc_..."', '"phc_x"')  # a reader replaces it


def test_a_click_group() -> None:
    """Its command is reported by its name."""
    names: dict[str, object] = {}
    with recording() as usage:
        exec(example("Typer and Click"), names)
        result = CliRunner().invoke(names["cli"], ["build"])  # type: ignore[arg-type]
        assert (result.exit_code, result.output) == (0, "built\n")
        assert usage.the_only_event.properties["command_name"] == "build"


def test_a_server() -> None:
    """Its event has arrived when the block has ended."""
    with recording() as usage:
        exec(example("A server"), {"arcade_usage": __import__("arcade_usage")})
        assert usage.names == ["MCP server started"]


def test_the_readme_shows_what_receive_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """The host and the token to give a tool, at the port that is the default."""
    receive.print_head(f"http://127.0.0.1:{receive.DEFAULT_PORT}", as_json=False)
    assert f"$ arcade-usage receive\n{capsys.readouterr().out}" in README


def test_adapters_of_your_own() -> None:
    """What the page shows stands in the example, which tests/e2e/test_own_adapters.py runs."""
    module = (DOCS / "examples" / "own_adapters.py").read_text(encoding="utf-8")
    parts = example("Adapters of your own").strip().split("\n\n\n")
    assert len(parts) == 2
    assert all(part in module for part in parts)
