"""Finds foreign files at the library's paths, which are therefore not used. Changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage.config_folder import (
    ANNOUNCEMENT_PREFIX,
    EVIDENCE_FILES,
    EVIDENCE_FOLDER,
    FOLDER,
    IDENTITY_LOCK,
    LEDGER_FILE,
    USAGE_FILE,
    Layout,
    read_usage,
)
from arcade_usage.adapters.storage.delivery_log import TALLY_FILE
from arcade_usage.adapters.storage.event_queue import EVENT_NAME
from arcade_usage.adapters.storage.outbox import KEY
from arcade_usage.adapters.storage.record_files import COUNTS_FILE, LOGBOOK_FILE, PROJECT_FILE, SENDER_LOCK
from arcade_usage.adapters.storage.sent_copies import is_copies

STRANGERS_LIMIT = 20  # files and folders that are listed

_OUTBOXES = "outbox"
_OUTBOX_FILES = (PROJECT_FILE, LOGBOOK_FILE, TALLY_FILE, COUNTS_FILE, SENDER_LOCK)


def is_event(name: str) -> bool:
    """Whether the file name is that of a queued event."""
    return EVENT_NAME.fullmatch(name) is not None


def is_lock(name: str) -> bool:
    """Whether the file name is that of a lock, which has no content."""
    return name in (SENDER_LOCK, IDENTITY_LOCK)


def find_not_owned(layout: Layout, wanted: "Callable[[str], bool]" = lambda _: True) -> list[NotOwnedError]:
    """Errors for foreign folders, and for foreign files whose name is `wanted`, at the library's paths.

    Omits `off` and marks of notices, because only their existence counts. At most STRANGERS_LIMIT. Never
    raises.
    """
    found: list[NotOwnedError] = []
    with (
        suppress(OSError, ValueError),
        _collecting_errors(found),
        open_folder(layout.config_dir, 0) as around,
    ):
        if wanted(USAGE_FILE):
            with _collecting_errors(found):
                read_usage(layout, around)
        with _collecting_errors(found), around.open(FOLDER) as ours:
            announcements = [name for name in ours.names() if name.startswith(ANNOUNCEMENT_PREFIX)]
            _check_files(ours, (LEDGER_FILE, IDENTITY_LOCK, *announcements), wanted, found)
            with _collecting_errors(found), ours.open(EVIDENCE_FOLDER) as evidence:
                _check_files(evidence, EVIDENCE_FILES, wanted, found)
            with _collecting_errors(found), ours.open(_OUTBOXES) as outboxes:
                for name in outboxes.names():
                    if len(found) < STRANGERS_LIMIT and KEY.fullmatch(name):
                        with _collecting_errors(found), outboxes.open(name) as outbox:
                            named = [each for each in outbox.names() if is_copies(each) or is_event(each)]
                            _check_files(outbox, (*_OUTBOX_FILES, *named), wanted, found)
    return found[:STRANGERS_LIMIT]


def _check_files(
    folder: OwnedFolder, names: Iterable[str], wanted: "Callable[[str], bool]", found: list[NotOwnedError]
) -> None:
    for name in filter(wanted, names):
        if len(found) == STRANGERS_LIMIT:
            return
        with _collecting_errors(found):
            folder.status(name)


@contextmanager
def _collecting_errors(found: list[NotOwnedError]) -> Iterator[None]:
    """Collects a NotOwnedError in `found`, and ignores missing and unreadable files."""
    try:
        yield
    except NotOwnedError as error:
        found.append(error)
    except OSError:
        """`status` reports unreadable files."""
