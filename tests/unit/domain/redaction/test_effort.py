"""How much work redaction may make of a text: bounded whatever its size, and growing no faster than it.

Compared is CPU time with CPU time, with room to spare, until one of several tries is within it: a busy machine
makes some of them slow, but a rule that backtracks grows by the square in each. `python -m tests.unit.domain.redaction.worst_case`
prints the figures themselves.
"""

import time

import pytest

from arcade_usage.domain.redaction import MESSAGE_LIMIT, SCAN_LIMIT, Redactor, text
from tests.unit.domain.redaction.hostile import PIECES, filled, mixed

MEGABYTE = 1_000_000
TRIES = 20
NOISE_SECONDS = 0.02
REDACT = Redactor(home=("/data/people/jane", "C:\\Users\\jane doe"), names=("jane", "devbox", "josé"))


def cpu_seconds(text: str) -> float:
    """The CPU time of one redaction."""
    began = time.process_time()
    REDACT(text)
    return time.process_time() - began


def is_within(times: float, long: str, short: str) -> bool:
    """Whether `long` took no more than so many times what `short` took, in one of several tries.

    What grows too fast does so in every try; what a busy machine makes slow, in few.
    """
    return any(cpu_seconds(long) <= times * cpu_seconds(short) + NOISE_SECONDS for _ in range(TRIES))


def test_hostile_text_is_done() -> None:
    """Repeating what a rule begins with does not keep redaction from answering, within the limit."""
    too_long = [piece for piece in PIECES if len(REDACT(filled(piece, MEGABYTE))) > MESSAGE_LIMIT]
    assert too_long == []


def test_effort_grows_with_the_text_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the text is no more than eight times the work; by the square it would be sixteen times.

    More is scanned here than ever is elsewhere, so that the difference shows.
    """
    monkeypatch.setattr(text, "SCAN_LIMIT", 4 * SCAN_LIMIT)
    texts = {piece: (filled(piece, 4 * SCAN_LIMIT), filled(piece, SCAN_LIMIT)) for piece in PIECES}
    assert [piece for piece, (long, short) in texts.items() if not is_within(8, long, short)] == []


def test_effort_does_not_depend_on_what_is_not_scanned() -> None:
    """A megabyte is no more work than what is scanned of it."""
    texts = {piece: (filled(piece, MEGABYTE), filled(piece, SCAN_LIMIT)) for piece in PIECES[::8]}
    assert [piece for piece, (whole, scanned) in texts.items() if not is_within(3, whole, scanned)] == []


def test_mixtures_are_done() -> None:
    """Pieces that two or three rules begin with are no more work, ten times what is allowed at most."""
    slowest = max(mixed(100), key=lambda piece: cpu_seconds(filled(piece, SCAN_LIMIT)))
    assert any(cpu_seconds(filled(slowest, MEGABYTE)) <= 0.5 for _ in range(TRIES))
