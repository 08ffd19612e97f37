"""Fingerprint of an installation; distinguishes a copied config folder from the original.

An installation is one folder on one machine or container. The fingerprint is stable across reboots and
networks. Invariant: only a hash is stored, and neither it nor its inputs are sent. Runs on the command path
for the very first command and a logout.
"""

import os
import sys
from contextlib import suppress

from arcade_usage.domain.sha256 import sha256_hex

FINGERPRINT_LENGTH = 32  # hex digits
_READ_LIMIT = 256 * 1024  # bytes of a system file

_MACHINE_ID_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostid")
_MOUNTS = "/proc/self/mountinfo"
# Container runtimes mount these from a folder named after the container. `ip netns exec` and VPNs mount them
# from elsewhere for some processes, which doesn't make another machine.
_PER_CONTAINER_MOUNTS = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
_CONTAINER_ID_LEAST = 12  # hex digits and dashes in a folder's name
_LAYERED = ("overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs")


class FolderInstallation:
    """The installation in `folder`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._machine: list[str] = []

    def fingerprint(self) -> str:
        """See the port; 32 hex digits.

        Each call reads the folder again, because it may be created or replaced meanwhile; the machine is read
        once. A missing folder has a random fingerprint, which matches no other. The file system's id is
        included, because a copy can have the original's inode on another file system.
        """
        try:
            inode = os.lstat(self._folder).st_ino
        except (OSError, ValueError):
            return os.urandom(FINGERPRINT_LENGTH // 2).hex()
        self._machine = self._machine or [*_machine_id(), *_container()] or [_host_name()]
        text = "\n".join(["arcade-usage", *self._machine, f"inode {inode}", *_file_system(self._folder)])
        return sha256_hex(text.encode("utf-8", "replace"))[:FINGERPRINT_LENGTH]


def _file_system(folder: str) -> list[str]:
    """The id of a folder's file system if it survives a remount; the device number doesn't."""
    with suppress(OSError, ValueError):
        if sys.platform == "linux" and (file_system := os.statvfs(folder).f_fsid):
            return [f"file system {file_system}"]
    return []


def _machine_id() -> list[str]:
    if sys.platform == "win32":
        return _windows_machine_id()
    if sys.platform == "darwin":
        return _macos_machine_id()
    for path in _MACHINE_ID_FILES:
        content = _read(path).strip()
        if content and content != "uninitialized":
            return [content]
    return []


def _container() -> list[str]:
    """Values that differ between containers of one image; empty outside containers."""
    parts: list[str] = []
    for line in _read(_MOUNTS).splitlines():
        fields = line.split(" ")
        if len(fields) < 10 or "-" not in fields:
            continue
        root, mounted_on = fields[3], fields[4]
        mounted = fields[fields.index("-") + 1 :]
        if len(mounted) < 3:  # truncated at the limit
            continue
        kind, _, options = mounted[:3]
        if mounted_on == "/" and kind in _LAYERED:
            parts.extend(option for option in options.split(",") if option.startswith("upperdir="))
        if mounted_on in _PER_CONTAINER_MOUNTS and _names_container(root):
            parts.append(f"{mounted_on}={root}")
    return sorted(parts)


def _names_container(path: str) -> bool:
    """Whether a parent folder of the file is named after a container."""
    folders = path.split("/")[1:-1]
    return any(len(name) >= _CONTAINER_ID_LEAST and not name.strip("0123456789abcdef-") for name in folders)


def _windows_machine_id() -> list[str]:
    if sys.platform == "win32":  # for the type checker
        import winreg

        with suppress(OSError):
            path = r"SOFTWARE\Microsoft\Cryptography"
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, access) as key:
                return [str(winreg.QueryValueEx(key, "MachineGuid")[0])]
    return []


def _macos_machine_id() -> list[str]:
    """The result of gethostuuid(3); the ioreg command would start a process."""
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        uuid, wait = (ctypes.c_ubyte * 16)(), (ctypes.c_long * 2)(1, 0)
        if ctypes.CDLL(None).gethostuuid(uuid, wait) == 0:
            return [bytes(uuid).hex()]
    return []


def _host_name() -> str:
    with suppress(OSError):
        if hasattr(os, "uname"):
            return os.uname().nodename  # socket.gethostname(), without an import that takes milliseconds

        import socket

        return socket.gethostname()
    return ""


def _read(path: str) -> str:
    with suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read(_READ_LIMIT)
    return ""
