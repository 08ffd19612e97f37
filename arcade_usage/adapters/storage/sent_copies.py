"""Copies of sent messages: one JSON line each, in the project's outbox.

sent.jsonl has the newest ones. Its first line lists the parts with earlier ones, sent-<number>.jsonl, which
do not change: an added copy rewrites at most one part. A part that is not listed does not exist for a reader.

Invariants: the files stay within their limits. Each is replaced atomically, and sent.jsonl last, so a killed
process leaves the old or the new copies. Copies are not essential, so writing doesn't wait for the disk.
Earlier versions know sent.jsonl alone, keep its first line and read its copies. After their `forget` no part
is listed: the next copy removes the files.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress

from attrs import frozen

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import TooLargeError
from arcade_usage.adapters.storage import sent_json
from arcade_usage.adapters.storage.codec import MalformedError, NewerVersionError
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.event_queue import name_project
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.domain.project import Project
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, COPIES_SECONDS_LIMIT, Part, Sent, divide, newest

COPIES_FILE = "sent.jsonl"  # in each project's outbox
_NAME = re.compile(r"sent(-\d{1,9})?\.jsonl")


def is_copies(name: str) -> bool:
    """Whether the file name is that of copies of sent messages."""
    return _NAME.fullmatch(name) is not None


@frozen(eq=False, repr=False)
class FileCopies:
    """The copies in files of the outbox at `folder`. `project`: None to read existing copies only."""

    folder: str
    project: Project | None = None

    def keep(self, messages: Sequence[Mapping[str, object]], at: float, *, is_local: bool = False) -> None:
        try:
            added = [sent_json.write_sent(Sent(at, message, is_local=is_local)) for message in messages]
            with open_folder(self.folder, OUTBOX_DEPTH, make=True) as folder:
                if self.project is not None:  # `doctor` sends without an event queue
                    name_project(folder, self.project)
                _add(folder, added, at)
        except Exception:  # PostHog accepted the events, so an error must not make them be sent again
            logging.getLogger("arcade_usage").debug("sent messages could not be stored", exc_info=True)

    def all(self) -> Sequence[Sent]:
        return self._read(slice(None))

    def recent(self) -> Sequence[Sent]:
        return self._read(slice(-1, None))  # sent.jsonl has few right after one was full

    def _read(self, which: slice) -> Sequence[Sent]:
        """The copies in sent.jsonl and in these of the parts."""
        lines: list[bytes] = []
        with (
            store_errors("copies of sent messages can't be read"),
            suppress(FileNotFoundError),
            open_folder(self.folder, OUTBOX_DEPTH) as folder,
        ):
            lines = _lines(folder, COPIES_FILE)
            with suppress(NewerVersionError):
                parts, lines = _split(lines)
                lines = [line for part in parts[which] for line in _lines(folder, _name(part))] + lines
        return [copy for _, copy in _parse(lines)]

    def erase(self) -> None:
        with (
            store_errors("copies of sent messages can't be erased"),
            suppress(FileNotFoundError),
            open_folder(self.folder, OUTBOX_DEPTH) as folder,
            ExitStack() as removals,
        ):
            # All are called, even if one fails, and the first one last: sent.jsonl, which lists the others.
            for name in sorted(filter(is_copies, folder.names()), reverse=True):
                removals.callback(folder.remove, name)


def _add(folder: OwnedFolder, added: Sequence[bytes], now: float) -> None:
    """Add lines, and drop those beyond the limits. Raises NewerVersionError, OSError."""
    listed, lines = _split(_lines(folder, COPIES_FILE))
    trimmed = [_without_old(folder, part, now) for part in listed]
    parts = [part for part in trimmed if part is not None]
    *full, last = divide([*_young(lines, now - COPIES_SECONDS_LIMIT), *added])
    following = max((part.number for part in listed), default=0) + 1
    for number, chunk in enumerate(full, following):
        filled = _part(number, chunk, now)
        _write(folder, _name(filled), chunk)
        parts.append(filled)
    kept = newest(parts, COPIES_BYTES_LIMIT - _size(last))
    _write(folder, COPIES_FILE, [sent_json.write_parts(kept), *last] if kept else last)
    if kept != listed or not listed:
        names = {COPIES_FILE, *map(_name, kept)}
        for name in [name for name in folder.names() if is_copies(name) and name not in names]:
            with suppress(OSError):
                folder.remove(name)


def _without_old(folder: OwnedFolder, part: Part, now: float) -> Part | None:
    """The part without copies that are too old; None if there is none left. Raises OSError."""
    oldest = now - COPIES_SECONDS_LIMIT
    if part.since >= oldest:
        return part
    lines = _young(_lines(folder, _name(part)), oldest)
    if not lines:
        return None
    _write(folder, _name(part), lines)
    return _part(part.number, lines, now)


def _name(part: Part) -> str:
    return f"sent-{part.number}.jsonl"


def _write(folder: OwnedFolder, name: str, lines: Iterable[bytes]) -> None:
    folder.replace(name, b"".join(line + b"\n" for line in lines), durable=False)


def _lines(folder: OwnedFolder, name: str) -> list[bytes]:
    """A file's lines; none if it is larger than the library writes it."""
    try:
        content = folder.read(name, COPIES_BYTES_LIMIT)
    except TooLargeError:
        return []
    return [line for line in (content or b"").split(b"\n") if line]


def _split(lines: list[bytes]) -> tuple[Sequence[Part], list[bytes]]:
    """The parts that the first line lists, and the copies. Raises NewerVersionError."""
    parts = sent_json.read_parts(lines[0]) if lines else None
    return ([], lines) if parts is None else (parts, lines[1:])


def _parse(lines: Sequence[bytes]) -> Iterator[tuple[int, Sent]]:
    """The copies with the index of their lines, without those that can't be read."""
    for index, line in enumerate(lines):
        with suppress(MalformedError):
            yield index, sent_json.read_sent(line)


def _young(lines: Sequence[bytes], oldest: float) -> Sequence[bytes]:
    """The lines after the copies from before `oldest`. What can't be read is as old as what precedes it."""
    start = 0
    for index, copy in _parse(lines):
        if copy.at >= oldest:
            break
        start = index + 1
    return lines[start:]


def _part(number: int, lines: Sequence[bytes], now: float) -> Part:
    since = next((copy.at for _, copy in _parse(lines)), now)
    return Part(number, _size(lines), since)


def _size(lines: Iterable[bytes]) -> int:
    return sum(len(line) + 1 for line in lines)
