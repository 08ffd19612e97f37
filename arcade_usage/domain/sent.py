"""Copies of sent messages, kept for the `show` command.

Invariant: the copies stay within their limits; the oldest are dropped first.
"""

from collections.abc import Mapping, Sequence

from attrs import frozen

from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS

COPIES_LIMIT = 500  # messages per project
COPIES_BYTES_LIMIT = 1024 * 1024


@frozen
class Sent:
    """A message that PostHog accepted, in its wire format; `at`: Unix seconds."""

    at: float
    message: Mapping[str, object]

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
    def linked_to(self) -> str | None:
        """The principal that an alias message links its distinct id to; None for other messages."""
        return str(self.properties.get("alias", "")) if self.name == ALIAS_EVENT else None

    @property
    def anonymous(self) -> bool:
        """Whether the distinct id is a random id, not a principal's."""
        return self.linked_to is not None or self.properties.get(PERSONLESS) is False


def newest(lines: Sequence[bytes]) -> Sequence[bytes]:
    """The newest lines within one project's limits; a line's terminator counts as one byte."""
    size, kept = 0, 0
    for line in reversed(lines[-COPIES_LIMIT:]):
        size += len(line) + 1
        if size > COPIES_BYTES_LIMIT:
            break
        kept += 1
    return lines[len(lines) - kept :]
