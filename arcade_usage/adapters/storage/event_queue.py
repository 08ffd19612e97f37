"""The event queue: files of records in the project's folder, until PostHog has accepted the events.

A file has one record, or several of a server, which are added together. Invariants: a record is completely on
disk when `add` returns. Only the sender changes a file; all others write new files and delete whole ones.
"""

import errno
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from attrs import define, field

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage import codec, record_batch
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.delivery_log import FileDeliveryLog
from arcade_usage.adapters.storage.record_files import PROJECT_FILE, RECORD_ENDING, record_name
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Waiting

RECORD_LIMIT = 64 * 1024  # bytes of one record
BATCH_LIMIT = 100  # records in one file
BATCH_BYTES_LIMIT = 128 * 1024  # of such a file: retention drops it as a whole, an eighth of its limit
FILE_LIMIT = 2 * BATCH_BYTES_LIMIT  # bytes of any file: verdicts are added to a batch later
SCAN_LIMIT = 5000  # records that one scan of the folder reads

# Of a file of one record, by its uuid; or of several, by 32 hexadecimal digits and the number of records.
# Earlier versions take the latter for a newer version's record: they don't read it, but purge and expire it.
EVENT_NAME = re.compile(r"\d{15}-\d{10}-[0-9a-f-]{36}\.event\.json")
_BATCH_NAME = re.compile(r"(.{27}([0-9a-f]{32})-)(\d{3})\.event\.json")


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
    _added: set[str] = field(factory=set, init=False)  # names of files added here and not removed
    _decided: dict[str, Sequence[Record]] = field(factory=dict, init=False)  # of these, if all are final
    _undecided: dict[str, bytes] = field(factory=dict, init=False)  # as read, for the write of a verdict
    _since: int | None = field(default=None, init=False)  # observed time of the first record added here

    def forget_seen(self) -> None:
        self._names, self._added, self._decided, self._since = {}, set(), {}, None
        self._undecided.clear()

    def add(self, *records: Record) -> Sequence[Record]:
        written: list[Record] = []
        try:
            for _, group in groupby(records, key=record_batch.shared_fields):
                for file in _split([*group]):
                    self._write(*file)
                    written += file[0]
        except StoreError:
            if not written:
                raise
        return written

    def freeze(self, record: Record) -> None:
        with store_errors("a verdict can't be written"):
            name = self._name(record)
            with self._open() as folder:
                content = self._undecided.get(name) or folder.read(name, FILE_LIMIT)
                if content is None or folder.status(name) is None:  # a purged record must stay away
                    raise FileNotFoundError(errno.ENOENT, "the record was removed", folder.path_of(name))
                try:
                    if _BATCH_NAME.fullmatch(name) is None:
                        decided = codec.with_attribution(content, record.attribution)
                    else:
                        decided = record_batch.with_attribution(content, record)
                except codec.MalformedError as error:
                    raise StoreError("a verdict can't be written") from error
                folder.replace(name, decided)
                self._undecided[name] = decided

    def pending(self) -> Sequence[Record]:
        with store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            names = set(_files(folder))
            found: list[Record] = []
            # A truncated scan can miss records this process added; include them.
            for name in sorted(names | self._added):
                known = self._decided.get(name) if name in names else None
                found += known or self._read(folder, name, names)
            return sorted(found, key=lambda record: record.event.timestamp)
        return []

    def waiting(self) -> Sequence[Waiting]:
        with store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            return [
                Waiting(name, size, since=float(name.split("-", 2)[1]), events=_count_events(name))
                for name, size in sorted(_files(folder).items())
            ]
        return []

    def remove(self, records: Sequence[Record]) -> int:
        with store_errors("a record can't be removed"):
            by_file: dict[str, set[str]] = {}
            for record in records:
                by_file.setdefault(self._name(record), set()).add(record.event.uuid)
            with suppress(FileNotFoundError), self._open() as folder:
                return sum(self._remove_events(folder, name, uuids) for name, uuids in by_file.items())
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
            while names := list(_files(folder)):
                for name in names:
                    self._remove(folder, name)
                purged += sum(map(_count_events, names))
        return purged

    def _open(self, *, make: bool = False) -> OwnedFolder:
        """Opens the outbox. Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH, make=make)

    def _write(self, records: Sequence[Record], key: str, content: bytes) -> None:
        """Write a file of records."""
        if self.project is None:
            raise StoreError("an outbox without a project accepts no events")
        with store_errors("a record can't be written"):
            if self._since is None:
                self._since = self.log.observed_seconds()
            name = record_name(records[0].event.timestamp.timestamp(), self._since, key)
            with self._open(make=True) as folder:
                name_project(folder, self.project)
                folder.replace(name, content, durable=self.durable)
        self._added.add(name)
        self._names.update((record.event.uuid, name) for record in records)
        if all(record.attribution is not None for record in records):
            self._decided[name] = records

    def _name(self, record: Record) -> str:
        """The name of the file of a record that was added or read here."""
        uuid = record.event.uuid
        if uuid not in self._names:
            self.pending()
        return self._names.get(uuid, f"-{uuid}{RECORD_ENDING}")

    def _read(self, folder: OwnedFolder, name: str, names: set[str]) -> Sequence[Record]:
        """The file's records; none if another process removed it, or if it is not valid.

        A copy under another name is not valid: it would be sent again after the first one was removed.
        names: the files in the folder. Another sender may have given a batch another one.
        """
        batch = _BATCH_NAME.fullmatch(name)
        try:
            content = folder.read(name, FILE_LIMIT)
            if content is None:
                self._forget(name)
                return []
            if batch is None:
                record = codec.read_record(content)
                key, records = f"-{record.event.uuid}{RECORD_ENDING}", [record]
            else:
                key, records = record_batch.read_batch(content)
        except (OSError, codec.MalformedError):
            return []
        if not (name.endswith(key) if batch is None else batch[2] == key):
            return []
        if any(record.attribution is None for record in records):
            self._undecided[name] = content
        for record in records:
            if self._names.get(record.event.uuid) not in names:
                self._names[record.event.uuid] = name
        return [record for record in records if self._names[record.event.uuid] == name]

    def _remove_events(self, folder: OwnedFolder, name: str, uuids: set[str]) -> int:
        """Remove events from their file, and the file with its last event; returns how many existed."""
        batch, known = _BATCH_NAME.fullmatch(name), self._decided.get(name)
        if batch is None or (known and uuids >= {record.event.uuid for record in known}):
            return len(uuids) * self._remove(folder, name)
        content = folder.read(name, FILE_LIMIT)
        if content is None:
            return 0
        try:
            rest, removed, left = record_batch.without_events(content, uuids)
        except codec.MalformedError as error:
            raise StoreError("a record can't be removed") from error
        if not left:
            return removed * self._remove(folder, name)
        self._forget(name)
        folder.replace(name, rest)
        fresh = f"{batch[1]}{left:03d}{RECORD_ENDING}"
        folder.move(name, folder, fresh)  # after a kill before this, the name counts too many
        self._added.add(fresh)
        self._names.update({uuid: fresh for uuid, file in self._names.items() if file == name})
        return removed

    def _remove(self, folder: OwnedFolder, name: str) -> bool:
        self._forget(name)
        return folder.remove(name)

    def _forget(self, name: str) -> None:
        self._added.discard(name)
        self._undecided.pop(name, None)
        self._decided.pop(name, None)


def name_project(folder: OwnedFolder, project: Project) -> None:
    """Write the project's file, if there is none, for the commands that are not a tool's. Raises OSError."""
    with suppress(NotOwnedError):  # nothing is delivered by it
        if folder.status(PROJECT_FILE) is None:
            folder.create_exclusive(PROJECT_FILE, codec.write_project(project), durable=False)


def _split(records: Sequence[Record]) -> Iterator[tuple[Sequence[Record], str, bytes]]:
    """The files for records with the same shared fields: records, end of the name, content."""
    uuid = records[0].event.uuid
    if len(records) == 1:
        yield records, uuid, codec.write_record(records[0])
        return
    key = uuid.replace("-", "")
    content = record_batch.write_batch(records, key)
    if len(records) <= BATCH_LIMIT and len(content) <= BATCH_BYTES_LIMIT:
        yield records, f"{key}-{len(records):03d}", content
        return
    half = len(records) // 2
    for part in (records[:half], records[half:]):
        yield from _split(part)


def _files(folder: OwnedFolder) -> dict[str, int]:
    """Names and sizes (bytes) of the files of records: the user's own, up to SCAN_LIMIT records."""
    found: dict[str, int] = {}
    events = 0
    for name in folder.names():
        if events >= SCAN_LIMIT:
            break
        if EVENT_NAME.fullmatch(name) is not None:
            with suppress(NotOwnedError):
                status = folder.status(name)
                if status is not None:
                    found[name] = status.st_size
                    events += _count_events(name)
    return found


def _count_events(name: str) -> int:
    """How many events a file has, by its name."""
    batch = _BATCH_NAME.fullmatch(name)
    return 1 if batch is None else int(batch[3])
