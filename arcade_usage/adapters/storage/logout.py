"""Rotates the identity in the tool during logout, whatever its state. Runs on the command path.

Invariants: the next user inherits nothing, even if the lock is held or the files are malformed. The result is
that of IdentityState.logged_out. The new ledger contains the old one, from which codec.read_ledger takes the
parts that a fresh id inherits. A ledger of a newer version stays as it is, about an id that is no longer the
current one; the newer version then starts over. Uses the standard library only.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from arcade_usage.adapters.files.owned_folder import PRIVATE_FILE, OwnedFolder, open_for_file
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage.config_folder import (
    IDENTITY_LOCK,
    LEDGER_FILE,
    LEDGER_LIMIT,
    LEDGER_VERSION,
    USAGE_FILE,
    Layout,
    is_newer,
    read_texts,
    read_usage_text,
    set_aside,
)
from arcade_usage.application.command.tracker import raised_by_signal_handler
from arcade_usage.application.time_limits import LOGOUT_LOCK_SECONDS

LOCK_PAUSE_SECONDS = 0.02  # between two attempts

_LOCK_FILE = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


def log_out(layout: Layout, fresh: str, find_here: Callable[[], str], *, had_credentials: bool) -> None:
    """Rotates to `fresh`; does nothing without an identity. Raises OSError. Blocks for 0.5 s on the lock.

    `find_here`: returns the installation's fingerprint. `had_credentials`: whether there were any when the
    command began; if not, an id that was never used with credentials stays.
    """
    if read_usage_text(layout) is None:
        return
    with layout.open_folder(make=True) as ours, _holding(ours):
        usage_text, ledger_text, owns_ledger = _read(layout)
        usage, ledger = _load(usage_text), _load(ledger_text)
        if is_newer(ledger, LEDGER_VERSION):
            ledger, owns_ledger = None, False
        if usage_text is None or (
            usage is not None and not usage.keys() & {"anon_id", "linked_principal_id"}
        ):
            return
        if not had_credentials and _was_never_logged_in(usage, ledger):
            return
        # Not durable, because a busy disk can take seconds to sync. After a power cut the old identity is
        # back without its credentials, and is rotated like any other.
        if owns_ledger:
            if ledger_text is not None and ledger is None:
                set_aside(ours, LEDGER_FILE, ours)
            ours.replace(LEDGER_FILE, _succeed(ledger, fresh, find_here()), durable=False)
        content = {**(usage or {}), "anon_id": fresh, "linked_principal_id": None}
        with open_for_file(layout.config_dir, USAGE_FILE) as (folder, name):
            if usage is None:
                set_aside(folder, name, ours)
            folder.replace(name, json.dumps(content).encode(), durable=False)


def _read(layout: Layout) -> "tuple[str | None, str | None, bool]":
    """Texts of usage.json and the ledger, and whether the ledger is the user's own.

    A foreign ledger must not prevent the rotation.
    """
    try:
        return (*read_texts(layout), True)
    except NotOwnedError:
        return read_usage_text(layout), None, False


def _load(text: "str | None") -> "dict[str, object] | None":
    try:
        content = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _was_never_logged_in(usage: "dict[str, object] | None", ledger: "dict[str, object] | None") -> bool:
    """IdentityState.never_logged_in on JSON. Other malformed parts make the next event rotate."""
    if usage is None or ledger is None or usage.get("linked_principal_id") is not None:
        return False
    never = all(ledger.get(name) is None for name in ("seen", "claim", "latest"))
    return never and ledger.get("anon_id") == usage.get("anon_id")


def _succeed(ledger: "dict[str, object] | None", fresh: str, here: str) -> bytes:
    """The ledger of a fresh id. Inherits nothing if the old one would exceed LEDGER_LIMIT."""
    content: dict[str, object] = {"version": LEDGER_VERSION, "anon_id": fresh, "born": here}
    previous: object = ledger
    if ledger is not None and ledger.keys() <= {"version", "anon_id", "born", "previous"}:
        previous = ledger.get("previous")  # unused since the last logout: this id has no pending alias
    text = json.dumps({**content, "previous": previous} if previous else content).encode()
    return text if len(text) <= LEDGER_LIMIT else json.dumps(content).encode()


@contextmanager
def _holding(ours: OwnedFolder) -> "Iterator[None]":
    """Holds the identity lock, the same as filelock's, if it is free within LOGOUT_LOCK_SECONDS."""
    descriptor = -1
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
