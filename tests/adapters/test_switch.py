"""The choice that a user stored: being there is all it says, and what can't be told means off."""

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
    """Its being there is what counts; it is not opened."""
    (config_dir / "usage").mkdir(parents=True)
    make(config_dir / "usage" / "off")
    assert chose_off([layout])


def test_nothing_there_means_that_nobody_chose(layout: Layout, config_dir: Path) -> None:
    """Neither a missing folder nor a missing file is a choice, and looking makes nothing."""
    assert not chose_off([layout])
    assert not config_dir.exists()
    config_dir.mkdir()
    assert not chose_off([layout])


def test_without_folders_there_is_no_choice() -> None:
    """Nothing to look at says nothing."""
    assert not chose_off([])


@pytest.mark.parametrize("first", [True, False])
def test_one_choice_is_enough(tmp_path: Path, first: bool) -> None:
    """Off in either of two folders is off."""
    layouts = [Layout(str(tmp_path / name)) for name in ("here", "default")]
    (tmp_path / ("here" if first else "default") / "usage").mkdir(parents=True)
    Path(layouts[0 if first else 1].choice_off).touch()
    assert chose_off(layouts)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ELOOP, errno.ENAMETOOLONG, errno.ESTALE])
def test_a_choice_that_can_not_be_read_means_off(layout: Layout, mocker: MockerFixture, number: int) -> None:
    """Whatever keeps us from looking, nobody is tracked who may have said no."""
    mocker.patch("os.lstat", side_effect=os_error(number))
    assert chose_off([layout])


def test_a_file_in_the_folder_s_place_means_off(layout: Layout, config_dir: Path) -> None:
    """A folder that is none can hold no choice, and can't be looked into."""
    config_dir.touch()
    assert chose_off([layout])
