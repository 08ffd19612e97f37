"""How much may wait in an outbox, and what goes first where it is too much.

Owns the invariants that the oldest goes first, that nothing is dropped which is not counted, and that a
jump of the clock makes nothing old: time is what was observed of it, a day at most from one look to the next.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve, field, frozen

from arcade_usage.domain.text_enum import TextEnum

EVENTS_LIMIT = 1000
BYTES_LIMIT = 1024 * 1024
AGE_LIMIT_SECONDS = 30 * 86_400.0
STEP_LIMIT_SECONDS = 86_400.0  # of time that passes from one look to the next
OBSERVE_SECONDS = 3600.0  # from one observation of the time without the sender lock to the next


class LossReason(TextEnum):
    """Why an event was dropped; the values are stored."""

    TOO_MANY = "too_many", "more than 1,000 were waiting"
    TOO_LARGE = "too_large", "more than 1 MiB was waiting"
    TOO_OLD = "too_old", "too old, after 30 days of waiting"
    REFUSED = "refused", "refused by PostHog"
    NOT_TAKEN = (
        "not_taken",
        "a server had more to report than it could write down, or reported what is no event",
    )


@frozen
class Waiting:
    """Events that wait in one file: its bytes, and the observed time when they came (seconds)."""

    name: str
    size: int
    since: float
    events: int = 1


@frozen
class Observed:
    """Time as the outbox has seen it pass: `seconds` so far, the clock last read at `looked_at` (Unix)."""

    seconds: float = 0.0
    looked_at: float | None = None

    def advance(self, now: float) -> "Observed":
        """The time at `now`. A backward step of the clock counts as zero, a forward one as a day at most."""
        step = 0.0 if self.looked_at is None else min(max(now - self.looked_at, 0.0), STEP_LIMIT_SECONDS)
        return Observed(self.seconds + step, now)

    def is_outdated(self, now: float) -> bool:
        """Whether a process that is not the sender writes the time down again."""
        return self.looked_at is None or abs(now - self.looked_at) >= OBSERVE_SECONDS


@frozen
class Losses:
    """How many events were dropped, by reason, since the outbox was made."""

    counts: Mapping[str, int] = field(factory=dict)

    def plus(self, reason: LossReason, events: int) -> "Losses":
        if not events:
            return self
        return evolve(self, counts={**self.counts, reason.value: self.counts.get(reason.value, 0) + events})

    def plus_all(self, reasons: Iterable[LossReason]) -> "Losses":
        losses = self
        for reason, events in Counter(reasons).items():
            losses = losses.plus(reason, events)
        return losses

    def since(self, earlier: "Losses") -> Mapping[str, int]:
        """What was added, by reason."""
        added = {reason: count - earlier.counts.get(reason, 0) for reason, count in self.counts.items()}
        return {reason: count for reason, count in added.items() if count > 0}


def select_expired(waiting: Sequence[Waiting], observed: float) -> list[tuple[Waiting, LossReason]]:
    """What has to go, of files that wait, oldest first; with the reason. A file goes as a whole."""
    gone: list[tuple[Waiting, LossReason]] = []
    events = size = 0
    for each in reversed(waiting):
        if observed - each.since > AGE_LIMIT_SECONDS:
            gone.append((each, LossReason.TOO_OLD))
            continue
        events += each.events
        size += each.size
        if events > EVENTS_LIMIT:
            gone.append((each, LossReason.TOO_MANY))
        elif size > BYTES_LIMIT:
            gone.append((each, LossReason.TOO_LARGE))
    return gone[::-1]
