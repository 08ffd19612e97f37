"""How an identity and its ledger change, independent of how the two files are read, written and locked.

Invariants: a change is decided on the state read under the lock. The ledger is written first: a process
killed in between leaves an inconsistent pair, which the next event detects and rotates.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from arcade_usage.adapters.storage.config_folder import LEDGER_FILE
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, NewerLedger
from arcade_usage.domain.ledger import Ledger

T = TypeVar("T")


class IdentityRules(ABC):
    """The rules of an identity store over two files; verification/interleavings runs them step by step."""

    @abstractmethod
    def current(self) -> IdentityState:
        """Reads both files."""

    @abstractmethod
    def write_ledger(self, ledger: Ledger, replaced: IdentityState) -> None:
        """Replaces the ledger. `replaced`: the state that was read."""

    @abstractmethod
    def write_identity(self, identity: Anonymous | Linked, replaced: IdentityState) -> None:
        """Replaces the identity. `replaced`: the state that was read."""

    def change_locked(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        """Reads, decides and writes the difference. Requires the identity lock.

        Raises NewerFormatError if a newer version wrote the ledger: its identity can't be judged, so no other
        one is created.
        """
        state = self.current()
        if isinstance(state.ledger, NewerLedger):
            raise NewerFormatError(LEDGER_FILE)
        changed, result = decide(state)
        self.write(state, changed)
        return result

    def write(self, state: IdentityState, changed: IdentityState) -> None:
        """Writes the difference between the two states."""
        if changed.ledger != state.ledger and isinstance(changed.ledger, Ledger):
            self.write_ledger(changed.ledger, state)
        if changed.identity != state.identity and isinstance(changed.identity, Anonymous | Linked):
            self.write_identity(changed.identity, state)
