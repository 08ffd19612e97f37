"""The lock of a path: filelock's, or owner_lock's on a file system without locks.

Invariants: filelock writes nothing to stderr or to the tool's logs. No foreign file in the place of a lock is
opened for writing, truncated or removed.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from arcade_usage.adapters.files import owner_lock
from arcade_usage.adapters.files.lock_probe import ForeignFileError, Found, is_held, owner_folder, probe
from arcade_usage.adapters.files.owned_folder import CREATE, PRIVATE_FILE
from arcade_usage.application.time_limits import STUCK_SENDER_SECONDS


@contextmanager
def hold(path: str, seconds: float) -> Iterator[None]:
    """Holds the lock of `path`, whose folder must exist. Blocks for at most `seconds`.

    Raises TimeoutError if another process holds it for all that time, OSError if it can't be used.
    """
    try:
        found = probe(path)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.close(os.open(path, CREATE, PRIVATE_FILE))
        found = probe(path)
    if found == Found.NO_LOCKS:
        with owner_lock.hold(owner_folder(path), seconds):
            yield
    elif found == Found.HELD and not seconds:
        raise TimeoutError
    else:
        with _hold_native(path, seconds):
            yield


@contextmanager
def _hold_native(path: str, seconds: float) -> Iterator[None]:
    from filelock import FileLock  # slow to import, and most processes find the lock held

    _filter_log(path)
    lock, ends = FileLock(path, mode=PRIVATE_FILE), time.monotonic() + seconds
    try:
        lock.acquire(timeout=seconds)
    except NotImplementedError as error:  # older filelock versions: no locks on this file system
        raise OSError("the file system stopped supporting locks") from error
    try:
        while owner_lock.is_held(owner_folder(path)):  # taken while locks failed
            if time.monotonic() >= ends:
                raise TimeoutError
            time.sleep(owner_lock.POLL_SECONDS)
        yield
    finally:
        lock.release()


def _filter_log(path: str) -> None:
    """Filters filelock's DEBUG records about `path` from its logger, which the tool may use too."""
    import logging

    _paths.add(path)
    logging.getLogger("filelock").addFilter(_is_about_other_path)  # adding it again has no effect


_paths: set[str] = set()


def _is_about_other_path(record: "object") -> bool:
    arguments = getattr(record, "args", None)
    return not (isinstance(arguments, tuple) and _paths.intersection(map(str, arguments)))


def find_obstacle(path: str) -> "str | None":
    """Why the lock of `path` can't be used, as a message for users; None if it can. Changes nothing."""
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
