"""Under which ids events were sent, and when that changed."""

from collections.abc import Iterable

from attrs import evolve, frozen

from arcade_usage.domain.sent import Sent


@frozen
class IdentityPeriod:
    """Events in a row with one id. `since`, `until`: when the first and the last one happened (Unix seconds).

    anonymous: whether the id is a random one, not that of an account.
    """

    distinct_id: str
    anonymous: bool
    since: float
    until: float
    events: int


def identity_periods(copies: Iterable[Sent]) -> list[IdentityPeriod]:
    """The periods, oldest first. Links of ids are no events."""
    periods: list[IdentityPeriod] = []
    for copy in sorted((copy for copy in copies if copy.link is None), key=lambda copy: copy.ended_at):
        at = copy.ended_at
        if periods and periods[-1].distinct_id == copy.distinct_id:
            periods[-1] = evolve(periods[-1], until=at, events=periods[-1].events + 1)
        else:
            periods.append(IdentityPeriod(copy.distinct_id, copy.anonymous, at, at, 1))
    return periods
