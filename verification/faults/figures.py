"""What an experiment comes to: counted from what a receiver got and what lies on disk, never typed in."""

from statistics import median

from attrs import frozen


@frozen
class Figures:
    """What an experiment came to.

    `tried`: how many times the fault was made. `events`: how many events had to arrive. `lost`, `duplicated`
    (after PostHog dropped repeats), `mixed_up` (counted for a person they are not of): how many of them.
    `waits_ms`: how long tracking held the host up, call by call. `remark`: what else was counted, in words.
    `details`: what is too long for the table.
    """

    tried: int
    events: int
    lost: int = 0
    duplicated: int = 0
    mixed_up: int = 0
    waits_ms: tuple[float, ...] = ()
    remark: str = ""
    details: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.mixed_up)

    @property
    def median_wait_ms(self) -> float | None:
        return median(self.waits_ms) if self.waits_ms else None

    @property
    def longest_wait_ms(self) -> float | None:
        return max(self.waits_ms, default=None)
