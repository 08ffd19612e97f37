"""The system's clocks. Runs on the command path."""

import time


class SystemClock:
    """The clock port over the system's clocks."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
