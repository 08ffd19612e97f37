"""The process launcher in debug mode: its process prints the event that it would send, and sends nothing.

A separate process builds the exact message with the SDK, which is not imported into the tool.
"""

import sys
from collections.abc import Callable


class PreviewLauncher:
    """Writes a process's output to stderr. `read`: starts the process and returns its output."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def launch(self, payload: str) -> None:
        sys.stderr.write(self._read(payload))

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)
