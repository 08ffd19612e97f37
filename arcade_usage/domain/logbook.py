"""What the senders of one project record for each other and for `status`."""

from attrs import evolve, field, frozen

from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.retention import Losses, Observed

REASON_LIMIT = 200  # characters


@frozen
class Delivered:
    """A batch that was accepted: when (Unix seconds), and how many events it was."""

    at: float
    events: int


@frozen
class Failed:
    """An attempt that came to nothing: when (Unix seconds), and why, for people to read."""

    at: float
    reason: str


@frozen
class Logbook:
    """`backoff`: the next attempts. `observed`: the time that has passed. `losses`: counts of dropped events.

    `delivered` and `failed`: the last delivery to PostHog, and the last failed one, of an alias too.
    `unanswered`: the last failed look-up. None: never.
    """

    backoff: Backoff = field(factory=Backoff)
    observed: Observed = field(factory=Observed)
    losses: Losses = field(factory=Losses)
    delivered: Delivered | None = None
    failed: Failed | None = None
    unanswered: Failed | None = None

    def with_failure(self, at: float, reason: str) -> "Logbook":
        return evolve(self, failed=Failed(at, reason[:REASON_LIMIT]))

    def without_answer(self, at: float, reason: str) -> "Logbook":
        return evolve(self, unanswered=Failed(at, reason[:REASON_LIMIT]))
