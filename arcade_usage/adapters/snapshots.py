"""What is seen of the config folder, as texts of bounded length. Runs on the command path."""

import os
from collections.abc import Callable, Mapping

from arcade_usage.adapters.layout import Layout
from arcade_usage.adapters.reading import TooLargeError, read_bounded, read_stamp

USAGE_LIMIT = 4 * 1024  # bytes of usage.json
LEDGER_LIMIT = 8 * 1024  # bytes of the ledger

MALFORMED = ""  # no JSON: stands for every content that can't be used


class FolderSnapshots:
    """The snapshot port over the config folder's files."""

    def __init__(self, layout: Layout, make_first: Callable[[], str | None] = lambda: None) -> None:
        """`make_first`: makes the first identity where there is no usage.json, and returns its text."""
        self._layout = layout
        self._make_first = make_first

    def take(self) -> Mapping[str, object] | None:
        """As the port says; the texts are those of the files, `stamp` its five numbers."""
        try:
            usage = read_usage_text(self._layout)
            if usage is None:
                usage = self._make_first()
            ledger = read_ledger_text(self._layout)
        except OSError:
            return None
        return {"usage": usage, "ledger": ledger, "stamp": read_stamp(self._layout.credentials)}


def read_usage_text(layout: Layout) -> str | None:
    """usage.json; None where there is none, MALFORMED for what could not be it. Raises OSError."""
    return _read(layout.usage_json, USAGE_LIMIT)


def read_ledger_text(layout: Layout) -> str | None:
    """The ledger; None where there is none, MALFORMED for what could not be it. Raises OSError."""
    return _read(layout.ledger, LEDGER_LIMIT)


def _read(path: str, limit: int) -> str | None:
    try:
        content = read_bounded(path, limit)
    except (TooLargeError, IsADirectoryError):
        return MALFORMED
    if content is None:
        return MALFORMED if os.path.islink(path) else None  # a link to nowhere
    return content.decode("utf-8", "replace")
