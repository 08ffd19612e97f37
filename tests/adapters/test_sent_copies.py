"""The files of kept copies: their limits, foreign content, kills, and turns with earlier versions."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.sent_copies import FileCopies, is_copies
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.sent import (
    COPIES_BYTES_LIMIT,
    COPIES_SECONDS_LIMIT,
    PART_BYTES_LIMIT,
    PART_COPIES_LIMIT,
    Part,
    divide,
    newest,
)
from tests.adapters.disk import mode_of
from tests.samples import ALICE, ANON, OTHER_ANON

NOW = 1_800_000_000.0
DAY = 86_400.0
GOOD = b'{"at": 1799999999.0, "message": {"uuid": "good"}}'
EARLIER_LINES, EARLIER_BYTES = 500, 1024 * 1024  # the limits of earlier versions


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


def fill(copies: FileCopies, numbers: Sequence[int], *, size: int = 10_000, at: float = NOW) -> None:
    for number in numbers:
        copies.keep([{"uuid": number, "filler": "x" * size}], at)


def files(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(path.parent.iterdir()) if is_copies(each.name)}


def add_as_an_earlier_version(path: Path, *names: object, filler: str = "") -> None:
    """What version 0.1 did with the lines: it kept the newest within its limits, unread."""
    content = path.read_bytes() if path.exists() else b""
    lines = [each for each in (content if len(content) <= EARLIER_BYTES else b"").split(b"\n") if each]
    for name in names:
        message = {"uuid": name, "filler": filler}
        lines = [*lines, json.dumps({"version": 1, "at": NOW, "message": message}).encode()]
    path.write_bytes(b"".join(each + b"\n" for each in lines[-EARLIER_LINES:]))


def forget_as_an_earlier_version(path: Path) -> None:
    path.unlink()


def test_large_ones_stay_within_two_mebibytes(copies: FileCopies, path: Path) -> None:
    """The oldest part is dropped; each added copy rewrites one part at most; files have mode 0600."""
    for number in range(60):
        before = files(path)
        fill(copies, [number], size=60_000)
        changed = [name for name, content in files(path).items() if before.get(name) != content]
        assert sum(map(len, files(path).values())) <= COPIES_BYTES_LIMIT + 1024
        assert "sent.jsonl" in changed
        assert sum(len(files(path)[name]) for name in changed) <= 2 * PART_BYTES_LIMIT + 1024
        assert len(files(path)["sent.jsonl"]) <= EARLIER_BYTES
    kept = uuids(copies)
    assert kept == list(range(60 - len(kept), 60))
    assert len(kept) in (33, 34)
    assert {mode_of(each) for each in path.parent.iterdir()} == {0o600}


def test_one_that_is_too_large_costs_no_other(copies: FileCopies) -> None:
    """A copy over the limit of a part is not kept: no event is as large."""
    copies.keep([{"uuid": 1}], NOW)
    copies.keep([{"uuid": 2, "filler": "x" * PART_BYTES_LIMIT}], NOW)
    copies.keep([{"uuid": 3}], NOW)
    assert uuids(copies) == [1, 3]


def test_a_batch_over_the_limit_of_a_part_is_divided(copies: FileCopies, path: Path) -> None:
    """Of any size: earlier versions read sent.jsonl in any case."""
    copies.keep([{"uuid": number, "filler": "x" * 10_000} for number in range(100)], NOW)
    assert uuids(copies) == list(range(100))
    assert max(map(len, files(path).values())) <= PART_BYTES_LIMIT + 1024
    assert list(files(path)) == [*(f"sent-{number}.jsonl" for number in range(1, 8)), "sent.jsonl"]


def test_an_added_copy_writes_no_part_again(copies: FileCopies, path: Path) -> None:
    """Only the list and the newest copies: a delivery must not rewrite two megabytes."""
    fill(copies, range(60))

    def inodes() -> dict[str, int]:
        return {each: (path.parent / each).stat().st_ino for each in files(path) if each != path.name}

    before = inodes()
    fill(copies, [100])
    assert len(before) > 2
    assert inodes() == before


def test_old_copies_go_from_a_part_too(copies: FileCopies, path: Path) -> None:
    """Each copy 90 days after it was accepted, and a part with its last copy."""
    fill(copies, range(6), size=60_000, at=NOW)
    fill(copies, range(6, 9), size=60_000, at=NOW + DAY)
    fill(copies, range(9, 12), size=60_000, at=NOW + 2 * DAY)
    fill(copies, [12], at=NOW + COPIES_SECONDS_LIMIT + 1)
    assert uuids(copies) == list(range(6, 13))
    fill(copies, [13], at=NOW + COPIES_SECONDS_LIMIT + DAY + 1)
    assert uuids(copies) == list(range(9, 14))
    fill(copies, [14], at=NOW + COPIES_SECONDS_LIMIT + 3 * DAY)
    assert uuids(copies) == [12, 13, 14]
    assert b"x" * 60_000 not in b"".join(files(path).values())


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


@pytest.mark.parametrize(
    "parts",
    ["7", "null", '"1"', "[1]", "[[1, 2]]", '[[1, "2", 3.0]]', "[[1, 2, 3.0, 4]]", '[["../1", 2, 3.0]]', "[{}]",
     "[[0.5, 2, 3.0]]"],
)  # fmt: skip
def test_a_list_of_parts_that_is_none_costs_no_copy(copies: FileCopies, path: Path, parts: str) -> None:
    """It is a line that can't be read; the copies below it are read and kept."""
    path.write_bytes(b'{"version": 1, "parts": ' + parts.encode() + b"}\n" + GOOD + b"\n")
    assert uuids(copies) == ["good"]
    copies.keep([{"uuid": "next"}], NOW)
    assert uuids(copies) == ["good", "next"]


def test_a_list_of_parts_of_a_newer_version_stays(copies: FileCopies, path: Path) -> None:
    """No part is removed, nothing is added, and the copies beside the list are read."""
    path.write_bytes(b'{"version": 9, "parts": {"of": "newer"}}\n' + GOOD + b"\n")
    (path.parent / "sent-1.jsonl").write_bytes(GOOD + b"\n")
    before = files(path)
    copies.keep([{"uuid": "next"}], NOW)
    assert files(path) == before
    assert uuids(copies) == ["good"]


def test_lines_of_a_newer_version_go_with_their_neighbours(copies: FileCopies, path: Path) -> None:
    """Their age can't be read: they are as old as the copy before them."""
    newer = b'{"version": 9, "at": "then"}'
    old = b'{"at": 5.0, "message": {"uuid": "old"}}'
    path.write_bytes(b"".join(line + b"\n" for line in (newer, old, newer, GOOD, newer)))
    copies.keep([{"uuid": "next"}], NOW)
    assert path.read_bytes().splitlines()[:3] == [newer, GOOD, newer]
    assert uuids(copies) == ["good", "next"]


def test_an_alias_of_an_earlier_version_is_read_the_other_way_round(copies: FileCopies, path: Path) -> None:
    """It kept the random id and attached the principal; both ids are read as what they are, beside a new one."""
    path.write_bytes(
        b'{"version": 1, "at": 1799999998.0, "message": {"event": "$create_alias", "distinct_id": "'
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


def test_a_file_of_an_earlier_version_is_taken_over(copies: FileCopies, path: Path) -> None:
    """500 copies in one file of almost 1 MiB: none is lost, and the file is divided."""
    add_as_an_earlier_version(path, *range(EARLIER_LINES), filler="x" * 2_000)
    assert uuids(copies) == list(range(500))
    fill(copies, [500])
    assert uuids(copies) == list(range(501))
    assert max(map(len, files(path).values())) <= PART_BYTES_LIMIT + 1024


def test_earlier_versions_take_turns(copies: FileCopies, path: Path) -> None:
    """What each adds stays, within the limits of an earlier version for one turn of it."""
    expected: list[object] = []
    for turn in range(6):
        added = [f"{turn}-{number}" for number in range(250)]
        add_as_an_earlier_version(path, *added, filler="x" * 500)
        fill(copies, range(turn * 10, turn * 10 + 10), size=1_000)
        expected += [*added, *range(turn * 10, turn * 10 + 10)]
    assert uuids(copies) == expected


def test_an_earlier_version_forgets(copies: FileCopies, path: Path) -> None:
    """It knows sent.jsonl alone: the parts are shown no more, and gone with the next copy."""
    fill(copies, range(30))
    forget_as_an_earlier_version(path)
    assert (uuids(copies), len(files(path))) == ([], 2)
    add_as_an_earlier_version(path, "of earlier")
    assert uuids(copies) == ["of earlier"]
    fill(copies, [31])
    assert (uuids(copies), list(files(path))) == (["of earlier", 31], ["sent.jsonl"])


def test_parts_that_nothing_lists_are_erased(copies: FileCopies, path: Path) -> None:
    """`forget` after that of an earlier version."""
    fill(copies, range(30))
    forget_as_an_earlier_version(path)
    copies.erase()
    assert files(path) == {}


class Killed(BaseException):
    """The end of the process before this step."""


def test_a_kill_before_any_step_costs_at_most_the_added_copies(
    copies: FileCopies, path: Path, mocker: MockerFixture, tmp_path: Path
) -> None:
    """Here a part is trimmed, another one goes and a third is filled; the next ones leave no other file."""
    fill(copies, range(3), size=60_000, at=NOW - COPIES_SECONDS_LIMIT)
    fill(copies, range(3, 28), size=60_000)
    before = tmp_path / "before"
    shutil.copytree(path.parent, before)
    results = set()
    for step in count(1):
        shutil.rmtree(path.parent)
        shutil.copytree(before, path.parent)
        with killing_at(step, mocker) as killed:
            copies.keep([{"uuid": each, "filler": "x" * 60_000} for each in (100, 101)], NOW + 1)
        left = uuids(copies)
        results.add(tuple(left))
        assert [each for each in left if each not in range(3)] in (
            [*range(3, 28), 100, 101],
            [*range(3, 28)],
        )
        fill(copies, range(201, 204), size=60_000, at=NOW + 1)
        assert uuids(copies) == [*range(3, 28), *([100, 101] if 100 in left else []), 201, 202, 203]
        listed = json.loads(path.read_bytes().splitlines()[0])["parts"]
        assert set(files(path)) == {"sent.jsonl", *(f"sent-{number}.jsonl" for number, _, _ in listed)}
        if not killed:
            break
    assert len(results) == 3  # nothing done, the part trimmed, all done


def test_a_kill_before_any_step_of_an_erasure_leaves_what_is_listed(
    copies: FileCopies, path: Path, mocker: MockerFixture
) -> None:
    """The list of the parts goes last, so `log` shows what is left."""
    fill(copies, range(30))
    before = files(path)
    for step in count(1):
        for name, content in before.items():
            (path.parent / name).write_bytes(content)
        with killing_at(step, mocker) as killed:
            copies.erase()
        assert "sent.jsonl" in files(path) or not files(path)
        if not killed:
            break
    assert files(path) == {}


@contextmanager
def killing_at(step: int, mocker: MockerFixture) -> Iterator[list[int]]:
    """Ends what runs before its `step`th call of the system; the list is empty if there was no such call."""
    steps = count(1)
    killed: list[int] = []

    def call(real: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        if next(steps) >= step:
            killed.append(step)
            raise Killed
        return real(*arguments, **options)

    for name in ("open", "write", "replace", "unlink"):
        mocker.patch(f"os.{name}", partial(call, getattr(os, name)))
    with suppress(Killed):
        yield killed
    mocker.stopall()


def test_a_file_that_is_too_large_is_begun_anew(copies: FileCopies, path: Path) -> None:
    """A file over the limit is not ours and is replaced."""
    path.write_bytes(b"x" * (COPIES_BYTES_LIMIT + 1))
    assert list(copies.all()) == []
    copies.keep([{"uuid": 1}], NOW)
    assert uuids(copies) == [1]


def test_a_folder_in_its_place_harms_nothing(
    copies: FileCopies, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder in its place stays; nothing is kept or raised, and the logger says so."""
    path.mkdir()
    with caplog.at_level("DEBUG", "arcade_usage"):
        copies.keep([{"uuid": 1}], NOW)
    assert "sent messages could not be stored" in caplog.text
    assert path.is_dir()
    assert os.listdir(path.parent) == [path.name]


def test_a_link_in_the_place_of_a_part_costs_no_other_file(copies: FileCopies, path: Path) -> None:
    """The link and its target stay, the rest is erased, and the erasure says that it failed."""
    fill(copies, range(30))
    (path.parent / "sent-1.jsonl").unlink()
    target = path.parent.parent / "of-the-user"
    target.write_text("mine", encoding="utf-8")
    (path.parent / "sent-1.jsonl").symlink_to(target)
    with pytest.raises(StoreError):
        copies.erase()
    assert (list(files(path)), target.read_text(encoding="utf-8")) == (["sent-1.jsonl"], "mine")


def test_what_json_cannot_say_is_kept_as_text(copies: FileCopies) -> None:
    """Values that JSON does not support are kept as text."""
    copies.keep([{"uuid": {1}}], NOW)
    assert uuids(copies) == ["{1}"]


def test_the_limits_of_a_part_hold_for_any_lines() -> None:
    """250 lines and 128 KiB at most, in their order, and no line too few."""
    for lines in ([], [b"x"] * 10, [b"x"] * 1000, [b"x" * 1000] * 500, [b"x" * (PART_BYTES_LIMIT - 1)] * 3):
        parts = divide(lines)
        assert [line for part in parts for line in part] == lines
        assert all(len(part) <= PART_COPIES_LIMIT for part in parts)
        assert all(sum(len(line) + 1 for line in part) <= PART_BYTES_LIMIT for part in parts)
        assert all(parts[:-1])
    assert divide([b"a", b"x" * PART_BYTES_LIMIT, b"b"]) == [[b"a", b"b"]]


def test_the_newest_parts_are_kept() -> None:
    """As many as fit, without a gap."""
    parts = [Part(number, size, NOW) for number, size in enumerate((10, 30, 20), 1)]
    assert [len(newest(parts, room)) for room in (0, 19, 20, 49, 50, 60)] == [0, 0, 1, 1, 2, 3]
    assert list(newest(parts, 50)) == parts[1:]


def test_recent_copies_are_in_two_files_at_most(copies: FileCopies, path: Path) -> None:
    """Reading more would take `status` a third of a second."""
    fill(copies, range(100))
    assert len(files(path)) > 3
    size = sum(len(json.dumps(copy.message)) for copy in copies.recent())
    assert 0 < size <= 2 * PART_BYTES_LIMIT
    assert copies.recent()[-1].message["uuid"] == 99
