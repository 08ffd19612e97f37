"""Detached processes on Windows: without a window, outside the terminal's job if allowed."""

import importlib
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

Process = TypeVar("Process")

# subprocess defines these on Windows only.
_CREATE_NO_WINDOW = 0x08000000
_CREATE_NEW_PROCESS_GROUP = 0x00000200
_CREATE_BREAKAWAY_FROM_JOB = 0x01000000

LOOK_EVERY_SECONDS = 0.01  # poll interval; Windows has no bounded wait for a pipe


def start_detached(start: Callable[..., Process], executable: str) -> Process:
    """Starts a process by `start`, which takes an interpreter and `creationflags`. Raises OSError."""
    flags = _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP
    python = _windowless(executable)
    try:
        return start(python, creationflags=flags | _CREATE_BREAKAWAY_FROM_JOB)
    except PermissionError:  # the job doesn't allow breakaway
        return start(python, creationflags=flags)


def _windowless(executable: str) -> str:
    """pythonw.exe if it is next to python.exe, else `executable`."""
    folder, name = os.path.split(executable)
    candidate = os.path.join(folder, name.lower().replace("python", "pythonw", 1))
    return candidate if "pythonw" not in name.lower() and os.path.exists(candidate) else executable


def wait_until_closed(reading: int, seconds: float) -> None:
    """Waits until the other end of a pipe is closed, `seconds` at most."""
    # These modules exist on Windows only, for the type checker too.
    system: Any = importlib.import_module("_winapi")
    handle = importlib.import_module("msvcrt").get_osfhandle(reading)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            system.PeekNamedPipe(handle, 0)
        except BrokenPipeError:
            return
        time.sleep(LOOK_EVERY_SECONDS)
