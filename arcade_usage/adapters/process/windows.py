"""A detached process on Windows: no window, outside of the terminal's job if it may; and a wait for it."""

import importlib
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

Process = TypeVar("Process")

# Not known to subprocess off Windows.
_CREATE_NO_WINDOW = 0x08000000
_CREATE_NEW_PROCESS_GROUP = 0x00000200
_CREATE_BREAKAWAY_FROM_JOB = 0x01000000

LOOK_EVERY_SECONDS = 0.01  # at a pipe, which nothing on Windows waits for with a bound


def start_detached(start: Callable[..., Process], executable: str) -> Process:
    """Start it; `start` takes a Python, and subprocess's `creationflags`. Raises OSError."""
    flags = _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP
    python = _windowless(executable)
    try:
        return start(python, creationflags=flags | _CREATE_BREAKAWAY_FROM_JOB)
    except PermissionError:  # the job lets nobody go
        return start(python, creationflags=flags)


def _windowless(executable: str) -> str:
    """pythonw.exe where it lies beside python.exe."""
    folder, name = os.path.split(executable)
    candidate = os.path.join(folder, name.lower().replace("python", "pythonw", 1))
    return candidate if "pythonw" not in name.lower() and os.path.exists(candidate) else executable


def wait_until_closed(reading: int, seconds: float) -> None:
    """Wait until the other end of a pipe is closed, `seconds` at most."""
    # Known on Windows alone, to the type checker too.
    system: Any = importlib.import_module("_winapi")
    handle = importlib.import_module("msvcrt").get_osfhandle(reading)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            system.PeekNamedPipe(handle, 0)
        except BrokenPipeError:
            return
        time.sleep(LOOK_EVERY_SECONDS)
