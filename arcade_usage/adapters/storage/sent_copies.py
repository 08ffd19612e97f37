"""Copies of sent messages: one JSON line each, in the project's outbox.

Invariants: the file stays within its limits. It is replaced atomically, so a killed process leaves the old or
the new file. Copies are not essential, so writing doesn't wait for the disk.
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
from arcade_usage.adapters.storage.event_queue import name_project
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.project import Project
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, Sent, newest


@frozen(eq=False, repr=False)
class FileCopies:
    """The copies in a file of the outbox at `folder`. `project`: None to read existing copies only."""

    folder: str
    project: Project | None = None

    def keep(self, messages: Sequence[Mapping[str, object]], at: float, *, is_local: bool = False) -> None:
        try:
            added = [sent_json.write_sent(Sent(at, message, is_local=is_local)) for message in messages]
            with open_folder(self.folder, OUTBOX_DEPTH, make=True) as folder:
                if self.project is not None:  # `doctor` sends without an event queue
                    name_project(folder, self.project)
                lines = newest([*_lines(folder), *added])
                folder.replace(COPIES_FILE, b"".join(line + b"\n" for line in lines), durable=False)
        except Exception:  # PostHog accepted the events, so an error must not make them be sent again
            logging.getLogger("arcade_usage").debug("sent messages could not be stored", exc_info=True)

    def all(self) -> Sequence[Sent]:
        try:
            with open_folder(self.folder, OUTBOX_DEPTH) as folder:
                lines = _lines(folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError("copies of sent messages can't be read") from error
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
            raise StoreError("copies of sent messages can't be erased") from error


def _lines(folder: OwnedFolder) -> list[bytes]:
    """The file's lines; none if it is larger than the library writes it."""
    try:
        content = folder.read(COPIES_FILE, COPIES_BYTES_LIMIT)
    except TooLargeError:
        return []
    return [line for line in (content or b"").split(b"\n") if line]
