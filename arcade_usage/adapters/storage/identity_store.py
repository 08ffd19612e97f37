"""The identity store: usage.json and its ledger under a file lock.

Owns the invariants that both change under one lock, by the rules of identity_rules.py, and that others' keys
in usage.json stay.
"""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TypeVar

from attrs import define, field

from arcade_usage.adapters.files.locks import hold
from arcade_usage.adapters.files.owned_folder import open_folder, open_for_file
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import (
    EVIDENCE_FILES,
    EVIDENCE_FOLDER,
    IDENTITY_LOCK,
    LEDGER_FILE,
    USAGE_FILE,
    Layout,
    read_contents,
)
from arcade_usage.adapters.storage.identity_folder import set_aside
from arcade_usage.adapters.storage.identity_rules import IdentityRules
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.command.payload import Content, as_object
from arcade_usage.application.command.tracker import raised_by_signal_handler
from arcade_usage.application.errors import NewerFormatError, StoreBusyError, StoreError
from arcade_usage.application.ports import Installation
from arcade_usage.application.time_limits import IDENTITY_LOCK_SECONDS
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger
from arcade_usage.domain.ledger import Ledger

T = TypeVar("T")


@define(eq=False, repr=False)
class IdentityFiles(IdentityRules):
    """The identity store over the files of a config folder.

    `makes_folder`: `here` creates usage/, on which it depends; an older CLI did not create it.
    """

    layout: Layout
    installation: Installation
    makes_folder: bool = False
    _usage: Content = field(default=None, init=False)  # usage.json as it was read last
    _ledger: Content = field(default=None, init=False)  # the ledger as it was read last

    @property
    def here(self) -> str:
        if self.makes_folder:
            with suppress(OSError):  # writing a record will report the error
                self.layout.open_folder(make=True).close()
        return self.installation.fingerprint()

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        try:
            self.layout.open_folder(make=True).close()
            with hold(self.layout.identity_lock, IDENTITY_LOCK_SECONDS):
                self._sweep_old()
                return self.change_locked(decide)
        except TimeoutError as error:
            raise StoreBusyError("the identity is locked") from error
        except OSError as error:
            if raised_by_signal_handler(error):
                raise
            raise StoreError("the identity can't be changed") from error

    def erase(self) -> IdentityState:
        try:
            with ExitStack() as held:
                with suppress(OSError):  # busy, or unavailable
                    held.enter_context(hold(self.layout.identity_lock, IDENTITY_LOCK_SECONDS))
                state = self.current()
                if isinstance(state.ledger, NewerLedger):  # no id is erased that was not told
                    raise NewerFormatError(self.layout.ledger)
                self._erase(state)
                return state
        except OSError as error:
            raise StoreError("the identity can't be erased") from error

    def sweep(self) -> None:
        with (
            store_errors("remains of earlier files can't be erased"),
            suppress(FileNotFoundError),
            self.layout.open_folder() as ours,
            open_folder(self.layout.config_dir, 0) as around,
        ):
            for folder in (ours, around):
                folder.sweep(None)
            with suppress(FileNotFoundError), ours.open(EVIDENCE_FOLDER) as evidence:
                for name in EVIDENCE_FILES:
                    evidence.remove(name)
            with suppress(OSError):  # missing, or it contains foreign files
                ours.remove_folder(EVIDENCE_FOLDER)

    def _sweep_old(self) -> None:
        with self.layout.open_folder() as ours, open_folder(self.layout.config_dir, 0) as around:
            now = ours.clock(IDENTITY_LOCK)
            for folder in (ours, around):
                folder.sweep(now)

    def write_ledger(self, ledger: Ledger, replaced: IdentityState) -> None:
        with self.layout.open_folder(make=True) as folder:
            if isinstance(replaced.ledger, Malformed):
                set_aside(folder, LEDGER_FILE, folder)
            folder.replace(LEDGER_FILE, codec.write_ledger(ledger, as_object(self._ledger)))

    def write_identity(self, identity: Anonymous | Linked, replaced: IdentityState) -> None:
        with (
            self.layout.open_folder(make=True) as ours,
            open_for_file(self.layout.config_dir, USAGE_FILE) as (folder, name),
        ):
            if isinstance(replaced.identity, Malformed):
                set_aside(folder, name, ours)
            folder.replace(name, codec.write_identity(identity, as_object(self._usage)))

    def current(self) -> IdentityState:
        try:
            self._usage, self._ledger = read_contents(self.layout)
        except OSError as error:
            raise StoreError("the identity can't be read") from error
        return IdentityState(codec.read_identity(self._usage), codec.read_ledger(self._ledger))

    def _erase(self, state: IdentityState) -> None:
        """Identity first: a ledger that is left alone is not taken up, an identity would be."""
        if state.identity is not None:
            others = codec.without_identity(as_object(self._usage))
            with open_for_file(self.layout.config_dir, USAGE_FILE) as (folder, name):
                if others is None:
                    folder.remove(name)
                else:
                    folder.replace(name, others)
        if state.ledger is not None:
            with self.layout.open_folder() as folder:
                folder.remove(LEDGER_FILE)
