"""How tracking stands: what is told of an outbox, and every trouble with what brings it about."""

import pytest
from attrs import evolve

from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.known import Known, Malformed
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.limits import Observed
from arcade_usage.domain.logbook import Delivered, Failed, Logbook
from arcade_usage.domain.sink import Sink
from arcade_usage.domain.spacing import LONGEST_SECONDS, Pause, Pauses
from arcade_usage.domain.status import (
    CLOCK_TOLERANCE_SECONDS,
    Circumstances,
    SinkStatus,
    Trouble,
    find_troubles,
    shorten,
)
from tests.domain.values import ELSEWHERE, HERE, A, B

NOW = 1_800_000_000.0
POSTHOG = Sink("https://posthog.example", "phc_sample")
FINE = Known(Anonymous(A), Ledger(A, HERE))
QUIET = SinkStatus(POSTHOG, Logbook())


def paused(due_at: float, failures: int = 1) -> Logbook:
    return Logbook(Pauses((("sink", Pause(failures, due_at)),)))


def troubles(
    known: Known | None = FINE, sink: SinkStatus = QUIET, circumstances: Circumstances | None = None
) -> tuple[Trouble, ...]:
    return find_troubles(known, HERE, circumstances or Circumstances(), [sink], NOW)


def test_where_all_is_well_there_is_no_trouble() -> None:
    """Nor in a folder that nothing was ever tracked in."""
    assert troubles() == ()
    assert troubles(Known(None, None)) == ()


LATER = NOW + CLOCK_TOLERANCE_SECONDS + 1
CASES = {
    "unreadable": (Trouble.UNREADABLE, None, QUIET, Circumstances()),
    "unwritable": (Trouble.UNWRITABLE, FINE, QUIET, Circumstances(writable=False)),
    "frozen": (Trouble.FROZEN, FINE, QUIET, Circumstances(can_launch=False)),
    "a lock": (Trouble.LOCK, FINE, QUIET, Circumstances(unusable_locks=("sender.lock: it is a link",))),
    "not owned": (Trouble.NOT_OWNED, FINE, QUIET, Circumstances(not_owned=("/usage belongs to root",))),
    "evidence": (Trouble.EVIDENCE, FINE, QUIET, Circumstances(evidence=("usage.json",))),
    "usage.json malformed": (Trouble.MALFORMED_IDENTITY, Known(Malformed(), None), QUIET, Circumstances()),
    "ledger malformed": (Trouble.MALFORMED_LEDGER, Known(Anonymous(A), Malformed()), QUIET, Circumstances()),
    "another id": (Trouble.DISAGREEMENT, Known(Anonymous(A), Ledger(B, HERE)), QUIET, Circumstances()),
    "copied": (Trouble.COPIED, Known(Anonymous(A), Ledger(A, ELSEWHERE)), QUIET, Circumstances()),
    "strange files": (Trouble.STRANGE_EVENTS, FINE, evolve(QUIET, strange=2), Circumstances()),
    "failures": (
        Trouble.UNREACHABLE,
        FINE,
        SinkStatus(POSTHOG, paused(NOW + 30), waiting=1),
        Circumstances(),
    ),
    "an event of tomorrow": (Trouble.CLOCK, FINE, evolve(QUIET, newest_at=LATER), Circumstances()),
    "looked at tomorrow": (
        Trouble.CLOCK,
        FINE,
        SinkStatus(POSTHOG, Logbook(observed=Observed(5.0, LATER))),
        Circumstances(),
    ),
    "delivered tomorrow": (
        Trouble.CLOCK,
        FINE,
        SinkStatus(POSTHOG, Logbook(delivered=Delivered(LATER, 1))),
        Circumstances(),
    ),
    "failed tomorrow": (
        Trouble.CLOCK,
        FINE,
        SinkStatus(POSTHOG, Logbook(failed=Failed(LATER, "x"))),
        Circumstances(),
    ),
    "paused until the day after": (
        Trouble.CLOCK,
        FINE,
        SinkStatus(POSTHOG, paused(LATER + LONGEST_SECONDS)),
        Circumstances(),
    ),
}


@pytest.mark.parametrize(("trouble", "known", "sink", "circumstances"), CASES.values(), ids=CASES)
def test_each_trouble_is_told_and_no_other(
    trouble: Trouble, known: Known | None, sink: SinkStatus, circumstances: Circumstances
) -> None:
    """One thing that is wrong is one trouble."""
    assert troubles(known, sink, circumstances) == (trouble,)


def test_every_trouble_has_a_case() -> None:
    """None is listed that nothing brings about."""
    assert {case[0] for case in CASES.values()} == set(Trouble)


def test_a_pause_within_bounds_is_no_trouble_of_the_clock() -> None:
    """The longest pause is due an hour from now."""
    assert troubles(sink=SinkStatus(POSTHOG, paused(NOW + LONGEST_SECONDS))) == ()


def test_what_failed_before_is_no_trouble_while_nothing_waits() -> None:
    """Nobody has to do anything about it."""
    assert troubles(sink=SinkStatus(POSTHOG, paused(NOW + 30, failures=5))) == ()


def test_the_next_attempt_is_due_when_the_pause_ends() -> None:
    """Without a pause, after it, or with one that a clock made, the next command attempts."""
    assert SinkStatus(POSTHOG, paused(NOW + 30)).due_at(NOW) == NOW + 30
    assert SinkStatus(POSTHOG, paused(NOW - 1)).due_at(NOW) is None
    assert SinkStatus(POSTHOG, paused(NOW + 2 * LONGEST_SECONDS)).due_at(NOW) is None
    assert QUIET.due_at(NOW) is None
    assert (SinkStatus(POSTHOG, paused(NOW, failures=4)).failures, QUIET.failures) == (4, 0)


def test_ids_are_shortened() -> None:
    """Enough to tell one from others; a short one stays."""
    assert shorten(A) == "aaaaaaaa..."
    assert shorten("short") == "short"
