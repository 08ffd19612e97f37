"""What a detached process is on Windows: without a window, and outside of the terminal's job if it may."""

import os
from collections.abc import Callable
from typing import TypeVar

Process = TypeVar("Process")

# Not known to subprocess off Windows.
_CREATE_NO_WINDOW = 0x08000000
_CREATE_NEW_PROCESS_GROUP = 0x00000200
_CREATE_BREAKAWAY_FROM_JOB = 0x01000000


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
