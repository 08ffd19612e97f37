"""An outbox whose sender lock is not available: its limits hold, and each loss is counted once."""

import os
import sys
from pathlib import Path

import pytest
from attrs import evolve
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage import delivery_log
from arcade_usage.adapters.storage.delivery_log import TALLY_FILE
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.adapters.storage.record_files import SENDER_LOCK
from arcade_usage.application.time_limits import UNTENDED_SECONDS
from arcade_usage.domain import retention
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import BYTES_LIMIT, EVENTS_LIMIT, Losses, LossReason
from tests.adapters.contenders import contend
from tests.retention import tidy, trim
from tests.samples import SINK, anonymous, make_event

NOW = 1_800_000_000.0
DAY = 86_400.0
FEW = 100  # events that may wait, in this process: a thousand files take time


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(retention, "EVENTS_LIMIT", FEW)
    return tmp_path / SINK.key


def another(folder: Path) -> FolderOutbox:
    """The same outbox, as in another process."""
    return FolderOutbox(str(folder), SINK, durable=False)


def fill(folder: Path, events: int) -> None:
    outbox = another(folder)
    for number in range(events):
        outbox.queue.add(anonymous(number + 1))


def begin_sending(folder: Path, ago: float) -> None:
    """Make the sender lock look acquired `ago` seconds before the last change of the folder."""
    moment = folder.stat().st_mtime - ago
    (folder / SENDER_LOCK).touch(0o600)
    os.utime(folder / SENDER_LOCK, (moment, moment))
    os.utime(folder, (moment + ago, moment + ago))


@pytest.mark.parametrize("lock", ["none", "a link", "a folder", "a stuck sender's"])
def test_the_newest_stay(folder: Path, tmp_path: Path, lock: str) -> None:
    """The newest events stay, whatever makes the lock unavailable."""
    fill(folder, FEW + 3)
    if lock == "a link":
        (folder / SENDER_LOCK).symlink_to(tmp_path)
    elif lock == "a folder":
        (folder / SENDER_LOCK).mkdir()
    elif lock == "a stuck sender's":
        begin_sending(folder, UNTENDED_SECONDS + 1)
    trim(another(folder), NOW)
    assert another(folder).queue.pending() == [anonymous(number + 1) for number in range(3, FEW + 3)]
    assert another(folder).log.losses() == Losses({LossReason.TOO_MANY.value: 3})


def test_one_mebibyte_is_the_limit(folder: Path) -> None:
    """The limit of 1 MiB holds without the lock."""
    outbox = another(folder)
    for number in range(1, 61):
        outbox.queue.add(evolve(anonymous(number), event=make_event(number, note="x" * 30_000)))
    trim(another(folder), NOW)
    sizes = [path.stat().st_size for path in folder.glob("*.event.json")]
    assert 0 < sum(sizes) <= BYTES_LIMIT
    assert another(folder).log.losses() == Losses({LossReason.TOO_LARGE.value: 60 - len(sizes)})


def test_what_waited_for_30_days_goes(folder: Path) -> None:
    """With a check each day, an event is dropped on day 31; a later one stays."""
    another(folder).queue.add(anonymous(1))
    for day in range(31):
        trim(another(folder), NOW + day * DAY)
        if day == 1:
            another(folder).queue.add(anonymous(2))
    trim(another(folder), NOW + 30 * DAY + 3601)
    assert another(folder).queue.pending() == [anonymous(2)]
    assert another(folder).log.losses() == Losses({LossReason.TOO_OLD.value: 1})


def test_a_jump_of_the_clock_makes_nothing_old(folder: Path) -> None:
    """A jump of the clock, forward and back, makes no event expire."""
    another(folder).queue.add(anonymous(1))
    for now in (NOW, NOW + 3650 * DAY, NOW):
        trim(another(folder), now)
    assert another(folder).queue.pending() == [anonymous(1)]


def test_a_sender_at_work_is_left_to_it(folder: Path, mocker: MockerFixture) -> None:
    """While a sender may be at work, the folder is not even listed."""
    fill(folder, FEW + 3)
    begin_sending(folder, UNTENDED_SECONDS - 1)
    mocker.patch("os.scandir", side_effect=AssertionError)
    outbox = another(folder)
    trim(outbox, NOW)
    assert outbox.log.losses() == Losses()


_TRIM = """
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.delivery.retention import Retention

retention = Retention(FolderOutbox(sys.argv[1], None))
ready()
retention.enforce_without_lock(1_800_000_000.0)
"""


def test_of_processes_that_drop_at_once_one_counts_each_event(folder: Path) -> None:
    """Three processes drop 100 excess events: 100 are counted."""
    fill(folder, EVENTS_LIMIT + 100)
    contend(_TRIM, 3, [str(folder)])
    assert len(another(folder).queue.waiting()) == EVENTS_LIMIT
    assert another(folder).log.losses() == Losses({LossReason.TOO_MANY.value: 100})


def test_what_a_sender_counts_is_added(folder: Path) -> None:
    """Losses that other processes counted are added to the sender's."""
    fill(folder, FEW + 2)
    trim(another(folder), NOW)
    fill(folder, 1)
    tidy(another(folder), NOW)
    assert another(folder).log.read().losses == Losses({LossReason.TOO_MANY.value: 1})
    assert another(folder).log.losses() == Losses({LossReason.TOO_MANY.value: 3})


def test_a_purge_keeps_the_count(folder: Path) -> None:
    """A purge keeps the count of losses; clearing the delivery log removes it."""
    fill(folder, FEW + 2)
    trim(another(folder), NOW)
    another(folder).queue.purge()
    assert another(folder).log.losses() == Losses({LossReason.TOO_MANY.value: 2})
    another(folder).log.clear()
    assert (another(folder).log.losses(), another(folder).log.read()) == (Losses(), Logbook())
    another(folder).log.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="creating links needs a privilege on Windows")
def test_a_link_in_the_place_of_the_count_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A link in place of the count is not followed; the limits hold."""
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")
    fill(folder, FEW + 1)
    (folder / TALLY_FILE).symlink_to(theirs)
    trim(another(folder), NOW)
    assert len(another(folder).queue.waiting()) == FEW
    assert theirs.read_text() == "theirs"


def test_counting_ends_somewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file grows by a byte for each event, up to a limit."""
    monkeypatch.setattr(delivery_log, "TALLY_LIMIT", 2)
    for _ in range(3):
        fill(folder, FEW + 2)
        trim(another(folder), NOW)
    assert (folder / TALLY_FILE).read_bytes() == b"mm"
    assert another(folder).log.losses() == Losses({LossReason.TOO_MANY.value: 2})
