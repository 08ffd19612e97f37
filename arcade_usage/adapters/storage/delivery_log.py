"""The delivery log: a JSON file that senders replace, and a file with a letter for each loss of the others.

Appending needs no lock, so a process that is not the sender can count what it drops.
"""

from collections.abc import Sequence
from contextlib import suppress

from attrs import frozen

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.record_files import LOGBOOK_FILE, LOGBOOK_LIMIT
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import Losses, LossReason

TALLY_FILE = "dropped"  # a letter for each event that was dropped without the sender lock
TALLY_LIMIT = 256 * 1024  # events that are counted in it

_LETTERS = {LossReason.TOO_MANY: b"m", LossReason.TOO_LARGE: b"l", LossReason.TOO_OLD: b"o"}


@frozen(eq=False, repr=False)
class FileDeliveryLog:
    """The delivery log over two files of the outbox at `folder`."""

    folder: str

    def read(self) -> Logbook:
        try:
            with self._open() as folder:
                content = folder.read(LOGBOOK_FILE, LOGBOOK_LIMIT)
            return Logbook() if content is None else codec.read_logbook(content)
        except (OSError, codec.MalformedError):
            return Logbook()

    def write(self, logbook: Logbook) -> None:
        with store_errors("the logbook can't be written"), self._open() as folder:
            folder.replace(LOGBOOK_FILE, codec.write_logbook(logbook), durable=False)

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        letters = b"".join(_LETTERS[reason] for reason in reasons)
        with store_errors("a loss can't be counted"), self._open() as folder:
            folder.append(TALLY_FILE, letters, TALLY_LIMIT)

    def losses(self) -> Losses:
        losses, letters = self.read().losses, b""
        with suppress(OSError), self._open() as folder:
            letters = folder.read(TALLY_FILE, 2 * TALLY_LIMIT) or b""
        for reason, letter in _LETTERS.items():
            losses = losses.plus(reason, letters.count(letter))
        return losses

    def clear(self) -> None:
        self.write(Logbook())
        with store_errors("the counts of lost events can't be erased"), self._open() as folder:
            folder.remove(TALLY_FILE)

    def _open(self) -> OwnedFolder:
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH)
