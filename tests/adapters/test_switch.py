"""The stored opt-out: its file means off, and so does an unreadable one."""

import errno
import os
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage import config_folder
from arcade_usage.adapters.storage.config_folder import (
    LEVEL_LIMIT,
    FolderSnapshots,
    Layout,
    is_machine_off,
    reasons_off,
    stored_level,
)
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.domain.consent import LEVELS, LOCAL, OFF, OFF_BY_MACHINE, ON, WITHOUT_ERRORS
from tests.adapters.disk import os_error


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    return Layout(str(config_dir))


def _link_to_a_level(path: Path) -> None:
    path.with_name("x").write_text(LOCAL)
    path.symlink_to("x")


STORED: dict[str, Callable[[Path], Any]] = {
    "an empty file": Path.touch,
    "a file that says on": lambda path: path.write_text("on"),
    "a level of another version": lambda path: path.write_text("more"),
    "a level and more": lambda path: path.write_text("local "),
    "a file over the limit": lambda path: path.write_text("local" * LEVEL_LIMIT),
    "a link to a level": _link_to_a_level,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("make", STORED.values(), ids=STORED)
def test_whatever_is_there_means_off(layout: Layout, config_dir: Path, make: Callable[[Path], Any]) -> None:
    """Any file with its name means off, unless it has the name of another level."""
    (config_dir / "usage").mkdir(parents=True)
    make(config_dir / "usage" / "off")
    assert stored_level([layout]) == OFF


def test_nothing_there_means_no_choice(layout: Layout, config_dir: Path) -> None:
    """A missing folder or file is no choice, and reading creates nothing."""
    assert stored_level([layout]) == ON
    assert not config_dir.exists()
    config_dir.mkdir()
    assert stored_level([layout]) == ON


def test_without_folders_there_is_no_choice() -> None:
    """Without folders there is no choice."""
    assert stored_level([]) == ON


@pytest.mark.parametrize("first", [True, False])
def test_one_choice_is_enough(tmp_path: Path, first: bool) -> None:
    """Off in one of two folders is off."""
    layouts = [Layout(str(tmp_path / name)) for name in ("here", "default")]
    (tmp_path / ("here" if first else "default") / "usage").mkdir(parents=True)
    Path(layouts[0 if first else 1].choice_off).touch()
    assert stored_level(layouts) == OFF


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ELOOP, errno.ENAMETOOLONG, errno.ESTALE])
def test_a_choice_that_can_not_be_read_means_off(layout: Layout, mocker: MockerFixture, number: int) -> None:
    """An unreadable choice means off, since the user may have opted out."""
    mocker.patch("os.lstat", side_effect=os_error(number))
    assert stored_level([layout]) == OFF


def test_a_file_in_the_folder_s_place_means_off(layout: Layout, config_dir: Path) -> None:
    """A file in place of the folder means off."""
    config_dir.touch()
    assert stored_level([layout]) == OFF


@pytest.mark.parametrize("level", [LOCAL, WITHOUT_ERRORS])
def test_a_level_is_read_from_the_file_that_meant_off_before(
    layout: Layout, config_dir: Path, level: str
) -> None:
    """An earlier version, for which any such file means off, sends nothing at any of these levels."""
    FolderSwitch(layout, "phc_x").choose(level)
    assert (config_dir / "usage" / "off").read_text() == level
    assert stored_level([layout]) == level


@pytest.mark.parametrize("levels", list(combinations(LEVELS, 2)))
def test_of_two_folders_the_one_that_allows_less_counts(tmp_path: Path, levels: tuple[str, str]) -> None:
    """In either order."""
    layouts = [Layout(str(tmp_path / name)) for name in ("here", "default")]
    for layout, level in zip(layouts, levels, strict=True):
        FolderSwitch(layout, "phc_x").choose(level)
    assert stored_level(layouts) == stored_level(layouts[::-1]) == levels[1]


def test_a_file_for_the_machine_turns_every_user_off(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the user chose; without the file or its folder, the user's choice counts."""
    path = tmp_path / "etc" / "usage-off"
    monkeypatch.setattr(config_folder, "MACHINE_OFF_FILE", str(path))
    switch = FolderSwitch(layout, "phc_x")
    assert switch.is_on()
    path.parent.mkdir()
    path.touch()
    switch.choose(ON)
    assert (switch.is_on(), switch.level(), is_machine_off()) == (False, OFF, True)
    assert reasons_off(layout, "phc_x") == (OFF_BY_MACHINE,)
    assert not FolderSnapshots(layout).is_on()


def test_a_machine_file_that_can_not_be_read_means_off(mocker: MockerFixture) -> None:
    """An administrator may have turned it off."""
    mocker.patch("os.lstat", side_effect=os_error(errno.EACCES))
    assert is_machine_off()
