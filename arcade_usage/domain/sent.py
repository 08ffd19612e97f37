"""What was sent, as it is kept for whoever wants to see it.

Owns the invariant that kept copies stay within their bounds, the oldest going first.
"""

from collections.abc import Mapping, Sequence

from attrs import frozen

from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS

COPIES_LIMIT = 500  # messages of one sink
COPIES_BYTES_LIMIT = 1024 * 1024


@frozen
class Sent:
    """A message that PostHog accepted, as it was on the wire; `at`: when (Unix seconds)."""

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
        """The principal, where the message is the alias that links its distinct id to them."""
        return str(self.properties.get("alias", "")) if self.name == ALIAS_EVENT else None

    @property
    def anonymous(self) -> bool:
        """Whether the distinct id is a random one, not a principal's."""
        return self.linked_to is not None or self.properties.get(PERSONLESS) is False


def newest(lines: Sequence[bytes]) -> Sequence[bytes]:
    """The last of the lines that are within the bounds of one sink; a line's end counts as a byte."""
    size, kept = 0, 0
    for line in reversed(lines[-COPIES_LIMIT:]):
        size += len(line) + 1
        if size > COPIES_BYTES_LIMIT:
            break
        kept += 1
    return lines[len(lines) - kept :]
