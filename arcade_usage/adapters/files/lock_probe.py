"""Looks at a lock: whether somebody holds it, told without filelock, and which kind of lock it is.

Most processes of a busy machine find a sender at work, and then have nothing more to do: importing filelock
would take a good part of all the time that they take.
"""

import errno
import os
import stat
import sys
from enum import Enum

from arcade_usage.adapters.files import owner_lock

# What file systems without locks say: all who share a folder hear the same, and use the same kind of lock.
_NO_LOCKS = {
    errno.ENOLCK,
    errno.EOPNOTSUPP,
    errno.EINVAL,
    errno.EIO,
    errno.ENOSYS,
    getattr(errno, "ENOTSUP", errno.EOPNOTSUPP),
}
_OPEN = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Found(Enum):
    """What a look at a lock found."""

    FREE = "nobody holds it"
    HELD = "another process holds it"
    NO_LOCKS = "the file system has no locks: owner_lock has to tell"


class ForeignFileError(OSError):
    """What lies in the place of a lock file is none that we made: it is left alone."""


def owner_folder(path: str) -> str:
    """The folder that takes the place of the lock file at `path` where the file system has no locks."""
    return f"{path}.owners"


def probe(path: str) -> Found:
    """Look at a lock file. Raises ForeignFileError, FileNotFoundError where there is none yet, OSError.

    Blocks: not. Holds it itself for a moment, so who sees it held meanwhile relies on the caller to take it.
    """
    check_file(path)
    if sys.platform == "win32":
        return Found.FREE  # filelock has to tell
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
    # Locks fail for some processes only, or failed until now.
    return Found.HELD if owner_lock.is_held(owner_folder(path)) else Found.FREE


def is_held(path: str) -> bool:
    """True where a process holds the lock, of whichever kind. Never raises."""
    try:
        found = probe(path)
    except OSError:
        return False
    return found is Found.HELD or (found is Found.NO_LOCKS and owner_lock.is_held(owner_folder(path)))


def check_file(path: str) -> None:
    """Raises ForeignFileError, FileNotFoundError where there is none yet, OSError.

    filelock empties the file and changes its mode, so it must not be given another one.
    """
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        raise ForeignFileError(errno.ELOOP, "it is a link", path)
    if not stat.S_ISREG(status.st_mode):
        raise ForeignFileError(errno.EEXIST, "it is no file", path)
    if status.st_nlink > 1:
        raise ForeignFileError(errno.EMLINK, "it has another name elsewhere", path)
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise ForeignFileError(errno.EPERM, "it belongs to another user", path)
