"""`view`: everything about a user's own usage data, for one page. Reads nothing itself."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from attrs import frozen

from arcade_usage.domain.identity_history import IdentityPeriod, identity_periods
from arcade_usage.domain.project import Project
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.status import Status
from arcade_usage.domain.usage_statistics import (
    PERIODS,
    Day,
    Summary,
    by_command,
    by_day,
    counted_by_day,
    runs_of,
)

EVENTS_SHOWN = 500  # the newest ones
FAILURES_SHOWN = 20
PERIODS_SHOWN = 50  # changes of the id


@frozen
class ShownEvent:
    """An event as it was on the wire, or would have been, and the project that it is for."""

    to: Project
    copy: Sent

    @property
    def sent(self) -> bool:
        """Whether it was sent, not only recorded on this machine."""
        return not self.copy.is_local


@frozen
class Overview:
    """What the page shows; lists of past things are newest first.

    total: how many events there are; `events` has EVENTS_SHOWN at most.
    periods: of sent events. days: PERIODS[-1] days, oldest first.
    commands, others: of all events; others are those of servers, counts of a day, and tests of `doctor`.
    """

    status: Status
    periods: Sequence[IdentityPeriod]
    links: Sequence[ShownEvent]
    days: Sequence[Day]
    commands: Mapping[str, Summary]
    others: Mapping[str, int]
    failures: Sequence[ShownEvent]
    events: Sequence[ShownEvent]
    total: int
    oldest_at: float | None


def make_overview(
    status: Status, copies: Sequence[tuple[Project, Sent]], day_of: Callable[[float], date]
) -> Overview:
    """The overview of one config folder. `day_of`: the local date of a Unix time."""
    events = [ShownEvent(to, copy) for to, copy in copies]
    events.sort(key=lambda event: event.copy.ended_at, reverse=True)
    runs = runs_of(event.copy for event in events)
    open_days = [project.count for project in status.projects if project.count.day]
    counted = counted_by_day((event.copy for event in events), open_days)
    names = (each.copy.name for each in events if not each.copy.is_command and each.copy.link is None)
    return Overview(
        status,
        identity_periods(event.copy for event in events if event.sent)[: -PERIODS_SHOWN - 1 : -1],
        [event for event in events if event.copy.link is not None][:PERIODS_SHOWN],
        by_day(runs, day_of(status.now), PERIODS[-1], day_of, counted),
        by_command(runs),
        dict(Counter(names).most_common()),
        [event for event in events if event.copy.failed][:FAILURES_SHOWN],
        events[:EVENTS_SHOWN],
        len(events),
        events[-1].copy.ended_at if events else None,
    )
