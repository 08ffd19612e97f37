"""Files of the outbox: whole and private; foreign files are ignored."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import filelock
import pytest
from attrs import evolve
from pytest_mock import MockerFixture

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage import codec, event_queue
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.adapters.storage.record_files import RECORD_VERSION
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution
from tests.adapters.disk import deny, deny_writing, mode_of, os_error
from tests.samples import ALICE, OTHER_SINK, SINK, anonymous, make_event, of, undecided, write_huge


@pytest.fixture
def folder(config_dir: Path) -> Path:
    return config_dir / "usage" / "outbox" / SINK.key


@pytest.fixture
def outbox(folder: Path) -> FolderOutbox:
    return FolderOutbox(str(folder), SINK)


def event_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.event.json"))


class TestFiles:
    """One file for each event, and the project's file."""

    @pytest.mark.usefixtures("no_umask")
    def test_everything_is_private(self, outbox: FolderOutbox, folder: Path, config_dir: Path) -> None:
        """Records, project and lock have mode 0600, new folders 0700; there are no other files."""
        outbox.queue.add(anonymous())
        with outbox.sender_lock.hold():
            assert {path.name: mode_of(path) for path in folder.iterdir()} == {
                event_files(folder)[0].name: 0o600,
                "sender.lock": 0o600,
                "sink.json": 0o600,
            }
        above = [config_dir, config_dir / "usage", folder.parent, folder]
        assert [mode_of(each) for each in above] == [0o700] * 4

    @pytest.mark.usefixtures("no_umask")
    def test_a_folder_that_sending_has_to_make_is_private(
        self, outbox: FolderOutbox, folder: Path, config_dir: Path
    ) -> None:
        """Folders that the first sender creates are private."""
        with outbox.sender_lock.hold() as admitted:
            assert admitted
        assert [mode_of(each) for each in (config_dir, folder.parent, folder)] == [0o700] * 3

    def test_the_sink_is_kept_beside_its_records(self, outbox: FolderOutbox, folder: Path) -> None:
        """The folder contains the project that its events are for."""
        outbox.queue.add(anonymous())
        assert codec.read_project((folder / "sink.json").read_bytes()) == SINK

    def test_looking_makes_nothing(self, outbox: FolderOutbox, config_dir: Path) -> None:
        """Reading an unused outbox creates nothing."""
        assert outbox.queue.pending() == []
        outbox.queue.remove([anonymous()])
        assert not config_dir.exists()

    @pytest.mark.parametrize(
        "moment",
        [
            datetime(1969, 12, 31, tzinfo=timezone.utc),
            datetime(1, 1, 1, tzinfo=timezone.utc),
            datetime(9999, 12, 31, tzinfo=timezone.utc),
            datetime.fromisoformat("2026-03-14T15:09:26.535897-07:30"),
        ],
        ids=["before Unix time", "first", "last", "far from Greenwich"],
    )
    def test_any_moment_will_do(self, outbox: FolderOutbox, moment: datetime) -> None:
        """A wrong clock loses no event."""
        record = evolve(anonymous(), event=evolve(make_event(), timestamp=moment))
        outbox.queue.add(record)
        assert outbox.queue.pending() == [record]
        outbox.queue.remove([record])
        assert outbox.queue.pending() == []

    def test_a_record_that_was_frozen_is_one_file(self, outbox: FolderOutbox, folder: Path) -> None:
        """A record with a verdict replaces the record without."""
        outbox.queue.add(undecided())
        outbox.queue.freeze(of(ALICE))
        assert [codec.read_record(path.read_bytes()) for path in event_files(folder)] == [of(ALICE)]


def _change(**changes: object) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        stored = json.loads(codec.write_record(anonymous(5)))
        path.write_text(json.dumps({**stored, **changes}))

    return make


FOREIGN_FILES: dict[str, Callable[[Path], Any]] = {
    "empty": Path.touch,
    "truncated": lambda path: path.write_bytes(codec.write_record(anonymous(5))[:-10]),
    "not UTF-8": lambda path: path.write_bytes(b"\xff\xfe"),
    "not ours": lambda path: path.write_text('{"hello": "world"}'),
    "of a newer release": _change(version=RECORD_VERSION + 1),
    "of wrong types": _change(is_logout=1),
    "with a reserved distinct id": _change(attribution={"distinct_id": "anonymous", "personless": False}),
    "nested deeply": lambda path: path.write_text("[" * 50_000),
    "50 MB": write_huge,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
}


class TestForeignFiles:
    """Files that are not records of ours."""

    @pytest.mark.parametrize("make", FOREIGN_FILES.values(), ids=FOREIGN_FILES)
    def test_what_is_no_record_is_left_out(
        self, outbox: FolderOutbox, folder: Path, make: Callable[[Path], Any]
    ) -> None:
        """An unreadable record neither fails nor hides others, and stays. It has the name of a valid one."""
        for number in (1, 5, 9):
            outbox.queue.add(anonymous(number))
        foreign = event_files(folder)[1]
        foreign.unlink()
        make(foreign)
        reader = FolderOutbox(str(folder), SINK)
        assert within(10.0, reader.queue.pending) == [anonymous(1), anonymous(9)]
        assert os.path.lexists(foreign)

    @pytest.mark.parametrize(
        "name", ["notes.txt", "x.event.json.bak", ".tmp-1-0123", "sink.json", "event.json"]
    )
    def test_a_file_of_another_name_is_none(self, outbox: FolderOutbox, folder: Path, name: str) -> None:
        """Only files with the name of a record are read."""
        outbox.queue.add(anonymous(1))
        (folder / name).write_bytes(codec.write_record(anonymous(2)))
        assert outbox.queue.pending() == [anonymous(1)]

    @pytest.mark.parametrize(
        "renamed",
        [
            lambda name: f"copy of {name}",
            lambda name: f"999{name[3:]}",
            lambda name: name.replace(make_event(1).uuid, make_event(2).uuid),
        ],
        ids=["by a file manager", "of another time", "of another uuid"],
    )
    def test_a_copy_of_a_record_is_none(
        self, outbox: FolderOutbox, folder: Path, renamed: Callable[[str], str]
    ) -> None:
        """A copy of a record under another name is not sent."""
        outbox.queue.add(anonymous(1))
        original = event_files(folder)[0]
        shutil.copy(original, folder / renamed(original.name))
        assert FolderOutbox(str(folder), SINK).queue.pending() == outbox.queue.pending() == [anonymous(1)]


class TestErrors:
    """System errors become store errors."""

    @pytest.mark.parametrize("step", ["write", "fsync", "replace"])
    def test_a_record_that_cannot_be_written_is_an_error(
        self, outbox: FolderOutbox, folder: Path, mocker: MockerFixture, step: str
    ) -> None:
        """A full disk raises StoreError and leaves no partial record."""
        outbox.queue.add(anonymous(1))
        mocker.patch(f"os.{step}", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(StoreError):
            outbox.queue.add(anonymous(2))
        assert outbox.queue.pending() == [anonymous(1)]
        assert len(list(folder.iterdir())) == 2

    def test_what_need_not_outlast_a_power_cut_does_not_wait_for_the_disk(
        self, folder: Path, mocker: MockerFixture
    ) -> None:
        """A server's events are not synced to disk; verdicts are."""
        outbox = FolderOutbox(str(folder), SINK, durable=False)
        mocker.patch("os.fsync", side_effect=os_error(errno.EIO))
        outbox.queue.add(undecided(1))
        assert outbox.queue.pending() == [undecided(1)]
        with pytest.raises(StoreError):
            outbox.queue.freeze(anonymous(1))
        assert outbox.queue.pending() == [undecided(1)]

    def test_no_permission_to_read(self, outbox: FolderOutbox, folder: Path, mocker: MockerFixture) -> None:
        """A folder that cannot be listed is an error, not empty."""
        outbox.queue.add(anonymous())
        deny(mocker, folder)
        with pytest.raises(StoreError):
            outbox.queue.pending()
        with pytest.raises(StoreError), outbox.sender_lock.hold():
            pytest.fail("admitted")

    def test_no_permission_to_write(self, outbox: FolderOutbox, folder: Path, mocker: MockerFixture) -> None:
        """Pending events can be read, and each change is an error."""
        outbox.queue.add(anonymous())
        deny_writing(mocker, folder)
        for change in (outbox.queue.add, outbox.queue.freeze, lambda record: outbox.queue.remove([record])):
            with pytest.raises(StoreError):
                change(anonymous())
        assert outbox.queue.pending() == [anonymous()]

    def test_a_file_in_the_folder_s_place(self, outbox: FolderOutbox, folder: Path) -> None:
        """A file in place of the folder is an error, and stays."""
        folder.parent.mkdir(parents=True)
        folder.write_text("theirs")
        calls: list[Callable[[], object]] = [lambda: outbox.queue.add(anonymous()), outbox.queue.pending]
        for call in calls:
            with pytest.raises(StoreError):
                call()
        with pytest.raises(StoreError), outbox.sender_lock.hold():
            pytest.fail("admitted")
        assert folder.read_text() == "theirs"

    @pytest.mark.parametrize(
        "error", [os_error(errno.ENOLCK), NotImplementedError("no flock")], ids=["no service", "no locks"]
    )
    def test_locks_that_fail_after_a_look_at_them(
        self, outbox: FolderOutbox, mocker: MockerFixture, error: Exception
    ) -> None:
        """Without a lock nothing is sent: two senders could give one event two verdicts."""
        outbox.queue.add(anonymous())
        mocker.patch.object(filelock.FileLock, "_acquire", side_effect=error)
        with pytest.raises(StoreError), outbox.sender_lock.hold():
            pytest.fail("admitted")

    def test_an_error_of_the_sender_is_its_own(self, outbox: FolderOutbox) -> None:
        """An exception of the sender is not reported as one of the outbox."""
        with pytest.raises(OSError, match="of the sender"), outbox.sender_lock.hold():
            raise OSError("of the sender")


def test_another_sink_s_record_is_not_seen(outbox: FolderOutbox, folder: Path) -> None:
    """Projects in one config folder are separate: each has its own outbox."""
    other = FolderOutbox(str(folder.parent / OTHER_SINK.key), OTHER_SINK)
    record = Record(make_event(), anonymous().snapshot, attribution=Attribution(ALICE, personless=False))
    other.queue.add(record)
    assert (outbox.queue.pending(), other.queue.pending()) == ([], [record])


def test_a_server_keeps_nothing_of_what_others_removed(outbox: FolderOutbox, folder: Path) -> None:
    """What was read for a later verdict goes too, else the memory of a server grows with each such event."""
    outbox.queue.add(undecided())
    assert len(outbox.queue.pending()) == len(outbox.queue._undecided) == 1
    FolderOutbox(str(folder), SINK).queue.purge()
    outbox.queue.forget_seen()
    assert outbox.queue._undecided == {}


def test_what_this_process_added_is_pending_beyond_the_limit_of_a_scan(
    outbox: FolderOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among more records than one scan reads, a command still finds its own."""
    outbox.queue.add(undecided())
    monkeypatch.setattr(event_queue, "SCAN_LIMIT", 0)
    assert outbox.queue.pending() == [undecided()]


def test_an_outbox_of_no_known_project_takes_no_event(folder: Path) -> None:
    """Nothing could deliver it; the commands that are not a tool's only read there."""
    with pytest.raises(StoreError, match="without a project"):
        FolderOutbox(str(folder), None).queue.add(anonymous(1))
