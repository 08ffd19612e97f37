"""Between a server's tracker and the background that delivers: what is queued, and what a round is.

Runs on the host's threads too: no vendor is imported here.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from arcade_usage.application.attempt import Attempt


class QueuedEvent(NamedTuple):
    """An event in the queue. `properties`: JSON. `seen`: the last snapshot taken before it was captured."""

    name: str
    at: float
    properties: str
    seen: Mapping[str, object] | None

    @property
    def size(self) -> int:
        return len(self.name) + len(self.properties)


class Worker(Protocol):
    """A protocol: what the background does with events, a round at a time. It may block, and it may raise."""

    @property
    def lost(self) -> int:
        """How many events came here and could not be kept."""

    def keep(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        """Write events down; returns the snapshot that was taken for it, to be the next events' `seen`."""

    def send(self, lost_before: int) -> Attempt:
        """Send what is due. `lost_before`: how many events never came here."""
