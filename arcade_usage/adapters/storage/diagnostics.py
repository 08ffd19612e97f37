"""Diagnostics of a config folder: permissions, evidence and locks. `read_diagnostics` writes nothing."""

import os
from collections.abc import Iterable
from contextlib import suppress

from arcade_usage.adapters.files.locks import find_obstacle
from arcade_usage.adapters.files.owned_folder import OwnedFolder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import (
    COPIES_FILE,
    EVIDENCE_FOLDER,
    LEDGER_FILE,
    LEDGER_LIMIT,
    LEDGER_VERSION,
    Layout,
    is_newer,
)
from arcade_usage.adapters.storage.event_queue import EVENT_NAME, RECORD_LIMIT
from arcade_usage.adapters.storage.outbox import KEY
from arcade_usage.adapters.storage.record_files import (
    COPY_VERSION,
    COUNTS_FILE,
    COUNTS_LIMIT,
    COUNTS_VERSION,
    LOGBOOK_FILE,
    LOGBOOK_LIMIT,
    LOGBOOK_VERSION,
    PROJECT_FILE,
    PROJECT_VERSION,
    RECORD_VERSION,
)
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.retention import EVENTS_LIMIT
from arcade_usage.domain.sent import COPIES_BYTES_LIMIT
from arcade_usage.domain.status import Diagnostics

_EVIDENCE_LIMIT = 20  # files that are named
_NEWER_LIMIT = 20  # files that are named


def read_diagnostics(
    layout: Layout,
    *,
    can_launch: bool,
    can_start: bool = True,
    may_report: bool = True,
    locks: Iterable[str] = (),
    not_owned: tuple[str, ...] = (),
    has_version: bool = True,
    in_sandbox: bool = False,
) -> Diagnostics:
    """Collects the diagnostics. Never raises. `can_launch`: whether delivery processes can be started.

    `has_version`, `can_start`, `may_report`, `in_sandbox`: see Diagnostics.
    `locks`: paths of lock files. `not_owned`: messages from adapters/storage/strangers.py.
    """
    writable = _may_write(layout.config_dir) and _may_write(layout.folder)
    obstacles = tuple(f"{lock}: {why}" for lock in locks if (why := find_obstacle(lock)) is not None)
    newer = _find_newer(layout)
    return Diagnostics(
        writable,
        can_launch,
        _evidence(layout),
        obstacles,
        not_owned,
        newer,
        has_version,
        can_start,
        may_report,
        in_sandbox,
    )


def read_off_files(layouts: "list[Layout]") -> tuple[tuple[str, bool], ...]:
    """Paths of the stored opt-outs, and whether each can be read; see `chose_off`."""
    found = []
    for layout in layouts:
        try:
            os.lstat(layout.choice_off)
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            found.append((layout.choice_off, False))
        else:
            found.append((layout.choice_off, True))
    return tuple(found)


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
                    check(outbox, COPIES_FILE, COPY_VERSION, COPIES_BYTES_LIMIT)
                    for name in filter(EVENT_NAME.fullmatch, outbox.names(EVENTS_LIMIT)):
                        check(outbox, name, RECORD_VERSION, RECORD_LIMIT)
    return tuple(found)


def _is_newer(line: bytes, known: int) -> bool:
    with suppress(codec.MalformedError):
        return is_newer(codec.load_object(line), known)
    return False


def _evidence(layout: Layout) -> tuple[str, ...]:
    with suppress(OSError, ValueError), layout.open_folder() as ours, ours.open(EVIDENCE_FOLDER) as evidence:
        return tuple(sorted(evidence.names(_EVIDENCE_LIMIT)))
    return ()
