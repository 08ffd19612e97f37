"""usage.json and the ledger as texts of bounded length. Runs on the command path."""

import os

from arcade_usage.adapters.files import TooLargeError, read_bounded
from arcade_usage.adapters.layout import Layout

USAGE_LIMIT = 4 * 1024  # bytes of usage.json
LEDGER_LIMIT = 8 * 1024  # bytes of the ledger

MALFORMED = ""  # no JSON: stands for every content that can't be used


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
