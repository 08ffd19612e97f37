"""The examples of the README and the guide, run as they stand: a reader copies them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arcade_usage.testing import Usage, recording

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")


@pytest.fixture
def usage() -> Iterator[Usage]:
    with recording() as usage:
        yield usage


def examples(heading: str, page: str = README) -> list[str]:
    """The Python under a heading."""
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return [example.replace('"phc_..."', '"phc_x"') for example in found]  # a reader replaces it


def test_any_tool(usage: Usage) -> None:
    """A run, a login that links the person, and a failure that the tool measured by itself."""
    names = {"run": lambda: None, "log_in": lambda: usage.store_credentials("alice"), "error": OSError("no")}
    for example in examples("argparse, or a main function of your own", GUIDE):
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
    example = examples("Properties of your own", GUIDE)[0]
    exec(example, {"__name__": "my_tool"})
    given = {"org_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "auth_type": "oauth2", "secrets_count": 3}
    assert given.items() <= usage.the_only_event.properties.items()


def test_a_server(usage: Usage) -> None:
    """Its event has arrived."""
    exec(examples("Servers")[0], {})
    assert usage.names == ["MCP tool called"]


def test_tests(tmp_path: Path) -> None:
    """Its two tests pass on the Typer app of the quick start, in a run of pytest, and so does that of a process."""
    (app,) = examples("Quick start")
    conftest, tests = examples("Tests")
    tests += examples("Testing", GUIDE)[0]
    for name, text in {"my_tool": app, "conftest": conftest, "test_my_tool": tests}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    command += ["--basetemp", str(tmp_path / "temporary")]  # other runs' folders are not its to remove
    done = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout


def test_without_pytest() -> None:
    """The import that the page names is needed and enough."""
    code = re.search(r"Without pytest:\n`(.*?)`, then `(.*?)`", README)
    assert code is not None
    script = f"{code[1]}\n{code[2]} print(usage.names)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
