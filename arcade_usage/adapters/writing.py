"""Writes files that other processes read and write at the same time. The first command needs it, too.

Owns the invariants that a reader sees a file whole, as it was before or after a write, and that what we
make is the user's alone (0600, folders 0700).
"""

import os
import time
from contextlib import suppress
from itertools import islice

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
TEMPORARY_PREFIX = ".tmp-"
STRAY_SECONDS = 3600.0  # after which a file that its writer did not put in place is nobody's
SWEEP_LIMIT = 1000  # entries of a folder that one sweep takes in
REPLACE_TRIES = 20  # on Windows, while a reader holds the file
REPLACE_PAUSE_SECONDS = 0.01

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def make_folder(path: str) -> None:
    """Make a folder, and those above it, for this user alone; one that is there stays. Raises OSError."""
    try:
        _make_one_folder(path)
    except FileNotFoundError:
        above = os.path.dirname(path)
        if above in ("", path):  # a drive that is not there
            raise
        make_folder(above)
        _make_one_folder(path)


def _make_one_folder(path: str) -> None:
    try:
        os.mkdir(path, PRIVATE_FOLDER)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def replace(path: str, content: bytes, *, durable: bool = True) -> None:
    """Put `content` in the place of `path`. A symlink stays one. Raises OSError.

    `durable` waits for the disk.
    """
    put(os.path.realpath(path), content, durable=durable)


def put(path: str, content: bytes, *, durable: bool) -> None:
    """As `replace`, where a symlink has no business, and is replaced itself."""
    temporary = _write_temporary(os.path.dirname(path), content, durable=durable)
    try:
        _rename(temporary, path)
    except OSError:
        _discard(temporary)
        raise


def create_first(path: str, content: bytes, *, durable: bool) -> bool:
    """Make `path` unless it is there; False if somebody else came first. Raises OSError.

    `durable` waits for the disk, which the command path must not.
    """
    temporary = _write_temporary(os.path.dirname(path), content, durable=durable)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # file systems that have no hard links say so in many ways: EPERM, EACCES, EINVAL, …
        return _create_without_links(path, content)
    finally:
        _discard(temporary)
    return True


def sweep_temporaries(folder: str, now: float) -> None:
    """Remove what killed writers left in a folder that others may use too. Never raises."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in islice(entries, SWEEP_LIMIT):
            if is_temporary(entry.name):
                sweep(entry, now)


def is_temporary(name: str) -> bool:
    """Whether it is exactly a name that a file has here while it is written; a host's own differ."""
    pid, _, chance = name.removeprefix(TEMPORARY_PREFIX).partition("-")
    return name.startswith(TEMPORARY_PREFIX) and pid.isdigit() and len(chance) == 16 and chance.isalnum()


def sweep(entry: "os.DirEntry[str]", now: float) -> None:
    """Remove a file once it is old: it may be one that is being written. Never raises.

    `now`: Unix seconds by the clock that dates the files.
    """
    with suppress(OSError):
        if now - entry.stat(follow_symlinks=False).st_mtime > STRAY_SECONDS:
            os.unlink(entry.path)


def read_files_clock(path: str) -> float:
    """The time (Unix seconds) by the clock that dates files, told by touching the one at `path`.

    Ours may have been put ahead, or a server's may be behind: a file that is just being written by
    another process must not look old. Where there is no such file, our own clock.
    """
    try:
        os.utime(path)
        return os.stat(path).st_mtime
    except OSError:
        return time.time()


def _create_without_links(path: str, content: bytes) -> bool:
    """The first writer wins here as well, but a reader may see a file that is not whole yet."""
    try:
        descriptor = os.open(path, _CREATE, PRIVATE_FILE)
    except FileExistsError:
        return False
    try:
        _write_all(descriptor, content)
    except OSError:
        os.close(descriptor)
        _discard(path)
        raise
    os.close(descriptor)
    return True


def _write_temporary(folder: str, content: bytes, *, durable: bool) -> str:
    temporary = os.path.join(folder, f"{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(8).hex()}")
    descriptor = os.open(temporary, _CREATE, PRIVATE_FILE)
    try:
        _write_all(descriptor, content)
        if durable:
            os.fsync(descriptor)
    except OSError:
        os.close(descriptor)
        _discard(temporary)
        raise
    os.close(descriptor)
    return temporary


def _write_all(descriptor: int, content: bytes) -> None:
    written = 0
    while written < len(content):
        written += os.write(descriptor, content[written:])


def _rename(source: str, target: str) -> None:
    for _ in range(REPLACE_TRIES if os.name == "nt" else 1):
        try:
            os.replace(source, target)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(REPLACE_PAUSE_SECONDS)
        else:
            return
    os.replace(source, target)


def _discard(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
