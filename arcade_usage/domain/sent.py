"""Copies of sent messages, kept for `log` and `forget`.

Invariant: the copies stay within their limits; the oldest are dropped first.
"""

from collections.abc import Mapping, Sequence

from attrs import frozen

from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS
from arcade_usage.domain.properties import FAILED

COPIES_LIMIT = 500  # messages per project
COPIES_BYTES_LIMIT = 1024 * 1024


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
    def failed(self) -> bool:
        """Whether a command failed."""
        return self.name == FAILED

    def is_of(self, command: str) -> bool:
        """Whether it is of this command, or of one below this group; by dotted path."""
        return f"{self.command_name or ''}.".startswith(f"{command}.")

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


def newest(lines: Sequence[bytes]) -> Sequence[bytes]:
    """The newest lines within one project's limits; a line's terminator counts as one byte."""
    size, kept = 0, 0
    for line in reversed(lines[-COPIES_LIMIT:]):
        size += len(line) + 1
        if size > COPIES_BYTES_LIMIT:
            break
        kept += 1
    return lines[len(lines) - kept :]
