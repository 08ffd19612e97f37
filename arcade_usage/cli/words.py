"""Formats times, numbers and reasons for people."""

from datetime import datetime, timezone

from arcade_usage.domain.retention import LossReason

_UNITS = ((86_400.0, "day", "days"), (3_600.0, "h", "h"), (60.0, "min", "min"), (1.0, "s", "s"))

FOREIGN = "of another installation, which has to attribute them itself"


def count(number: int, noun: str) -> str:
    """A number with its noun, which gets a plural "s"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def span(seconds: float) -> str:
    """A duration, rounded down to its largest unit."""
    for size, one, many in _UNITS:
        if seconds >= size:
            number = int(seconds / size)
            return f"{number:,} {one if number == 1 else many}"
    return "a moment"


def ago(at: float, now: float) -> str:
    """A past time: how long ago, and in local time. A time in the future is shown without a duration."""
    return f"{span(now - at)} ago ({local(at)})" if at <= now else local(at)


def ahead(at: float, now: float) -> str:
    """A future time: in how long, and in local time."""
    return f"in {span(at - now)} ({local(at)})"


def local(at: float) -> str:
    """A time in the local time zone, to the minute."""
    return _moment(at).astimezone().strftime("%Y-%m-%d %H:%M")


def iso(at: float | None) -> str | None:
    """A time in ISO 8601, in UTC."""
    return None if at is None else _moment(at).isoformat(timespec="seconds")


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)


def loss(reason: str) -> str:
    """The reason for which events were dropped; a reason of another version as it is stored."""
    return LossReason(reason).text if reason in set(LossReason) else reason
