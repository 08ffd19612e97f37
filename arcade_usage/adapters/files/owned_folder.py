"""Writes files in the library's folders without following links or changing other users' files.

Invariants: nothing outside these folders is changed or deleted through a link. A reader sees a file as it was
before or after a write, never in between. Files are created with mode 0600, folders with 0700.
adapters/files/ownership.py opens and reads; most commands write nothing and import only that module.
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

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
TEMPORARY_PREFIX = ".tmp-"
STRAY_SECONDS = 3600.0  # age after which a temporary file has no writer any more
NAMES_LIMIT = 200_000  # folder entries that one scan reads
SWEEP_LIMIT = 5000  # temporary files that one sweep handles
REPLACE_TRIES = 20  # on Windows, while a reader holds the file
REPLACE_PAUSE_SECONDS = 0.01

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)


def open_folder(path: str, depth: int, *, make: bool = False) -> "OwnedFolder":
    """Opens a folder of the library: the last `depth` components of `path` are below the config folder.

    `make`: creates missing folders, including the config folder. Raises FileNotFoundError, NotOwnedError,
    OSError. Doesn't block.
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
def open_for_file(folder_path: str, name: str) -> "Iterator[tuple[OwnedFolder, str]]":
    """Yields the open folder that contains a file of the config folder, and the file's name in it.

    For files that users may replace by a link: link, target and the target's folder must belong to the user.
    Raises FileNotFoundError, NotOwnedError, OSError.
    """
    with open_folder(folder_path, 0) as folder:
        target = folder.follow(name)
        if target is None:
            yield folder, name
            return
    check_config_dir(os.path.dirname(target))
    with open_folder(os.path.dirname(target), 0) as folder:
        yield folder, os.path.basename(target)


def _make_folders(path: str) -> None:
    """Creates a folder and its parents with mode 0700, if the path is safe for this user."""
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
    """A folder for reading and writing. A context manager that closes it."""

    def open(self, name: str, *, make: bool = False) -> "OwnedFolder":
        """Opens a subfolder. Raises FileNotFoundError, NotOwnedError, OSError."""
        try:
            return OwnedFolder(self.path_of(name), self._open(name))
        except FileNotFoundError:
            if not make:
                raise
        with suppress(FileExistsError):
            os.mkdir(self._at(name), PRIVATE_FOLDER, dir_fd=self._descriptor)
        return OwnedFolder(self.path_of(name), self._open(name))

    def follow(self, name: str) -> "str | None":
        """The target of the user's link; None if it is no link. Raises NotOwnedError, OSError."""
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
            raise NotOwnedError(path, "is a link whose target is missing", "remove the link")
        return target

    def names(self, limit: int = NAMES_LIMIT) -> "Iterator[str]":
        """The names of at most `limit` entries of any kind. Raises OSError."""
        with os.scandir(self.path if self._descriptor is None else self._descriptor) as entries:
            for entry in islice(entries, limit):
                yield entry.name

    def replace(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Replaces or creates a file atomically. `durable`: waits until the content is on disk.

        Raises NotOwnedError if the existing entry is not a plain file of the user, OSError.
        """
        self.status(name)
        temporary = self._write_temporary(content, durable=durable)
        try:
            self._rename(temporary, name)
        except OSError:
            self._discard(temporary)
            raise

    def create_exclusive(self, name: str, content: bytes, *, durable: bool) -> bool:
        """Creates a file atomically; False if the name is taken. Raises OSError."""
        temporary = self._write_temporary(content, durable=durable)
        folder = self._descriptor
        try:
            os.link(self._at(temporary), self._at(name), src_dir_fd=folder, dst_dir_fd=folder)
        except FileExistsError:
            return False
        except OSError:  # file systems without hard links raise various errors: EPERM, EACCES, EINVAL, …
            return self._create_without_links(name, content)
        finally:
            self._discard(temporary)
        return True

    def append(self, name: str, content: bytes, limit: int) -> None:
        """Appends to a file of less than `limit` bytes; concurrent writers don't overwrite each other.

        Raises NotOwnedError unless it is a plain file of the user with one hard link, OSError.
        """
        status = self.status(name)
        if status is not None and status.st_nlink > 1:
            raise NotOwnedError(self.path_of(name), "has a second hard link", "move it away")
        if status is None or status.st_size < limit:
            descriptor = os.open(self._at(name), _APPEND, PRIVATE_FILE, dir_fd=self._descriptor)
            try:
                os.write(descriptor, content)
            finally:
                os.close(descriptor)

    def remove(self, name: str) -> bool:
        """Deletes a file; returns whether it existed.

        Raises NotOwnedError unless it is a plain file of the user, OSError.
        """
        try:
            if self.status(name) is None:
                return False
            os.unlink(self._at(name), dir_fd=self._descriptor)
        except FileNotFoundError:
            return False
        return True

    def move(self, name: str, target: "OwnedFolder", new_name: str) -> None:
        """Moves a file to another folder of the library. Raises NotOwnedError, OSError."""
        self.status(name)
        target.status(new_name)
        os.replace(
            self._at(name),
            target._at(new_name),
            src_dir_fd=self._descriptor,
            dst_dir_fd=target._descriptor,
        )

    def remove_folder(self, name: str) -> None:
        """Deletes an empty folder. Raises OSError."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def sweep(self, now: "float | None") -> None:
        """Deletes temporary files of killed writers; young ones may still be in use. Never raises.

        `now`: Unix seconds by `clock`; None deletes them regardless of age.
        """
        with suppress(OSError):
            for name in list(islice(filter(is_temporary, self.names()), SWEEP_LIMIT)):
                with suppress(OSError):
                    status = self.status(name)
                    if status is not None and (now is None or now - status.st_mtime > STRAY_SECONDS):
                        self.remove(name)

    def clock(self, name: str) -> float:
        """The time (Unix seconds) of the clock that dates files, read by touching `name`.

        The local clock can be ahead of a file server's, and a file that another process is writing must not
        look old. Without this file, returns the local time.
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
        """Creates a file exclusively; unlike with links, a reader may see partial content."""
        try:
            descriptor = os.open(self._at(name), CREATE, PRIVATE_FILE, dir_fd=self._descriptor)
        except FileExistsError:
            return False
        self._fill(descriptor, name, content, durable=False)
        return True

    def _write_temporary(self, content: bytes, *, durable: bool) -> str:
        temporary = f"{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(8).hex()}"
        descriptor = os.open(self._at(temporary), CREATE, PRIVATE_FILE, dir_fd=self._descriptor)
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
    """Whether `name` has the exact form of the library's temporary files; a tool's files differ."""
    pid, _, random = name.removeprefix(TEMPORARY_PREFIX).partition("-")
    return name.startswith(TEMPORARY_PREFIX) and pid.isdigit() and len(random) == 16 and random.isalnum()
