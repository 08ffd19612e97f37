"""The process launcher in debug mode: its process prints the event that it would send, and sends nothing.

A separate process builds the exact message with the SDK, which is not imported into the tool.
"""

import sys
from collections.abc import Callable

from arcade_usage.application.errors import LaunchError


class PreviewLauncher:
    """Writes a process's output to stderr. `read`: starts the process and returns its output."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def launch(self, payload: str) -> None:
        """See the port. Without a process, writes the reason instead of raising it: nothing may be stored."""
        try:
            text = self._read(payload)
        except LaunchError as error:
            text = f"arcade-usage: the event can't be shown: {error}\n"
        sys.stderr.write(text)

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)
