"""Type checkers agree on the public API: what is right passes in their strict modes, and each mistake is reported.

`make check` runs mypy on the same file; there, an unused `type: ignore` is an error.
"""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

CHECK_SECONDS = 120.0  # each takes about 3 s on an idle core
AUTHOR = Path(__file__).with_name("author.py")
PYRIGHT = {"enableTypeIgnoreComments": False, "typeCheckingMode": "strict"}
PYREFLY = 'preset = "strict"\nenabled-ignores = []\n'


def check(folder: Path, checker: str, *options: str) -> str:
    """Stdout of a checker for a copy of the tool outside this repository, as in a project of its author."""
    (folder / "author.py").write_bytes(AUTHOR.read_bytes())
    (folder / "pyrightconfig.json").write_text(json.dumps(PYRIGHT), encoding="utf-8")
    (folder / "pyrefly.toml").write_text(PYREFLY, encoding="utf-8")
    program = os.path.join(os.path.dirname(sys.executable), checker)
    done = subprocess.run(
        [program, *options, "author.py"],
        cwd=folder, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stdout


def mistakes() -> set[int]:
    lines = AUTHOR.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if "# type: ignore[" in line}


def test_pyright(tmp_path: Path) -> None:
    """Pyright, as basedpyright packages it with its own Node.js."""
    found = json.loads(check(tmp_path, "basedpyright", "--pythonpath", sys.executable, "--outputjson"))
    errors = [each for each in found["generalDiagnostics"] if each["severity"] == "error"]
    assert {each["range"]["start"]["line"] + 1 for each in errors} == mistakes(), errors


@pytest.mark.skipif(
    version("attrs").startswith("23.1."), reason="Pyrefly does not see there that a class of attrs is frozen"
)
def test_pyrefly(tmp_path: Path) -> None:
    """Pyrefly."""
    options = ("check", "--python-interpreter-path", sys.executable, "--output-format", "min-text")
    out = check(tmp_path, "pyrefly", *options)
    assert {int(line) for line in re.findall(r"author\.py:(\d+):", out)} == mistakes(), out


@pytest.mark.parametrize("public", ["arcade_usage", "arcade_usage.testing"])
def test_the_example_uses_every_public_name(public: str) -> None:
    """A new name has to be added to it."""
    text = AUTHOR.read_text(encoding="utf-8")
    for name in __import__(public, fromlist=["__all__"]).__all__:
        assert re.search(rf"\b{name}\b", text), name
