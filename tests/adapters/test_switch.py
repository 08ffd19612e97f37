"""The stored opt-out: its file means off, and so does an unreadable one."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.config_folder import Layout, chose_off
from tests.adapters.disk import os_error


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    return Layout(str(config_dir))


STORED: dict[str, Callable[[Path], Any]] = {
    "an empty file": Path.touch,
    "a file that says on": lambda path: path.write_text("on"),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("make", STORED.values(), ids=STORED)
def test_whatever_is_there_means_off(layout: Layout, config_dir: Path, make: Callable[[Path], Any]) -> None:
    """Any file with its name means off; it is not opened."""
    (config_dir / "usage").mkdir(parents=True)
    make(config_dir / "usage" / "off")
    assert chose_off([layout])


def test_nothing_there_means_no_choice(layout: Layout, config_dir: Path) -> None:
    """A missing folder or file is no choice, and reading creates nothing."""
    assert not chose_off([layout])
    assert not config_dir.exists()
    config_dir.mkdir()
    assert not chose_off([layout])


def test_without_folders_there_is_no_choice() -> None:
    """Without folders there is no choice."""
    assert not chose_off([])


@pytest.mark.parametrize("first", [True, False])
def test_one_choice_is_enough(tmp_path: Path, first: bool) -> None:
    """Off in one of two folders is off."""
    layouts = [Layout(str(tmp_path / name)) for name in ("here", "default")]
    (tmp_path / ("here" if first else "default") / "usage").mkdir(parents=True)
    Path(layouts[0 if first else 1].choice_off).touch()
    assert chose_off(layouts)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ELOOP, errno.ENAMETOOLONG, errno.ESTALE])
def test_a_choice_that_can_not_be_read_means_off(layout: Layout, mocker: MockerFixture, number: int) -> None:
    """An unreadable choice means off, since the user may have opted out."""
    mocker.patch("os.lstat", side_effect=os_error(number))
    assert chose_off([layout])


def test_a_file_in_the_folder_s_place_means_off(layout: Layout, config_dir: Path) -> None:
    """A file in place of the folder means off."""
    config_dir.touch()
    assert chose_off([layout])
