"""What is started is surely a Python, and only the variables that the host's Python runs by reach it."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.process.launcher import DetachedLauncher, can_launch
from tests.adapters.stand_in import StandIn


@pytest.mark.parametrize(
    "name",
    [
        "python", "python3", "python3.12", "python3.13t", "python3.11-dbg", "python3-intel64", "Python",
        "python.exe", "pythonw.exe", "PYTHON.EXE", "python3.11.exe", "python_d.exe", "pythonw_d.exe",
        "pypy3", "pypy3.10", "pypy3.10.exe", "graalpy",
    ],
)  # fmt: skip
def test_a_python_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """However an installer, a version manager or a system names it."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / name))
    assert can_launch()


@pytest.mark.parametrize(
    "name",
    ["tool", "tool.exe", "pythonista", "python-tool", "mypython", "uwsgi", "blender", "py", "pythonize3"],
)
def test_another_program_is_not_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """A program that embeds Python is its sys.executable, and would run the user's command again."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / name))
    assert not can_launch()


def test_a_link_is_what_it_leads_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that is called python by a link alone is not started; an environment's link to a Python is."""
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
    """A program that embeds Python without naming itself has a sys.executable that it does not run."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setattr(sys, "orig_argv", started_as)
    assert not can_launch()


def test_a_python_under_another_name_is_known_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """`exec -a tool python` is that very Python."""
    monkeypatch.setattr(sys, "orig_argv", ["tool"])
    assert can_launch() is Path("/proc/self/exe").exists()


def told(stand_in: StandIn, **variables: str) -> dict[str, Any]:
    DetachedLauncher({**os.environ, **variables}).launch("{}")
    return stand_in.listen()


USELESS = {
    "PYTHONHASHSEED": "abc", "PYTHONIOENCODING": "no:such", "PYTHONMALLOC": "none", "PYTHONUTF8": "x",
    "PYTHONSTARTUP": "/x", "PYTHONINSPECT": "1", "PYTHONBREAKPOINT": "x.y", "PYTHONDEVMODE": "1",
    "PYTHONTRACEMALLOC": "x", "PYTHONPROFILEIMPORTTIME": "1", "PYTHONEXECUTABLE": "/x", "PYTHONHOME": "/x",
    "PYTHONPLATLIBDIR": "x", "PYTHONPYCACHEPREFIX": "/x", "PYTHONOPTIMIZE": "x", "PYTHONVERBOSE": "1",
    "PYTHONFROZEN": "x", "PythonHashSeed": "x",
}  # fmt: skip


def test_no_variable_of_python_reaches_it_that_the_host_does_not_run_by(stand_in: StandIn) -> None:
    """A host may set what its own Python never read; some values keep a Python from starting."""
    environment = told(stand_in, **USELESS)["environment"]
    assert {name for name in environment if name in USELESS} == set()


def test_what_the_host_runs_by_reaches_it(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python that can't find its library without being told is told, and files go where the user wants them."""
    monkeypatch.setattr(sys, "pycache_prefix", "/cache")
    variables = {
        "PYTHONHOME": sys.prefix,
        "PYTHONPLATLIBDIR": sys.platlibdir,
        "PYTHONPYCACHEPREFIX": "/cache",
    }
    environment = told(stand_in, **variables, PYTHONUSERBASE="/base")["environment"]
    assert {name: environment.get(name) for name in variables} == variables
    assert environment["PYTHONUSERBASE"] == "/base"


def test_the_options_that_decide_where_it_imports_from_are_the_host_s(
    stand_in: StandIn, mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No user site, a safe path, no files of bytecode, and UTF-8 paths: as in the host."""
    flags = mocker.Mock(ignore_environment=1, no_user_site=1, safe_path=True, utf8_mode=1)
    mocker.patch.object(sys, "flags", flags)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert told(stand_in)["arguments"] == ["-s", "-P", "-B", "-X", "utf8", "-m", "arcade_usage"]


@pytest.mark.parametrize("variable", ["PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONPYCACHEPREFIX"])
def test_a_host_that_ignores_its_environment_passes_none_of_it_on(
    stand_in: StandIn, mocker: MockerFixture, variable: str
) -> None:
    """With -E or -I not even a variable that says what is so anyway."""
    mocker.patch.object(
        sys, "flags", mocker.Mock(ignore_environment=1, no_user_site=0, safe_path=False, utf8_mode=0)
    )
    value = {"PYTHONHOME": sys.prefix, "PYTHONPLATLIBDIR": sys.platlibdir}.get(variable, "/cache")
    mocker.patch.object(sys, "pycache_prefix", "/cache")
    assert variable not in told(stand_in, **{variable: value})["environment"]
