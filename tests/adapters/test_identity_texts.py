"""usage.json and ledger.json as texts: missing, malformed, foreign and unreadable files are distinguished."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.config_folder import (
    LEDGER_LIMIT,
    MALFORMED,
    USAGE_LIMIT,
    Layout,
    read_texts,
)
from tests.adapters.disk import deny


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    (config_dir / "usage").mkdir(parents=True)
    return Layout(str(config_dir))


@pytest.fixture(params=["usage.json", "usage/ledger.json"])
def place(request: pytest.FixtureRequest, config_dir: Path) -> Path:
    return config_dir / str(request.param)


def read(layout: Layout, place: Path) -> str | None:
    usage, ledger = within(10.0, lambda: read_texts(layout))
    return usage if place.name == "usage.json" else ledger


def test_nothing_there_is_none(layout: Layout, place: Path) -> None:
    """A missing file is None."""
    assert read(layout, place) is None


def test_a_text_comes_as_it_is(layout: Layout, place: Path) -> None:
    """The text is the content of the file, valid or not."""
    place.write_text('{"naïve": "☃"}\n', encoding="utf-8")
    assert read(layout, place) == '{"naïve": "☃"}\n'


def test_the_limits_are_kept(layout: Layout, place: Path) -> None:
    """A file at its limit is read; one byte more is malformed."""
    limit = USAGE_LIMIT if place.name == "usage.json" else LEDGER_LIMIT
    place.write_bytes(b"x" * limit)
    assert read(layout, place) == "x" * limit
    place.write_bytes(b"x" * (limit + 1))
    assert read(layout, place) == MALFORMED


def _huge(place: Path) -> None:
    place.touch()
    os.truncate(place, 50_000_000)


def test_what_is_too_large_is_malformed(layout: Layout, place: Path) -> None:
    """A huge file is malformed and is not read into memory."""
    _huge(place)
    assert read(layout, place) == MALFORMED


REPLACEMENTS: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda place: place.symlink_to("nowhere"),
    "a link into a missing folder": lambda place: place.symlink_to("missing/file"),
    "a link to a device": lambda place: place.symlink_to(os.devnull),
}


@pytest.mark.parametrize("make", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_what_is_no_file_of_the_user_s_is_an_error(
    layout: Layout, place: Path, make: Callable[[Path], object]
) -> None:
    """A link, pipe or folder in place of the file is an error, without a wait."""
    make(place)
    with pytest.raises(NotOwnedError, match=r"is a link|is not a plain file"):
        read(layout, place)


def test_bytes_that_are_no_text_are_replaced(layout: Layout, place: Path) -> None:
    """Invalid UTF-8 becomes a text that a payload can carry."""
    place.write_bytes(b"\xff\xfe\x00{")
    text = read(layout, place)
    assert text is not None
    assert text.encode("utf-8").decode("utf-8") == text


def test_no_permission_is_an_error(layout: Layout, place: Path, mocker: MockerFixture) -> None:
    """An unreadable file is an error."""
    place.write_text("{}")
    deny(mocker, place.parent)
    with pytest.raises(PermissionError):
        read(layout, place)


def test_a_file_in_the_folder_s_place_is_an_error(tmp_path: Path) -> None:
    """A file in place of the config folder is an error."""
    (tmp_path / "file").touch()
    with pytest.raises(NotOwnedError, match="is not a folder"):
        read_texts(Layout(str(tmp_path / "file")))
