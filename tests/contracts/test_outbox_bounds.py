"""What the outbox promises about its bounds and its logbook, in memory and on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.ports import Outbox
from arcade_usage.domain.backoff import Backoff, Pause
from arcade_usage.domain.logbook import Delivered, Failed, Logbook
from arcade_usage.domain.retention import EVENTS_LIMIT, Losses, LossReason, Observed
from arcade_usage.testing.in_memory import MemoryOutbox
from tests.retention import tidy
from tests.samples import SINK, anonymous

NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.fixture(params=["in memory", "on disk"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Outbox]:
    """Gives the same outbox as one process after the other holds it."""
    if request.param == "in memory":
        outbox = MemoryOutbox()
        return lambda: outbox
    return lambda: FolderOutbox(str(tmp_path / SINK.key), SINK)


def test_a_new_outbox_has_an_empty_logbook(make: Callable[[], Outbox]) -> None:
    """Nothing paused, no time passed, nothing lost."""
    assert make().log.read() == Logbook()


def test_a_logbook_is_read_back_as_it_was_written(make: Callable[[], Outbox]) -> None:
    """By the next process."""
    make().queue.add(anonymous())
    logbook = Logbook(
        Backoff({"sink": Pause(3, NOW + 0.25)}),
        Observed(12.5, NOW),
        Losses({LossReason.REFUSED.value: 2}),
        Delivered(NOW - 5.5, 7),
        Failed(NOW, "it rained"),
    )
    make().log.write(logbook)
    assert make().log.read() == logbook


def test_the_newest_stay(make: Callable[[], Outbox]) -> None:
    """Of more than 1,000 the oldest go, and are counted."""
    outbox = make()
    for number in range(EVENTS_LIMIT + 3):
        outbox.queue.add(anonymous(number + 1))
    tidy(make(), NOW)
    assert make().queue.pending() == [anonymous(number + 1) for number in range(3, EVENTS_LIMIT + 3)]
    assert make().log.read().losses == Losses({LossReason.TOO_MANY.value: 3})


def test_limits_count_each_record_of_those_added_together(make: Callable[[], Outbox]) -> None:
    """At most 1,000 stay, the newest, and each that went is counted."""
    outbox = make()
    records = [anonymous(number + 1) for number in range(EVENTS_LIMIT + 50)]
    for start in range(0, len(records), 50):
        outbox.queue.add(*records[start : start + 50])
    tidy(make(), NOW)
    assert make().queue.pending() == records[50:]
    assert make().log.read().losses == Losses({LossReason.TOO_MANY.value: 50})


def test_what_waited_for_30_days_goes(make: Callable[[], Outbox]) -> None:
    """A look a day: what came on the first one is gone on the 31st, what came later is there."""
    make().queue.add(anonymous(1))
    tidy(make(), NOW)
    for day in range(1, 31):
        tidy(make(), NOW + day * DAY)
        if day == 15:
            make().queue.add(anonymous(2))
    assert make().queue.pending() == [anonymous(1), anonymous(2)]
    tidy(make(), NOW + 31 * DAY)
    assert make().queue.pending() == [anonymous(2)]
    assert make().log.read().losses == Losses({LossReason.TOO_OLD.value: 1})


@pytest.mark.parametrize(
    "jump", [-400 * DAY, 400 * DAY, 20_000 * DAY], ids=["back", "forward", "far forward"]
)
def test_a_jump_of_the_clock_drops_nothing(make: Callable[[], Outbox], jump: float) -> None:
    """There and back again too."""
    make().queue.add(anonymous(1))
    for now in (NOW, NOW + jump, NOW + 60, NOW + jump + 120):
        tidy(make(), now)
    assert make().queue.pending() == [anonymous(1)]


def test_losses_of_senders_and_of_others_add_up(make: Callable[[], Outbox]) -> None:
    """A process that is not the sender counts beside the logbook, which stays as it was."""
    make().queue.add(anonymous(1))
    logbook = Logbook(losses=Losses({LossReason.REFUSED.value: 1, LossReason.TOO_OLD.value: 1}))
    make().log.write(logbook)
    make().log.add_losses([LossReason.TOO_OLD, LossReason.TOO_MANY])
    make().log.add_losses([LossReason.TOO_OLD])
    assert make().log.read() == logbook
    assert make().log.losses().counts == {
        LossReason.REFUSED.value: 1,
        LossReason.TOO_OLD.value: 3,
        LossReason.TOO_MANY.value: 1,
    }


def test_cleared_a_log_is_a_new_one(make: Callable[[], Outbox]) -> None:
    """Neither the logbook nor any count is left."""
    make().queue.add(anonymous(1))
    make().log.write(Logbook(failed=Failed(NOW, "it rained")))
    make().log.add_losses([LossReason.TOO_OLD])
    make().log.clear()
    assert (make().log.read(), make().log.losses()) == (Logbook(), Losses())


def test_what_waits_is_told_without_reading_it(make: Callable[[], Outbox]) -> None:
    """Oldest first, each with the observed time when it came."""
    make().queue.add(anonymous(1))
    make().log.write(Logbook(observed=Observed(90.0, NOW)))
    make().queue.add(anonymous(2))
    assert [each.since for each in make().queue.waiting()] == [0.0, 90.0]


def test_what_is_discarded_is_told_once(make: Callable[[], Outbox]) -> None:
    """Of two processes that discard the same events, one learns that it did."""
    for number in (1, 2):
        make().queue.add(anonymous(number))
    oldest = make().queue.waiting()[:1]
    assert [list(make().queue.discard(oldest)), list(make().queue.discard(oldest))] == [oldest, []]
    assert list(make().queue.pending()) == [anonymous(2)]


def test_what_is_removed_is_counted(make: Callable[[], Outbox]) -> None:
    """Only the records that were there."""
    make().queue.add(anonymous(1))
    assert make().queue.remove([anonymous(1), anonymous(2)]) == 1


def test_an_outbox_is_tended_once_a_sender_began(make: Callable[[], Outbox]) -> None:
    """Before that, each process that adds to it keeps it within its limits."""
    make().queue.add(anonymous(1))
    assert not make().sender_lock.is_tended()
    with make().sender_lock.hold() as ours:
        assert ours
    assert make().sender_lock.is_tended()
