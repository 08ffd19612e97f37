"""Whether a file or folder is the user's own, and what to do where it isn't. Runs on the command path.

Owns the invariant that a config folder which another user owns, or could replace or write to, is not used. On
Windows, where files have neither owners nor modes that tell, only links are told apart.
"""

import errno
import os
import stat
import sys

LINKS_LIMIT = 40  # links on the way to a config folder, as Linux has it

ON_WINDOWS = os.name == "nt"
_KIND = 0o170000  # bits of a mode that tell a file from a folder or a link; compared here, at every command
_WRITABLE = 0o022  # by the group, by everybody


class NotOwnedError(OSError):
    """A file or folder is not the user's own, so it is not used. The text names it and the cure."""

    def __init__(self, path: str, problem: str = "", cure: str = "") -> None:
        super().__init__(errno.EPERM, problem, path)
        self.path = path
        self.problem = problem
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.path} {self.problem}: {self.cure}"


class AnotherOwnerError(NotOwnedError):
    """It belongs to another user. Names are looked up when the text is read: that may ask a server."""

    def __init__(self, path: str, uid: int) -> None:
        super().__init__(path)
        self._uid = uid
        self._user = os.geteuid()

    def __str__(self) -> str:
        owner, user = _name_of(self._uid), _name_of(self._user)
        if user == "root":
            cure = f"run this as {owner}, or name a folder of root's own in ARCADE_WORK_DIR"
        else:
            cure = f"take it back (sudo chown {user} '{self.path}'), or name your own in ARCADE_WORK_DIR"
        return f"{self.path} belongs to {owner}, not to {user}: {cure}"


def check_config_dir(path: str) -> None:
    """Raise NotOwnedError unless a config folder, there or yet to be made, is the user's own.

    The folder has to be the user's, and all those above it the user's or the system's, so that nobody else
    can put another one in its place. Raises OSError where that can't be found out. Blocks: on one lstat for
    each component of `path`.
    """
    for _ in range(LINKS_LIMIT):
        link = _check_components(path)
        if link is None:
            return
        target = os.path.join(os.path.dirname(link), os.readlink(link))
        path = os.path.normpath(target + path[len(link) :])
    raise OSError(errno.ELOOP, "too many links", path)


def _check_components(path: str) -> "str | None":
    """Check folder after folder, from the root down; returns the first one that is a link, unfollowed."""
    user = None if ON_WINDOWS else os.geteuid()
    system = None
    end = -1
    while end < len(path):
        end = path.find(os.sep, end + 1)
        if end < 0:
            end = len(path)
        component = path[:end] or os.sep
        try:
            status = os.lstat(component)
        except FileNotFoundError:
            return None
        mode = status.st_mode
        if mode & _KIND == stat.S_IFLNK:
            return _check_link(component, status, system)
        if mode & _KIND != stat.S_IFDIR:
            raise not_a_folder(component)
        if user is None or end == len(path):
            continue
        if system is None:
            system = status.st_uid  # root; in a user namespace, whoever stands for it
        if status.st_uid not in (system, user):
            raise AnotherOwnerError(component, status.st_uid)
        if mode & _WRITABLE and not mode & stat.S_ISVTX and _others_may_write(component, status):
            raise _open_to_others(component)
    check_owner(path, status)
    return None


def _check_link(path: str, status: os.stat_result, system: "int | None") -> str:
    """Raise AnotherOwnerError for a link of another user's, in a sticky folder for one; returns `path`."""
    if not ON_WINDOWS and status.st_uid not in (system, os.geteuid()):
        raise AnotherOwnerError(path, status.st_uid)
    return path


def check_owner(path: str, status: os.stat_result) -> None:
    """Raise NotOwnedError for a folder that another user owns or may write to."""
    check_user(path, status)
    if not ON_WINDOWS and status.st_mode & _WRITABLE and _others_may_write(path, status):
        raise _open_to_others(path)


def check_user(path: str, status: os.stat_result) -> None:
    """Raise NotOwnedError for what another user owns."""
    if not ON_WINDOWS and status.st_uid != os.geteuid():
        raise AnotherOwnerError(path, status.st_uid)


def _others_may_write(path: str, status: os.stat_result) -> bool:
    """A group of the owner's number is the owner's private group, as most systems make one for each user.

    With an access list, the group's bits are the most that anybody on the list may do.
    """
    return bool(status.st_mode & 0o002 or status.st_gid != status.st_uid or _has_access_list(path))


def _has_access_list(path: str) -> bool:
    try:
        return sys.platform == "linux" and bool(os.getxattr(path, "system.posix_acl_access"))
    except OSError:  # there is none, or the file system has none
        return False


def _open_to_others(path: str) -> NotOwnedError:
    return NotOwnedError(path, "can be written by other users", f"chmod go-w '{path}'")


def _name_of(uid: int) -> str:
    if uid == 0:  # no look-up, which may ask a server
        return "root"
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return f"user {uid}"


def check_file(path: str, status: os.stat_result) -> None:
    """Raise NotOwnedError for all but a plain file of the user's."""
    kind = status.st_mode & _KIND
    if kind == stat.S_IFLNK:
        raise NotOwnedError(path, "is a link", "remove the link")
    if kind != stat.S_IFREG:
        raise NotOwnedError(path, "is not a plain file", "move it away")
    check_user(path, status)


def not_a_folder(path: str) -> NotOwnedError:
    """The error for what lies in the place of a folder of ours."""
    if os.path.islink(path):
        return NotOwnedError(path, "is a link", "remove the link; what it leads to is not touched")
    return NotOwnedError(path, "is not a folder", "move it away, or name another folder")


def status_on_windows(path: str) -> os.stat_result:
    """One lstat; a junction counts as a link. Raises NotOwnedError, OSError."""
    status = os.lstat(path)
    tag = getattr(status, "st_reparse_tag", 0)
    if tag and tag in (
        getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None),
        getattr(stat, "IO_REPARSE_TAG_SYMLINK", None),
    ):
        raise NotOwnedError(path, "is a link", "remove the link; what it leads to is not touched")
    return status
