"""The launcher on Windows: no window, and outside of the terminal's job where that is allowed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from pytest_mock import MockerFixture

from arcade_usage.adapters.process import launcher as launcher_module
from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.application.errors import LaunchError
from arcade_usage.domain.consent import EVENT_DATA_VARIABLE

NO_WINDOW, NEW_GROUP, BREAKAWAY = 0x08000000, 0x00000200, 0x01000000  # winbase.h


@define
class Windows:
    """Simulates the calls that the launcher makes on Windows, and records them."""

    name: str = "nt"
    breakaway_allowed: bool = True
    starts_anything: bool = True
    started: list[dict[str, Any]] = field(factory=list)
    pid: int = 7

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def start(self, arguments: list[str], **options: Any) -> "Windows":
        refused = not self.starts_anything or (
            options["creationflags"] & BREAKAWAY and not self.breakaway_allowed
        )
        if refused:
            raise PermissionError(13, "Access is denied")
        self.started.append({"arguments": arguments, **options})
        return self

    def poll(self) -> int | None:
        return 0


@pytest.fixture
def windows(mocker: MockerFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Windows:
    windows = Windows()
    mocker.patch.object(launcher_module, "os", windows)
    mocker.patch.object(launcher_module, "_open_process", windows.start)
    (tmp_path / "python.exe").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    return windows


def launch(payload: str = "{}") -> None:
    DetachedLauncher(os.environ).launch(payload)


def test_no_window_flashes(windows: Windows) -> None:
    """The process has no window and its own group, outside of the terminal's job."""
    launch()
    assert [start["creationflags"] for start in windows.started] == [NO_WINDOW | NEW_GROUP | BREAKAWAY]


def test_a_job_that_can_not_be_left_is_no_obstacle(windows: Windows) -> None:
    """If leaving the job is denied, the process is started within it."""
    windows.breakaway_allowed = False
    launch()
    assert [start["creationflags"] for start in windows.started] == [NO_WINDOW | NEW_GROUP]


def test_a_system_that_starts_nothing_is_an_error(windows: Windows) -> None:
    """If both are denied, the launch is an error."""
    windows.starts_anything = False
    with pytest.raises(LaunchError):
        launch()


def test_what_it_is_given(windows: Windows) -> None:
    """The module runs with the payload in its environment, in Python's folder, without a terminal."""
    launch("payload")
    (start,) = windows.started
    assert start["arguments"][-2:] == ["-m", "arcade_usage"]
    assert start["env"][EVENT_DATA_VARIABLE] == "payload"
    assert Path(start["cwd"]) == Path(os.__file__).resolve().parent
    assert [start[name] for name in ("stdin", "stdout", "stderr")] == [subprocess.DEVNULL] * 3
    assert "start_new_session" not in start


@pytest.mark.parametrize(
    ("present", "executable", "chosen"),
    [
        ([], "python.exe", "python.exe"),
        (["pythonw.exe"], "python.exe", "pythonw.exe"),
        (["pythonw.exe"], "Python.exe", "pythonw.exe"),
        (["pythonw.exe"], "pythonw.exe", "pythonw.exe"),
        (["pythonw3.11.exe"], "python3.11.exe", "pythonw3.11.exe"),
    ],
    ids=[
        "none there",
        "next to it",
        "in capitals",
        "windowless already",
        "with its version",
    ],
)
def test_the_python_without_a_window_is_taken_where_there_is_one(
    windows: Windows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    present: list[str],
    executable: str,
    chosen: str,
) -> None:
    """pythonw.exe next to python.exe is preferred, since it never has a window."""
    for name in present:
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / executable))
    launch()
    assert windows.started[0]["arguments"][0] == str(tmp_path / chosen)
