"""Writes files in our folders: follows no link, and changes no file that isn't the user's own.

Owns the invariants that nothing outside of our folders is changed or deleted through a link; that a reader
sees a file whole, as it was before or after a write; and that what we make is the user's alone (0600, folders
0700). adapters/files/ownership.py opens and reads: most commands write nothing, so they import that alone.
"""

import os
import stat
import time
from contextlib import contextmanager, suppress
from itertools import islice

from arcade_usage.adapters.files.ownership import (
    ON_WINDOWS,
    NotOwnedError,
    ReadableFolder,
    check_config_dir,
    check_user,
    open_descriptor,
)

TYPE_CHECKING = False  # typing's is too slow to import here: arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
TEMPORARY_PREFIX = ".tmp-"
STRAY_SECONDS = 3600.0  # age after which a temporary file belongs to no writer any more
NAMES_LIMIT = 200_000  # entries of a folder, of whatever kind, that one look passes
SWEEP_LIMIT = 5000  # temporary files that one sweep takes in
REPLACE_TRIES = 20  # on Windows, while a reader holds the file
REPLACE_PAUSE_SECONDS = 0.01

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def open_folder(path: str, depth: int, *, make: bool = False) -> "OwnedFolder":
    """Open a folder of ours: the last `depth` components of `path` lie below the config folder.

    `make`: make what is not there, the config folder included. Raises FileNotFoundError, NotOwnedError,
    OSError. Blocks: not.
    """
    config_dir, *ours = path.rsplit(os.sep, depth) if depth else (path,)
    if make:
        _make_folders(config_dir)
    folder = OwnedFolder(config_dir, open_descriptor(config_dir))
    for name in ours:
        with folder:
            folder = folder.open(name, make=make)
    return folder


@contextmanager
def open_for_file(folder_path: str, name: str, *, make: bool = False) -> "Iterator[tuple[OwnedFolder, str]]":
    """The open folder that a file of the config folder lies in, and its name there.

    For a file that people may have put elsewhere: it may be a link, if link, target and the target's folder
    are the user's own. Raises FileNotFoundError, NotOwnedError, OSError.
    """
    with open_folder(folder_path, 0, make=make) as folder:
        target = folder.follow(name)
        if target is None:
            yield folder, name
            return
    check_config_dir(os.path.dirname(target))
    with open_folder(os.path.dirname(target), 0) as folder:
        yield folder, os.path.basename(target)


def _make_folders(path: str) -> None:
    """Make a folder, and those above it, for this user alone, if the way there is the user's own."""
    if os.path.isdir(path):
        return
    check_config_dir(path)
    missing = [path]
    while not os.path.isdir(above := os.path.dirname(missing[-1])) and above != missing[-1]:
        missing.append(above)
    for folder in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(folder, PRIVATE_FOLDER)


class OwnedFolder(ReadableFolder):
    """A folder that files are written to as well. A context manager, which closes it."""

    def open(self, name: str, *, make: bool = False) -> "OwnedFolder":
        """Open a folder in it. Raises FileNotFoundError, NotOwnedError, OSError."""
        try:
            return OwnedFolder(self.path_of(name), self._open(name))
        except FileNotFoundError:
            if not make:
                raise
        with suppress(FileExistsError):
            os.mkdir(self._at(name), PRIVATE_FOLDER, dir_fd=self._descriptor)
        return OwnedFolder(self.path_of(name), self._open(name))

    def follow(self, name: str) -> "str | None":
        """Where a link of the user's leads to; None where there is no link. Raises NotOwnedError, OSError."""
        path = self.path_of(name)
        try:
            status = os.lstat(self._at(name), dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        if not stat.S_ISLNK(status.st_mode):
            return None
        check_user(path, status)
        target = os.path.realpath(path)
        if not os.path.exists(target):
            raise NotOwnedError(path, "is a link to nowhere", "remove the link")
        return target

    def names(self, limit: int = NAMES_LIMIT) -> "Iterator[str]":
        """The names of at most `limit` entries, of whatever kind. Raises OSError."""
        with os.scandir(self.path if self._descriptor is None else self._descriptor) as entries:
            for entry in islice(entries, limit):
                yield entry.name

    def replace(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Put a file in the place of an earlier one, at once. `durable`: waits for the disk.

        Raises NotOwnedError where something lies there that is no file of the user's, OSError.
        """
        self.status(name)
        temporary = self._write_temporary(content, durable=durable)
        try:
            self._rename(temporary, name)
        except OSError:
            self._discard(temporary)
            raise

    def create_first(self, name: str, content: bytes, *, durable: bool) -> bool:
        """Make a file unless something lies there; False if somebody else came first. Raises OSError."""
        temporary = self._write_temporary(content, durable=durable)
        folder = self._descriptor
        try:
            os.link(self._at(temporary), self._at(name), src_dir_fd=folder, dst_dir_fd=folder)
        except FileExistsError:
            return False
        except OSError:  # file systems that have no hard links say so in many ways: EPERM, EACCES, EINVAL, …
            return self._create_without_links(name, content)
        finally:
            self._discard(temporary)
        return True

    def append(self, name: str, content: bytes, limit: int) -> None:
        """Add to the end of a file, unless it is larger than `limit` bytes: no writer undoes another's.

        Raises NotOwnedError for all but a plain file of the user's that has no other name, OSError.
        """
        status = self.status(name)
        if status is not None and status.st_nlink > 1:
            raise NotOwnedError(self.path_of(name), "has another name elsewhere", "move it away")
        if status is None or status.st_size < limit:
            descriptor = os.open(self._at(name), _APPEND, PRIVATE_FILE, dir_fd=self._descriptor)
            try:
                os.write(descriptor, content)
            finally:
                os.close(descriptor)

    def remove(self, name: str) -> bool:
        """Delete a file; whether there was one.

        Raises NotOwnedError for all but a plain file of the user's, OSError.
        """
        try:
            if self.status(name) is None:
                return False
            os.unlink(self._at(name), dir_fd=self._descriptor)
        except FileNotFoundError:
            return False
        return True

    def move(self, name: str, target: "OwnedFolder", new_name: str) -> None:
        """Move a file to another folder of ours. Raises NotOwnedError, OSError."""
        self.status(name)
        target.status(new_name)
        os.replace(
            self._at(name),
            target._at(new_name),
            src_dir_fd=self._descriptor,
            dst_dir_fd=target._descriptor,
        )

    def remove_folder(self, name: str) -> None:
        """Delete an empty folder. Raises OSError."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def sweep(self, now: "float | None") -> None:
        """Delete what killed writers left, once it is old: younger, it may be being written. Never raises.

        `now`: Unix seconds by `clock`; None: whatever its age.
        """
        with suppress(OSError):
            for name in list(islice(filter(is_temporary, self.names()), SWEEP_LIMIT)):
                with suppress(OSError):
                    status = self.status(name)
                    if status is not None and (now is None or now - status.st_mtime > STRAY_SECONDS):
                        self.remove(name)

    def clock(self, name: str) -> float:
        """The time (Unix seconds) by the clock that dates files, told by touching one of ours.

        Ours may have been put ahead, or a file server's may be behind: what another process is writing just
        now must not look old. Where there is no such file, our own clock.
        """
        try:
            if self.status(name) is not None:
                os.utime(self._at(name), dir_fd=self._descriptor)
                status = self.status(name)
                return time.time() if status is None else status.st_mtime
        except OSError:
            pass
        return time.time()

    def _create_without_links(self, name: str, content: bytes) -> bool:
        """The first writer wins here as well, but a reader may see a file that is not whole yet."""
        try:
            descriptor = os.open(self._at(name), _CREATE, PRIVATE_FILE, dir_fd=self._descriptor)
        except FileExistsError:
            return False
        self._fill(descriptor, name, content, durable=False)
        return True

    def _write_temporary(self, content: bytes, *, durable: bool) -> str:
        temporary = f"{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(8).hex()}"
        descriptor = os.open(self._at(temporary), _CREATE, PRIVATE_FILE, dir_fd=self._descriptor)
        self._fill(descriptor, temporary, content, durable=durable)
        return temporary

    def _fill(self, descriptor: int, name: str, content: bytes, *, durable: bool) -> None:
        try:
            written = 0
            while written < len(content):
                written += os.write(descriptor, content[written:])
            if durable:
                os.fsync(descriptor)
        except OSError:
            os.close(descriptor)
            self._discard(name)
            raise
        os.close(descriptor)

    def _rename(self, source: str, target: str) -> None:
        for _ in range(REPLACE_TRIES if ON_WINDOWS else 1):
            try:
                os.replace(
                    self._at(source),
                    self._at(target),
                    src_dir_fd=self._descriptor,
                    dst_dir_fd=self._descriptor,
                )
            except PermissionError:
                if not ON_WINDOWS:
                    raise
                time.sleep(REPLACE_PAUSE_SECONDS)
            else:
                return
        os.replace(self._at(source), self._at(target))

    def _discard(self, name: str) -> None:
        with suppress(OSError):
            os.unlink(self._at(name), dir_fd=self._descriptor)


def is_temporary(name: str) -> bool:
    """Whether it is exactly a name that a file has here while it is written; a tool's own differ."""
    pid, _, random = name.removeprefix(TEMPORARY_PREFIX).partition("-")
    return name.startswith(TEMPORARY_PREFIX) and pid.isdigit() and len(random) == 16 and random.isalnum()
