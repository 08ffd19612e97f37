"""Times, numbers and reasons in words."""

from datetime import datetime, timezone

from arcade_usage.domain.consent import OFF_BY_CHOICE

_UNITS = ((86_400.0, "day", "days"), (3_600.0, "h", "h"), (60.0, "min", "min"), (1.0, "s", "s"))

FOREIGN = "of another installation, which alone can tell whose"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def span(seconds: float) -> str:
    """A length of time, in its largest unit."""
    for size, one, many in _UNITS:
        if seconds >= size:
            number = int(seconds / size)
            return f"{number:,} {one if number == 1 else many}"
    return "a moment"


def ago(at: float, now: float) -> str:
    """When something was: how long ago, and in local time. What is from later than now has no length."""
    return f"{span(now - at)} ago ({local(at)})" if at <= now else local(at)


def ahead(at: float, now: float) -> str:
    return f"in {span(at - now)} ({local(at)})"


def local(at: float) -> str:
    """A moment as a clock on the wall shows it, to the minute."""
    return _moment(at).astimezone().strftime("%Y-%m-%d %H:%M")


def iso(at: float | None) -> str | None:
    """A moment for programs to read, in UTC."""
    return None if at is None else _moment(at).isoformat(timespec="seconds")


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)


def reasons(found: tuple[str, ...], off_files: tuple[tuple[str, bool], ...]) -> list[str]:
    """Why tracking is off, each reason in words; a stored choice with the file that it is."""
    told = []
    for reason in found:
        if reason == OFF_BY_CHOICE and off_files:
            told += [
                f"you turned it off ({path})" if readable else f"a stored choice can't be read ({path})"
                for path, readable in off_files
            ]
        else:
            told.append(reason)
    return told
