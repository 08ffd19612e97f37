"""The identity store: usage.json, and the ledger beside it, under a file lock.

Owns the invariants that both change together under one lock, the ledger first, so that a kill in between
leaves a pair that does not agree, which the next event sees and starts over; and that keys of others in
usage.json stay.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TypeVar

from attrs import define

from arcade_usage.adapters.files.locks import hold
from arcade_usage.adapters.files.owned_folder import open_folder, open_for_file
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import (
    IDENTITY_LOCK,
    LEDGER_FILE,
    USAGE_FILE,
    Layout,
    read_texts,
    set_aside,
)
from arcade_usage.application.command.tracker import raised_by_signal_handler
from arcade_usage.application.errors import StoreBusyError, StoreError
from arcade_usage.application.ports import IDENTITY_LOCK_SECONDS
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed
from arcade_usage.domain.ledger import Ledger

T = TypeVar("T")


@define(eq=False, repr=False)
class IdentityFiles:
    """The identity store over the files of a config folder. `find_here`: gives this installation's `here`."""

    layout: Layout
    find_here: Callable[[], str]

    @property
    def here(self) -> str:
        return self.find_here()

    def current(self) -> IdentityState:
        return self._read()[0]

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        try:
            self.layout.open_folder(make=True).close()
            with self._lock(IDENTITY_LOCK_SECONDS):
                self._sweep()
                return self._change(decide)
        except TimeoutError as error:
            raise StoreBusyError("the identity is locked") from error
        except OSError as error:
            if raised_by_signal_handler(error):
                raise
            raise StoreError("the identity can't be changed") from error

    def erase(self) -> IdentityState:
        try:
            with ExitStack() as held:
                with suppress(OSError):  # busy, or none is to be had
                    held.enter_context(self._lock(IDENTITY_LOCK_SECONDS))
                return self._change(lambda state: (IdentityState(None, None), state))
        except OSError as error:
            raise StoreError("the identity can't be erased") from error

    def _lock(self, seconds: float) -> AbstractContextManager[object]:
        """Raises TimeoutError after `seconds`, OSError."""
        return hold(self.layout.identity_lock, seconds)

    def _sweep(self) -> None:
        with self.layout.open_folder() as ours, open_folder(self.layout.config_dir, 0) as around:
            now = ours.clock(IDENTITY_LOCK)
            for folder in (ours, around):
                folder.sweep(now)

    def _change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        state, usage = self._read()
        changed, result = decide(state)
        if changed.ledger != state.ledger and isinstance(changed.ledger, Ledger):
            with self.layout.open_folder(make=True) as folder:
                if isinstance(state.ledger, Malformed):
                    set_aside(folder, LEDGER_FILE, folder)
                folder.replace(LEDGER_FILE, codec.write_ledger(changed.ledger))
        if changed.identity != state.identity and isinstance(changed.identity, Anonymous | Linked):
            content = codec.write_identity(changed.identity, _extras(usage))
            with (
                self.layout.open_folder(make=True) as ours,
                open_for_file(self.layout.config_dir, USAGE_FILE) as (folder, name),
            ):
                if isinstance(state.identity, Malformed):
                    set_aside(folder, name, ours)
                folder.replace(name, content)
        if changed == IdentityState(None, None):
            self._erase(state, usage)
        return result

    def _read(self) -> tuple[IdentityState, str | None]:
        try:
            usage, ledger = read_texts(self.layout)
        except OSError as error:
            raise StoreError("the identity can't be read") from error
        return IdentityState(codec.read_identity(usage), codec.read_ledger(ledger)), usage

    def _erase(self, state: IdentityState, usage: str | None) -> None:
        """Identity first: a ledger that is left alone is not taken up, an identity would be."""
        if state.identity is not None:
            others = codec.without_identity(_extras(usage))
            with open_for_file(self.layout.config_dir, USAGE_FILE) as (folder, name):
                if others is None:
                    folder.remove(name)
                else:
                    folder.replace(name, others)
        if state.ledger is not None:
            with self.layout.open_folder() as folder:
                folder.remove(LEDGER_FILE)


def _extras(usage: str | None) -> dict[str, object]:
    try:
        return codec.load_object(usage or "")
    except codec.MalformedError:
        return {}
