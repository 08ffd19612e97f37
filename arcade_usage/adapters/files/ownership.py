"""Opens and reads the user's own files and folders, and reports a remedy for the others.

Runs on the command path. Invariants: a config folder that another user owns, can replace or can write to is
not used. Nothing outside the library's folders is opened through a link. On Windows, only links are
rejected, because files have no Unix owners and modes.
"""

import errno
import os
import stat
import sys

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from types import TracebackType
    from typing import TypeVar

    _Folder = TypeVar("_Folder", bound="ReadableFolder")

LINKS_LIMIT = 40  # links followed on the path to a config folder; Linux's own limit

ON_WINDOWS = os.name == "nt"
_WRITABLE = 0o022  # by group or others
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_UNSEEN = getattr(os, "O_NOATIME", 0)  # a file with a second hard link keeps its access time
_OPEN_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_BELOW = _OPEN_FOLDER | getattr(os, "O_NOFOLLOW", 0)


class NotOwnedError(OSError):
    """A file or folder is not the user's own and is not used. The message names it and the remedy."""

    def __init__(self, path: str, problem: str = "", cure: str = "") -> None:
        super().__init__(errno.EPERM, problem, path)
        self.path = path
        self.problem = problem
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.path} {self.problem}: {self.cure}"


def check_config_dir(path: str) -> None:
    """Raises NotOwnedError unless a config folder, existing or not, is safe for this user.

    The folder must belong to the user, and its parents to the user or the system, so that no other user can
    replace it. Raises OSError if that can't be determined. Blocks for one lstat per component of `path`.
    """
    for _ in range(LINKS_LIMIT):
        link = _check_components(path)
        if link is None:
            return
        target = os.path.join(os.path.dirname(link), os.readlink(link))
        path = os.path.normpath(target + path[len(link) :])
    raise OSError(errno.ELOOP, "too many links", path)


def _check_components(path: str) -> "str | None":
    """Checks each folder from the root down; returns the first component that is a link, not followed."""
    user = None if ON_WINDOWS else os.geteuid()
    system = None
    for end in [index for index, sign in enumerate(path) if sign == os.sep] + [len(path)]:
        component = path[:end] or os.sep
        try:
            status = os.lstat(component)
        except FileNotFoundError:
            return None
        mode = status.st_mode
        if stat.S_ISLNK(mode):
            return _check_link(component, status, system)
        if not stat.S_ISDIR(mode):
            raise not_a_folder(component)
        if user is None or component == path:
            continue
        if system is None:
            system = status.st_uid  # root, or the user that maps to root in a user namespace
        if status.st_uid not in (system, user):
            raise _of_another(component, status)
        if mode & _WRITABLE and not mode & stat.S_ISVTX and _others_may_write(component, status):
            raise _open_to_others(component)
    check_owner(path, status)
    return None


def _check_link(path: str, status: os.stat_result, system: "int | None") -> str:
    """Returns `path`. Raises NotOwnedError for another user's link, as in a sticky folder."""
    if not ON_WINDOWS and status.st_uid not in (system, os.geteuid()):
        raise _of_another(path, status)
    return path


def check_owner(path: str, status: os.stat_result) -> None:
    """Raises NotOwnedError for a folder that another user owns or may write to."""
    check_user(path, status)
    if not ON_WINDOWS and status.st_mode & _WRITABLE and _others_may_write(path, status):
        raise _open_to_others(path)


def check_user(path: str, status: os.stat_result) -> None:
    """Raises NotOwnedError if another user owns it."""
    if not ON_WINDOWS and status.st_uid != os.geteuid():
        raise _of_another(path, status)


def _others_may_write(path: str, status: os.stat_result) -> bool:
    """Whether users other than the owner may write. A group with the owner's number is the owner's own.

    With an access list, the group bits are the maximum for every entry of the list.
    """
    return bool(status.st_mode & 0o002 or status.st_gid != status.st_uid or _has_access_list(path))


def _has_access_list(path: str) -> bool:
    try:
        return sys.platform == "linux" and bool(os.getxattr(path, "system.posix_acl_access"))
    except OSError:  # no access list, or the file system doesn't support them
        return False


def _of_another(path: str, status: os.stat_result) -> NotOwnedError:
    from arcade_usage.adapters.files.another_owner import AnotherOwnerError  # rarely needed

    return AnotherOwnerError(path, status.st_uid)


def _open_to_others(path: str) -> NotOwnedError:
    return NotOwnedError(path, "can be written by other users", f"chmod go-w '{path}'")


def check_file(path: str, status: os.stat_result) -> None:
    """Raises NotOwnedError unless it is a plain file of the user."""
    if stat.S_ISLNK(status.st_mode):
        raise NotOwnedError(path, "is a link", "remove the link")
    if not stat.S_ISREG(status.st_mode):
        raise NotOwnedError(path, "is not a plain file", "move it away")
    check_user(path, status)


def not_a_folder(path: str) -> NotOwnedError:
    """The error for an entry that should be a folder of the library."""
    if os.path.islink(path):
        return NotOwnedError(path, "is a link", "remove the link; its target is left unchanged")
    return NotOwnedError(path, "is not a folder", "move it away, or name another folder")


def status_on_windows(path: str) -> os.stat_result:
    """Returns lstat(); a junction counts as a link. Raises NotOwnedError, OSError."""
    status = os.lstat(path)
    tag = getattr(status, "st_reparse_tag", 0)
    if tag and tag in (
        getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None),
        getattr(stat, "IO_REPARSE_TAG_SYMLINK", None),
    ):
        raise NotOwnedError(path, "is a link", "remove the link; its target is left unchanged")
    return status


class TooLargeError(OSError):
    """A file is larger than the library writes it."""


def open_to_read(path: str) -> "ReadableFolder":
    """Opens a config folder. Raises FileNotFoundError, NotOwnedError, OSError. Doesn't block."""
    return ReadableFolder(path, open_descriptor(path))


def open_descriptor(path: str) -> "int | None":
    """Opens a config folder; None on Windows. Raises FileNotFoundError, NotOwnedError, OSError."""
    if ON_WINDOWS:
        if not os.path.isdir(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return None
    try:
        descriptor = os.open(path, _OPEN_FOLDER)
    except NotADirectoryError:
        raise not_a_folder(path) from None
    return _owned(path, descriptor)


def _owned(path: str, descriptor: int) -> int:
    """The open folder; closes it and raises NotOwnedError if it is another user's."""
    try:
        check_owner(path, os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class ReadableFolder:
    """An open folder for reading. A context manager that closes it; methods take the names of its files.

    `descriptor`: of the folder; None on Windows, where files are opened by path.
    """

    def __init__(self, path: str, descriptor: "int | None") -> None:
        self.path = path
        self._descriptor = descriptor

    def __enter__(self: "_Folder") -> "_Folder":
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

    def open(self, name: str) -> "ReadableFolder":
        """Opens a subfolder. Raises FileNotFoundError, NotOwnedError, OSError."""
        return ReadableFolder(self.path_of(name), self._open(name))

    def _open(self, name: str) -> "int | None":
        path = self.path_of(name)
        if self._descriptor is None:
            if not stat.S_ISDIR(status_on_windows(path).st_mode):
                raise not_a_folder(path)
            return None
        try:
            descriptor = os.open(name, _BELOW, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK):
                raise not_a_folder(path) from None
            if isinstance(error, PermissionError):
                check_owner(path, os.lstat(path))  # reports another user's folder by its owner
            raise
        return _owned(path, descriptor)

    def status(self, name: str) -> "os.stat_result | None":
        """Returns lstat() of a file; None if it is missing.

        Raises NotOwnedError unless it is a plain file of the user, OSError.
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
        """The content of a file; None if it is missing. Doesn't block, also on a FIFO.

        Raises NotOwnedError, TooLargeError above `limit` bytes, OSError.
        """
        if self.status(name) is None:  # checked first, because opening a FIFO or a device has side effects
            return None
        try:
            descriptor = os.open(self._at(name), _READ | _UNSEEN, dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        except PermissionError:  # some file systems refuse O_NOATIME
            descriptor = os.open(self._at(name), _READ, dir_fd=self._descriptor)
        return _read_all(descriptor, limit, self.path_of(name))

    def _at(self, name: str) -> str:
        return self.path_of(name) if self._descriptor is None else name


def _read_all(descriptor: int, limit: int, path: str) -> bytes:
    try:
        content = os.read(descriptor, limit + 1)
        while len(content) <= limit and (more := os.read(descriptor, limit + 1 - len(content))):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise TooLargeError(errno.EFBIG, "larger than the library writes it", path)
    return content
