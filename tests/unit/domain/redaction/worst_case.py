"""Prints how long redaction takes at worst: `python -m tests.unit.domain.redaction.worst_case [seconds]`.

Figures are CPU time in this process. The cold one has every pattern compiled on the way; the others come from
hostile texts of a megabyte, of which SCAN_LIMIT characters are scanned, and of just those characters.
"""

import sys
import time

from arcade_usage.domain.redaction import RULES, SCAN_LIMIT, Redactor
from tests.unit.domain.redaction.hostile import PIECES, filled, mixed

MEGABYTE = 1_000_000
HOSTILE = "@://a@-u -u "  # the most work of all that was tried
REDACT = Redactor(home=("/data/people/jane", "C:\\Users\\jane doe"), names=("jane", "devbox", "josé"))


def cpu_milliseconds(text: str, runs: int) -> float:
    """The CPU time of the fastest run."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        REDACT(text)
        times.append(time.process_time() - began)
    return 1000 * min(times)


def main() -> None:
    say = sys.stdout.write
    marks = "\n".join(mark for rule in RULES for mark in rule.marks)
    say(f"cold, 1 MB, every rule: {cpu_milliseconds(marks + filled(HOSTILE, MEGABYTE), 1):.1f} ms\n")
    end = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 60)
    for size, name in ((MEGABYTE, "1 MB"), (SCAN_LIMIT, f"{SCAN_LIMIT // 1024} KiB")):
        worst = max((cpu_milliseconds(filled(piece, size), 3), piece) for piece in PIECES)
        say(f"warm, {name}, one piece of {len(PIECES)}: at most {worst[0]:.1f} ms, {worst[1]!r}\n")
    worst, tried = (0.0, ""), 0
    for piece in mixed(100_000):
        if time.monotonic() > end:
            break
        worst, tried = max(worst, (cpu_milliseconds(filled(piece, SCAN_LIMIT), 1), piece)), tried + 1
    worst = (cpu_milliseconds(filled(worst[1], SCAN_LIMIT), 5), worst[1])
    say(f"warm, {SCAN_LIMIT // 1024} KiB, the worst of {tried} mixtures: {worst[0]:.1f} ms, {worst[1]!r}\n")


if __name__ == "__main__":
    main()
