"""What a person chooses: off, which also drops what waits, and on again.

Owns the invariant that nothing is left waiting once `turn_off` has returned: the choice is stored before
the outboxes are looked for, a sender reads the switch before each request, and who wrote an event down
reads it again afterwards (Delivery.write_down).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from attrs import frozen

from arcade_usage.application.errors import StoreError, explain
from arcade_usage.application.ports import Outbox, Switch
from arcade_usage.application.time_limits import SENDER_PATIENCE_SECONDS


@frozen
class TurnedOff:
    """`dropped`: how many events waited. `at_work`: how many senders did not let go of their lock in time.

    `left`: what could not be dropped and why, for people to read.
    """

    dropped: int
    at_work: int
    left: tuple[str, ...] = ()


def turn_off(choice: Switch, outboxes: Callable[[], Sequence[Outbox]]) -> TurnedOff:
    """Store the choice, and drop what waits. Raises StoreError where the choice can't be stored.

    Blocks: 11 s for each sender at work; it stops at its next request, so 5 s are usual at most.
    """
    choice.turn_off()
    dropped = at_work = 0
    left: list[str] = []
    with collecting(left):
        for outbox in outboxes():
            with ExitStack() as held:
                with suppress(StoreError):  # no lock is to be had: nobody waits for one that never comes
                    at_work += not held.enter_context(outbox.sender_lock.hold(SENDER_PATIENCE_SECONDS))
                with collecting(left):
                    dropped += outbox.queue.purge()
    return TurnedOff(dropped, at_work, tuple(left))


@contextmanager
def collecting(failures: list[str]) -> Iterator[None]:
    """Go on after what can't be done, and add why to `failures`."""
    try:
        yield
    except StoreError as error:
        failures.append(explain(error))
