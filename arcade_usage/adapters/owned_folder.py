"""Reaches the files in our folders: follows no link, and touches no file that isn't the user's own.

Runs on the command path. Owns the invariants that nothing outside of our folders is opened, changed or
deleted through a link; that a reader sees a file whole, as it was before or after a write; and that what we
make is the user's alone (0600, folders 0700). adapters/ownership.py says which folders are used at all.
"""

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress
from itertools import islice

from arcade_usage.adapters.ownership import (
    ON_WINDOWS,
    NotOwnedError,
    check_config_dir,
    check_file,
    check_owner,
    check_user,
    not_a_folder,
    status_on_windows,
)

TYPE_CHECKING = False  # as type checkers know it: typing takes longer to import than all else here
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
TEMPORARY_PREFIX = ".tmp-"
STRAY_SECONDS = 3600.0  # age after which a temporary file belongs to no writer any more
NAMES_LIMIT = 200_000  # entries of a folder, of whatever kind, that one look passes
SWEEP_LIMIT = 5000  # temporary files that one sweep takes in
REPLACE_TRIES = 20  # on Windows, while a reader holds the file
REPLACE_PAUSE_SECONDS = 0.01

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_UNSEEN = getattr(os, "O_NOATIME", 0)  # a file with another name elsewhere keeps the time of its last access
_OPEN_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_BELOW = _OPEN_FOLDER | getattr(os, "O_NOFOLLOW", 0)


class TooLargeError(OSError):
    """A file is larger than anything that we would have written there."""


def open_folder(path: str, depth: int, *, make: bool = False) -> "OwnedFolder":
    """Open a folder of ours: the last `depth` components of `path` lie below the config folder.

    `make`: make what is not there, the config folder included. Raises FileNotFoundError, NotOwnedError,
    OSError. Blocks: not.
    """
    config_dir, *ours = path.rsplit(os.sep, depth) if depth else (path,)
    folder = OwnedFolder(config_dir, _open_config_dir(config_dir, make=make))
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


def _open_config_dir(path: str, *, make: bool) -> "int | None":
    """Checked at each opening: `off` and `forget` come here without asking whether the folder is used."""
    if make:
        _make_folders(path)
    real_path = check_config_dir(path)
    if ON_WINDOWS:
        if not os.path.isdir(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return None
    try:
        descriptor = os.open(real_path, _BELOW)
    except NotADirectoryError:
        raise not_a_folder(path) from None
    try:
        check_owner(path, os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


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


class OwnedFolder:
    """An open folder. A context manager, which closes it; its methods take names of files in it.

    `descriptor`: of the folder; None on Windows, where files are reached by their paths.
    """

    def __init__(self, path: str, descriptor: "int | None") -> None:
        self.path = path
        self._descriptor = descriptor

    def __enter__(self) -> "OwnedFolder":
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def path_of(self, name: str) -> str:
        return f"{self.path}{os.sep}{name}"

    def open(self, name: str, *, make: bool = False) -> "OwnedFolder":
        """Open a folder in it. Raises FileNotFoundError, NotOwnedError, OSError."""
        path = self.path_of(name)
        try:
            return self._open(name, path)
        except FileNotFoundError:
            if not make:
                raise
        with suppress(FileExistsError):
            os.mkdir(self._at(name), PRIVATE_FOLDER, dir_fd=self._descriptor)
        return self._open(name, path)

    def _open(self, name: str, path: str) -> "OwnedFolder":
        if self._descriptor is None:
            if not stat.S_ISDIR(status_on_windows(path).st_mode):
                raise not_a_folder(path)
            return OwnedFolder(path, None)
        try:
            descriptor = os.open(name, _BELOW, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK):
                raise not_a_folder(path) from None
            if isinstance(error, PermissionError):
                check_owner(path, os.lstat(path))  # another's folder is named as such
            raise
        try:
            check_owner(path, os.fstat(descriptor))
        except OSError:
            os.close(descriptor)
            raise
        return OwnedFolder(path, descriptor)

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

    def status(self, name: str) -> "os.stat_result | None":
        """One lstat of a file; None where there is none.

        Raises NotOwnedError for all but a plain file of the user's, OSError.
        """
        try:
            if self._descriptor is None:
                status = status_on_windows(self.path_of(name))
            else:
                status = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        check_file(self.path_of(name), status)
        return status

    def read(self, name: str, limit: int) -> "bytes | None":
        """The content of a file; None where there is none. Blocks: not, whatever lies there.

        Raises NotOwnedError, TooLargeError over `limit` bytes, OSError.
        """
        if self.status(name) is None:  # before it is opened: to open a FIFO or a device is to touch it
            return None
        try:
            descriptor = os.open(self._at(name), _READ | _UNSEEN, dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        except PermissionError:  # some file systems let nobody read unseen
            descriptor = os.open(self._at(name), _READ, dir_fd=self._descriptor)
        return _read_all(descriptor, limit, self.path_of(name))

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

    def _at(self, name: str) -> str:
        return self.path_of(name) if self._descriptor is None else name

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


def _read_all(descriptor: int, limit: int, path: str) -> bytes:
    try:
        content = os.read(descriptor, limit + 1)
        while len(content) <= limit and (more := os.read(descriptor, limit + 1 - len(content))):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise TooLargeError(errno.EFBIG, "larger than anything we write", path)
    return content
