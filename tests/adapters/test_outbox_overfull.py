"""An overfull outbox: it is cleared step by step, and delays nothing."""

import json
import os
import time
from pathlib import Path

import pytest
from attrs import evolve

from arcade_usage.adapters.files.owned_folder import STRAY_SECONDS
from arcade_usage.adapters.storage import event_queue
from arcade_usage.adapters.storage.outbox import FolderOutbox, find_projects
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import BYTES_LIMIT, LossReason
from tests.retention import tidy
from tests.samples import OTHER_SINK, SINK, anonymous, make_event

NOW = 1_800_000_000.0
LONG_AGO = time.time() - STRAY_SECONDS - 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / SINK.key


@pytest.fixture
def outbox(folder: Path) -> FolderOutbox:
    return FolderOutbox(str(folder), SINK)


def another(folder: Path) -> FolderOutbox:
    """The same outbox, as in another process."""
    return FolderOutbox(str(folder), SINK)


def test_one_mebibyte_is_the_limit(outbox: FolderOutbox, folder: Path) -> None:
    """Beyond 1 MiB the oldest events are dropped and counted."""
    for number in range(1, 61):
        event = make_event(number, note="x" * 30_000)
        outbox.queue.add(evolve(anonymous(number), event=event))
    tidy(another(folder), NOW)
    sizes = [path.stat().st_size for path in folder.glob("*.event.json")]
    assert 0 < sum(sizes) <= BYTES_LIMIT
    assert another(folder).log.read().losses.counts == {LossReason.TOO_LARGE.value: 60 - len(sizes)}
    assert another(folder).queue.pending()[-1].event == make_event(60, note="x" * 30_000)


def test_an_overfull_folder_is_cleared(
    outbox: FolderOutbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each scan reads a bounded number of records; several scans enforce the limits."""
    monkeypatch.setattr(event_queue, "SCAN_LIMIT", 100)
    for number in range(1, 5):
        outbox.queue.add(evolve(anonymous(number), event=make_event(number, note="x" * 50_000)))
    (first, *_) = folder.glob("*.event.json")
    for number in range(450):
        (folder / first.name.replace("00000000", f"{number:08d}", 1)).touch()
    for _ in range(30):
        tidy(another(folder), NOW)
    assert sum(path.stat().st_size for path in folder.glob("*.event.json")) <= BYTES_LIMIT


def test_what_we_did_not_make_stays(outbox: FolderOutbox, folder: Path) -> None:
    """Only files with names of ours are deleted, even by a purge and whatever their age."""
    outbox.queue.add(anonymous(1))
    strangers = [folder / name for name in ("notes.txt", ".tmp-mine", "1.event.json", "sent.jsonl.bak")]
    for stranger in strangers:
        stranger.write_text("theirs")
        os.utime(stranger, (LONG_AGO, LONG_AGO))
    tidy(outbox, NOW)
    assert outbox.queue.purge() == 1
    assert [stranger.read_text() for stranger in strangers] == ["theirs"] * 4


def test_an_event_of_ones_own_is_seen_in_an_overfull_folder(
    outbox: FolderOutbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that this process added is found even if the scan misses it."""
    monkeypatch.setattr(event_queue, "SCAN_LIMIT", 3)
    folder.mkdir()
    for number in range(50):
        (folder / f"stray-{number}").touch()
    outbox.queue.add(anonymous(1))
    assert outbox.queue.pending() == [anonymous(1)]


def test_a_recent_temporary_file_stays(outbox: FolderOutbox, folder: Path) -> None:
    """A recent temporary file may be in use, and stays for an hour."""
    outbox.queue.add(anonymous(1))
    (folder / ".tmp-1-0123456789abcdef").touch()
    (folder / ".tmp-1-fedcba9876543210").touch()
    os.utime(folder / ".tmp-1-fedcba9876543210", (LONG_AGO, LONG_AGO))
    tidy(outbox, NOW)
    assert [path.name for path in folder.glob(".tmp-*")] == [".tmp-1-0123456789abcdef"]


def test_a_clock_put_ahead_makes_no_file_old(
    outbox: FolderOutbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file's age is measured by the file system's clock, so a forward jump deletes no recent file."""
    outbox.queue.add(anonymous(1))
    (folder / ".tmp-1-0123456789abcdef").touch()
    (folder / ".tmp-1-fedcba9876543210").touch()
    os.utime(folder / ".tmp-1-fedcba9876543210", (LONG_AGO, LONG_AGO))
    ahead = time.time() + 2 * STRAY_SECONDS
    monkeypatch.setattr(time, "time", lambda: ahead)
    tidy(outbox, ahead)
    assert [path.name for path in folder.glob(".tmp-*")] == [".tmp-1-0123456789abcdef"]


def test_folders_and_links_among_the_events_harm_nothing(
    outbox: FolderOutbox, folder: Path, tmp_path: Path
) -> None:
    """Links, their targets and folders stay."""
    outbox.queue.add(anonymous(1))
    precious = tmp_path / "precious"
    precious.touch()
    os.utime(precious, (LONG_AGO, LONG_AGO))
    (folder / "link").symlink_to(precious)
    os.utime(folder / "link", (LONG_AGO, LONG_AGO), follow_symlinks=False)
    (folder / "folder").mkdir()
    tidy(outbox, NOW)
    assert precious.exists()
    assert (folder / "folder").is_dir()
    assert (folder / "link").is_symlink()


@pytest.mark.parametrize("kind", ["to itself", "to nowhere", "to a record"])
def test_a_link_that_is_named_as_an_event_is_none(
    outbox: FolderOutbox, folder: Path, tmp_path: Path, kind: str
) -> None:
    """A link with the name of a record is not sent and stays, and its target does not change."""
    outbox.queue.add(anonymous(1))
    FolderOutbox(str(tmp_path / OTHER_SINK.key), OTHER_SINK).queue.add(anonymous(9))
    (theirs,) = (tmp_path / OTHER_SINK.key).glob("*.event.json")
    link = folder / theirs.name
    link.symlink_to({"to itself": link.name, "to nowhere": "nowhere", "to a record": str(theirs)}[kind])
    os.utime(link, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    assert another(folder).queue.pending() == [anonymous(1)]
    tidy(another(folder), NOW)
    assert (link.is_symlink(), theirs.exists()) == (True, True)
    assert another(folder).log.read().losses.counts == {}


def test_a_folder_that_is_named_as_an_event_is_no_obstacle(outbox: FolderOutbox, folder: Path) -> None:
    """A folder with the name of a record is never dropped or counted."""
    outbox.queue.add(anonymous(1))
    named = folder / next(folder.glob("*.event.json")).name.replace("00000001-1111", "00000009-9999")
    named.mkdir()
    for day in range(40):
        tidy(outbox, NOW + day * 86_400.0)
    assert (named.is_dir(), outbox.queue.pending()) == (True, [])
    assert outbox.log.read().losses.counts == {LossReason.TOO_OLD.value: 1}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"pauses": 5, "observed": {}, "losses": {}}', b'{"pauses": {"sink": 1}}', b"\xff", b"[" * 70_000,
     b'{"pauses": {}, "observed": {"seconds": NaN, "looked_at": null}, "losses": {}}',
     b'{"pauses": {}, "observed": {"seconds": 1e999, "looked_at": null}, "losses": {}}',
     b'{"pauses": {}, "observed": {"seconds": 1e300, "looked_at": null}, "losses": {}}',
     b'{"pauses": {}, "observed": {"seconds": -5.0, "looked_at": null}, "losses": {}}',
     b'{"pauses": {}, "observed": {"seconds": 5.0, "looked_at": NaN}, "losses": {}}',
     b'{"pauses": {"sink": {"failures": 1, "due_at": 1e999}}, "observed": {"seconds": 5.0, "looked_at": null}, "losses": {}}',
     b'{"pauses": {}, "observed": {"seconds": 5.0, "looked_at": null}, "losses": {}, "delivered": {"at": NaN, "events": 1}}',
     b'{"pauses": {}, "observed": {"seconds": 5.0, "looked_at": null}, "losses": {}, "failed": {"at": 1.0, "reason": 5}}'],
    ids=["empty", "truncated", "a list", "wrong types", "half", "not UTF-8", "too large", "no time", "no end of time",
         "a time of 300 digits", "a time before the first", "no clock", "a pause without end", "delivered at no time", "a reason of another type"],
)  # fmt: skip
def test_a_logbook_that_says_nothing_is_an_empty_one(
    outbox: FolderOutbox, folder: Path, content: bytes
) -> None:
    """A malformed logbook.json is empty, delays nothing and is replaced."""
    outbox.queue.add(anonymous(1))
    (folder / "logbook.json").write_bytes(content)
    assert outbox.log.read() == Logbook()
    outbox.queue.add(anonymous(2))
    tidy(outbox, NOW)
    assert another(folder).queue.pending() == [anonymous(1), anonymous(2)]


def test_sinks_are_found_by_their_folders(outbox: FolderOutbox, tmp_path: Path) -> None:
    """Only outboxes whose project file matches the folder's name are found."""
    outbox.queue.add(anonymous(1))
    FolderOutbox(str(tmp_path / OTHER_SINK.key), OTHER_SINK).queue.add(anonymous(2))
    (tmp_path / "empty").mkdir()
    (tmp_path / "malformed").mkdir()
    (tmp_path / "malformed" / "sink.json").write_text("{}")
    (tmp_path / "file").touch()
    moved = {"host": "https://elsewhere.example", "project_token": "phc_moved"}
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "sink.json").write_text(json.dumps(moved))
    assert sorted(find_projects(str(tmp_path)), key=lambda sink: sink.key) == sorted(
        [SINK, OTHER_SINK], key=lambda sink: sink.key
    )
    assert find_projects(str(tmp_path / "nowhere")) == []


def test_a_logbook_of_an_older_sender_can_be_read(outbox: FolderOutbox, folder: Path) -> None:
    """A logbook.json without the last delivery and failure is read."""
    outbox.queue.add(anonymous(1))
    (folder / "logbook.json").write_bytes(
        b'{"pauses": {"sink": {"failures": 2, "due_at": 5.0}}, "observed": {"seconds": 7.0, "looked_at": 3.0},'
        b' "losses": {"PostHog refused it": 4}}'
    )
    logbook = outbox.log.read()
    assert (logbook.backoff.by_name["sink"].due_at, logbook.observed.seconds) == (5.0, 7.0)
    assert logbook.losses.counts == {LossReason.REFUSED.value: 4}
    assert (logbook.delivered, logbook.failed) == (None, None)
