"""Files of several records: what they have in common with files of one, and what is their own."""

import errno
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from attrs import evolve
from pytest_mock import MockerFixture

from arcade_usage.adapters.files.owned_folder import OwnedFolder
from arcade_usage.adapters.storage import codec, event_queue
from arcade_usage.adapters.storage.event_queue import BATCH_BYTES_LIMIT, BATCH_LIMIT
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import EVENTS_LIMIT, LossReason
from tests.adapters.disk import os_error
from tests.retention import tidy, trim
from tests.samples import ALICE, SINK, anonymous, make_event, of, undecided

NOW = 1_800_000_000.0
EARLIER_NAME = re.compile(r"\d{15}-\d{10}-[0-9a-f-]{36}\.event\.json")  # as version 2 of records has it


@pytest.fixture
def outbox(tmp_path: Path) -> FolderOutbox:
    return another(tmp_path)


def another(folder: Path) -> FolderOutbox:
    """The same outbox, as in another process of a server."""
    return FolderOutbox(str(folder / SINK.key), SINK, durable=False)


def files(outbox: FolderOutbox) -> list[Path]:
    return sorted(Path(outbox.folder).glob("*.event.json"))


def many(count: int, *, note: str = "") -> list[Record]:
    return [evolve(anonymous(n + 1), event=make_event(n + 1, note=note)) for n in range(count)]


def test_records_of_one_snapshot_are_one_file(outbox: FolderOutbox) -> None:
    """Up to 100; a single record is a file as earlier versions write it."""
    outbox.queue.add(*many(BATCH_LIMIT))
    (batch,) = files(outbox)
    outbox.queue.add(anonymous(500))
    assert [codec.read_record(path.read_bytes()) for path in files(outbox)[1:]] == [anonymous(500)]
    assert len(json.loads(batch.read_bytes())["records"]) == BATCH_LIMIT


@pytest.mark.parametrize(
    ("records", "least"),
    [(many(BATCH_LIMIT + 1), 2), (many(30, note="x" * 30_000), 8)],
    ids=["too many", "too large"],
)
def test_a_file_has_limits(outbox: FolderOutbox, tmp_path: Path, records: list[Record], least: int) -> None:
    """More than 100 records or 128 KiB are several files."""
    outbox.queue.add(*records)
    assert len(files(outbox)) >= least
    assert max(path.stat().st_size for path in files(outbox)) <= BATCH_BYTES_LIMIT
    assert another(tmp_path).queue.pending() == records


def test_a_batch_can_be_read_after_all_its_verdicts(outbox: FolderOutbox, tmp_path: Path) -> None:
    """They make the file larger than the limit that it was written with."""
    note = "x" * (BATCH_BYTES_LIMIT // BATCH_LIMIT - 400)
    records = [evolve(record, attribution=None) for record in many(BATCH_LIMIT, note=note)]
    outbox.queue.add(*records)
    principal = "p" * 200
    decided = [evolve(of(principal, n + 1), event=record.event) for n, record in enumerate(records)]
    for record in decided:
        outbox.queue.freeze(record)
    (path,) = files(outbox)
    assert path.stat().st_size > BATCH_BYTES_LIMIT
    assert another(tmp_path).queue.pending() == decided


def test_earlier_versions_take_it_for_a_newer_record(outbox: FolderOutbox) -> None:
    """They leave it out when they send, and `off`, `forget` and retention remove it by its name."""
    outbox.queue.add(*many(3))
    (path,) = files(outbox)
    assert EARLIER_NAME.fullmatch(path.name)
    with pytest.raises(codec.NewerVersionError):
        codec.read_record(path.read_bytes())


def test_an_error_keeps_the_files_before_it(outbox: FolderOutbox, mocker: MockerFixture) -> None:
    """The records that were written are returned; without any, it is an error."""
    records, replace, calls = many(BATCH_LIMIT * 2), os.replace, 0

    def full_disk(*arguments: object, **keywords: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise os_error(errno.ENOSPC)
        replace(*arguments, **keywords)  # type: ignore[arg-type]

    mocker.patch("os.replace", side_effect=full_disk)
    assert [*outbox.queue.add(*records)] == records[:BATCH_LIMIT]
    with pytest.raises(StoreError):
        outbox.queue.add(*many(2))
    assert outbox.queue.pending() == records[:BATCH_LIMIT]


def test_the_verdict_is_all_that_changes(outbox: FolderOutbox) -> None:
    """Fields of another version stay, in the file and in each of its records."""
    outbox.queue.add(undecided(1), undecided(2))
    (path,) = files(outbox)
    stored = json.loads(path.read_bytes())
    stored["of_another"] = stored["records"][1]["of_another"] = 1
    path.write_text(json.dumps(stored), encoding="utf-8")
    outbox.queue.freeze(of(ALICE, 2))
    stored["records"][1]["attribution"] = {"distinct_id": ALICE, "personless": False}
    assert json.loads(path.read_bytes()) == stored


def test_a_copy_of_a_batch_is_not_sent(outbox: FolderOutbox, tmp_path: Path) -> None:
    """A copy under another name would be sent after the first one was removed."""
    outbox.queue.add(*many(2))
    (path,) = files(outbox)
    shutil.copy(path, path.with_name(path.name.replace("00000001", "00000009")))
    outbox.queue.remove(many(2))
    assert another(tmp_path).queue.pending() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"version":3}',
        b'{"version":3,"records":[]}',
        b'{"version":3,"records":[1]}',
        b'{"version":9}',
    ],
)
def test_what_is_no_batch_is_left_out(outbox: FolderOutbox, tmp_path: Path, content: bytes) -> None:
    """It hides no other record, and stays."""
    outbox.queue.add(*many(2))
    (path,) = files(outbox)
    path.write_bytes(content)
    outbox.queue.add(anonymous(3))
    assert another(tmp_path).queue.pending() == [anonymous(3)]
    assert path.read_bytes() == content


def test_a_kill_before_the_new_name_leaves_what_is_left(
    outbox: FolderOutbox, tmp_path: Path, mocker: MockerFixture
) -> None:
    """The removed events are gone, the others are there once, and all can still be removed."""
    outbox.queue.add(*many(4))
    killed = mocker.patch.object(type(outbox.queue._open()), "move", side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        outbox.queue.remove(many(1))
    mocker.stop(killed)
    assert another(tmp_path).queue.pending() == many(4)[1:]
    assert another(tmp_path).queue.remove(many(4)) == 3
    assert files(outbox) == []


def test_a_batch_can_be_removed_piece_by_piece(outbox: FolderOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As accepted and refused events are, without a look at the folder; the rest is found beyond a scan too."""
    records = many(4)
    outbox.queue.add(*records)
    assert [outbox.queue.remove([each]) for each in records[:2]] == [1, 1]
    monkeypatch.setattr(event_queue, "SCAN_LIMIT", 0)
    assert outbox.queue.pending() == records[2:]


def test_what_was_removed_stays_away_where_the_new_name_fails(
    outbox: FolderOutbox, mocker: MockerFixture
) -> None:
    """A process that knows the batch's records does not take what it sent for pending."""
    records = many(3)
    outbox.queue.add(*records)
    mocker.patch.object(OwnedFolder, "move", side_effect=os_error(errno.EIO))
    with pytest.raises(StoreError):
        outbox.queue.remove(records[:1])
    assert outbox.queue.pending() == records[1:]


def test_a_batch_that_was_removed_in_part_is_not_brought_back(outbox: FolderOutbox, tmp_path: Path) -> None:
    """The process that wrote it finds what another sender left of it."""
    outbox.queue.add(*many(4))
    another(tmp_path).queue.remove(many(2))
    assert outbox.queue.pending() == many(4)[2:]
    assert outbox.queue.remove(many(4)) == 2


def test_a_batch_goes_as_a_whole(outbox: FolderOutbox, tmp_path: Path) -> None:
    """Retention drops no part of a file: unlike deletion, a change by several processes could be counted twice."""
    outbox.queue.add(*many(BATCH_LIMIT))
    for number in range(BATCH_LIMIT, EVENTS_LIMIT + 1):
        outbox.queue.add(anonymous(number + 1))
    trim(another(tmp_path), NOW)
    trim(another(tmp_path), NOW)
    assert len(another(tmp_path).queue.pending()) == EVENTS_LIMIT + 1 - BATCH_LIMIT
    assert another(tmp_path).log.losses().counts == {LossReason.TOO_MANY.value: BATCH_LIMIT}


def test_a_scan_counts_the_records_of_each_file(
    outbox: FolderOutbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan ends with the file that reaches its limit of records."""
    monkeypatch.setattr("arcade_usage.adapters.storage.event_queue.SCAN_LIMIT", 15)
    for start in range(0, 100, 10):
        outbox.queue.add(*many(100)[start : start + 10])
    assert len(another(tmp_path).queue.pending()) == 20
    tidy(another(tmp_path), NOW)
    assert another(tmp_path).queue.purge() == 100
