"""Kept copies of what was sent: one JSON line each, in the outbox of its sink.

Owns the invariants that the file stays within its bounds, and that a kill leaves the old file or the new
one: it is replaced as a whole. Nothing waits for the disk, since a copy is a courtesy.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import frozen

from arcade_usage.adapters import sent_json
from arcade_usage.adapters.codec import MalformedError
from arcade_usage.adapters.config_folder import TooLargeError, read_bounded
from arcade_usage.adapters.writing import make_folder, replace
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT, Sent, newest


@frozen(eq=False, repr=False)
class FileCopies:
    """Copies over a file."""

    path: str

    def keep(self, messages: Sequence[Mapping[str, object]], at: float) -> None:
        try:
            lines = [*self._lines(), *(sent_json.write_sent(Sent(at, message)) for message in messages)]
            make_folder(os.path.dirname(self.path))
            replace(self.path, b"".join(line + b"\n" for line in newest(lines)), durable=False)
        except Exception:  # whatever it was, the events were accepted, and must not be sent again
            logging.getLogger("arcade_usage").debug("what was sent is not kept", exc_info=True)

    def all(self) -> Sequence[Sent]:
        try:
            lines = self._lines()
        except OSError as error:
            raise StoreError("what was sent can't be read") from error
        copies = []
        for line in lines:
            with suppress(MalformedError):
                copies.append(sent_json.read_sent(line))
        return copies

    def erase(self) -> None:
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError("what was sent can't be erased") from error

    def _lines(self) -> list[bytes]:
        """The lines there are; none in a file that is larger than what we write."""
        try:
            content = read_bounded(self.path, COPIES_BYTES_LIMIT)
        except TooLargeError:
            return []
        return [line for line in (content or b"").split(b"\n") if line]
