"""The identity store: usage.json, and the ledger beside it, under a file lock.

Owns the invariants that both change together under one lock, the ledger first, so that a kill in between
leaves a pair that does not agree, which the next event sees and starts over; and that keys of others in
usage.json stay.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TypeVar

from attrs import define

from arcade_usage.adapters import codec
from arcade_usage.adapters.config_folder import Layout, read_ledger_text, read_usage_text
from arcade_usage.adapters.writing import (
    PRIVATE_FILE,
    make_folder,
    read_files_clock,
    replace,
    sweep_temporaries,
)
from arcade_usage.application.errors import StoreBusyError, StoreError
from arcade_usage.application.ports import IDENTITY_LOCK_SECONDS, LOGOUT_LOCK_SECONDS
from arcade_usage.application.tracker import raised_by_signal_handler
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.known import Known, Malformed
from arcade_usage.domain.ledger import Ledger

T = TypeVar("T")


@define(eq=False, repr=False)
class IdentityFiles:
    """The identity store over the files of a config folder. `here` is this machine's fingerprint."""

    layout: Layout
    here: str

    def current(self) -> Known:
        return self._read()[0]

    def change(self, decide: Callable[[Known], tuple[Known, T]]) -> T:
        try:
            make_folder(self.layout.folder)
            with self._lock(IDENTITY_LOCK_SECONDS):
                self._sweep()
                return self._change(decide, durable=True)
        except TimeoutError as error:
            raise StoreBusyError("the identity is locked") from error
        except (OSError, NotImplementedError) as error:  # an older filelock says so where there are no locks
            raise StoreError("the identity can't be changed") from error

    def overrule(self, decide: Callable[[Known], tuple[Known, T]]) -> T:
        try:
            make_folder(self.layout.folder)
            with ExitStack() as held:
                try:
                    held.enter_context(self._lock(LOGOUT_LOCK_SECONDS))
                except (OSError, NotImplementedError) as error:  # busy, root's, or none on this file system
                    if raised_by_signal_handler(error):
                        raise
                # A busy disk may take seconds to say that it is done. Should the power fail before it is, the
                # old identity comes back without its credentials, and that is rotated away like any other.
                return self._change(decide, durable=False)
        except OSError as error:
            if raised_by_signal_handler(error):
                raise
            raise StoreError("the identity can't be changed") from error

    def _lock(self, seconds: float) -> AbstractContextManager[object]:
        """Raises TimeoutError after `seconds`, OSError, NotImplementedError."""
        from filelock import FileLock  # an event is written down before any lock is needed

        return FileLock(self.layout.identity_lock, mode=PRIVATE_FILE).acquire(timeout=seconds)

    def _sweep(self) -> None:
        now = read_files_clock(self.layout.identity_lock)
        for folder in (self.layout.config_dir, self.layout.folder):
            sweep_temporaries(folder, now)

    def _change(self, decide: Callable[[Known], tuple[Known, T]], *, durable: bool) -> T:
        known, usage = self._read()
        changed, result = decide(known)
        if changed.ledger != known.ledger and isinstance(changed.ledger, Ledger):
            if isinstance(known.ledger, Malformed):
                self._set_aside(self.layout.ledger)
            replace(self.layout.ledger, codec.write_ledger(changed.ledger), durable=durable)
        if changed.identity != known.identity and isinstance(changed.identity, Anonymous | Linked):
            if isinstance(known.identity, Malformed):
                self._set_aside(self.layout.usage_json)
            content = codec.write_identity(changed.identity, _extras(usage))
            replace(self.layout.usage_json, content, durable=durable)
        if changed == Known(None, None):
            self._erase(known, usage)
        return result

    def _read(self) -> tuple[Known, str | None]:
        try:
            usage, ledger = read_usage_text(self.layout), read_ledger_text(self.layout)
        except OSError as error:
            raise StoreError("the identity can't be read") from error
        return Known(codec.read_identity(usage), codec.read_ledger(ledger)), usage

    def _erase(self, known: Known, usage: str | None) -> None:
        """Identity first: a ledger that is left alone is not taken up, an identity would be."""
        if known.identity is not None:
            others = codec.without_identity(_extras(usage))
            if others is None:
                os.unlink(self.layout.usage_json)
            else:
                replace(self.layout.usage_json, others)
        if known.ledger is not None:
            os.unlink(self.layout.ledger)

    def _set_aside(self, path: str) -> None:
        """Keep what is malformed as evidence; the last one of a kind, so that it can't pile up."""
        make_folder(self.layout.evidence)
        kept = os.path.join(self.layout.evidence, os.path.basename(path))
        with suppress(OSError):
            os.unlink(kept)
        try:
            os.replace(path, kept)
        except OSError:  # a folder lies in the place of the last evidence
            os.replace(path, f"{kept}-{os.urandom(8).hex()}")


def _extras(usage: str | None) -> dict[str, object]:
    try:
        return codec.load_object(usage or "")
    except codec.MalformedError:
        return {}
