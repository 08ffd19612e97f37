"""Backoff between attempts, shared by all processes.

Invariants: an attempt counts as failed until its success is recorded, so a killed process counts too. No
clock change delays the next attempt by more than LONGEST_SECONDS.
"""

from collections.abc import Mapping

from attrs import evolve, field, frozen

SHORTEST_SECONDS = 30.0  # after the first failure
LONGEST_SECONDS = 3600.0
EARLY_SECONDS = (1.0, 2.0, 4.0, 8.0)  # since the last failure; long-lived processes, first pause only
JITTER = 0.2  # largest fraction of a pause that is subtracted, so that machines don't retry in step
LOOK_UP = "look-up "  # how the stored names of look-ups begin
PAUSES_LIMIT = 32  # pauses at one time; the one that is due first is dropped first


@frozen
class Pause:
    """`failures` consecutive attempts have failed; the next one is due at `due_at` (Unix seconds).

    not_before: until when the service asked to wait (Unix seconds); early attempts wait for it too.
    """

    failures: int
    due_at: float
    not_before: float = 0.0  # earlier versions do not store it

    def holds_back(self, now: float) -> bool:
        """Whether the attempt is not due yet. A `due_at` beyond the longest pause is a clock change: due."""
        return now < self.due_at <= now + LONGEST_SECONDS


@frozen
class Backoff:
    """The pauses of one project by the name of the attempt: delivery, an alias or a look-up.

    Pauses are independent: a look-up for other credentials is due at once.
    """

    by_name: Mapping[str, Pause] = field(factory=dict, hash=False)

    def hold_back(self, name: str, now: float) -> bool:
        pause = self.by_name.get(name)
        return pause is not None and pause.holds_back(now)

    def early_at(self, name: str, failed_at: float, tried: int) -> float | None:
        """When a long-lived process may retry despite the pause (Unix seconds); None: not before it is due.

        A short outage must not cost a server the events of the whole pause. `failed_at`: when the last
        attempt of any process failed. `tried`: early attempts of this process in this pause.
        """
        pause = self.by_name.get(name)
        if pause is None or pause.failures > 1 or tried >= len(EARLY_SECONDS):
            return None
        early_at = max(failed_at + EARLY_SECONDS[tried], pause.not_before)
        return early_at if early_at < pause.due_at else None

    def begun(self, name: str, now: float, randomness: float) -> "Backoff":
        """The state to store before an attempt, in case the process dies. `randomness`: 0 to 1."""
        last = self.by_name.get(name, Pause(0, now))
        length = min(SHORTEST_SECONDS * 2.0 ** min(last.failures, 16), LONGEST_SECONDS)
        pause = Pause(last.failures + 1, now + length * (1 - JITTER * randomness))
        others = sorted(self.ended(name).by_name.items(), key=lambda item: item[1].due_at)
        return Backoff(dict([*others[-(PAUSES_LIMIT - 1) :], (name, pause)]))

    def postponed(self, name: str, now: float, seconds: float) -> "Backoff":
        """The state after the service asked to wait (Retry-After); LONGEST_SECONDS is the most it gets."""
        pause, end = self.by_name.get(name), now + min(seconds, LONGEST_SECONDS)
        if pause is None:
            return self
        longer = evolve(pause, due_at=max(pause.due_at, end), not_before=end)
        return Backoff({**self.by_name, name: longer})

    def ended(self, name: str) -> "Backoff":
        """The state after an attempt succeeded."""
        return Backoff({each: pause for each, pause in self.by_name.items() if each != name})
