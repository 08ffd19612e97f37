"""The outbox: one file per event in a folder of its sink, until PostHog has accepted it.

Owns the invariants that a record is on disk, whole, when `add` returns, that one process at a time sends,
and that the folder stays within its bounds, however it came to be full. Records are judged by the one that
sends, so no two can freeze different verdicts.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from attrs import define, evolve, field

from arcade_usage.adapters.files.locks import hold
from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.record_files import (
    LOGBOOK_FILE,
    LOGBOOK_LIMIT,
    PROJECT_FILE,
    RECORD_ENDING,
    record_name,
)
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Losses, LossReason, Waiting, select_expired

RECORD_LIMIT = 64 * 1024  # bytes of one record
SCAN_LIMIT = 5000  # records that one look at the folder takes in
TALLY_LIMIT = 256 * 1024  # events that are counted without the sender lock
UNTENDED_SECONDS = 10.0  # since a sender began, after which others keep the bounds
OBSERVE_SECONDS = 3600.0  # from one observation of the time without the sender lock to the next

SENDER_LOCK = "sender.lock"
TALLY_FILE = "dropped"  # a letter for each event that was dropped without the sender lock

_LETTERS = {LossReason.TOO_MANY: b"m", LossReason.TOO_LARGE: b"l", LossReason.TOO_OLD: b"o"}
KEY = re.compile(r"[0-9a-f]{16}")  # Project.key
EVENT_NAME = re.compile(r"\d{15}-\d{10}-[0-9a-f-]{36}\.event\.json")


@define(eq=False, repr=False)
class FolderOutbox:
    """The outbox over a folder. Its sink is kept beside the records: the folder alone is enough to send.

    `sink`: None where only what lies there already is of interest. `durable`: a record that was added
    outlasts a power cut, not only its process; adding waits for the disk.
    """

    folder: str
    project: Project | None
    durable: bool = True
    _names: dict[str, str] = field(factory=dict, init=False)  # of records that were added or seen, by uuid
    _added: set[str] = field(factory=set, init=False)  # names of records that were added, and not removed
    _settled: dict[str, Record] = field(factory=dict, init=False)  # of those, with a verdict: it is for good
    _since: int | None = field(default=None, init=False)  # the observed time, as of the first that was added

    def add(self, record: Record) -> None:
        if self.project is None:
            raise StoreError("an outbox without a sink takes nothing")
        content = codec.write_record(record)
        with _store_errors("a record can't be written"):
            if self._since is None:
                self._since = int(self.logbook().observed.seconds)
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
        with _store_errors("a verdict can't be written"):
            name = self._name(record)
            with self._open() as folder:
                if folder.status(name) is None:  # a record that was purged must not come back
                    raise FileNotFoundError(errno.ENOENT, "the record was removed", folder.path_of(name))
                folder.replace(name, codec.write_record(record))

    def pending(self) -> Sequence[Record]:
        with _store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            names = set(_records(folder))
            state = {name: self._settled[name] for name in names & self._settled.keys()}
            # A look at an overfull folder may miss what was added here.
            found = (state.get(name) or self._read(folder, name) for name in sorted(names | self._added))
            return [record for record in found if record is not None]
        return []

    def size(self) -> int:
        with _store_errors("the outbox can't be read"), suppress(FileNotFoundError), self._open() as folder:
            return sum(1 for _ in _records(folder))
        return 0

    def remove(self, records: Sequence[Record]) -> None:
        with _store_errors("a record can't be removed"):
            self._remove_all(records)

    def drop(self, records: Sequence[Record], reason: LossReason) -> None:
        with _store_errors("a record can't be removed"):
            dropped = self._remove_all(records)
        logbook = self.logbook()
        self.write_logbook(evolve(logbook, losses=logbook.losses.plus(reason, dropped)))

    def purge(self) -> int:
        purged = 0
        with _store_errors("the outbox can't be purged"), suppress(FileNotFoundError), self._open() as folder:
            folder.sweep(None)
            while names := list(_records(folder)):
                for name in names:
                    self._remove(folder, name)
                purged += len(names)
        return purged

    def tidy(self, now: float) -> None:
        logbook = self.logbook()
        observed = logbook.observed.advance(now)
        losses = logbook.losses
        waiting: list[Waiting] = []
        with _store_errors("the outbox can't be tidied"), suppress(FileNotFoundError), self._open() as folder:
            folder.sweep(folder.clock(SENDER_LOCK))
            waiting = _waiting(folder)
            for each, reason in select_expired(waiting, observed.seconds):
                losses = losses.plus(reason, self._remove(folder, each.name))
        if waiting or losses != logbook.losses:  # an empty outbox has no time to keep
            self.write_logbook(evolve(logbook, observed=observed, losses=losses))

    def trim(self, now: float) -> None:
        with _store_errors("the outbox can't be kept within its bounds"):
            if self._is_tended():
                return
            logbook = self.logbook()
            observed = logbook.observed.advance(now)
            with self._open() as folder:
                waiting = _waiting(folder)
                over = select_expired(waiting, observed.seconds)
                # Of processes that do this at the same time, the one that removes a file counts it.
                if dropped := [reason for each, reason in over if self._remove(folder, each.name)]:
                    letters = b"".join(_LETTERS[reason] for reason in dropped)
                    with suppress(OSError):  # no room, or not ours: the bounds hold all the same
                        folder.append(TALLY_FILE, letters, TALLY_LIMIT)
        looked_at = logbook.observed.looked_at
        if waiting and (looked_at is None or abs(now - looked_at) >= OBSERVE_SECONDS):
            # Without the sender lock: what a sender that was stuck writes in this very moment may be undone.
            self.write_logbook(evolve(self.logbook(), observed=observed))

    def _is_tended(self) -> bool:
        """Whether a sender began not long before something was added or removed here last: two stats."""
        with suppress(OSError):
            lock = os.lstat(os.path.join(self.folder, SENDER_LOCK))
            return stat.S_ISREG(lock.st_mode) and (
                abs(os.stat(self.folder).st_mtime - lock.st_mtime) <= UNTENDED_SECONDS
            )
        return False

    def losses(self) -> Losses:
        losses, letters = self.logbook().losses, b""
        with suppress(OSError), self._open() as folder:
            letters = folder.read(TALLY_FILE, 2 * TALLY_LIMIT) or b""
        for reason, letter in _LETTERS.items():
            losses = losses.plus(reason, letters.count(letter))
        return losses

    def logbook(self) -> Logbook:
        try:
            with self._open() as folder:
                content = folder.read(LOGBOOK_FILE, LOGBOOK_LIMIT)
            return Logbook() if content is None else codec.read_logbook(content)
        except (OSError, codec.MalformedError):
            return Logbook()

    def write_logbook(self, logbook: Logbook) -> None:
        with _store_errors("the logbook can't be written"), self._open() as folder:
            folder.replace(LOGBOOK_FILE, codec.write_logbook(logbook), durable=False)

    def clear_logbook(self) -> None:
        self.write_logbook(Logbook())
        with _store_errors("what was dropped can't be forgotten"), self._open() as folder:
            folder.remove(TALLY_FILE)

    @contextmanager
    def sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        ours = False
        with ExitStack() as held:
            with _store_errors("the sender lock can't be used"), suppress(TimeoutError):
                self._open(make=True).close()
                held.enter_context(hold(os.path.join(self.folder, SENDER_LOCK), patience_seconds))
                ours = True
            yield ours

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

    def _remove_all(self, records: Sequence[Record]) -> int:
        """How many of them were there. Raises OSError."""
        names = [self._name(record) for record in records]
        with suppress(FileNotFoundError), self._open() as folder:
            return sum(self._remove(folder, name) for name in names)
        return 0

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


def _waiting(folder: OwnedFolder) -> list[Waiting]:
    """The events in an outbox, oldest first."""
    return [
        Waiting(name, size, since=float(name.split("-", 2)[1]))
        for name, size in sorted(_records(folder).items())
    ]


def _ending(record: Record) -> str:
    return f"-{record.event.uuid}{RECORD_ENDING}"


def find_outboxes(folder: str) -> list[FolderOutbox]:
    """Every outbox in a folder, also of sinks that nothing is known about any more. Raises StoreError."""
    with (
        _store_errors("the outboxes can't be read"),
        suppress(FileNotFoundError),
        open_folder(folder, OUTBOX_DEPTH - 1) as outboxes,
    ):
        names = [name for name in outboxes.names() if KEY.fullmatch(name)]
        return [FolderOutbox(outboxes.path_of(name), None) for name in sorted(names)]
    return []


def find_projects(folder: str) -> list[Project]:
    """The sinks that have an outbox in a folder, as it says beside their records; the last used one first."""
    used: dict[Project, float] = {}
    with suppress(StoreError):
        for outbox in find_outboxes(folder):
            with suppress(OSError, codec.MalformedError), open_folder(outbox.folder, OUTBOX_DEPTH) as opened:
                content = opened.read(PROJECT_FILE, RECORD_LIMIT)
                project = None if content is None else codec.read_project(codec.load_object(content))
                if project is not None and project.key == os.path.basename(outbox.folder):
                    used[project] = os.stat(outbox.folder).st_mtime
    return sorted(used, key=lambda project: used[project], reverse=True)


@contextmanager
def _store_errors(message: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(message) from error
