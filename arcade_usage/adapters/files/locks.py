"""The lock of a path: filelock's where the file system has locks, and owner_lock's where it has none.

Owns the invariants that nothing of filelock's is seen on stderr or in the tool's logs, and that no file which
we did not make is opened for writing, emptied, or removed in a lock's place.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from arcade_usage.adapters.files import owner_lock
from arcade_usage.adapters.files.lock_probe import ForeignFileError, Found, is_held, owner_folder, probe
from arcade_usage.adapters.files.owned_folder import PRIVATE_FILE
from arcade_usage.application.time_limits import STUCK_SENDER_SECONDS

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)


@contextmanager
def hold(path: str, seconds: float) -> Iterator[None]:
    """Hold the lock of `path`, in a folder that is there. Blocks: `seconds`.

    Raises TimeoutError where another process holds it for all of that time, OSError where it can't be had.
    """
    try:
        found = probe(path)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.close(os.open(path, _CREATE, PRIVATE_FILE))
        found = probe(path)
    if found is Found.NO_LOCKS:
        with owner_lock.hold(owner_folder(path), seconds):
            yield
    elif found is Found.HELD and not seconds:
        raise TimeoutError
    else:
        with _hold_native(path, seconds):
            yield


@contextmanager
def _hold_native(path: str, seconds: float) -> Iterator[None]:
    from filelock import FileLock  # takes long to import, and most processes find the lock held

    _keep_out_of_logs(path)
    lock, ends = FileLock(path, mode=PRIVATE_FILE), time.monotonic() + seconds
    try:
        lock.acquire(timeout=seconds)
    except NotImplementedError as error:  # an older one's word for: there are no locks here
        raise OSError("locks were there a moment ago") from error
    try:
        while owner_lock.is_held(owner_folder(path)):  # taken while locks failed
            if time.monotonic() >= ends:
                raise TimeoutError
            time.sleep(owner_lock.POLL_SECONDS)
        yield
    finally:
        lock.release()


def _keep_out_of_logs(path: str) -> None:
    """filelock tells of each step at DEBUG, on a logger that the tool may use and show as well."""
    import logging

    _paths.add(path)
    logging.getLogger("filelock").addFilter(_is_of_others)  # adding it again changes nothing


_paths: set[str] = set()


def _is_of_others(record: "object") -> bool:
    arguments = getattr(record, "args", None)
    return not (isinstance(arguments, tuple) and _paths.intersection(map(str, arguments)))


def find_obstacle(path: str) -> "str | None":
    """Why the lock of `path` can't be had, in words for people; None where it can. Changes nothing."""
    try:
        probe(path)
    except FileNotFoundError:
        return None
    except ForeignFileError as error:
        return f"{error.strerror}. Remove it"
    except OSError as error:
        return f"{os.strerror(error.errno or 0)}. Remove it"
    with suppress(OSError):
        if is_held(path) and time.time() - os.stat(path).st_mtime > STUCK_SENDER_SECONDS:
            return "a process has held it for more than a minute. End that process"
    return None
