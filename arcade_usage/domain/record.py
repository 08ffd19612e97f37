"""A record of the outbox: an event until PostHog has accepted it.

Invariant: the verdict in a record never changes.
"""

from attrs import evolve, frozen

from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.verdict import Attribution


class FrozenVerdictError(ValueError):
    """The record already has another verdict."""


@frozen
class Record:
    """One event, the snapshot that its verdict depends on, and the verdict once decided.

    `machine`: fingerprint of the installation that made the record; only that installation may judge it.
    `is_refresh`: the credentials were replaced around the event; the snapshot is the one from afterwards.
    `daily_limit`: the events of a day that are sent before a success is only counted; None: no limit.
    """

    event: Event
    snapshot: Snapshot
    is_logout: bool = False
    attribution: Attribution | None = None
    machine: str = ""
    is_refresh: bool = False
    daily_limit: int | None = None  # earlier versions do not store it

    def is_foreign(self, here: str) -> bool:
        """Whether another installation has to judge it, because the folder is shared or copied."""
        return self.attribution is None and self.machine != here

    def attributed(self, attribution: Attribution) -> "Record":
        """With the verdict. Raises FrozenVerdictError if there is another one."""
        if self.attribution not in (None, attribution):
            raise FrozenVerdictError("a verdict never changes")
        return evolve(self, attribution=attribution)
