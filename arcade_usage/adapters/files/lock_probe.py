"""Probes a lock without filelock: whether it is held, and whether the file system supports locks.

Most processes on a busy machine find an active sender and end. Importing filelock, or enum and re, would take
a large part of their run time.
"""

import errno
import os
import stat
import sys

from arcade_usage.application.time_limits import UNTENDED_SECONDS

# Errors of file systems without locks. All processes that share a folder get them and use the same fallback.
_NO_LOCKS = {
    errno.ENOLCK,
    errno.EOPNOTSUPP,
    errno.EINVAL,
    errno.EIO,
    errno.ENOSYS,
    getattr(errno, "ENOTSUP", errno.EOPNOTSUPP),
}
_OPEN = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Found:
    """The results of probing a lock."""

    FREE = "no process holds it"
    HELD = "another process holds it"
    NO_LOCKS = "the file system has no locks; owner_lock has to be asked"


class ForeignFileError(OSError):
    """The file at the lock's path is not one that the library made; it is left unchanged."""


def owner_folder(path: str) -> str:
    """The folder that replaces the lock file at `path` on a file system without locks."""
    return f"{path}.owners"


def probe(path: str) -> str:
    """Probes a lock file. Raises ForeignFileError, FileNotFoundError if it is missing, OSError.

    Doesn't block. Holds the lock for a moment. A process that finds it held meanwhile relies on the caller to
    take it.
    """
    check_file(path)
    if sys.platform == "win32":
        return Found.FREE  # filelock has to try
    import fcntl

    descriptor = os.open(path, _OPEN)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return Found.HELD
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return Found.NO_LOCKS
    finally:
        os.close(descriptor)
    # Locks can fail for some processes only, or have failed until now.
    return Found.HELD if _has_owner(path) else Found.FREE


def is_held(path: str) -> bool:
    """Whether a process holds the lock of either kind. Never raises."""
    try:
        found = probe(path)
    except OSError:
        return False
    return found == Found.HELD or (found == Found.NO_LOCKS and _has_owner(path))


def is_tended(path: str) -> bool:
    """Whether a sender started at most UNTENDED_SECONDS before the lock's folder last changed. Never raises.

    Each sender touches the lock file. Blocks: two stat() calls.
    """
    try:
        lock, folder = os.lstat(path), os.stat(os.path.dirname(path))
    except OSError:
        return False
    return stat.S_ISREG(lock.st_mode) and abs(folder.st_mtime - lock.st_mtime) <= UNTENDED_SECONDS


def _has_owner(path: str) -> bool:
    folder = owner_folder(path)
    if not os.path.lexists(folder):
        return False
    from arcade_usage.adapters.files import owner_lock

    return owner_lock.is_held(folder)


def check_file(path: str) -> None:
    """Raises ForeignFileError, FileNotFoundError if the file is missing, OSError.

    filelock truncates the file and changes its mode, so it must not be given another file.
    """
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        raise ForeignFileError(errno.ELOOP, "it is a link", path)
    if not stat.S_ISREG(status.st_mode):
        raise ForeignFileError(errno.EEXIST, "it is not a plain file", path)
    if status.st_nlink > 1:
        raise ForeignFileError(errno.EMLINK, "it has a second hard link", path)
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise ForeignFileError(errno.EPERM, "it belongs to another user", path)
