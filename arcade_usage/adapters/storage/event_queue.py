"""The event queue: one file for each event in a folder of its project, until PostHog has accepted it.

Owns the invariant that a record is on disk, whole, when `add` returns.
"""

import errno
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from attrs import define, field

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.delivery_log import FileDeliveryLog
from arcade_usage.adapters.storage.record_files import PROJECT_FILE, RECORD_ENDING, record_name
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Waiting

RECORD_LIMIT = 64 * 1024  # bytes of one record
SCAN_LIMIT = 5000  # records that one look at the folder takes in

EVENT_NAME = re.compile(r"\d{15}-\d{10}-[0-9a-f-]{36}\.event\.json")


@define(eq=False, repr=False)
class FolderEventQueue:
    """The event queue over a folder. Its project lies beside the records: the folder alone is enough to send.

    `project`: None where only the records that lie there already are of interest. `durable`: adding waits for
    the disk, so that a record outlasts a power cut, not only its process. `log`: tells the observed time when
    a record comes.
    """

    folder: str
    project: Project | None
    durable: bool
    log: FileDeliveryLog
    _names: dict[str, str] = field(factory=dict, init=False)  # of records that were added or seen, by uuid
    _added: set[str] = field(factory=set, init=False)  # names of records that were added, and not removed
    _settled: dict[str, Record] = field(factory=dict, init=False)  # of those, with a verdict: it is for good
    _since: int | None = field(default=None, init=False)  # the observed time, as of the first that was added

    def forget_seen(self) -> None:
        self._names, self._added, self._settled, self._since = {}, set(), {}, None

    def add(self, record: Record) -> None:
        if self.project is None:
            raise StoreError("an outbox without a sink takes nothing")
        content = codec.write_record(record)
        with store_errors("a record can't be written"):
            if self._since is None:
                self._since = int(self.log.read().observed.seconds)
            fresh = record_name(record.event.timestamp.timestamp(), self._since, record.event.uuid)
            name = self._names.setdefault(record.event.uuid, fresh)
            with self._open(make=True) as folder:
                with suppress(NotOwnedError):  # a flush is all that needs it
                    if folder.status(PROJECT_FILE) is None:
                        folder.create_first(PROJECT_FILE, codec.write_project(self.project), durable=False)
                folder.replace(name, content, durable=self.durable)
        self._added.add(name)
        if record.attribution is not None:
            self._settled[name] = record

    def freeze(self, record: Record) -> None:
        with store_errors("a verdict can't be written"):
            name = self._name(record)
            with self._open() as folder:
                if folder.status(name) is None:  # a record that was purged must not come back
                    raise FileNotFoundError(errno.ENOENT, "the record was removed", folder.path_of(name))
                folder.replace(name, codec.write_record(record))

    def pending(self) -> Sequence[Record]:
        with store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            names = set(_records(folder))
            state = {name: self._settled[name] for name in names & self._settled.keys()}
            # A look at an overfull folder may miss what was added here.
            found = (state.get(name) or self._read(folder, name) for name in sorted(names | self._added))
            return [record for record in found if record is not None]
        return []

    def waiting(self) -> Sequence[Waiting]:
        with store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            return [
                Waiting(name, size, since=float(name.split("-", 2)[1]))
                for name, size in sorted(_records(folder).items())
            ]
        return []

    def remove(self, records: Sequence[Record]) -> int:
        with store_errors("a record can't be removed"):
            names = [self._name(record) for record in records]
            with suppress(FileNotFoundError), self._open() as folder:
                return sum(self._remove(folder, name) for name in names)
        return 0

    def discard(self, waiting: Iterable[Waiting]) -> Sequence[Waiting]:
        with store_errors("a record can't be removed"), suppress(FileNotFoundError), self._open() as folder:
            # Of processes that do this at the same time, one removes a file.
            return [each for each in waiting if self._remove(folder, each.name)]
        return []

    def purge(self) -> int:
        purged = 0
        with store_errors("the outbox can't be purged"), suppress(FileNotFoundError), self._open() as folder:
            folder.sweep(None)
            while names := list(_records(folder)):
                for name in names:
                    self._remove(folder, name)
                purged += len(names)
        return purged

    def _open(self, *, make: bool = False) -> OwnedFolder:
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH, make=make)

    def _name(self, record: Record) -> str:
        """The file of a record that was added or seen here."""
        uuid = record.event.uuid
        if uuid not in self._names:
            self.pending()
        return self._names.get(uuid, _ending(record))

    def _read(self, folder: OwnedFolder, name: str) -> Record | None:
        """The record; None where another process has removed it, or where it is none.

        A copy under another name is none: it would be sent again when the first is gone.
        """
        try:
            content = folder.read(name, RECORD_LIMIT)
            if content is None:
                self._added.discard(name)
                self._settled.pop(name, None)
                return None
            record = codec.read_record(content)
        except (OSError, codec.MalformedError):
            return None
        if not name.endswith(_ending(record)):
            return None
        return record if self._names.setdefault(record.event.uuid, name) == name else None

    def _remove(self, folder: OwnedFolder, name: str) -> bool:
        self._added.discard(name)
        self._settled.pop(name, None)
        return folder.remove(name)


def _records(folder: OwnedFolder) -> dict[str, int]:
    """The records in an outbox, with their sizes in bytes: SCAN_LIMIT at most, only files of the user's."""
    found: dict[str, int] = {}
    for name in folder.names():
        if len(found) == SCAN_LIMIT:
            break
        if EVENT_NAME.fullmatch(name) is not None:
            with suppress(NotOwnedError):
                status = folder.status(name)
                if status is not None:
                    found[name] = status.st_size
    return found


def _ending(record: Record) -> str:
    return f"-{record.event.uuid}{RECORD_ENDING}"
