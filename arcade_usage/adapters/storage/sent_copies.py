"""Kept copies of what was sent: one JSON line each, in the outbox of its sink.

Owns the invariants that the file stays within its bounds, and that a kill leaves the old file or the new
one: it is replaced as a whole. Nothing waits for the disk, since a copy is a courtesy.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import frozen

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import TooLargeError
from arcade_usage.adapters.storage import sent_json
from arcade_usage.adapters.storage.codec import MalformedError
from arcade_usage.adapters.storage.config_folder import COPIES_FILE, OUTBOX_DEPTH
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, Sent, newest


@frozen(eq=False, repr=False)
class FileCopies:
    """Copies over a file in the outbox at `folder`."""

    folder: str

    def keep(self, messages: Sequence[Mapping[str, object]], at: float) -> None:
        try:
            added = [sent_json.write_sent(Sent(at, message)) for message in messages]
            with open_folder(self.folder, OUTBOX_DEPTH, make=True) as folder:
                lines = newest([*_lines(folder), *added])
                folder.replace(COPIES_FILE, b"".join(line + b"\n" for line in lines), durable=False)
        except Exception:  # whatever it was, the events were accepted, and must not be sent again
            logging.getLogger("arcade_usage").debug("what was sent is not kept", exc_info=True)

    def all(self) -> Sequence[Sent]:
        try:
            with open_folder(self.folder, OUTBOX_DEPTH) as folder:
                lines = _lines(folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError("what was sent can't be read") from error
        copies = []
        for line in lines:
            with suppress(MalformedError):
                copies.append(sent_json.read_sent(line))
        return copies

    def erase(self) -> None:
        try:
            with open_folder(self.folder, OUTBOX_DEPTH) as folder:
                folder.remove(COPIES_FILE)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError("what was sent can't be erased") from error


def _lines(folder: OwnedFolder) -> list[bytes]:
    """The lines there are; none in a file that is larger than what we write."""
    try:
        content = folder.read(COPIES_FILE, COPIES_BYTES_LIMIT)
    except TooLargeError:
        return []
    return [line for line in (content or b"").split(b"\n") if line]
