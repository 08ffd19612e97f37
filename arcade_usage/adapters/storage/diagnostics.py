"""Diagnostics of a config folder: permissions, evidence and locks. `read_diagnostics` writes nothing."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress

from arcade_usage.adapters.files.locks import find_obstacle
from arcade_usage.adapters.files.owned_folder import OwnedFolder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import (
    EVIDENCE_FOLDER,
    LEDGER_FILE,
    LEDGER_LIMIT,
    LEDGER_VERSION,
    Layout,
    stored_level,
)
from arcade_usage.adapters.storage.consent_board import read_consent
from arcade_usage.adapters.storage.event_queue import EVENT_NAME, FILE_LIMIT, RECORD_LIMIT
from arcade_usage.adapters.storage.outbox import KEY
from arcade_usage.adapters.storage.record_files import (
    BATCH_VERSION,
    COPY_VERSION,
    COUNTS_FILE,
    COUNTS_LIMIT,
    COUNTS_VERSION,
    LOGBOOK_FILE,
    LOGBOOK_LIMIT,
    LOGBOOK_VERSION,
    PROJECT_FILE,
    PROJECT_VERSION,
)
from arcade_usage.adapters.storage.sent_copies import is_copies
from arcade_usage.application.command.payload import is_newer
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.retention import EVENTS_LIMIT
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT
from arcade_usage.domain.status import Diagnostics, StoredChoice, StoredConsent

CONSENTS_LIMIT = 100  # notices and questions that are listed
_CONSENT = re.compile(r"(notice|consent)-(.*)-([0-9]{1,9})")
_EVIDENCE_LIMIT = 20  # files that are named
_NEWER_LIMIT = 20  # files that are named


def read_diagnostics(layout: Layout, locks: Iterable[str]) -> Diagnostics:
    """What the files of a config folder tell. `locks`: paths of lock files. Never raises."""
    obstacles = tuple(f"{lock}: {why}" for lock in locks if (why := find_obstacle(lock)) is not None)
    return Diagnostics(
        writable=_may_write(layout.config_dir) and _may_write(layout.folder),
        evidence=_evidence(layout),
        unusable_locks=obstacles,
        newer=_find_newer(layout),
    )


def read_choices(layouts: "list[Layout]") -> tuple[StoredChoice, ...]:
    """The stored choices; see `stored_level`."""
    found = []
    for layout in layouts:
        at: float | None = None
        try:
            at = os.lstat(layout.choice_off).st_mtime
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            """It can't be read, which means off."""
        found.append(StoredChoice(layout.choice_off, stored_level([layout]), at))
    return tuple(found)


def read_consents(layouts: "list[Layout]") -> tuple[StoredConsent, ...]:
    """The notices that were shown and the questions that were asked, oldest first: CONSENTS_LIMIT at most."""
    found: list[StoredConsent] = []
    for layout in layouts:
        with suppress(OSError, ValueError), layout.open_folder() as ours:
            for name in sorted(ours.names()):
                match = _CONSENT.fullmatch(name)
                if match is None or len(found) == CONSENTS_LIMIT:
                    continue
                if match[1] == "notice":
                    at = os.lstat(ours.path_of(name)).st_mtime
                    found.append(StoredConsent(match[2], int(match[3]), at))
                elif (consent := read_consent(layout, name)) is not None:
                    answer, at = consent
                    found.append(StoredConsent(match[2], int(match[3]), at, answer))
    return tuple(sorted(found, key=lambda each: each.at))


def _may_write(folder: str) -> bool:
    """Whether files can be created in a folder, or in its nearest existing parent."""
    while not os.path.lexists(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def _find_newer(layout: Layout) -> tuple[str, ...]:
    """The files that a newer version wrote, with the cure: _NEWER_LIMIT at most."""
    found: list[str] = []

    def check(folder: OwnedFolder, name: str, known: int, limit: int) -> None:
        with suppress(OSError):
            lines = (folder.read(name, limit) or b"").split(b"\n")
            if len(found) < _NEWER_LIMIT and any(_is_newer(line, known) for line in lines):
                found.append(str(NewerFormatError(folder.path_of(name))))

    with suppress(OSError, ValueError), layout.open_folder() as ours:
        check(ours, LEDGER_FILE, LEDGER_VERSION, LEDGER_LIMIT)
        with ours.open(os.path.basename(layout.outboxes)) as outboxes:
            for key in filter(KEY.fullmatch, outboxes.names()):
                with suppress(OSError), outboxes.open(key) as outbox:
                    check(outbox, PROJECT_FILE, PROJECT_VERSION, RECORD_LIMIT)
                    check(outbox, LOGBOOK_FILE, LOGBOOK_VERSION, LOGBOOK_LIMIT)
                    check(outbox, COUNTS_FILE, COUNTS_VERSION, COUNTS_LIMIT)
                    for name in sorted(filter(is_copies, outbox.names(EVENTS_LIMIT))):
                        check(outbox, name, COPY_VERSION, COPIES_BYTES_LIMIT)
                    for name in filter(EVENT_NAME.fullmatch, outbox.names(EVENTS_LIMIT)):
                        check(outbox, name, BATCH_VERSION, FILE_LIMIT)
    return tuple(found)


def _is_newer(line: bytes, known: int) -> bool:
    with suppress(codec.MalformedError):
        return is_newer(codec.load_object(line), known)
    return False


def _evidence(layout: Layout) -> tuple[str, ...]:
    with suppress(OSError, ValueError), layout.open_folder() as ours, ours.open(EVIDENCE_FOLDER) as evidence:
        return tuple(sorted(evidence.names(_EVIDENCE_LIMIT)))
    return ()
