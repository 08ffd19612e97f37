"""The outbox: one file per event in a folder of its sink, until PostHog has accepted it.

Owns the invariants that a record is on disk, whole, when `add` returns, that one process at a time sends,
and that the folder stays within its bounds, however it came to be full. Records are judged by the one that
sends, so no two can freeze different verdicts.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice

from attrs import define, evolve, field

from arcade_usage.adapters import codec
from arcade_usage.adapters.config_folder import COPIES_FILE, read_bounded
from arcade_usage.adapters.held_lock import is_held
from arcade_usage.adapters.record_files import (
    LOGBOOK_FILE,
    LOGBOOK_LIMIT,
    RECORD_ENDING,
    SINK_FILE,
    record_name,
)
from arcade_usage.adapters.writing import (
    PRIVATE_FILE,
    create_first,
    make_folder,
    put,
    read_files_clock,
    replace,
    sweep,
)
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.limits import Dropped, Waiting, excess
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.record import Record
from arcade_usage.domain.sink import Sink

RECORD_LIMIT = 64 * 1024  # bytes of one record
SCAN_LIMIT = 5000  # files of the folder that one look takes in

SENDER_LOCK = "sender.lock"
_OURS = (SINK_FILE, LOGBOOK_FILE, SENDER_LOCK, COPIES_FILE)

_EVENT_NAME = re.compile(r"\d{15}-\d{10}-[0-9a-f-]{36}\.event\.json")


@define(eq=False, repr=False)
class FolderOutbox:
    """The outbox over a folder. Its sink is kept beside the records: the folder alone is enough to send.

    `sink`: None where only what lies there already is of interest. `durable`: a record that was added
    outlasts a power cut, not only its process; adding waits for the disk.
    """

    folder: str
    sink: Sink | None
    durable: bool = True
    _names: dict[str, str] = field(factory=dict, init=False)  # of records that were added or seen, by uuid
    _added: set[str] = field(factory=set, init=False)  # names of records that were added, and not removed
    _settled: dict[str, Record] = field(factory=dict, init=False)  # of those, with a verdict: it is for good
    _since: int | None = field(default=None, init=False)  # the observed time, as of the first that was added

    def add(self, record: Record) -> None:
        if self.sink is None:
            raise StoreError("an outbox without a sink takes nothing")
        content = codec.write_record(record)
        with _store_errors("a record can't be written"):
            if self._since is None:
                self._make_folder(self.sink)
                self._since = int(self.logbook().observed.seconds)
            fresh = record_name(record.event.timestamp.timestamp(), self._since, record.event.uuid)
            name = self._names.setdefault(record.event.uuid, fresh)
            path = os.path.join(self.folder, name)
            try:
                put(path, content, durable=self.durable)
            except FileNotFoundError:  # the folder is gone since
                self._make_folder(self.sink)
                put(path, content, durable=self.durable)
        self._added.add(name)
        if record.attribution is not None:
            self._settled[name] = record

    def _make_folder(self, sink: Sink) -> None:
        make_folder(self.folder)
        if not os.path.exists(sink_file := os.path.join(self.folder, SINK_FILE)):
            create_first(sink_file, codec.write_sink(sink), durable=False)

    def freeze(self, record: Record) -> None:
        with _store_errors("a verdict can't be written"):
            os.lstat(self._path(record))  # a record that was purged must not come back
            replace(self._path(record), codec.write_record(record))

    def pending(self) -> Sequence[Record]:
        with _store_errors("the outbox can't be read"):
            # What was added here, a look at an overfull folder may miss.
            names = {entry.name for entry in self._look() if _is_record(entry)}
        known = {name: self._settled[name] for name in names & self._settled.keys()}
        found = (known.get(name) or self._read(name) for name in sorted(names | self._added))
        return [record for record in found if record is not None]

    def size(self) -> int:
        with _store_errors("the outbox can't be read"):
            return sum(map(_is_record, self._look()))

    def remove(self, records: Sequence[Record]) -> None:
        with _store_errors("a record can't be removed"):
            for record in records:
                self._unlink(os.path.basename(self._path(record)))

    def drop(self, records: Sequence[Record], reason: Dropped) -> None:
        self.remove(records)
        logbook = self.logbook()
        self.write_logbook(evolve(logbook, losses=logbook.losses.plus(reason, len(records))))

    def purge(self) -> int:
        purged = 0
        with _store_errors("the outbox can't be purged"):
            while names := [
                entry.name
                for entry in self._look()
                if entry.name not in _OURS and not entry.is_dir(follow_symlinks=False)
            ]:
                for name in names:
                    self._unlink(name)
                purged += sum(_EVENT_NAME.fullmatch(name) is not None for name in names)
        return purged

    def tidy(self, now: float) -> None:
        logbook = self.logbook()
        observed = logbook.observed.look(now)
        losses = logbook.losses
        with _store_errors("the outbox can't be tidied"):
            files_now, waiting = read_files_clock(os.path.join(self.folder, SENDER_LOCK)), []
            for entry in self._look():
                if _is_record(entry):
                    since = float(entry.name.split("-", 2)[1])
                    with suppress(FileNotFoundError):
                        waiting.append(Waiting(entry.name, entry.stat().st_size, since))
                elif entry.name not in _OURS:
                    sweep(entry, files_now)
            for each, reason in excess(sorted(waiting, key=lambda each: each.name), observed.seconds):
                self._unlink(each.name)
                losses = losses.plus(reason, 1)
        if waiting or losses != logbook.losses:  # an empty outbox has no time to keep
            self.write_logbook(evolve(logbook, observed=observed, losses=losses))

    def logbook(self) -> Logbook:
        try:
            content = read_bounded(os.path.join(self.folder, LOGBOOK_FILE), LOGBOOK_LIMIT)
            return Logbook() if content is None else codec.read_logbook(content)
        except (OSError, codec.MalformedError):
            return Logbook()

    def write_logbook(self, logbook: Logbook) -> None:
        with _store_errors("the logbook can't be written"):
            replace(os.path.join(self.folder, LOGBOOK_FILE), codec.write_logbook(logbook), durable=False)

    @contextmanager
    def sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        path = os.path.join(self.folder, SENDER_LOCK)
        if not patience_seconds and is_held(path):
            yield False
            return

        from filelock import FileLock  # an event is written down before any lock is needed

        lock = FileLock(path, mode=PRIVATE_FILE)
        with _store_errors("the sender lock can't be used"), suppress(TimeoutError):
            make_folder(self.folder)
            lock.acquire(timeout=patience_seconds)
        try:
            yield lock.is_locked
        finally:
            lock.release()

    def _look(self) -> Iterator["os.DirEntry[str]"]:
        """The folder's files, up to SCAN_LIMIT of them."""
        try:
            with os.scandir(self.folder) as entries:
                yield from islice(entries, SCAN_LIMIT)
        except FileNotFoundError:
            return

    def _path(self, record: Record) -> str:
        """Where a record lies that was added or seen here."""
        uuid = record.event.uuid
        if uuid not in self._names:
            self.pending()
        return os.path.join(self.folder, self._names.get(uuid, _ending(record)))

    def _read(self, name: str) -> Record | None:
        """The record; None where another process has removed it, or where it is none.

        A copy under another name is none: it would be sent again when the first is gone.
        """
        try:
            content = read_bounded(os.path.join(self.folder, name), RECORD_LIMIT)
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

    def _unlink(self, name: str) -> None:
        self._added.discard(name)
        self._settled.pop(name, None)
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(self.folder, name))


def _is_record(entry: "os.DirEntry[str]") -> bool:
    """Named as one, and a file of its own: we make no links, and one could lead to another tool's record."""
    return _EVENT_NAME.fullmatch(entry.name) is not None and entry.is_file(follow_symlinks=False)


def _ending(record: Record) -> str:
    return f"-{record.event.uuid}{RECORD_ENDING}"


def find_outboxes(folder: str) -> list[FolderOutbox]:
    """Every outbox in a folder, also of sinks that nothing is known about any more. Raises StoreError."""
    with (
        _store_errors("the outboxes can't be read"),
        suppress(FileNotFoundError),
        os.scandir(folder) as entries,
    ):
        return [
            FolderOutbox(entry.path, None)
            for entry in islice(entries, SCAN_LIMIT)
            if entry.is_dir(follow_symlinks=False)
        ]
    return []


def find_sinks(folder: str) -> list[Sink]:
    """The sinks that have an outbox in a folder, as it says beside their records; the last used one first."""
    sinks = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in islice(entries, SCAN_LIMIT):
            with suppress(OSError, codec.MalformedError):
                content = read_bounded(os.path.join(entry.path, SINK_FILE), RECORD_LIMIT)
                sinks += [codec.read_sink(codec.load_object(content))] if content is not None else []
    used = {sink: _last_used(os.path.join(folder, sink.key)) for sink in sinks}
    return sorted((sink for sink in used if used[sink]), key=lambda sink: used[sink], reverse=True)


def _last_used(folder: str) -> float:
    """When something in it was added or removed last (Unix seconds); 0 where there is no such folder."""
    with suppress(OSError):
        status = os.stat(folder)
        if stat.S_ISDIR(status.st_mode):
            return status.st_mtime
    return 0.0


@contextmanager
def _store_errors(message: str) -> Iterator[None]:
    try:
        yield
    except (OSError, NotImplementedError) as error:  # an older filelock's word for: there are no locks here
        raise StoreError(message) from error
