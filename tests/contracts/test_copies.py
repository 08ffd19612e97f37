"""What kept copies promise, in memory and on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Copies
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, PART_BYTES_LIMIT, Sent
from arcade_usage.testing.in_memory import MemoryCopies
from tests.adapters.disk import deny

NOW = 1_800_000_000.0


def message(number: int = 1, **properties: object) -> dict[str, object]:
    return {"event": "a command", "distinct_id": "someone", "uuid": str(number), "properties": properties}


@frozen
class CopiesUnderTest:
    """Copies, the same ones as the next process holds them, and how to lose permission."""

    copies: Copies
    another: Callable[[], Copies]
    shut: Callable[[], object]


@pytest.fixture(params=["in memory", "on disk"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, mocker: MockerFixture) -> CopiesUnderTest:
    if request.param == "in memory":
        copies = MemoryCopies()
        return CopiesUnderTest(copies, lambda: copies, lambda: setattr(copies, "readable", False))
    path = tmp_path / "outbox" / "sent.jsonl"
    return CopiesUnderTest(
        FileCopies(str(path)), lambda: FileCopies(str(path)), lambda: deny(mocker, tmp_path)
    )


def numbers(copies: Copies) -> list[Any]:
    return [copy.message["uuid"] for copy in copies.all()]


def test_at_first_there_are_none(subject: CopiesUnderTest) -> None:
    """Nothing was sent yet."""
    assert list(subject.copies.all()) == []


def test_a_copy_is_the_message_as_it_was(subject: CopiesUnderTest) -> None:
    """Every text and number of it comes back, with when it was accepted."""
    sent = message(1, note="naïve ☃", nested={"list": [1, 2.5, None, True]})
    subject.copies.keep([sent], NOW)
    assert list(subject.another().all()) == [Sent(NOW, sent)]


def test_the_newest_come_last(subject: CopiesUnderTest) -> None:
    """In the order in which they were accepted, across processes."""
    subject.copies.keep([message(1), message(2)], NOW)
    subject.another().keep([message(3)], NOW + 1)
    assert numbers(subject.copies) == ["1", "2", "3"]


def test_the_oldest_go_over_the_limit_of_bytes(subject: CopiesUnderTest) -> None:
    """2 MiB stay, of however many; at most one part less."""
    filler, batch = "x" * 10_000, 25
    for start in range(0, 12 * batch, batch):
        batch_of = [message(number, filler=filler) for number in range(start, start + batch)]
        subject.copies.keep(batch_of, NOW)
    kept = numbers(subject.another())
    assert kept == [str(number) for number in range(12 * batch - len(kept), 12 * batch)]
    assert COPIES_BYTES_LIMIT - PART_BYTES_LIMIT - 50_000 < len(kept) * 10_000 <= COPIES_BYTES_LIMIT


def test_the_oldest_go_after_90_days(subject: CopiesUnderTest) -> None:
    """When a copy is added: one that is exactly 90 days old stays."""
    for day in (0, 1, 90):
        subject.another().keep([message(day)], NOW + day * 86_400.0)
    assert numbers(subject.copies) == ["0", "1", "90"]
    subject.copies.keep([message(91)], NOW + 90 * 86_400.0 + 1)
    assert numbers(subject.another()) == ["1", "90", "91"]
    subject.copies.keep([], NOW + 1_000 * 86_400.0)
    assert numbers(subject.another()) == []


def test_many_small_copies_are_kept(subject: CopiesUnderTest) -> None:
    """More than earlier versions kept: there is no limit of their number."""
    for start in range(0, 1200, 100):
        subject.another().keep([message(number) for number in range(start, start + 100)], NOW)
    assert numbers(subject.another()) == [str(number) for number in range(1200)]


def test_erased_they_are_gone(subject: CopiesUnderTest) -> None:
    """Also where there are none; new ones can be kept."""
    subject.copies.keep([message(1)], NOW)
    for _ in range(2):
        subject.another().erase()
    assert list(subject.copies.all()) == []
    subject.copies.keep([message(2)], NOW)
    assert numbers(subject.copies) == ["2"]


def test_keeping_never_raises(subject: CopiesUnderTest) -> None:
    """What was accepted must not be sent again because there is no room for a copy; reading does raise."""
    subject.copies.keep([message(1)], NOW)
    subject.shut()
    subject.copies.keep([message(2)], NOW)
    with pytest.raises(StoreError):
        subject.copies.all()
    with pytest.raises(StoreError):
        subject.copies.erase()


def test_the_recent_ones_are_the_last(subject: CopiesUnderTest) -> None:
    """As many as one part has at least, however many there are, and all of a few."""
    subject.copies.keep([message(number) for number in range(3)], NOW)
    assert subject.copies.recent() == subject.copies.all()
    least = PART_BYTES_LIMIT // 20_000
    for number in range(3, 4 * least):
        subject.copies.keep([message(number, filler="x" * 10_000)], NOW)
        recent = subject.copies.recent()
        assert len(recent) >= min(number + 1, least)
    everything = subject.copies.all()
    assert list(recent) == list(everything)[-len(recent) :]
