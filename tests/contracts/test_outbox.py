"""What the outbox promises, in memory and on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve, frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Outbox
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution
from arcade_usage.testing.in_memory import MemoryOutbox
from tests.adapters.disk import deny
from tests.samples import ALICE, HERE, OTHER_SINK, SINK, SNAPSHOTS, anonymous, make_event, of, undecided


@frozen
class OutboxUnderTest:
    """An outbox, the same one as another process holds it, that of another sink, and how to lose permission."""

    outbox: Outbox
    another: Callable[[], Outbox]
    of_another_sink: Outbox
    shut: Callable[[], object]


def _in_memory() -> OutboxUnderTest:
    outbox = MemoryOutbox()
    return OutboxUnderTest(
        outbox, lambda: outbox, MemoryOutbox(), lambda: setattr(outbox.queue, "writable", False)
    )


def _on_disk(folder: Path, mocker: MockerFixture) -> OutboxUnderTest:
    def make() -> Outbox:
        return FolderOutbox(str(folder / SINK.key), SINK)

    other = FolderOutbox(str(folder / OTHER_SINK.key), OTHER_SINK)
    return OutboxUnderTest(make(), make, other, lambda: deny(mocker, folder))


@pytest.fixture(params=["in memory", "on disk"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, mocker: MockerFixture) -> OutboxUnderTest:
    return _in_memory() if request.param == "in memory" else _on_disk(tmp_path / "outbox", mocker)


def test_an_outbox_begins_empty(subject: OutboxUnderTest) -> None:
    """Where nothing was ever added, nothing is pending."""
    assert list(subject.outbox.queue.pending()) == []


@pytest.mark.parametrize("snapshot", SNAPSHOTS.values(), ids=SNAPSHOTS)
@pytest.mark.parametrize(
    "attribution",
    [None, Attribution(ALICE, personless=False), Attribution(make_event().uuid, personless=True)],
    ids=["undecided", "a principal's", "apart"],
)
def test_a_record_comes_back_as_it_was(
    subject: OutboxUnderTest, snapshot: Snapshot, attribution: Attribution | None
) -> None:
    """Event, snapshot, verdict and the mark of a logout are kept, for this process and every other one."""
    event = make_event(note="naïve ☃", nested={"list": [1, 2.5, None, True]})
    record = Record(event, snapshot, is_logout=True, attribution=attribution)
    subject.outbox.queue.add(record)
    assert [list(subject.outbox.queue.pending()), list(subject.another().queue.pending())] == [
        [record],
        [record],
    ]


def test_the_oldest_comes_first(subject: OutboxUnderTest) -> None:
    """Records are ordered by when their events happened, whatever the order they were added in."""
    for number in (3, 1, 2):
        subject.outbox.queue.add(anonymous(number))
    assert list(subject.outbox.queue.pending()) == [anonymous(1), anonymous(2), anonymous(3)]


def test_records_added_together_come_back_as_they_were(subject: OutboxUnderTest) -> None:
    """For every process, whatever their snapshots and verdicts are, in order among the others."""
    together = [
        undecided(2),
        of(ALICE, 3),
        anonymous(5),
        evolve(undecided(6), snapshot=SNAPSHOTS["linked"], is_refresh=True),
        evolve(of(ALICE, 7), snapshot=SNAPSHOTS["nothing"], machine=HERE),
        evolve(undecided(8), snapshot=SNAPSHOTS["nothing"], machine=HERE),
    ]
    assert [*subject.outbox.queue.add(*together)] == together
    subject.outbox.queue.add(anonymous(4))
    expected = [*together[:2], anonymous(4), *together[2:]]
    assert [*subject.outbox.queue.pending()] == [*subject.another().queue.pending()] == expected


def test_of_records_added_together_each_is_decided_by_itself(subject: OutboxUnderTest) -> None:
    """A verdict changes no other record, and the next one no earlier verdict."""
    subject.outbox.queue.add(undecided(1), undecided(2), undecided(3))
    subject.another().queue.freeze(of(ALICE, 2))
    subject.outbox.queue.freeze(anonymous(3))
    assert list(subject.another().queue.pending()) == [undecided(1), of(ALICE, 2), anonymous(3)]


def test_of_records_added_together_each_is_removed_by_itself(subject: OutboxUnderTest) -> None:
    """By the process that added them and by another one; a record that is gone is not counted."""
    subject.outbox.queue.add(*(anonymous(number) for number in range(1, 6)))
    assert subject.outbox.queue.remove([anonymous(2), anonymous(4)]) == 2
    left = [anonymous(1), anonymous(3), anonymous(5)]
    assert [*subject.outbox.queue.pending()] == [*subject.another().queue.pending()] == left
    assert subject.another().queue.remove([anonymous(3), anonymous(4)]) == 1
    assert sum(each.events for each in subject.outbox.queue.waiting()) == 2
    assert subject.another().queue.remove(left) == 2
    assert [*subject.another().queue.pending(), *subject.another().queue.waiting()] == []


def test_records_added_together_are_purged(subject: OutboxUnderTest) -> None:
    """Each of them is counted, and none comes back by a verdict."""
    subject.outbox.queue.add(undecided(1), undecided(2))
    assert len(subject.outbox.queue.pending()) == 2
    assert subject.another().queue.purge() == 2
    with pytest.raises(StoreError):
        subject.outbox.queue.freeze(anonymous(1))
    assert subject.outbox.queue.remove([undecided(1)]) == 0
    assert list(subject.another().queue.pending()) == []


def test_a_record_is_there_once(subject: OutboxUnderTest) -> None:
    """A record added again is still one record."""
    subject.outbox.queue.add(anonymous(1))
    subject.another().queue.add(anonymous(1))
    assert list(subject.outbox.queue.pending()) == [anonymous(1)]


def test_a_frozen_verdict_is_kept(subject: OutboxUnderTest) -> None:
    """The verdict that a sender gives replaces none, in place."""
    for number in (1, 2):
        subject.outbox.queue.add(undecided(number))
    subject.outbox.queue.freeze(of(ALICE, 1))
    assert list(subject.another().queue.pending()) == [of(ALICE, 1), undecided(2)]


def test_what_was_removed_is_gone(subject: OutboxUnderTest) -> None:
    """Only the records that are named are removed."""
    for number in (1, 2, 3):
        subject.outbox.queue.add(anonymous(number))
    subject.outbox.queue.remove([anonymous(1), anonymous(3)])
    assert list(subject.another().queue.pending()) == [anonymous(2)]


def test_removing_again_is_harmless(subject: OutboxUnderTest) -> None:
    """What is not there, or not there any more, can be removed."""
    subject.outbox.queue.remove([anonymous(9)])
    subject.outbox.queue.add(anonymous(1))
    for _ in range(2):
        subject.outbox.queue.remove([anonymous(1)])
    assert list(subject.outbox.queue.pending()) == []


def test_one_sends_at_a_time(subject: OutboxUnderTest) -> None:
    """While one process sends, every other one learns that a sender is at work; then the lock is free again."""
    subject.outbox.queue.add(anonymous())
    with subject.outbox.sender_lock.hold() as first, subject.another().sender_lock.hold() as second:
        assert (first, second) == (True, False)
    with subject.another().sender_lock.hold() as again:
        assert again


def test_who_was_turned_away_does_not_free_the_lock(subject: OutboxUnderTest) -> None:
    """The sender lock stays with its holder when another process gave up."""
    with subject.outbox.sender_lock.hold():
        for _ in range(2):
            with subject.another().sender_lock.hold() as admitted:
                assert not admitted


def test_a_sender_that_fails_frees_the_lock(subject: OutboxUnderTest) -> None:
    """An exception of the sender passes as it is, and the next one can send."""
    with pytest.raises(LookupError, match="of the sender"), subject.outbox.sender_lock.hold():
        raise LookupError("of the sender")
    with subject.another().sender_lock.hold() as admitted:
        assert admitted


def test_events_are_added_while_somebody_sends(subject: OutboxUnderTest) -> None:
    """The sender lock keeps nobody from leaving an event, and the sender sees it."""
    with subject.outbox.sender_lock.hold():
        subject.another().queue.add(anonymous(1))
        assert list(subject.outbox.queue.pending()) == [anonymous(1)]


def test_sinks_are_apart(subject: OutboxUnderTest) -> None:
    """What waits for one sink is not pending for another, and both may be sent to at once."""
    subject.outbox.queue.add(anonymous(1))
    subject.of_another_sink.queue.add(anonymous(2))
    assert list(subject.outbox.queue.pending()) == [anonymous(1)]
    assert list(subject.of_another_sink.queue.pending()) == [anonymous(2)]
    with subject.outbox.sender_lock.hold() as one, subject.of_another_sink.sender_lock.hold() as other:
        assert (one, other) == (True, True)


def test_what_is_not_permitted_is_a_store_error(subject: OutboxUnderTest) -> None:
    """A record that can't be kept is not passed over in silence."""
    subject.shut()
    with pytest.raises(StoreError):
        subject.outbox.queue.add(anonymous())
    with pytest.raises(StoreError):
        subject.outbox.queue.freeze(anonymous())


def test_purged_it_is_empty(subject: OutboxUnderTest) -> None:
    """Everything that waits is gone, decided or not, for every process; other sinks keep theirs."""
    subject.outbox.queue.add(undecided(1))
    subject.another().queue.add(anonymous(2))
    subject.of_another_sink.queue.add(anonymous(3))
    assert subject.another().queue.purge() == 2
    assert list(subject.outbox.queue.pending()) == []
    assert list(subject.of_another_sink.queue.pending()) == [anonymous(3)]
    assert subject.outbox.queue.purge() == 0


def test_a_purged_record_does_not_come_back(subject: OutboxUnderTest) -> None:
    """A sender that had read it before can't freeze a verdict for it any more."""
    subject.outbox.queue.add(undecided(1))
    assert list(subject.another().queue.pending()) == [undecided(1)]
    subject.outbox.queue.purge()
    with pytest.raises(StoreError):
        subject.another().queue.freeze(anonymous(1))
    assert list(subject.outbox.queue.pending()) == []
