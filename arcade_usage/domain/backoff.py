"""When to try again: attempts at what can't be reached are spaced out, across processes.

Owns the invariants that an attempt counts as failed until it is known to have succeeded, so that a kill
counts too, and that no clock can put the next one off for more than LONGEST_SECONDS.
"""

from attrs import evolve, frozen

SHORTEST_SECONDS = 30.0  # after a first failure
LONGEST_SECONDS = 3600.0
EARLY_SECONDS = (1.0, 2.0, 4.0, 8.0)  # after a failure; for who lives on, and within the first pause only
JITTER = 0.2  # of the pause, taken off, so that many machines do not come back at one moment
PAUSES_LIMIT = 32  # things that are paused at one time; the one that is due first goes first


@frozen
class Pause:
    """`failures` attempts in a row at one thing have failed; the next is due at `due_at` (Unix seconds)."""

    failures: int
    due_at: float

    def holds_back(self, now: float) -> bool:
        """Whether it is too early. What is further ahead than any pause, a clock did, and is due."""
        return now < self.due_at <= now + LONGEST_SECONDS


@frozen
class Backoff:
    """The pauses of one sink, each by the name of what was tried: the sink, an alias, a look-up.

    A pause of one says nothing about another: other credentials are looked up at once.
    """

    by_name: tuple[tuple[str, Pause], ...] = ()

    def hold_back(self, name: str, now: float) -> bool:
        pause = dict(self.by_name).get(name)
        return pause is not None and pause.holds_back(now)

    def early_at(self, name: str, failed_at: float, tried: int) -> float | None:
        """When who lives on may try though a pause holds back; None: no more than anybody else.

        A short outage must not cost a server what comes meanwhile. `failed_at`: when the last attempt failed,
        anybody's. `tried`: how many early attempts it has made in this pause.
        """
        pause = dict(self.by_name).get(name)
        if pause is None or pause.failures > 1 or tried >= len(EARLY_SECONDS):
            return None
        return failed_at + EARLY_SECONDS[tried]

    def begun(self, name: str, now: float, chance: float) -> "Backoff":
        """What to write down before an attempt, in case it is never heard of again. `chance`: 0 to 1."""
        last = dict(self.by_name).get(name, Pause(0, now))
        length = min(SHORTEST_SECONDS * 2.0 ** min(last.failures, 16), LONGEST_SECONDS)
        pause = Pause(last.failures + 1, now + length * (1 - JITTER * chance))
        others = sorted(self.ended(name).by_name, key=lambda item: item[1].due_at)
        return evolve(self, by_name=(*others[-(PAUSES_LIMIT - 1) :], (name, pause)))

    def ended(self, name: str) -> "Backoff":
        """After an attempt that succeeded."""
        return evolve(self, by_name=tuple(item for item in self.by_name if item[0] != name))

    @property
    def next_due(self) -> float | None:
        """When the first of them is due; None where nothing is paused."""
        return min((pause.due_at for _, pause in self.by_name), default=None)
