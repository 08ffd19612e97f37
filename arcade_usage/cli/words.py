"""Formats times, numbers and reasons for people."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone

from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.consent import OFF_BY_LOCAL
from arcade_usage.domain.retention import LossReason

_SPAN = re.compile(r"([0-9]{1,9}) ?([smhd])")
_SPAN_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_UNITS = ((86_400.0, "day", "days"), (3_600.0, "h", "h"), (60.0, "min", "min"), (1.0, "s", "s"))

FOREIGN = "of another installation, which has to attribute them itself"


def count(number: int, noun: str) -> str:
    """A number with its noun, which gets a plural "s"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def tracking(reasons: Sequence[Reason]) -> str:
    """Whether tracking is on, local or off, by everything that keeps events from being sent."""
    identifiers = {reason.identifier for reason in reasons}
    return "on" if not identifiers else "local" if identifiers == {OFF_BY_LOCAL} else "off"


def every_tool(config_dir: str, tools: Sequence[str]) -> str:
    """What a command that changes the config folder acts on, with the tools that are known."""
    return f"every tool that uses {config_dir}" + (f": {', '.join(tools)}" if tools else "")


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


def local(at: float, *, seconds: bool = False) -> str:
    """A time in the local time zone, to the minute or to the second."""
    return _moment(at).astimezone().strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def local_date(at: float) -> date:
    """The date of a time in the local time zone."""
    return _moment(at).astimezone().date()


def milliseconds(duration: float | None) -> str:
    """A duration, in seconds from 10 s on; nothing for None."""
    if duration is None:
        return ""
    return f"{duration:,.0f} ms" if duration < 10_000 else f"{duration / 1000:,.1f} s"


def parse_moment(text: str, now: float) -> float:
    """A Unix time: a span before `now`, such as 30m, 2h or 3d, or an ISO date or time. Raises ValueError.

    A time without a zone is local.
    """
    if found := _SPAN.fullmatch(text.strip()):
        return now - int(found[1]) * _SPAN_SECONDS[found[2]]
    try:
        return datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except OverflowError as error:
        raise ValueError("a time outside the calendar") from error


def iso(at: float | None) -> str | None:
    """A time in ISO 8601, in UTC."""
    return None if at is None else _moment(at).isoformat(timespec="seconds")


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)


def loss(reason: str) -> str:
    """The reason for which events were dropped; a reason of another version as it is stored."""
    return next((known.text for known in LossReason if known == reason), reason)


def failure(properties: Mapping[str, object]) -> str:
    """How a command failed, as in "exit 3" and "error: no such toolkit"; empty for a success."""
    outcome, code = properties.get("outcome"), properties.get("exit_code")
    how = f"{outcome} {code}" if outcome == "exit" and code is not None else outcome
    return ": ".join(str(each) for each in (how, properties.get("error_message")) if each)
