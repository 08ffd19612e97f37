"""The contents of usage.json and ledger.json: missing, malformed, foreign and unreadable files are distinguished."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.config_folder import LEDGER_LIMIT, USAGE_LIMIT, Layout, read_contents
from arcade_usage.application.command.payload import MALFORMED, Content, encode_json
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
    """A missing file is None."""
    assert read(layout, place) is None


def test_an_object_comes_as_it_is(layout: Layout, place: Path) -> None:
    """The content is the JSON object of the file, valid or not."""
    place.write_text(' {"naïve": ["☃", {"a": 1.5}], "n": 123456789012345678901}\n', encoding="utf-8")
    assert read(layout, place) == {"naïve": ["☃", {"a": 1.5}], "n": 123456789012345678901}


@pytest.mark.parametrize("text", MALFORMED_TEXTS.values(), ids=MALFORMED_TEXTS)
def test_a_wrong_text_is_malformed(layout: Layout, place: Path, text: str) -> None:
    """A text that is not a JSON object is malformed and raises nothing."""
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
    """A file at its limit is read; one byte more is malformed."""
    limit = USAGE_LIMIT if place.name == "usage.json" else LEDGER_LIMIT
    place.write_bytes(b"{}".ljust(limit))
    assert read(layout, place) == {}
    place.write_bytes(b"{}".ljust(limit + 1))
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
    """Invalid UTF-8 is replaced, so that a payload can carry the content."""
    place.write_bytes(b'{"\xff": "\xfe"}')
    assert read(layout, place) == {"\ufffd": "\ufffd"}


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
        read_contents(Layout(str(tmp_path / "file")))
