"""The announcement of a delivery process: a file in usage/, named after the project.

Its content is the pid, the outbox and the installation of the process, and where all that counts. Its age
counts, so a clock that jumps can only make it void. Uses the standard library only: a tool, and a delivery
process before anything slow is imported.
"""

import os
import time
from contextlib import suppress

from arcade_usage.adapters.files.ownership import ON_WINDOWS, ReadableFolder, open_to_read
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.application.command.payload import PAYLOAD_LIMIT, decode_json
from arcade_usage.application.time_limits import ANNOUNCED_SECONDS
from arcade_usage.domain.consent import wants_debug

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from typing import Any

    from arcade_usage.adapters.files.owned_folder import OwnedFolder

_LIMIT = 600  # bytes of the content


def make_announcement(payload: str) -> "FileAnnouncement | None":
    """The announcement of the project of a payload; None if its delivery process does without.

    That is so for a login and a logout, which change the identity; in a sandbox, where nothing is sent; with
    adapters of the tool, and when debugging. Never raises.
    """
    from arcade_usage.domain.agents import find_sandbox
    from arcade_usage.domain.project_rules import project_key

    with suppress(Exception):  # malformed: the delivery reports it
        content: Any = decode_json(payload) if len(payload) <= PAYLOAD_LIMIT else None
        command, project = content["command"], content["sink"]
        if command.get("is_login") or command.get("is_logout") or content.get("adapters") is not None:
            return None
        if not wants_debug(os.environ) and find_sandbox(os.environ) is None:
            layout = Layout(content["config_dir"])
            host, token = project["host"], project["project_token"]
            return FileAnnouncement(layout.announcement(host, token), project_key(host, token))
    return None


class FileAnnouncement:
    """The announcement in the file at `path`, which is Layout.announcement.

    outbox: the Project.key of a process that announces itself.
    """

    def __init__(self, path: str, outbox: str = "") -> None:
        self._folder, self._name = os.path.split(path)
        self._outbox = outbox
        self._is_ours = False
        # Outbox and installation of the process whose announcement was found: a command need not hash.
        self.found: tuple[str, str] | None = None

    def announce(self) -> bool:
        if self._is_ours:
            return True
        from arcade_usage.adapters.machine.installation import FolderInstallation

        here = FolderInstallation(self._folder).fingerprint()
        with suppress(OSError), self._open() as folder:
            text = f"{os.getpid()} {self._outbox} {here} {self._place()}"
            content = text.encode("utf-8", "surrogateescape")
            if not folder.create_exclusive(self._name, content, durable=False):
                if self._stands_in(folder):
                    return False
                folder.replace(self._name, content, durable=False)  # of a process that was killed
            self._is_ours = True
        return True

    def stands(self) -> bool:
        with suppress(OSError):
            config_dir, name = os.path.split(self._folder)
            with open_to_read(config_dir) as above, above.open(name) as folder:
                return self._stands_in(folder)
        return False

    def withdraw(self) -> None:
        if self._is_ours:
            self._is_ours = False
            with suppress(OSError), self._open() as folder:
                folder.remove(self._name)

    def _open(self) -> "OwnedFolder":
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        from arcade_usage.adapters.files.owned_folder import open_folder

        return open_folder(self._folder, 1)

    def _stands_in(self, folder: ReadableFolder) -> bool:
        """Raises NotOwnedError, OSError."""
        status = folder.status(self._name)
        if status is None or not 0.0 <= time.time() - status.st_mtime <= ANNOUNCED_SECONDS:
            return False
        content = (folder.read(self._name, _LIMIT) or b"").decode("utf-8", "surrogateescape")
        digits, outbox, installation, place = [*content.split(" ", 3), "", "", ""][:4]
        if ON_WINDOWS:  # os.kill ends the process there
            return True
        if place != self._place() or not digits.isdecimal() or not _is_alive(int(digits)):
            return False
        self.found = (outbox, installation) if outbox.isalnum() else None
        return True

    def _place(self) -> str:
        """Where the name means one project, a pid the same process, and the folder the same installation.

        That is one folder, on one machine or in one container. On Linux it is also one namespace of pids and
        one of mounts, since the installation's fingerprint depends on these. A process elsewhere may find the
        event to be another installation's, which it must leave alone.
        """
        host_name = os.uname().nodename if hasattr(os, "uname") else ""
        places = map(_inode, (self._folder, os.sep, "/proc/self/ns/pid", "/proc/self/ns/mnt"))
        return " ".join([self._name, *places, host_name])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return pid > 0  # 0 is the group of this process


def _inode(path: str) -> str:
    with suppress(OSError):
        status = os.stat(path)
        return f"{status.st_dev}:{status.st_ino}"
    return ""
