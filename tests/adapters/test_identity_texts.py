"""The contents of usage.json and the ledger: whatever lies in their place, told apart from nothing and from no permission."""

import json
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
    Content,
    Layout,
    read_contents,
)
from arcade_usage.application.command.payload import encode_json
from tests.adapters.disk import deny
from tests.samples import MALFORMED_TEXTS


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    (config_dir / "usage").mkdir(parents=True)
    return Layout(str(config_dir))


@pytest.fixture(params=["usage.json", "usage/ledger.json"])
def place(request: pytest.FixtureRequest, config_dir: Path) -> Path:
    return config_dir / str(request.param)


def read(layout: Layout, place: Path) -> Content:
    usage, ledger = within(10.0, lambda: read_contents(layout))
    return usage if place.name == "usage.json" else ledger


def test_nothing_there_is_none(layout: Layout, place: Path) -> None:
    """No file is not a malformed one."""
    assert read(layout, place) is None


def test_an_object_comes_as_it_is(layout: Layout, place: Path) -> None:
    """The JSON object is the file's, whether it means anything or not."""
    place.write_text(' {"naïve": ["☃", {"a": 1.5}], "n": 123456789012345678901}\n', encoding="utf-8")
    assert read(layout, place) == {"naïve": ["☃", {"a": 1.5}], "n": 123456789012345678901}


@pytest.mark.parametrize("text", MALFORMED_TEXTS.values(), ids=MALFORMED_TEXTS)
def test_what_is_no_object_is_malformed(layout: Layout, place: Path, text: str) -> None:
    """Neither an error nor absent: the delivery process starts over."""
    place.write_text(text, encoding="utf-8")
    assert read(layout, place) == MALFORMED


@pytest.mark.parametrize("depth", range(900, 1001, 4))
def test_what_is_read_can_be_handed_over_and_stored(layout: Layout, place: Path, depth: int) -> None:
    """A content nested too deep for a payload or a record is malformed, so that it costs no event.

    A delivery process is deeper in calls when it reads it; until Python 3.11 they count.
    """
    place.write_text('{"a":' + "[" * depth + "]" * depth + "}", encoding="utf-8")
    usage, ledger = read_contents(layout)
    payload = encode_json({"snapshot": {"usage": usage, "ledger": ledger}})
    assert isinstance(deeper(20, lambda: json.loads(payload)), dict)


def deeper(calls: int, call: Callable[[], object]) -> object:
    return call() if calls == 0 else deeper(calls - 1, call)


def test_the_limits_are_kept(layout: Layout, place: Path) -> None:
    """A content at its limit is read, and one byte more can't be it."""
    limit = USAGE_LIMIT if place.name == "usage.json" else LEDGER_LIMIT
    place.write_bytes(b"{}".ljust(limit))
    assert read(layout, place) == {}
    place.write_bytes(b"{}".ljust(limit + 1))
    assert read(layout, place) == MALFORMED


def _huge(place: Path) -> None:
    place.touch()
    os.truncate(place, 50_000_000)


def test_what_is_too_large_is_malformed(layout: Layout, place: Path) -> None:
    """It can't be it, and does not fill the memory."""
    _huge(place)
    assert read(layout, place) == MALFORMED


IMPOSTORS: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda place: place.symlink_to("nowhere"),
    "a link into a missing folder": lambda place: place.symlink_to("missing/file"),
    "a link to a device": lambda place: place.symlink_to(os.devnull),
}


@pytest.mark.parametrize("make", IMPOSTORS.values(), ids=IMPOSTORS)
def test_what_is_no_file_of_the_user_s_is_an_error(
    layout: Layout, place: Path, make: Callable[[Path], object]
) -> None:
    """Something else in the file's place is neither malformed nor absent: nothing can be known, without a wait."""
    make(place)
    with pytest.raises(NotOwnedError, match=r"is a link|is not a plain file"):
        read(layout, place)


def test_bytes_that_are_no_text_are_replaced(layout: Layout, place: Path) -> None:
    """What is not UTF-8 still comes as a content that a payload can carry."""
    place.write_bytes(b'{"\xff": "\xfe"}')
    assert read(layout, place) == {"\ufffd": "\ufffd"}


def test_no_permission_is_an_error(layout: Layout, place: Path, mocker: MockerFixture) -> None:
    """A file that may not be read is neither malformed nor absent."""
    place.write_text("{}")
    deny(mocker, place.parent)
    with pytest.raises(PermissionError):
        read(layout, place)


def test_a_file_in_the_folder_s_place_is_an_error(tmp_path: Path) -> None:
    """Where the config folder is a file, nothing can be known."""
    (tmp_path / "file").touch()
    with pytest.raises(NotOwnedError, match="is not a folder"):
        read_contents(Layout(str(tmp_path / "file")))
