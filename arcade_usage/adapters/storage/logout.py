"""Rotates the identity in the tool during logout, whatever its state. Runs on the command path.

Invariants: the next user inherits nothing, even if the lock is held or the files are malformed. The result is
that of IdentityState.logged_out. The new ledger contains the old one, from which codec.read_ledger takes the
parts that a fresh id inherits. A ledger of a newer version stays as it is, about an id that is no longer the
current one; the newer version then starts over. Uses the standard library only.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from arcade_usage.adapters.files.owned_folder import PRIVATE_FILE, OwnedFolder, open_for_file
from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage.config_folder import (
    IDENTITY_LOCK,
    LEDGER_FILE,
    LEDGER_LIMIT,
    LEDGER_VERSION,
    MALFORMED,
    USAGE_FILE,
    Content,
    Layout,
    as_object,
    is_newer,
    read_contents,
    read_usage_alone,
    set_aside,
)
from arcade_usage.application.command.payload import encode_json
from arcade_usage.application.command.tracker import raised_by_signal_handler
from arcade_usage.application.time_limits import LOGOUT_LOCK_SECONDS

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from arcade_usage.application.ports import Installation

LOCK_PAUSE_SECONDS = 0.02  # between two attempts

_LOCK_FILE = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


def log_out(layout: Layout, fresh: str, installation: "Installation", *, had_credentials: bool) -> None:
    """Rotates to `fresh`; does nothing without an identity. Raises OSError. Blocks for 0.5 s on the lock.

    `had_credentials`: whether there were any when the command began; if not, an id that was never used with
    credentials stays.
    """
    if read_usage_alone(layout) is None:
        return
    with layout.open_folder(make=True) as ours, _holding(ours):
        usage, ledger, owns_ledger = _read(layout)
        if is_newer(as_object(ledger), LEDGER_VERSION):
            ledger, owns_ledger = None, False
        if usage != MALFORMED and not as_object(usage).keys() & {"anon_id", "linked_principal_id"}:
            return
        if not had_credentials and _was_never_logged_in(as_object(usage), ledger):
            return
        # Not durable, because a busy disk can take seconds to sync. After a power cut the old identity is
        # back without its credentials, and is rotated like any other.
        if owns_ledger:
            if ledger == MALFORMED:
                set_aside(ours, LEDGER_FILE, ours)
            succeeding = _succeed(as_object(ledger), fresh, installation.fingerprint())
            ours.replace(LEDGER_FILE, succeeding, durable=False)
        content = {**as_object(usage), "anon_id": fresh, "linked_principal_id": None}
        with open_for_file(layout.config_dir, USAGE_FILE) as (folder, name):
            if usage == MALFORMED:
                set_aside(folder, name, ours)
            folder.replace(name, encode_json(content).encode(), durable=False)


def _read(layout: Layout) -> tuple[Content, Content, bool]:
    """Contents of usage.json and the ledger, and whether the ledger is the user's own.

    A foreign ledger must not prevent the rotation.
    """
    try:
        return (*read_contents(layout), True)
    except NotOwnedError:
        return read_usage_alone(layout), None, False


def _was_never_logged_in(usage: "dict[str, object]", ledger: Content) -> bool:
    """IdentityState.never_logged_in on JSON. Other malformed parts make the next event rotate."""
    if not usage or not isinstance(ledger, dict) or usage.get("linked_principal_id") is not None:
        return False
    never = all(ledger.get(name) is None for name in ("seen", "claim", "latest"))
    return never and ledger.get("anon_id") == usage.get("anon_id")


def _succeed(ledger: "dict[str, object]", fresh: str, here: str) -> bytes:
    """The ledger of a fresh id. Inherits nothing if the old one would exceed LEDGER_LIMIT."""
    content: dict[str, object] = {"version": LEDGER_VERSION, "anon_id": fresh, "born": here}
    previous: object = ledger
    if ledger.keys() <= {"version", "anon_id", "born", "previous"}:
        previous = ledger.get("previous")  # unused since the last logout: this id has no pending alias
    text = encode_json({**content, "previous": previous} if previous else content).encode()
    return text if len(text) <= LEDGER_LIMIT else encode_json(content).encode()


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
