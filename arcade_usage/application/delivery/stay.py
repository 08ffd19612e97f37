"""Keeps a sender awake while commands leave events for it instead of starting processes.

Owns half of the rule that loses no event: the announcement is withdrawn before the last look at the queue.
The other half is in application/command/hand_over.py.
"""

from collections.abc import Callable
from math import inf

from attrs import define, field

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.ports import Clock, HandOver
from arcade_usage.application.time_limits import LOCK_WAIT_SECONDS, LOOK_SECONDS, QUIET_SECONDS, STAY_SECONDS


@define(eq=False, repr=False)
class Stay:
    """How long a sender takes events. It sleeps without the sender lock, so no other process waits for it."""

    hand_over: HandOver
    clock: Clock
    is_announced: bool = field(default=False, init=False)
    _began: float = field(default=0.0, init=False)  # monotonic seconds
    _quiet_at: float = field(default=-inf, init=False)  # the same: when no event came for long enough

    def begin(self) -> bool:
        """Announce this process; returns False if another process takes the events."""
        self.is_announced = self.hand_over.announce()
        self._began = self.clock.monotonic()
        return self.is_announced

    def wait_for_more(self, result: Attempt, look: Callable[[], bool]) -> bool:
        """Wait for events after an attempt with this result; returns whether another attempt is due.

        Waits only in a burst: if events came while this process was at work, and PostHog takes them. `look`:
        whether an event waits that was not tried. Blocks: 2 s without an event. Raises StoreError.
        """
        if result is Attempt.ELSEWHERE and self.clock.monotonic() < self._began + LOCK_WAIT_SECONDS:
            self.clock.sleep(LOOK_SECONDS)  # mostly the holder is about to end, and this is the next sender
            return True
        if result is Attempt.MORE:
            self._quiet_at = self.clock.monotonic() + QUIET_SECONDS
        while result in (Attempt.MORE, Attempt.DONE) and self._may_wait():
            self.clock.sleep(LOOK_SECONDS)
            if look():
                self._quiet_at = self.clock.monotonic() + QUIET_SECONDS
                return True
        self.hand_over.withdraw()
        self.is_announced = False
        # Another sender may have taken its last look before events were left to this process.
        return result is Attempt.ELSEWHERE or look()

    def _may_wait(self) -> bool:
        return self.clock.monotonic() < min(self._quiet_at, self._began + STAY_SECONDS)
