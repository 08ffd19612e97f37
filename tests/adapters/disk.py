"""Disk failures, raised by a patched `os`. Permission bits do not apply to tests that run as root."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_mock import MockerFixture

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def os_error(number: int) -> OSError:
    """The OSError with this errno."""
    return OSError(number, os.strerror(number))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def deny(mocker: MockerFixture, folder: Path) -> None:
    """Make each operation on files and folders below `folder` fail with EACCES."""
    _guard(mocker, folder, lambda _: True)


def deny_writing(mocker: MockerFixture, folder: Path) -> None:
    """Make each change below `folder` fail with EACCES. Reading works."""
    _guard(mocker, folder, lambda flags: bool(flags & _WRITING))


def _guard(mocker: MockerFixture, folder: Path, is_denied: Callable[[int], bool]) -> None:
    inside = os.path.realpath(folder)

    def guarded(name: str, real: Callable[..., Any], writes: bool) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            flags = arguments[0] if name == "open" else os.O_WRONLY if writes else os.O_RDONLY
            folder = options.get("dir_fd", options.get("src_dir_fd"))
            if _lies_in(inside, _absolute(path, folder)) and is_denied(flags):
                raise os_error(errno.EACCES)
            return real(path, *arguments, **options)

        return call

    for name in ("open", "listdir", "scandir", "mkdir", "link", "replace", "rename", "unlink"):
        real = getattr(os, name)
        mocker.patch(f"os.{name}", guarded(name, real, writes=name not in ("open", "listdir", "scandir")))


def _absolute(path: Any, folder: int | None) -> str:
    """The path behind a descriptor, or behind a path that is relative to one."""
    if isinstance(path, int):
        return os.readlink(f"/proc/self/fd/{path}")
    return os.fspath(path) if folder is None else os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)


def _lies_in(folder: str, path: str) -> bool:
    return f"{os.path.abspath(path)}{os.sep}".startswith(f"{folder}{os.sep}")
