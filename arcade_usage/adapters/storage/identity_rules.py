"""How an identity and its ledger change, whatever reads, writes and locks the two files.

Owns the invariants that a change is decided on what is read under the lock, and that the ledger is written
first: a kill in between leaves a pair that does not agree, which the next event sees and starts over.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger

T = TypeVar("T")


class IdentityRules(ABC):
    """The rules of an identity store over two files; tests/interleavings runs them step by step."""

    @abstractmethod
    def current(self) -> IdentityState:
        """Read both files."""

    @abstractmethod
    def write_ledger(self, ledger: Ledger, replaced: IdentityState) -> None:
        """Replace the ledger. `replaced`: what was read."""

    @abstractmethod
    def write_identity(self, identity: Anonymous | Linked, replaced: IdentityState) -> None:
        """Replace the identity. `replaced`: what was read."""

    def change_locked(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        """Read, decide, and write what differs. Only under the identity lock."""
        state = self.current()
        changed, result = decide(state)
        self.write(state, changed)
        return result

    def write(self, state: IdentityState, changed: IdentityState) -> None:
        """Write what differs."""
        if changed.ledger != state.ledger and isinstance(changed.ledger, Ledger):
            self.write_ledger(changed.ledger, state)
        if changed.identity != state.identity and isinstance(changed.identity, Anonymous | Linked):
            self.write_identity(changed.identity, state)
