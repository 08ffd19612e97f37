"""The delivery log: a JSON file that senders replace, and a file with a letter for each loss of the others.

Appending needs no lock, so a process that is not the sender can count what it drops.
"""

import os
from collections.abc import Sequence
from contextlib import suppress

from attrs import define, field

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.record_files import LOGBOOK_FILE, LOGBOOK_LIMIT, LOGBOOK_VERSION
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.command.payload import is_newer
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import Losses, LossReason

TALLY_FILE = "dropped"  # a letter for each event that was dropped without the sender lock
TALLY_LIMIT = 256 * 1024  # events that are counted in it
_SECONDS_LIMIT = 9_999_999_999  # of the ten digits in a record's name

_LETTERS = {LossReason.TOO_MANY: b"m", LossReason.TOO_LARGE: b"l", LossReason.TOO_OLD: b"o"}


@define(eq=False, repr=False)
class FileDeliveryLog:
    """The delivery log over two files of the outbox at `folder`."""

    folder: str
    _last_read: dict[str, object] | None = field(default=None, init=False)  # a write keeps its unknown fields

    def read(self) -> Logbook:
        try:
            content = self._content()
            self._last_read = {} if content is None else codec.load_object(content)
            return Logbook() if content is None else codec.read_logbook(content)
        except codec.NewerVersionError:
            self._last_read = None  # a write must find it
            raise NewerFormatError(self._path) from None
        except (OSError, codec.MalformedError):
            self._last_read = {}
            return Logbook()

    def write(self, logbook: Logbook) -> None:
        self._replace(logbook, self._loaded() if self._last_read is None else self._last_read)

    def observed_seconds(self) -> int:
        """The observed time, for the names of records; also from a newer version's logbook."""
        try:
            return int(self.read().observed.seconds)
        except NewerFormatError:
            with suppress(OSError, ValueError, KeyError, TypeError):
                observed = codec.load_object(self._content() or b"")["observed"]
                return min(max(0, int(observed["seconds"])), _SECONDS_LIMIT)
        return 0

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        letters = b"".join(_LETTERS[reason] for reason in reasons)
        with store_errors("a loss can't be counted"), self._open() as folder:
            folder.append(TALLY_FILE, letters, TALLY_LIMIT)

    def losses(self) -> Losses:
        losses, letters = Losses(), b""
        with suppress(NewerFormatError):
            losses = self.read().losses
        with suppress(OSError), self._open() as folder:
            letters = folder.read(TALLY_FILE, 2 * TALLY_LIMIT) or b""
        for reason, letter in _LETTERS.items():
            losses = losses.plus(reason, letters.count(letter))
        return losses

    def clear(self) -> None:
        self._loaded()
        self._replace(Logbook(), {})
        self._last_read = None
        with store_errors("the counts of lost events can't be erased"), self._open() as folder:
            folder.remove(TALLY_FILE)

    @property
    def _path(self) -> str:
        return os.path.join(self.folder, LOGBOOK_FILE)

    def _content(self) -> bytes | None:
        """Raises OSError."""
        with self._open() as folder:
            return folder.read(LOGBOOK_FILE, LOGBOOK_LIMIT)

    def _loaded(self) -> dict[str, object]:
        """The logbook that is about to be replaced, as JSON. Raises NewerFormatError: that one stays."""
        with suppress(OSError, codec.MalformedError):
            content = codec.load_object(self._content() or b"")
            if is_newer(content, LOGBOOK_VERSION):
                raise NewerFormatError(self._path)
            return content
        return {}

    def _replace(self, logbook: Logbook, replaced: dict[str, object]) -> None:
        with store_errors("the logbook can't be written"), self._open() as folder:
            folder.replace(LOGBOOK_FILE, codec.write_logbook(logbook, replaced), durable=False)

    def _open(self) -> OwnedFolder:
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH)
