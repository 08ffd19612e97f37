"""The launcher starts only a Python, and passes only the PYTHON* variables that the tool's Python uses."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.process.launcher import DetachedLauncher, can_launch
from tests.adapters.stand_in import StandIn, flags


@pytest.mark.parametrize(
    "name",
    [
        "python", "python3", "python3.12", "python3.13t", "python3.11-dbg", "python3-intel64", "Python",
        "python.exe", "pythonw.exe", "PYTHON.EXE", "python3.11.exe", "python_d.exe", "pythonw_d.exe",
        "pypy3", "pypy3.10", "pypy3.10.exe", "graalpy",
    ],
)  # fmt: skip
def test_a_python_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """Names of Python executables by installers, version managers and systems are recognized."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / name))
    assert can_launch()


@pytest.mark.parametrize(
    "name",
    ["tool", "tool.exe", "pythonista", "python-tool", "mypython", "uwsgi", "blender", "py", "pythonize3"],
)
def test_another_program_is_not_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """A program that embeds Python is its own sys.executable; starting it would repeat the user's command."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / name))
    assert not can_launch()


def test_a_link_is_what_it_leads_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The target of a link decides, as in a virtual environment; the name of the link does not."""
    (tmp_path / "python").symlink_to(tmp_path / "tool")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert not can_launch()
    (tmp_path / "python3").symlink_to(tmp_path / "python3.12")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert can_launch()


@pytest.mark.parametrize("started_as", [[], ["/usr/bin/vim"], [""]], ids=["embedded", "a program", "no name"])
def test_the_python_that_path_finds_first_is_not_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started_as: list[str]
) -> None:
    """If a program embeds Python without a name, sys.executable is another Python and is not started."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setattr(sys, "orig_argv", started_as)
    assert not can_launch()


def test_a_python_under_another_name_is_known_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python started as `exec -a tool python` is recognized by its file."""
    monkeypatch.setattr(sys, "orig_argv", ["tool"])
    assert can_launch() is Path("/proc/self/exe").exists()


def start(stand_in: StandIn, **variables: str) -> dict[str, Any]:
    DetachedLauncher({**os.environ, **variables}).launch("{}")
    return stand_in.listen()


USELESS = {
    "PYTHONHASHSEED": "abc", "PYTHONIOENCODING": "no:such", "PYTHONMALLOC": "none", "PYTHONUTF8": "x",
    "PYTHONSTARTUP": "/x", "PYTHONINSPECT": "1", "PYTHONBREAKPOINT": "x.y", "PYTHONDEVMODE": "1",
    "PYTHONTRACEMALLOC": "x", "PYTHONPROFILEIMPORTTIME": "1", "PYTHONEXECUTABLE": "/x", "PYTHONHOME": "/x",
    "PYTHONPLATLIBDIR": "x", "PYTHONPYCACHEPREFIX": "/x", "PYTHONOPTIMIZE": "x", "PYTHONVERBOSE": "1",
    "PYTHONFROZEN": "x", "PythonHashSeed": "x",
}  # fmt: skip


def test_variables_that_the_tool_does_not_use_are_removed(stand_in: StandIn) -> None:
    """Variables that the tool's Python did not use are removed; some would stop a Python."""
    environment = start(stand_in, **USELESS)["environment"]
    assert {name for name in environment if name in USELESS} == set()


def test_variables_that_the_tool_uses_are_passed(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that the tool's Python used are passed: its library's location, its caches."""
    monkeypatch.setattr(sys, "pycache_prefix", "/cache")
    variables = {
        "PYTHONHOME": sys.prefix,
        "PYTHONPLATLIBDIR": sys.platlibdir,
        "PYTHONPYCACHEPREFIX": "/cache",
    }
    environment = start(stand_in, **variables, PYTHONUSERBASE="/base")["environment"]
    assert {name: environment.get(name) for name in variables} == variables
    assert environment["PYTHONUSERBASE"] == "/base"


def test_import_options_are_those_of_the_tool(
    stand_in: StandIn, mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options for the user site, safe path, bytecode and UTF-8 mode are those of the tool."""
    changed = flags(ignore_environment=1, no_user_site=1, safe_path=True, utf8_mode=1)
    mocker.patch.object(sys, "flags", changed)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert start(stand_in)["arguments"] == ["-s", "-P", "-B", "-X", "utf8", "-m", "arcade_usage"]


@pytest.mark.parametrize("variable", ["PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONPYCACHEPREFIX"])
def test_a_tool_that_ignores_its_environment_passes_no_variable(
    stand_in: StandIn, mocker: MockerFixture, variable: str
) -> None:
    """With -E or -I, no PYTHON* variable is passed, even with a value equal to the default."""
    mocker.patch.object(
        sys, "flags", flags(ignore_environment=1, no_user_site=0, safe_path=False, utf8_mode=0)
    )
    value = {"PYTHONHOME": sys.prefix, "PYTHONPLATLIBDIR": sys.platlibdir}.get(variable, "/cache")
    mocker.patch.object(sys, "pycache_prefix", "/cache")
    assert variable not in start(stand_in, **{variable: value})["environment"]
