"""From where a detached process may import: this package from wherever the tool has it, nothing of the user's."""

import os
import site
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

import arcade_usage
from arcade_usage.adapters.process import launcher as detached
from arcade_usage.adapters.process.launcher import SEARCH_PATH_VARIABLE, DetachedLauncher
from tests.adapters.stand_in import StandIn, flags

PACKAGE_HOME = str(Path(arcade_usage.__file__).parents[1])

Told = tuple[list[str], list[str]]


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Told]]:
    """Launches with a PYTHONPATH; returns that of the process, and the other folders that it gets."""
    stand_in = StandIn(tmp_path / "stand-in")
    monkeypatch.setattr(sys, "executable", stand_in.executable)

    def call(*python_path: str) -> Told:
        DetachedLauncher({**os.environ, "PYTHONPATH": os.pathsep.join(python_path)}).launch("{}")
        received = stand_in.listen()["environment"]
        return _split(received["PYTHONPATH"]), _split(received[SEARCH_PATH_VARIABLE])

    yield call
    stand_in.close()


def _split(paths: str) -> list[str]:
    return paths.split(os.pathsep) if paths else []


def test_an_absolute_entry_stays(launch: Callable[..., Told], tmp_path: Path) -> None:
    """What the tool imports from, the process may import from, in that order."""
    folders = [str(tmp_path / "one"), str(tmp_path / "two")]
    assert launch(*folders)[0][:2] == folders


@pytest.mark.parametrize("entry", ["", ".", "..", "lib", "./lib"])
@pytest.mark.usefixtures("user_folder")
def test_a_relative_entry_goes(launch: Callable[..., Told], tmp_path: Path, entry: str) -> None:
    """What is relative means another folder elsewhere, and is dropped from among the others."""
    python_path, _ = launch(entry, str(tmp_path), entry)
    assert python_path == [str(tmp_path), PACKAGE_HOME]


def test_the_user_s_folder_goes(launch: Callable[..., Told], user_folder: Path, tmp_path: Path) -> None:
    """The current folder is not imported from, by whatever name it is called."""
    link = tmp_path / "link"
    link.symlink_to(user_folder)
    names = [str(user_folder), str(link), f"{user_folder}{os.sep}", f"{user_folder}/../{user_folder.name}"]
    assert launch(*names)[0] == [PACKAGE_HOME]


def test_the_host_s_own_path_is_told_without_the_user_s_folder(
    launch: Callable[..., Told], user_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other folders that the tool imports from are passed on, except the user's folder and relative ones."""
    theirs = str(tmp_path / "theirs")
    monkeypatch.setattr(sys, "path", ["", str(user_folder), "lib", theirs, *sys.path])
    _, others = launch()
    assert others[0] == theirs
    assert str(user_folder) not in others
    assert all(os.path.isabs(path) for path in others)


def test_what_is_no_text_on_the_tools_path_is_no_obstacle(
    launch: Callable[..., Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python passes over an entry that is no string; so do we."""
    strange: list[object] = [tmp_path, b"/bytes", None, 5]
    monkeypatch.setattr(sys, "path", [*strange, *sys.path])
    _, others = launch()
    assert str(tmp_path) not in others
    assert "/bytes" not in others


def test_this_package_s_home_is_passed_on(launch: Callable[..., Told]) -> None:
    """A Python of this installation that would not find the package gets the package's folder."""
    assert launch()[0] == [PACKAGE_HOME]


def test_it_is_named_once(launch: Callable[..., Told]) -> None:
    """A home that is on the path already is not named again."""
    assert launch(PACKAGE_HOME)[0] == [PACKAGE_HOME]


@pytest.mark.parametrize("kind", ["site", "user site"])
def test_a_home_that_every_python_looks_at_is_not_passed_on(
    launch: Callable[..., Told], mocker: MockerFixture, tmp_path: Path, kind: str
) -> None:
    """A package that is installed is found without us, and nothing of the site's comes before the library."""
    home = str(tmp_path / "site-packages")
    mocker.patch.object(detached, "_PACKAGE_HOME", home)
    mocker.patch.object(site, "ENABLE_USER_SITE", True)
    mocker.patch.object(site, "getsitepackages", return_value=[home] if kind == "site" else [])
    mocker.patch.object(site, "getusersitepackages", return_value=home if kind == "user site" else "/no")
    assert launch()[0] == []


@pytest.mark.parametrize("enabled", [False, None], ids=["off", "off for safety"])
def test_a_user_site_that_is_off_is_not_looked_at(
    launch: Callable[..., Told], mocker: MockerFixture, tmp_path: Path, enabled: bool | None
) -> None:
    """The user's site folder is passed on if Python itself would not look there."""
    home = str(tmp_path / "user-site")
    mocker.patch.object(detached, "_PACKAGE_HOME", home)
    mocker.patch.object(site, "ENABLE_USER_SITE", enabled)
    mocker.patch.object(site, "getusersitepackages", return_value=home)
    assert launch()[0] == [home]


def test_without_the_site_module_the_home_is_passed_on(
    launch: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool that runs without site-packages is no obstacle."""
    monkeypatch.delitem(sys.modules, "site")
    assert launch()[0] == [PACKAGE_HOME]


def test_a_host_that_ignores_its_environment_does_so_for_us(
    launch: Callable[..., Told], mocker: MockerFixture, tmp_path: Path
) -> None:
    """A PYTHONPATH that the tool did not listen to is not one for the process."""
    mocker.patch.object(sys, "flags", flags(ignore_environment=1))
    assert launch(str(tmp_path))[0] == [PACKAGE_HOME]
