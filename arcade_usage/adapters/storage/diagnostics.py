"""Diagnostics of a config folder: permissions, evidence and locks. `read_diagnostics` writes nothing."""

import os
from collections.abc import Iterable
from contextlib import suppress

from arcade_usage.adapters.files.locks import find_obstacle
from arcade_usage.adapters.files.owned_folder import open_folder
from arcade_usage.adapters.storage.config_folder import EVIDENCE_FILES, EVIDENCE_FOLDER, Layout
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.status import Diagnostics

_EVIDENCE_LIMIT = 20  # files that are listed


def read_diagnostics(
    layout: Layout, *, can_launch: bool, locks: Iterable[str] = (), not_owned: tuple[str, ...] = ()
) -> Diagnostics:
    """Collects the diagnostics. Never raises. `can_launch`: whether delivery processes can be started.

    `locks`: paths of lock files. `not_owned`: messages from adapters/storage/strangers.py.
    """
    writable = _may_write(layout.config_dir) and _may_write(layout.folder)
    obstacles = tuple(f"{lock}: {why}" for lock in locks if (why := find_obstacle(lock)) is not None)
    return Diagnostics(writable, can_launch, _evidence(layout), obstacles, not_owned)


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


def sweep(layout: Layout) -> None:
    """Removes evidence and temporary files, because both may contain ids. Raises StoreError."""
    try:
        with layout.open_folder() as ours, open_folder(layout.config_dir, 0) as around:
            for folder in (ours, around):
                folder.sweep(None)
            with suppress(FileNotFoundError), ours.open(EVIDENCE_FOLDER) as evidence:
                for name in EVIDENCE_FILES:
                    evidence.remove(name)
            with suppress(OSError):  # missing, or it contains foreign files
                ours.remove_folder(EVIDENCE_FOLDER)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError("remains of earlier files can't be erased") from error


def _may_write(folder: str) -> bool:
    """Whether files can be created in a folder, or in its nearest existing parent."""
    while not os.path.lexists(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def _evidence(layout: Layout) -> tuple[str, ...]:
    with suppress(OSError, ValueError), layout.open_folder() as ours, ours.open(EVIDENCE_FOLDER) as evidence:
        return tuple(sorted(evidence.names(_EVIDENCE_LIMIT)))
    return ()
