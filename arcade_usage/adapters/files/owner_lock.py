"""A lock for file systems that have none: a folder that names its owner, and that one process at a time has.

Owns the invariants that a folder is taken with its owner's name in it, whole, and that only that one name is
removed, so that two processes which replace a dead owner can't remove a living one's.

To take the lock, a process makes a folder with one empty file, whose name says which process it is. Then it
renames the folder to `held`, which fails while `held` has a file in it. An owner's file is removed when the
owner lets go, or is gone. No process opens these files: network file systems keep an open file that is gone.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EEXIST, ENOENT, ENOTEMPTY

from arcade_usage.adapters.files.owned_folder import PRIVATE_FILE, PRIVATE_FOLDER
from arcade_usage.adapters.machine.installation import installation

# How long an owner keeps the lock if nobody can tell whether it lives. A sender's ten batches take 50 s.
LEASE_SECONDS = 300.0
POLL_SECONDS = 0.05

_HELD = "held"
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
_NAME = re.compile(r"(?P<place>[0-9a-f]+-\d+)-(?P<pid>\d{1,10})-(?P<start>\d*)-[0-9a-f]{16}")

_ours: set[str] = set()  # names under which this process has a lock, or is about to


@contextmanager
def hold(folder: str, seconds: float) -> Iterator[None]:
    """Hold the lock that `folder` is. Raises TimeoutError after `seconds`, OSError where it can't be had."""
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
    """Whether an owner that is not gone has the lock. Never raises."""
    with suppress(OSError):
        held = os.path.join(folder, _HELD)
        if not os.path.islink(folder) and (names := os.listdir(held)):
            now = _clock_of(folder)
            return not all(_is_gone(held, name, now) for name in names)
    return False


def _take(folder: str, name: str) -> bool:
    """One attempt; False while another process has it. Raises OSError."""
    if is_held(folder):
        return False
    _remove_gone(folder)
    mine, held = os.path.join(folder, name), os.path.join(folder, _HELD)
    try:
        os.mkdir(mine, PRIVATE_FOLDER)
        os.close(os.open(os.path.join(mine, name), _CREATE, PRIVATE_FILE))
        os.rename(mine, held)
    except OSError as error:
        if os.path.lexists(os.path.join(held, name)):  # a repeat of a request whose reply was lost
            return True
        _remove(mine, name)
        if error.errno not in (EEXIST, ENOTEMPTY, ENOENT):
            raise
        return False
    return True


def _remove_gone(folder: str) -> None:
    """Remove what owners left that are gone: the lock itself, and what they were about to rename."""
    now = _clock_of(folder)
    for place in os.listdir(folder):
        inside = os.path.join(folder, place)
        with suppress(OSError):
            for name in os.listdir(inside) if place == _HELD else [place]:
                if _is_gone(inside, name, now):
                    _remove(inside, name)


def _remove(inside: str, name: str) -> None:
    """Remove an owner's file, and the folder if nobody else is in it. Never raises."""
    with suppress(OSError):
        os.unlink(os.path.join(inside, name))
    with suppress(OSError):  # where renaming to an empty folder works, it may stay
        os.rmdir(inside)


def _is_gone(inside: str, name: str, now: float) -> bool:
    """Whether an owner has let go, has died, or may be taken for dead. What is no owner's name never is.

    `now`: Unix seconds by the clock that dates the files.
    """
    owner = _NAME.fullmatch(name)
    if owner is None:
        return False
    pid = int(owner["pid"])
    if owner["place"] == _place():
        if pid == os.getpid() and owner["start"] == _start(pid):
            return name not in _ours  # it could not be removed
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
    """The time (Unix seconds) by the clock that dates files, told by touching the folder; else our own."""
    try:
        os.utime(folder)
        return os.stat(folder).st_mtime
    except OSError:
        return time.time()


def _own_name() -> str:
    pid = os.getpid()
    return f"{_place()}-{pid}-{_start(pid) or ''}-{os.urandom(8).hex()}"


def _place() -> str:
    """Where a process id means one process: a boot of a machine, and a namespace of process ids."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read(100).strip().replace("-", "")
        return f"{int(boot, 16):x}-{os.stat('/proc/self/ns/pid').st_ino}"
    except (OSError, ValueError):
        return f"{installation(os.sep)()}-0"


def _start(pid: int) -> "str | None":
    """When a process started, in ticks of its system; None where it has ended, "" where nothing tells."""
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
    except OSError:  # another user's
        return True
    return True
