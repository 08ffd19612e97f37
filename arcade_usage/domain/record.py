"""An event on its way: what the outbox keeps until PostHog has accepted it.

Owns the invariant that a record's verdict, once there, never changes.
"""

from attrs import evolve, frozen

from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.verdict import Attribution


class FrozenVerdictError(ValueError):
    """A record got its verdict before."""


@frozen
class Record:
    """One event with the snapshot that its verdict is made from, and the verdict once it is made.

    `machine`: the fingerprint of the installation that made it, which alone may judge it.
    """

    event: Event
    snapshot: Snapshot
    is_logout: bool = False
    attribution: Attribution | None = None
    machine: str = ""

    def is_foreign(self, here: str) -> bool:
        """Whether another installation has to judge it: that of a shared folder, or of the copied one."""
        return self.attribution is None and self.machine != here

    def attributed(self, attribution: Attribution) -> "Record":
        """With its verdict. Raises FrozenVerdictError where another one stands."""
        if self.attribution not in (None, attribution):
            raise FrozenVerdictError("a verdict never changes")
        return evolve(self, attribution=attribution)
