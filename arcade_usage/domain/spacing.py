"""When to try again: attempts at what can't be reached are spaced out, across processes.

Owns the invariants that an attempt counts as failed until it is known to have succeeded, so that a kill
counts too, and that no clock can put the next one off for more than LONGEST_SECONDS.
"""

from attrs import frozen

SHORTEST_SECONDS = 30.0  # after a first failure
LONGEST_SECONDS = 3600.0
JITTER = 0.2  # of the pause, taken off, so that many machines do not come back at one moment


@frozen
class Spacing:
    """`failures` attempts at `what` have failed in a row; the next one is due at `due_at` (Unix seconds).

    `what` names the one thing that was tried: these credentials, this alias, this sink. A pause after
    something else says nothing about it.
    """

    what: str
    failures: int
    due_at: float

    def holds_back(self, what: str, now: float) -> bool:
        """Whether an attempt at `what` has to wait. What is further ahead than any pause, a clock did."""
        return self.what == what and now < self.due_at <= now + LONGEST_SECONDS


def before_attempt(last: Spacing | None, what: str, now: float, chance: float) -> Spacing:
    """What to write down before an attempt, in case it is never heard of again. `chance`: 0 to 1."""
    failures = last.failures + 1 if last is not None and last.what == what else 1
    pause = min(SHORTEST_SECONDS * 2.0 ** min(failures - 1, 16), LONGEST_SECONDS)
    return Spacing(what, failures, now + pause * (1 - JITTER * chance))
