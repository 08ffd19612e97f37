"""Runs the command line in this process, as a shell would that pipes both of its ends."""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from attrs import frozen

from arcade_usage import cli
from arcade_usage.cli import commands

# The app, and what Typer makes of it: a third of a run, if it is made for each anew.
_app = cache(commands.make_app)
_command = cache(typer.main.get_command)


@frozen
class Ran:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def content(self) -> Any:
        """The JSON document that it printed."""
        return json.loads(self.out)


@frozen
class Shell:
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> Ran:
        self.capsys.readouterr()
        self.monkeypatch.setattr(commands, "make_app", _app)
        self.monkeypatch.setattr(typer.main, "get_command", _command)
        self.monkeypatch.setattr(sys, "argv", ["arcade-usage", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self.capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0 if code is None else 1, out, err)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what is in it; folders are empty."""
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}
