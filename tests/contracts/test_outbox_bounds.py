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
    assert make().logbook() == Logbook()


def test_a_logbook_is_read_back_as_it_was_written(make: Callable[[], Outbox]) -> None:
    """By the next process."""
    make().add(anonymous())
    logbook = Logbook(
        Backoff((("sink", Pause(3, NOW + 0.25)),)),
        Observed(12.5, NOW),
        Losses({LossReason.REFUSED.value: 2}),
        Delivered(NOW - 5.5, 7),
        Failed(NOW, "it rained"),
    )
    make().write_logbook(logbook)
    assert make().logbook() == logbook


def test_the_newest_stay(make: Callable[[], Outbox]) -> None:
    """Of more than 1,000 the oldest go, and are counted."""
    outbox = make()
    for number in range(EVENTS_LIMIT + 3):
        outbox.add(anonymous(number + 1))
    make().tidy(NOW)
    assert make().pending() == [anonymous(number + 1) for number in range(3, EVENTS_LIMIT + 3)]
    assert make().logbook().losses == Losses({LossReason.TOO_MANY.value: 3})


def test_what_waited_for_30_days_goes(make: Callable[[], Outbox]) -> None:
    """A look a day: what came on the first one is gone on the 31st, what came later is there."""
    make().add(anonymous(1))
    make().tidy(NOW)
    for day in range(1, 31):
        make().tidy(NOW + day * DAY)
        if day == 15:
            make().add(anonymous(2))
    assert make().pending() == [anonymous(1), anonymous(2)]
    make().tidy(NOW + 31 * DAY)
    assert make().pending() == [anonymous(2)]
    assert make().logbook().losses == Losses({LossReason.TOO_OLD.value: 1})


@pytest.mark.parametrize(
    "jump", [-400 * DAY, 400 * DAY, 20_000 * DAY], ids=["back", "forward", "far forward"]
)
def test_a_jump_of_the_clock_drops_nothing(make: Callable[[], Outbox], jump: float) -> None:
    """There and back again too."""
    make().add(anonymous(1))
    for now in (NOW, NOW + jump, NOW + 60, NOW + jump + 120):
        make().tidy(now)
    assert make().pending() == [anonymous(1)]


def test_what_is_dropped_is_counted(make: Callable[[], Outbox]) -> None:
    """By its reason, beside what was counted before."""
    for number in (1, 2, 3):
        make().add(anonymous(number))
    make().drop([anonymous(1)], LossReason.REFUSED)
    make().drop([anonymous(2)], LossReason.TOO_OLD)
    assert make().pending() == [anonymous(3)]
    assert make().logbook().losses == Losses({LossReason.REFUSED.value: 1, LossReason.TOO_OLD.value: 1})
