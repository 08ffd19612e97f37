"""Finds what lies at our names and is not the user's own, so that it is not used. Changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage.config_folder import (
    COPIES_FILE,
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
from arcade_usage.adapters.storage.record_files import LOGBOOK_FILE, PROJECT_FILE, SENDER_LOCK

STRANGERS_LIMIT = 20  # files and folders that are named

_OUTBOXES = "outbox"
_OUTBOX_FILES = (PROJECT_FILE, LOGBOOK_FILE, COPIES_FILE, TALLY_FILE, SENDER_LOCK)


def is_event(name: str) -> bool:
    """Whether a file's name is that of an event that waits."""
    return EVENT_NAME.fullmatch(name) is not None


def is_lock(name: str) -> bool:
    """Whether a file's name is that of a lock, which says nothing."""
    return name in (SENDER_LOCK, IDENTITY_LOCK)


def is_copies(name: str) -> bool:
    """Whether a file's name is that of the copies of what was sent."""
    return name == COPIES_FILE


def find_strangers(layout: Layout, wanted: "Callable[[str], bool]" = lambda _: True) -> list[NotOwnedError]:
    """What is not the user's own, of our folders and of the files in them whose name is `wanted`.

    `off` and notes of notices are left out: those say by themselves that they are there.
    STRANGERS_LIMIT at most. Never raises.
    """
    found: list[NotOwnedError] = []
    with suppress(OSError, ValueError), _noting(found), open_folder(layout.config_dir, 0) as around:
        if wanted(USAGE_FILE):
            with _noting(found):
                read_usage(layout, around)
        with _noting(found), around.open(FOLDER) as ours:
            _check_files(ours, (LEDGER_FILE, IDENTITY_LOCK), wanted, found)
            with _noting(found), ours.open(EVIDENCE_FOLDER) as evidence:
                _check_files(evidence, EVIDENCE_FILES, wanted, found)
            with _noting(found), ours.open(_OUTBOXES) as outboxes:
                for name in outboxes.names():
                    if len(found) < STRANGERS_LIMIT and KEY.fullmatch(name):
                        with _noting(found), outboxes.open(name) as outbox:
                            _check_files(outbox, (*_OUTBOX_FILES, *_events(outbox)), wanted, found)
    return found[:STRANGERS_LIMIT]


def _check_files(
    folder: OwnedFolder, names: Iterable[str], wanted: "Callable[[str], bool]", found: list[NotOwnedError]
) -> None:
    for name in filter(wanted, names):
        if len(found) == STRANGERS_LIMIT:
            return
        with _noting(found):
            folder.status(name)


@contextmanager
def _noting(found: list[NotOwnedError]) -> Iterator[None]:
    """Go on after what is not there or can't be read, and add what is not the user's own to `found`."""
    try:
        yield
    except NotOwnedError as error:
        found.append(error)
    except OSError:
        """`status` says what can't be read."""


def _events(folder: OwnedFolder) -> list[str]:
    return [name for name in folder.names() if is_event(name)]
