"""What the store of the daily counts promises, in memory and on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve, frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Outbox
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.testing.in_memory import MemoryOutbox
from tests.adapters.disk import deny
from tests.samples import ANON, ONE_OFF, SINK, anonymous

COUNT = DailyCount(
    "2026-11-28",
    ONE_OFF,
    admitted=3,
    commands={"toolkit.run": 2, "bü.ild": 1},
    others=4,
    tool="my-tool",
    to_send=frozenset({ANON}),
    to_remove=frozenset({ONE_OFF}),
)


@frozen
class Subject:
    """An outbox, the same one as another process holds it, and how to lose permission."""

    outbox: Outbox
    another: Callable[[], Outbox]
    shut: Callable[[], object]


@pytest.fixture(params=["in memory", "on disk"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, mocker: MockerFixture) -> Subject:
    if request.param == "in memory":
        outbox = MemoryOutbox()
        return Subject(outbox, lambda: outbox, lambda: setattr(outbox.counts, "writable", False))

    def make() -> Outbox:
        return FolderOutbox(str(tmp_path / "outbox" / SINK.key), SINK)

    made = make()
    made.queue.add(anonymous(1))
    return Subject(made, make, lambda: deny(mocker, tmp_path))


def test_there_are_no_counts_at_first(subject: Subject) -> None:
    """Reading makes none."""
    assert subject.outbox.counts.read() == subject.another().counts.read() == DailyCount()


@pytest.mark.parametrize("durable", [True, False])
def test_what_was_written_is_read(subject: Subject, durable: bool) -> None:
    """By another process too; the last write counts."""
    subject.outbox.counts.write(DailyCount("2026-11-27", ANON), durable=durable)
    subject.outbox.counts.write(COUNT, durable=durable)
    assert subject.outbox.counts.read() == subject.another().counts.read() == COUNT


def test_cleared_counts_are_gone(subject: Subject) -> None:
    """Clearing twice is no error, and records stay."""
    subject.outbox.queue.add(anonymous(1))
    subject.outbox.counts.write(COUNT, durable=False)
    subject.outbox.counts.clear()
    subject.outbox.counts.clear()
    assert subject.another().counts.read() == DailyCount()
    assert len(subject.outbox.queue.pending()) == 1


def test_counts_that_can_not_be_written_are_an_error(subject: Subject) -> None:
    """StoreError; what was there stays."""
    subject.outbox.counts.write(COUNT, durable=False)
    subject.shut()
    with pytest.raises(StoreError):
        subject.another().counts.write(DailyCount("2026-11-29", ANON), durable=False)
    with pytest.raises(StoreError):
        subject.another().counts.clear()


def test_records_of_different_limits_keep_their_own(subject: Subject) -> None:
    """Also if they are added at once, with the same snapshot."""
    records = [evolve(anonymous(number), daily_limit=limit) for number, limit in ((2, 5), (3, None), (4, 1))]
    subject.outbox.queue.add(*records)
    assert [each.daily_limit for each in subject.another().queue.pending()][-3:] == [5, None, 1]
