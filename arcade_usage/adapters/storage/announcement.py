"""The announcement of a delivery process: a file in usage/, named after the project.

Its content is the pid, and where that pid counts. Its age counts, so a clock that jumps can only make it
void. Uses the standard library only: a tool, and a delivery process before anything slow is imported.
"""

import os
import time
from contextlib import suppress

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.files.ownership import ON_WINDOWS
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.application.command.payload import PAYLOAD_LIMIT, decode_json
from arcade_usage.application.time_limits import ANNOUNCED_SECONDS
from arcade_usage.domain.agents import find_sandbox
from arcade_usage.domain.consent import wants_debug

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from typing import Any

_LIMIT = 400  # bytes of a pid and its place


def find_announcement(payload: str) -> "FileAnnouncement | None":
    """The announcement of the project of a payload; None if its delivery process does without.

    That is so for a login and a logout, which change the identity; in a sandbox, where nothing is sent; with
    adapters of the tool, and when debugging. Never raises.
    """
    with suppress(Exception):  # malformed: the delivery reports it
        content: Any = decode_json(payload) if len(payload) <= PAYLOAD_LIMIT else None
        command, project = content["command"], content["sink"]
        if command.get("is_login") or command.get("is_logout") or content.get("adapters") is not None:
            return None
        if not wants_debug(os.environ) and find_sandbox(os.environ) is None:
            layout = Layout(content["config_dir"])
            return FileAnnouncement(layout.announcement(project["host"], project["project_token"]))
    return None


def has_known_credentials(payload: str) -> bool:
    """Whether the ledger has the credentials of a payload's event, or the event has none.

    Others have to be recorded at once: a process that takes the event may find them replaced, and would take
    the next account for the first one that the id was used with. Never raises.
    """
    with suppress(Exception):  # malformed: the delivery reports it
        content: Any = decode_json(payload) if len(payload) <= PAYLOAD_LIMIT else None
        stamp, ledger = content["snapshot"]["stamp"], content["snapshot"]["ledger"]
        return bool(stamp is None or stamp == ledger["latest"])
    return False


class FileAnnouncement:
    """The announcement in the file at `path`, which is Layout.announcement."""

    def __init__(self, path: str) -> None:
        self._folder, self._name = os.path.split(path)
        self._is_ours = False

    def announce(self) -> bool:
        """See the port."""
        if self._is_ours:
            return True
        with suppress(OSError), self._open() as folder:
            content = b"%d %s" % (os.getpid(), _place())
            if not folder.create_exclusive(self._name, content, durable=False):
                if self._stands_in(folder):
                    return False
                folder.replace(self._name, content, durable=False)  # of a process that was killed
            self._is_ours = True
        return True

    def stands(self) -> bool:
        """See the port."""
        with suppress(OSError), self._open() as folder:
            return self._stands_in(folder)
        return False

    def withdraw(self) -> None:
        """See the port."""
        if self._is_ours:
            self._is_ours = False
            with suppress(OSError), self._open() as folder:
                folder.remove(self._name)

    def _open(self) -> OwnedFolder:
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self._folder, 1)

    def _stands_in(self, folder: OwnedFolder) -> bool:
        """Raises NotOwnedError, OSError."""
        status = folder.status(self._name)
        if status is None or not 0.0 <= time.time() - status.st_mtime <= ANNOUNCED_SECONDS:
            return False
        return _is_alive(folder.read(self._name, _LIMIT) or b"")


def _is_alive(content: bytes) -> bool:
    """Whether the process with this pid runs; False for a process of another machine or container."""
    digits, _, place = content.partition(b" ")
    if ON_WINDOWS or not digits.isdigit() or place != _place():  # there os.kill ends the process
        return ON_WINDOWS
    pid = int(digits)
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return pid > 0  # 0 is the group of this process


def _place() -> bytes:
    """Where a pid means the same process: a machine or container, and on Linux a namespace of pids.

    A process elsewhere may find the event to be another installation's, which it must leave alone.
    """
    namespace = 0
    with suppress(OSError):
        namespace = os.stat("/proc/self/ns/pid").st_ino
    return b"%d %s" % (namespace, os.fsencode(os.uname().nodename) if hasattr(os, "uname") else b"")
