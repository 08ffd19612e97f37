"""Figures of an experiment, counted from the receiver and from the disk."""

from statistics import median

from attrs import frozen


@frozen
class Figures:
    """Figures of one experiment.

    `tried`: how many times the fault was made. `events`: how many events had to arrive. `lost`, `duplicated`
    (after PostHog dropped repeats) and `misattributed` (attributed to another person): how many of them.
    `waits_ms`: how long tracking delayed the tool, for each call. `remark`: other counts, as text.
    `details`: text that is too long for the table.
    """

    tried: int
    events: int
    lost: int = 0
    duplicated: int = 0
    misattributed: int = 0
    waits_ms: tuple[float, ...] = ()
    remark: str = ""
    details: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.misattributed)

    @property
    def median_wait_ms(self) -> float | None:
        return median(self.waits_ms) if self.waits_ms else None

    @property
    def longest_wait_ms(self) -> float | None:
        return max(self.waits_ms, default=None)
