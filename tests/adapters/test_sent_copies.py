"""The file of kept copies: its limits, and foreign content."""

import json
import os
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, COPIES_LIMIT, newest
from tests.adapters.disk import mode_of
from tests.samples import ALICE, ANON, OTHER_ANON

NOW = 1_800_000_000.0
GOOD = b'{"at": 5.0, "message": {"uuid": "good"}}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, in an outbox below a config folder."""
    folder = tmp_path / "config" / "usage" / "outbox" / "0123456789abcdef"
    folder.mkdir(parents=True)
    return folder / "sent.jsonl"


@pytest.fixture
def copies(path: Path) -> FileCopies:
    return FileCopies(str(path.parent))


def uuids(copies: FileCopies) -> list[object]:
    return [copy.message["uuid"] for copy in copies.all()]


def test_large_ones_stay_within_a_mebibyte(copies: FileCopies, path: Path) -> None:
    """The oldest copies are dropped; the file stays within its limit, with mode 0600."""
    for number in range(40):
        copies.keep([{"uuid": number, "filler": "x" * 60_000}], NOW)
        assert path.stat().st_size <= COPIES_BYTES_LIMIT
    kept = uuids(copies)
    assert kept == list(range(40 - len(kept), 40))
    assert len(kept) == 17
    assert mode_of(path) == 0o600


def test_one_that_is_too_large_leaves_nothing_else(copies: FileCopies) -> None:
    """A copy over the limit empties the file, since it is the newest."""
    copies.keep([{"uuid": 1}], NOW)
    copies.keep([{"uuid": 2, "filler": "x" * COPIES_BYTES_LIMIT}], NOW)
    copies.keep([{"uuid": 3}], NOW)
    assert uuids(copies) == [3]


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"at": 5.0}', b'{"at": NaN, "message": {}}', b'{"at": "5", "message": {}}',
     b'{"at": 5.0, "message": []}', b'{"at": 5.0, "message": {"uuid"', b"[" * 70_000],
)  # fmt: skip
def test_a_line_that_is_no_copy_costs_no_other(copies: FileCopies, path: Path, line: bytes) -> None:
    """A partial or foreign line is skipped; other copies are read, and new ones kept."""
    path.write_bytes(GOOD + b"\n" + line + b"\n" + GOOD + b"\n" + line)
    assert uuids(copies) == ["good", "good"]
    copies.keep([{"uuid": "next"}], NOW)
    assert uuids(copies) == ["good", "good", "next"]


def test_an_alias_of_an_earlier_version_is_read_the_other_way_round(copies: FileCopies, path: Path) -> None:
    """It kept the random id and attached the principal; both ids are read as what they are, beside a new one."""
    path.write_bytes(
        b'{"version": 1, "at": 4.0, "message": {"event": "$create_alias", "distinct_id": "'
        + ANON.encode()
        + b'", "timestamp": "2026-11-01T10:00:00+00:00", "uuid": "0191-a", "properties": {"distinct_id": "'
        + ANON.encode()
        + b'", "alias": "principal-alice", "$lib": "posthog-python"}}}\n'
        + GOOD
        + b"\n"
    )
    copies.keep([{"event": "$create_alias", "distinct_id": ALICE, "properties": {"alias": OTHER_ANON}}], NOW)
    earlier, event, turned = copies.all()
    assert (earlier.link, earlier.distinct_id, earlier.anonymous) == ((ANON, ALICE), ANON, True)
    assert (event.link, event.anonymous) == (None, False)
    assert (turned.link, turned.distinct_id, turned.anonymous) == ((OTHER_ANON, ALICE), ALICE, False)
    assert [json.loads(line).get("version", 1) for line in path.read_bytes().splitlines()] == [1, 1, 2]


def test_a_copy_of_an_event_keeps_its_version(copies: FileCopies, path: Path) -> None:
    """Its meaning did not change, so an earlier version still shows it."""
    copies.keep([{"event": "CLI execution succeeded", "distinct_id": ALICE, "properties": {}}], NOW)
    assert json.loads(path.read_bytes())["version"] == 1


def test_a_file_that_is_too_large_is_begun_anew(copies: FileCopies, path: Path) -> None:
    """A file over the limit is not ours and is replaced."""
    path.write_bytes(b"x" * (COPIES_BYTES_LIMIT + 1))
    assert list(copies.all()) == []
    copies.keep([{"uuid": 1}], NOW)
    assert uuids(copies) == [1]


def test_a_folder_in_its_place_harms_nothing(copies: FileCopies, path: Path) -> None:
    """A folder in its place stays; nothing is kept or raised."""
    path.mkdir()
    copies.keep([{"uuid": 1}], NOW)
    assert path.is_dir()
    assert os.listdir(path.parent) == [path.name]


def test_what_json_cannot_say_is_kept_as_text(copies: FileCopies) -> None:
    """Values that JSON does not support are kept as text."""
    copies.keep([{"uuid": {1}}], NOW)
    assert uuids(copies) == ["{1}"]


def test_the_bounds_hold_for_any_lines() -> None:
    """The last copies are kept: at most 500 and at most 1 MiB, and all of them if they fit."""
    few = [b"x"] * 10
    assert newest(few) == few
    assert len(newest([b"x"] * (COPIES_LIMIT + 1))) == COPIES_LIMIT
    large = [b"x" * 1000] * 2000
    assert sum(len(line) + 1 for line in newest(large)) <= COPIES_BYTES_LIMIT
    assert newest([]) == []
