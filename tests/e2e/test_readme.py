"""The README's examples run as written; only the PostHog URL and token are replaced."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.world import TOKEN, World, until

README = Path(__file__).parents[2] / "README.md"


def example(world: World, heading: str) -> Path:
    """The first block of Python below a heading, as a script."""
    found = re.search(
        rf"^## {heading}\n.*?```python\n(.*?)```",
        README.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    assert found is not None
    arguments = f'project_token="{TOKEN}", host="{world.receiver.url}"'
    shown = r'project_token="phc_local",.*\n +host="http://127.0.0.1:8421"'
    text, replaced = re.subn(shown, arguments, found[1].replace("my-tool", "arcade-usage"))
    assert replaced == 1
    script = world.scratch / "tool"
    script.write_text(text, encoding="utf-8")
    return script


@pytest.mark.parametrize(
    ("heading", "line", "exit_code", "stdout", "name", "outcome"),
    [
        ("Quick start", "toolkit run x", 0, "x runs\n", "toolkit.run", None),
        ("Quick start", "toolkit secret", 2, "", "toolkit", "usage"),
        ("Quick start", "login", 0, "logged in\n", "login", None),
    ],
)
def test_the_examples_do_what_they_say(
    world: World, heading: str, line: str, exit_code: int, stdout: str, name: str, outcome: str | None
) -> None:
    """They print and exit as written, and the event arrives; a login is one."""
    environment = {**os.environ, "ARCADE_WORK_DIR": str(world.folder)}
    if name == "login":
        world.store_credentials("principal-alice")
    done = subprocess.run(
        [sys.executable, str(example(world, heading)), *line.split()],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (exit_code, stdout)
    assert until(lambda: name in world.events and not world.waiting)
    assert world.events[name].properties.get("outcome") == outcome
    assert world.linked_to() == ("principal-alice" if name == "login" else None)
