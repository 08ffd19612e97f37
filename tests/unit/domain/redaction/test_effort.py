"""How much work redaction may make of a text: bounded whatever its size, and growing no faster than it.

Compared is CPU time with CPU time, the least of several runs, and with room to spare: a busy machine makes
everything slow, but a rule that backtracks grows by the square. `python -m tests.unit.domain.redaction.worst_case`
prints the figures themselves.
"""

import time
from collections.abc import Callable

import pytest

from arcade_usage.domain.redaction import MESSAGE_LIMIT, SCAN_LIMIT, Redactor, text
from tests.unit.domain.redaction.hostile import PIECES, filled, mixed

MEGABYTE = 1_000_000
RUNS = 2
NOISE_SECONDS = 0.02
REDACT = Redactor(home=("/data/people/jane", "C:\\Users\\jane doe"), names=("jane", "devbox", "josé"))


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU time of the fastest of several runs."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_text_is_done(piece: str) -> None:
    """Repeating what a rule begins with does not keep redaction from answering, within the limit."""
    assert len(REDACT(filled(piece, MEGABYTE))) <= MESSAGE_LIMIT


@pytest.mark.parametrize("piece", PIECES)
def test_effort_grows_with_the_text_at_most(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the text is no more than eight times the work; by the square it would be sixteen times.

    More is scanned here than ever is elsewhere, so that the difference shows.
    """
    monkeypatch.setattr(text, "SCAN_LIMIT", 4 * SCAN_LIMIT)
    short, long = filled(piece, SCAN_LIMIT), filled(piece, 4 * SCAN_LIMIT)
    assert cpu_seconds(lambda: REDACT(long)) <= 8 * cpu_seconds(lambda: REDACT(short)) + NOISE_SECONDS


@pytest.mark.parametrize("piece", PIECES[::8])
def test_effort_does_not_depend_on_what_is_not_scanned(piece: str) -> None:
    """A megabyte is no more work than what is scanned of it."""
    scanned, whole = filled(piece, SCAN_LIMIT), filled(piece, MEGABYTE)
    assert cpu_seconds(lambda: REDACT(whole)) <= 3 * cpu_seconds(lambda: REDACT(scanned)) + NOISE_SECONDS


def test_mixtures_are_done() -> None:
    """Pieces that two or three rules begin with are no more work, ten times what is allowed at most."""
    slowest = max(mixed(100), key=lambda piece: cpu_seconds(lambda: REDACT(filled(piece, SCAN_LIMIT))))
    assert cpu_seconds(lambda: REDACT(filled(slowest, MEGABYTE))) <= 0.5
