"""The counts of one day: a JSON file of the outbox. Only the sender writes it."""

import os
from contextlib import suppress

from attrs import define, field

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.record_files import COUNTS_FILE, COUNTS_LIMIT, COUNTS_VERSION
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.daily_limit import DailyCount


@define(eq=False, repr=False)
class FileCountStore:
    """The count store over a file of the outbox at `folder`."""

    folder: str
    _last_read: dict[str, object] = field(factory=dict, init=False)  # a write keeps its unknown fields

    def read(self) -> DailyCount:
        self._last_read = {}
        content = None
        with store_errors("the counts can't be read"), suppress(FileNotFoundError), self._open() as folder:
            content = folder.read(COUNTS_FILE, COUNTS_LIMIT)
        return DailyCount() if content is None else self._parse(content)

    def write(self, count: DailyCount, *, durable: bool) -> None:
        content = codec.dump(self._last_read, COUNTS_VERSION, count)
        with store_errors("the counts can't be written"), self._open() as folder:
            folder.replace(COUNTS_FILE, content, durable=durable)

    def clear(self) -> None:
        with store_errors("the counts can't be erased"), suppress(FileNotFoundError), self._open() as folder:
            folder.remove(COUNTS_FILE)
        self._last_read = {}

    def _parse(self, content: bytes) -> DailyCount:
        """Raises NewerFormatError. A malformed file is empty, and replaced by the next write."""
        try:
            loaded = codec.load_version(content, COUNTS_VERSION)
            count = codec.structure(loaded, DailyCount)
        except codec.NewerVersionError:
            raise NewerFormatError(os.path.join(self.folder, COUNTS_FILE)) from None
        except codec.MalformedError:
            return DailyCount()
        self._last_read = loaded
        return count

    def _open(self) -> OwnedFolder:
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH)
