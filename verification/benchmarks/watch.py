"""Watches detached processes: how many run at each moment, and how many of them have imported the SDK.

Error: a moment is known to SAMPLE_SECONDS, and to Watch.longest_gap while the machine is busy. A process that lives
shorter than that may be missing from the samples. A process counts once the tool that started it has ended.
"""

import time
from collections.abc import Iterable
from pathlib import Path

from attrs import define, field, frozen

from verification.benchmarks.orphans import children

SAMPLE_SECONDS = 0.02


@frozen
class Sample:
    """From `at` on, in seconds since the watch began: detached processes, and those of them with the SDK imported."""

    at: float
    detached: int
    with_sdk: int


@define
class Watch:
    """Takes samples when `look` is called, and keeps those that differ from the one before.

    others: children that are not detached processes, such as shells; it may grow. imported: how many processes
    imported the SDK in all. longest_gap: seconds between two samples.
    """

    others: Iterable[int]
    samples: list[Sample] = field(factory=lambda: [Sample(0.0, 0, 0)], init=False)
    imported: int = field(default=0, init=False)
    longest_gap: float = field(default=0.0, init=False)
    _begun: float = field(factory=time.monotonic, init=False)
    _looked: float = field(default=-SAMPLE_SECONDS, init=False)  # seconds since then
    _with_sdk: set[int] = field(factory=set, init=False)

    def look(self) -> None:
        at = time.monotonic() - self._begun
        if at < self._looked + SAMPLE_SECONDS:
            return
        self.longest_gap, self._looked = max(self.longest_gap, at - self._looked), at
        detached = set(children()).difference(self.others)
        new = {process for process in detached - self._with_sdk if _maps_tls(process)}
        self.imported += len(new)
        self._with_sdk = (self._with_sdk | new) & detached
        sample = Sample(at, len(detached), len(self._with_sdk))
        last = self.samples[-1]
        if (sample.detached, sample.with_sdk) != (last.detached, last.with_sdk):
            self.samples.append(sample)

    def end(self) -> None:
        """All have ended."""
        self.samples.append(Sample(time.monotonic() - self._begun, 0, 0))

    @property
    def peak(self) -> int:
        return max(sample.detached for sample in self.samples)

    @property
    def peak_with_sdk(self) -> int:
        return max(sample.with_sdk for sample in self.samples)


def _maps_tls(process: int) -> bool:
    """Whether a process maps the TLS library: of the detached ones, only those with the SDK do."""
    try:
        return "libssl" in Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
    except OSError:  # the process has ended
        return False
