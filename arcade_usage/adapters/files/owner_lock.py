"""A lock for file systems without locks: a folder with the name of the one process that owns it.

Invariants: a folder is renamed into place together with its owner's name. A process removes only a specific
owner's name, so two processes that replace a dead owner can't remove a living one's.

To take the lock, a process creates a folder with one empty file whose name identifies the process. It renames
the folder to `held`, which fails while `held` contains a file. An owner's file is removed when the owner
releases the lock or has ended. No process opens these files, because network file systems keep a deleted file
while it is open.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EEXIST, ENOENT, ENOTEMPTY

from arcade_usage.adapters.files.owned_folder import CREATE, PRIVATE_FILE, PRIVATE_FOLDER
from arcade_usage.adapters.machine.installation import FolderInstallation

# Lease of an owner that can't be checked for life. A sender's ten batches take 50 s.
LEASE_SECONDS = 300.0
POLL_SECONDS = 0.05

_HELD = "held"
_NAME = re.compile(r"(?P<place>[0-9a-f]+-\d+)-(?P<pid>\d{1,10})-(?P<start>\d*)-[0-9a-f]{16}")

_ours: set[str] = set()  # names under which this process holds a lock or is taking one


@contextmanager
def hold(folder: str, seconds: float) -> Iterator[None]:
    """Holds the lock `folder`. Raises TimeoutError after `seconds`, OSError if it can't be used."""
    with suppress(FileExistsError):
        os.mkdir(folder, PRIVATE_FOLDER)
    if os.path.islink(folder):
        raise FileExistsError(EEXIST, "a link", folder)
    name, ends = _own_name(), time.monotonic() + seconds
    _ours.add(name)
    try:
        while not _take(folder, name):
            if time.monotonic() >= ends:
                raise TimeoutError
            time.sleep(POLL_SECONDS)
        yield
    finally:
        _ours.discard(name)
        _remove(os.path.join(folder, _HELD), name)


def is_held(folder: str) -> bool:
    """Whether a living owner holds the lock. Never raises."""
    with suppress(OSError):
        held = os.path.join(folder, _HELD)
        if not os.path.islink(folder) and (names := os.listdir(held)):
            now = _clock_of(folder)
            return not all(_is_gone(held, name, now) for name in names)
    return False


def _take(folder: str, name: str) -> bool:
    """Tries once; False while another process holds the lock. Raises OSError."""
    if is_held(folder):
        return False
    _remove_gone(folder)
    mine, held = os.path.join(folder, name), os.path.join(folder, _HELD)
    try:
        os.mkdir(mine, PRIVATE_FOLDER)
        os.close(os.open(os.path.join(mine, name), CREATE, PRIVATE_FILE))
        os.rename(mine, held)
    except OSError as error:
        if os.path.lexists(os.path.join(held, name)):  # a repeated request whose first reply was lost
            return True
        _remove(mine, name)
        if error.errno not in (EEXIST, ENOTEMPTY, ENOENT):
            raise
        return False
    return True


def _remove_gone(folder: str) -> None:
    """Removes entries of dead owners: the lock itself and folders not yet renamed."""
    now = _clock_of(folder)
    for place in os.listdir(folder):
        inside = os.path.join(folder, place)
        with suppress(OSError):
            for name in os.listdir(inside) if place == _HELD else [place]:
                if _is_gone(inside, name, now):
                    _remove(inside, name)


def _remove(inside: str, name: str) -> None:
    """Removes an owner's file, and its folder if that is empty then. Never raises."""
    with suppress(OSError):
        os.unlink(os.path.join(inside, name))
    with suppress(OSError):  # may remain: renaming onto an empty folder works
        os.rmdir(inside)


def _is_gone(inside: str, name: str, now: float) -> bool:
    """Whether an owner has released the lock, has died, or its lease is over; False for foreign names.

    `now`: Unix seconds of the clock that dates the files.
    """
    owner = _NAME.fullmatch(name)
    if owner is None:
        return False
    pid = int(owner["pid"])
    if owner["place"] == _place():
        if pid == os.getpid() and owner["start"] == _start(pid):
            return name not in _ours  # released, but could not be removed
        start = _start(pid)
        if start is None or not _is_alive(pid):
            return True
        if start and owner["start"]:
            return start != owner["start"]
    try:
        since = os.lstat(os.path.join(inside, name)).st_mtime
    except FileNotFoundError:
        return True
    return abs(now - since) > LEASE_SECONDS


def _clock_of(folder: str) -> float:
    """The time (Unix seconds) of the clock that dates files, read by touching the folder; else local time."""
    try:
        os.utime(folder)
        return os.stat(folder).st_mtime
    except OSError:
        return time.time()


def _own_name() -> str:
    pid = os.getpid()
    return f"{_place()}-{pid}-{_start(pid) or ''}-{os.urandom(8).hex()}"


def _place() -> str:
    """Identifies the scope of process ids: one boot of a machine and one pid namespace."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read(100).strip().replace("-", "")
        return f"{int(boot, 16):x}-{os.stat('/proc/self/ns/pid').st_ino}"
    except (OSError, ValueError):
        return f"{FolderInstallation(os.sep).fingerprint()}-0"


def _start(pid: int) -> "str | None":
    """Start time of a process in clock ticks; None if it has ended, "" if unknown."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            facts = file.read(4096).rpartition(b")")[2].split()
        return None if facts[0] in (b"Z", b"X") else facts[19].decode("ascii")
    except (OSError, IndexError, ValueError):
        return ""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's process
        return True
    return True
