"""The outbox: one file per event in a folder of its sink, until PostHog has accepted it.

Owns the invariants that a record is on disk, whole, when `add` returns, and that one process at a time
sends. Records are judged by the one that sends, so no two can freeze different verdicts.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from attrs import define
from filelock import FileLock, Timeout

from arcade_usage.adapters import codec
from arcade_usage.adapters.files import PRIVATE_FILE, create_first, make_folder, read_bounded, replace
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.record import Record
from arcade_usage.domain.sink import Sink

RECORD_LIMIT = 64 * 1024  # bytes of one record
_SUFFIX = ".event.json"


@define
class FolderOutbox:
    """The outbox over a folder. Its sink is kept beside the records: the folder alone is enough to send."""

    folder: str
    sink: Sink

    def add(self, record: Record) -> None:
        with _store_errors("a record can't be written"):
            make_folder(self.folder)
            create_first(os.path.join(self.folder, "sink.json"), codec.write_sink(self.sink), durable=False)
            replace(self._path(record), codec.write_record(record))

    def freeze(self, record: Record) -> None:
        with _store_errors("a verdict can't be written"):
            replace(self._path(record), codec.write_record(record))

    def pending(self) -> Sequence[Record]:
        with _store_errors("the outbox can't be read"):
            try:
                names = sorted(name for name in os.listdir(self.folder) if name.endswith(_SUFFIX))
            except FileNotFoundError:
                return []
        return [record for name in names if (record := self._read(name)) is not None]

    def remove(self, records: Sequence[Record]) -> None:
        with _store_errors("a record can't be removed"):
            for record in records:
                with suppress(FileNotFoundError):
                    os.unlink(self._path(record))

    @contextmanager
    def sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        lock = FileLock(os.path.join(self.folder, "sender.lock"), mode=PRIVATE_FILE)
        with _store_errors("the sender lock can't be used"), suppress(Timeout):
            make_folder(self.folder)
            lock.acquire(timeout=patience_seconds)
        try:
            yield lock.is_locked
        finally:
            lock.release()

    def _path(self, record: Record) -> str:
        """Names sort by the time of the event."""
        milliseconds = max(0, int(record.event.timestamp.timestamp() * 1000))
        return os.path.join(self.folder, f"{milliseconds:015d}-{record.event.uuid}{_SUFFIX}")

    def _read(self, name: str) -> Record | None:
        """The record; None where another process has removed it, or where it is none.

        A copy under another name is none: `remove` would not find it, so it would be sent for ever.
        """
        path = os.path.join(self.folder, name)
        try:
            content = read_bounded(path, RECORD_LIMIT)
            record = None if content is None else codec.read_record(content)
        except (OSError, codec.MalformedError):
            return None
        return record if record is not None and self._path(record) == path else None


@contextmanager
def _store_errors(message: str) -> Iterator[None]:
    try:
        yield
    except (OSError, NotImplementedError) as error:  # an older filelock's word for: there are no locks here
        raise StoreError(message) from error
