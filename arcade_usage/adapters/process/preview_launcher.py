"""The process launcher while events are to be shown: its process says what it would send, and sends nothing.

A process, since the SDK is asked for the exact message, and has no business in the host.
"""

import sys
from collections.abc import Callable


class PreviewLauncher:
    """Shows on stderr what comes back from a process. `read`: starts it, and returns what it writes."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def launch(self, payload: str) -> None:
        sys.stderr.write(self._read(payload))

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)
