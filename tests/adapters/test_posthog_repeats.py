"""Which events PostHog takes for one: by the day that it stores, which must not depend on when they are sent."""

from datetime import datetime, timedelta, timezone

import pytest
from attrs import evolve

from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.adapters.posthog.wire import BatchProtocol, EventProtocol, WireProtocol
from arcade_usage.demo.capture import FUTURE_LIMIT, read_events
from arcade_usage.demo.receiver import Receiver
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from tests.samples import ALICE, make_event, of

TOKEN = "phc_repeats"
LATE = datetime(2026, 3, 14, 23, 59, 50, tzinfo=timezone.utc)

OFFSETS = {  # of PostHog's clock against this machine's, at the first delivery and at the repeat
    "both right": (timedelta(0), timedelta(0)),
    "a minute later": (timedelta(0), timedelta(minutes=1)),
    "a day later": (timedelta(0), timedelta(days=1)),
    "set right in between": (timedelta(hours=-30), timedelta(0)),
    "set wrong in between": (timedelta(0), timedelta(hours=30)),
    "wrong twice": (timedelta(days=-200), timedelta(days=200)),
}


@pytest.fixture(params=[BatchProtocol(), EventProtocol()], ids=["batch", "event"])
def sink(request: pytest.FixtureRequest, receiver: Receiver) -> PostHogSink:
    protocol: WireProtocol = request.param
    return PostHogSink(Project(receiver.url, TOKEN), protocol=protocol)


def recorded(moment: datetime) -> Record:
    return evolve(of(ALICE), event=evolve(make_event(), timestamp=moment))


@pytest.mark.parametrize(("first", "repeat"), OFFSETS.values(), ids=OFFSETS)
def test_a_repeat_is_one_event_on_its_day(
    sink: PostHogSink, receiver: Receiver, first: timedelta, repeat: timedelta
) -> None:
    """Delivered twice, around a midnight or under clocks that differ by days: one event, on the day it was recorded."""
    for offset in (first, repeat):
        receiver.clock = lambda offset=offset: (datetime.now(timezone.utc) + offset).timestamp()  # type: ignore[misc]
        sink.capture([recorded(LATE)])
    assert [event.day for event in receiver.events(TOKEN)] == ["2026-03-14"]


def test_a_record_of_a_clock_far_ahead_gets_the_time_of_its_arrival(
    sink: PostHogSink, receiver: Receiver
) -> None:
    """What the library can't mend: more than 23 h ahead at PostHog is now, so that a repeat may count twice."""
    for day in (1, 2):
        receiver.clock = datetime(2026, 3, day, tzinfo=timezone.utc).timestamp
        sink.capture([recorded(LATE)])
    assert [event.day for event in receiver.events(TOKEN)] == ["2026-03-01", "2026-03-02"]


NOW = datetime(2026, 3, 15, 0, 0, 30, tzinfo=timezone.utc)

# What PostHog does: the time of an event, the time it was sent by the same clock, and the day that is stored.
CORRECTED: dict[str, tuple[str, str | None, dict[str, object], str]] = {
    "a right clock": ("2026-03-14T23:59:50+00:00", "2026-03-15T00:00:30+00:00", {}, "2026-03-14"),
    "a clock a day ahead": ("2026-03-15T23:59:50+00:00", "2026-03-16T00:00:30+00:00", {}, "2026-03-14"),
    "a clock a day behind": ("2026-03-13T23:59:50+00:00", "2026-03-14T00:00:30+00:00", {}, "2026-03-14"),
    "set between recording and sending": (
        "2026-03-14T23:59:50+00:00", "2026-03-14T12:00:30+00:00", {}, "2026-03-15",
    ),
    "the same, with the correction off": (
        "2026-03-14T23:59:50+00:00", "2026-03-14T12:00:30+00:00", {"$ignore_sent_at": True}, "2026-03-14",
    ),
    "off says true, and nothing else": (
        "2026-03-14T23:59:50+00:00", "2026-03-14T12:00:30+00:00", {"$ignore_sent_at": "true"}, "2026-03-15",
    ),
    "nothing to correct by": ("2026-03-14T23:59:50+00:00", None, {}, "2026-03-14"),
    "another time zone": ("2026-03-15T01:59:50+02:00", None, {}, "2026-03-14"),
    "23 hours ahead": ("2026-03-15T23:00:30+00:00", None, {}, "2026-03-15"),
    "more than 23 hours ahead": ("2026-03-16T00:00:30+00:00", None, {"$ignore_sent_at": True}, "2026-03-15"),
}  # fmt: skip


@pytest.mark.parametrize(("timestamp", "sent_at", "properties", "day"), CORRECTED.values(), ids=CORRECTED)
def test_the_day_that_is_stored(
    timestamp: str, sent_at: str | None, properties: dict[str, object], day: str
) -> None:
    """The receiver corrects times as PostHog does: timestamp - (sent_at - now), and at most 23 h ahead."""
    event = {
        "event": "ran",
        "distinct_id": "a",
        "uuid": "1",
        "timestamp": timestamp,
        "properties": properties,
    }
    (ingested,) = read_events("/batch/", {}, {"batch": [event], "sent_at": sent_at}, NOW)
    assert ingested.day == day
    assert timedelta(hours=23) == FUTURE_LIMIT
