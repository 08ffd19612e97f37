"""usage.json, the ledger and the identity lock, as the command path uses them: one step for each method.

Runs on the command path, for the first identity and for a logout. Both rules only see this class, so that
verification/interleavings runs them with another process between any two steps. No write waits for the disk,
because a busy one can take seconds. Uses the standard library only.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from arcade_usage.adapters.files.owned_folder import PRIVATE_FILE, OwnedFolder, open_for_file
from arcade_usage.adapters.files.ownership import open_to_read
from arcade_usage.adapters.storage.config_folder import (
    EVIDENCE_FILES,
    EVIDENCE_FOLDER,
    IDENTITY_LOCK,
    LEDGER_FILE,
    USAGE_FILE,
    Layout,
    read_contents,
    read_usage,
)
from arcade_usage.application.command.payload import Content
from arcade_usage.application.command.tracker import raised_by_signal_handler
from arcade_usage.application.time_limits import LOGOUT_LOCK_SECONDS

LOCK_PAUSE_SECONDS = 0.02  # between two attempts

_LOCK_FILE = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def set_aside(folder: OwnedFolder, name: str, ours: OwnedFolder) -> None:
    """Moves a malformed file to `ours` as evidence. Only the last file of each name is kept."""
    kept = name if name in EVIDENCE_FILES else USAGE_FILE
    with suppress(OSError), ours.open(EVIDENCE_FOLDER, make=True) as evidence:  # foreign, or another disk
        folder.move(name, evidence, kept)


class IdentityFolder:
    """The identity's files in one config folder. Methods raise NotOwnedError, OSError."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def read(self) -> tuple[Content, Content]:
        return read_contents(self._layout)

    def read_usage(self) -> Content:
        """The content of usage.json."""
        try:
            with open_to_read(self._layout.config_dir) as folder:
                return read_usage(self._layout, folder)
        except FileNotFoundError:
            return None

    def make(self) -> None:
        """Creates usage/, and the config folder."""
        self._layout.open_folder(make=True).close()

    def create_ledger(self, content: bytes) -> bool:
        """Creates the ledger in usage/; False if there is one."""
        with self._layout.open_folder() as ours:
            return ours.create_exclusive(LEDGER_FILE, content, durable=False)

    def create_usage(self, content: bytes) -> bool:
        """Creates usage.json; False if there is one."""
        with open_for_file(self._layout.config_dir, USAGE_FILE) as (folder, name):
            return folder.create_exclusive(name, content, durable=False)

    def replace_ledger(self, content: bytes, *, malformed: bool) -> None:
        """Replaces the ledger. `malformed`: keeps the old file as evidence."""
        with self._layout.open_folder() as ours:
            if malformed:
                set_aside(ours, LEDGER_FILE, ours)
            ours.replace(LEDGER_FILE, content, durable=False)

    def replace_usage(self, content: bytes, *, malformed: bool) -> None:
        """Replaces usage.json. `malformed`: keeps the old file as evidence."""
        with (
            self._layout.open_folder() as ours,
            open_for_file(self._layout.config_dir, USAGE_FILE) as (folder, name),
        ):
            if malformed:
                set_aside(folder, name, ours)
            folder.replace(name, content, durable=False)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Creates usage/ and holds the identity lock, if it is free within LOGOUT_LOCK_SECONDS.

        The lock is the same as filelock's.
        """
        descriptor = -1
        with self._layout.open_folder(make=True) as ours:
            try:
                try:
                    ours.status(IDENTITY_LOCK)
                    descriptor = os.open(ours.path_of(IDENTITY_LOCK), _LOCK_FILE, PRIVATE_FILE)
                    end = time.monotonic() + LOGOUT_LOCK_SECONDS
                    while not _try_lock(descriptor) and time.monotonic() < end:
                        time.sleep(LOCK_PAUSE_SECONDS)
                except (OSError, ImportError) as error:  # a foreign file, or no locks on this file system
                    if raised_by_signal_handler(error):
                        raise
                yield
            finally:
                if descriptor >= 0:
                    os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Whether the lock was taken. Raises OSError, ImportError without support for locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
