"""How PostHog reads a request with events: both protocols, and the day that it stores for each event."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from arcade_usage.domain.persons import PERSONLESS, IngestedEvent

BATCH_PATH = "/batch/"
EVENTS_PATH = "/i/v1/analytics/events"
PATHS = (BATCH_PATH, EVENTS_PATH)

FUTURE_LIMIT = timedelta(hours=23)  # an event that is further ahead of the server's clock gets its time

_SETTINGS = {"disable_skew_correction": "$ignore_sent_at", "process_person_profile": PERSONLESS}


def token_of(path: str, headers: Mapping[str, str], content: Mapping[str, Any]) -> str:
    """The project token of a request."""
    token: str = content["api_key"] if path == BATCH_PATH else headers["authorization"]
    return token.removeprefix("Bearer ")


def read_events(
    path: str, headers: Mapping[str, str], content: Mapping[str, Any], now: datetime
) -> Iterator[IngestedEvent]:
    """The events of a request that arrived at `now`, as PostHog stores them."""
    sent_at = content.get("sent_at") if path == BATCH_PATH else headers["posthog-request-timestamp"]
    for event in content["batch"]:
        properties = dict(event["properties"])
        for option, value in event.get("options", {}).items():
            properties[_SETTINGS[option]] = value
        ignores = properties.get("$ignore_sent_at") is True
        moment = _correct(datetime.fromisoformat(event["timestamp"]), None if ignores else sent_at, now)
        yield IngestedEvent(
            event["event"], event["distinct_id"], event["uuid"], moment.date().isoformat(), properties
        )


def _correct(timestamp: datetime, sent_at: str | None, now: datetime) -> datetime:
    """The time that PostHog stores: without the error of the sender's clock, as that clock said `sent_at`."""
    if sent_at is not None:
        timestamp -= datetime.fromisoformat(sent_at) - now
    return (now if timestamp - now > FUTURE_LIMIT else timestamp).astimezone(timezone.utc)
