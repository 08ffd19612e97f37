"""Copies of sent messages, kept for `log`, `stats`, `view` and `forget`.

Invariant: the copies stay within their limits; the oldest are dropped first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS
from arcade_usage.domain.properties import FAILED, SUCCEEDED

COPIES_BYTES_LIMIT = 2 * 1024 * 1024  # bytes per project
COPIES_SECONDS_LIMIT = 90 * 86_400.0  # age of a copy, checked when another one is added
PART_BYTES_LIMIT = 128 * 1024  # bytes of one part: how much an added copy rewrites
PART_COPIES_LIMIT = 250  # copies in one part; earlier versions drop lines of the newest part beyond 500

_LONGEST = 1e15  # ms; no command takes so long, and a larger integer is no float
_LATEST = 1e10  # Unix seconds: a year that every calendar and time zone has


@frozen
class Sent:
    """A message that PostHog accepted, or would get, in its wire format; `at`: Unix seconds.

    alias_keeps_anonymous: whether it is an earlier version's alias, whose distinct id is the anonymous id.
    is_local: whether it was recorded on this machine and not sent; `at` is then when it was recorded.
    """

    at: float
    message: Mapping[str, object]
    alias_keeps_anonymous: bool = False
    is_local: bool = False

    @property
    def name(self) -> str:
        return str(self.message.get("event", ""))

    @property
    def distinct_id(self) -> str:
        return str(self.message.get("distinct_id", ""))

    @property
    def properties(self) -> Mapping[str, object]:
        properties = self.message.get("properties")
        return properties if isinstance(properties, Mapping) else {}

    @property
    def command_name(self) -> str | None:
        """The command's dotted path; None for other messages."""
        name = self.properties.get("command_name")
        return str(name) if name else None

    @property
    def is_command(self) -> bool:
        """Whether it is the event of a command, not an alias and not a server's event."""
        return self.name in (SUCCEEDED, FAILED)

    @property
    def duration_ms(self) -> float | None:
        """How long a command took; None if the message does not say, or names no such time."""
        took = self.properties.get("duration_ms")
        is_number = isinstance(took, int | float) and not isinstance(took, bool)
        return took if is_number and abs(took) < _LONGEST else None  # type: ignore[arg-type, return-value]

    @property
    def ended_at(self) -> float:
        """When it happened (Unix seconds); if the message does not say, when PostHog accepted it."""
        try:
            moment = datetime.fromisoformat(str(self.message.get("timestamp")))
            seconds = moment.timestamp() if moment.tzinfo is not None else self.at
        except (OverflowError, ValueError):
            return self.at
        return seconds if 0.0 <= seconds < _LATEST else self.at

    @property
    def failed(self) -> bool:
        """Whether a command failed."""
        return self.name == FAILED

    def is_of(self, command: str) -> bool:
        """Whether it is of this command, or of one below this group; by dotted path."""
        return is_below(self.command_name or "", command)

    @property
    def link(self) -> tuple[str, str] | None:
        """The anonymous id and the principal that an alias joins; None for other messages."""
        if self.name != ALIAS_EVENT:
            return None
        kept, attached = self.distinct_id, str(self.properties.get("alias", ""))
        return (kept, attached) if self.alias_keeps_anonymous else (attached, kept)

    @property
    def anonymous(self) -> bool:
        """Whether the distinct id is a random id, not a principal's."""
        return self.alias_keeps_anonymous or self.properties.get(PERSONLESS) is False


def is_below(name: str, command: str) -> bool:
    """Whether a command's dotted path is this one, or below this group."""
    return f"{name}.".startswith(f"{command}.")


@frozen
class Part:
    """Copies that no longer change, in a file of their own. `since`: when the oldest was accepted."""

    number: int
    size: int  # bytes
    since: float  # Unix seconds


def divide(lines: Sequence[bytes]) -> Sequence[Sequence[bytes]]:
    """The lines in parts within the limits of a part, the last one not full; a too large line is left out."""
    parts: list[list[bytes]] = [[]]
    size = 0
    for line in lines:
        if len(line) < PART_BYTES_LIMIT:
            size += len(line) + 1  # its terminator
            if size > PART_BYTES_LIMIT or len(parts[-1]) == PART_COPIES_LIMIT:
                parts.append([])
                size = len(line) + 1
            parts[-1].append(line)
    return parts


def newest(parts: Sequence[Part], room: int) -> Sequence[Part]:
    """The newest parts that fit into `room` bytes together."""
    kept = 0
    for part in reversed(parts):
        room -= part.size
        if room < 0:
            break
        kept += 1
    return parts[len(parts) - kept :]
