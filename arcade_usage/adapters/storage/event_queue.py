"""The event queue: one file per event in the project's folder, until PostHog has accepted the event.

Invariant: a record is completely on disk when `add` returns.
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
SCAN_LIMIT = 5000  # records that one scan of the folder reads

EVENT_NAME = re.compile(r"\d{15}-\d{10}-[0-9a-f-]{36}\.event\.json")


@define(eq=False, repr=False)
class FolderEventQueue:
    """The event queue over a folder, which also contains its project: the folder suffices for sending.

    `project`: None to read existing records only. `durable`: `add` waits for the disk, so that a record
    survives a power cut, not only the process's end. `log`: gives the observed time for new records.
    """

    folder: str
    project: Project | None
    durable: bool
    log: FileDeliveryLog
    _names: dict[str, str] = field(factory=dict, init=False)  # by uuid, of records added or read here
    _added: set[str] = field(factory=set, init=False)  # names of records added here and not removed
    _attributed: dict[str, Record] = field(factory=dict, init=False)  # of these, with a final verdict
    _undecided: dict[str, bytes] = field(factory=dict, init=False)  # as read, for the write of their verdict
    _since: int | None = field(default=None, init=False)  # observed time of the first record added here

    def forget_seen(self) -> None:
        self._names, self._added, self._attributed, self._since = {}, set(), {}, None
        self._undecided.clear()

    def add(self, record: Record) -> None:
        if self.project is None:
            raise StoreError("an outbox without a project accepts no events")
        content = codec.write_record(record)
        with store_errors("a record can't be written"):
            if self._since is None:
                self._since = self.log.observed_seconds()
            fresh = record_name(record.event.timestamp.timestamp(), self._since, record.event.uuid)
            name = self._names.setdefault(record.event.uuid, fresh)
            with self._open(make=True) as folder:
                name_project(folder, self.project)
                folder.replace(name, content, durable=self.durable)
        self._added.add(name)
        if record.attribution is not None:
            self._attributed[name] = record

    def freeze(self, record: Record) -> None:
        with store_errors("a verdict can't be written"):
            name = self._name(record)
            with self._open() as folder:
                content = self._undecided.pop(name, None) or folder.read(name, RECORD_LIMIT)
                if (
                    content is None or folder.status(name) is None
                ):  # a purged record must not be written again
                    raise FileNotFoundError(errno.ENOENT, "the record was removed", folder.path_of(name))
                try:
                    decided = codec.with_attribution(content, record.attribution)
                except codec.MalformedError as error:
                    raise StoreError("a verdict can't be written") from error
                folder.replace(name, decided)

    def pending(self) -> Sequence[Record]:
        with store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            names = set(_records(folder))
            state = {name: self._attributed[name] for name in names & self._attributed.keys()}
            # A truncated scan can miss records this process added; include them.
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
            # If several processes do this at the same time, only one of them removes a file.
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
        """Opens the outbox. Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH, make=make)

    def _name(self, record: Record) -> str:
        """The file name of a record that was added or read here."""
        uuid = record.event.uuid
        if uuid not in self._names:
            self.pending()
        return self._names.get(uuid, _name_ending(record))

    def _read(self, folder: OwnedFolder, name: str) -> Record | None:
        """The record; None if another process removed it, or if the file is no valid record.

        A copy under another name is not valid: it would be sent again after the first one was removed.
        """
        try:
            content = folder.read(name, RECORD_LIMIT)
            if content is None:
                self._added.discard(name)
                self._attributed.pop(name, None)
                return None
            record = codec.read_record(content)
        except (OSError, codec.MalformedError):
            return None
        if not name.endswith(_name_ending(record)):
            return None
        if record.attribution is None:
            self._undecided[name] = content
        return record if self._names.setdefault(record.event.uuid, name) == name else None

    def _remove(self, folder: OwnedFolder, name: str) -> bool:
        self._added.discard(name)
        self._undecided.pop(name, None)
        self._attributed.pop(name, None)
        return folder.remove(name)


def name_project(folder: OwnedFolder, project: Project) -> None:
    """Write the project's file, if there is none, for the commands that are not a tool's. Raises OSError."""
    with suppress(NotOwnedError):  # nothing is delivered by it
        if folder.status(PROJECT_FILE) is None:
            folder.create_exclusive(PROJECT_FILE, codec.write_project(project), durable=False)


def _records(folder: OwnedFolder) -> dict[str, int]:
    """Names and sizes (bytes) of the records in an outbox: the user's own files, SCAN_LIMIT at most."""
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


def _name_ending(record: Record) -> str:
    return f"-{record.event.uuid}{RECORD_ENDING}"
