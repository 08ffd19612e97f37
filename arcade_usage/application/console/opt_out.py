"""`off` and `local`: store the choice and drop the waiting events. `on`: begin a fresh id, then allow events.

Owns the invariant that no event waits after `turn_off` has returned. `turn_off` stores the choice before it
lists the outboxes. A sender reads the switch before each request. Delivery.submit reads it after it has
added an event.

While nothing is sent, the ledger does not record which credentials are used. So an id from before is not used
afterwards: the next credentials could be taken for its first ones. `turn_on` rotates, as a logout
does, before it stores the choice.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from attrs import frozen

from arcade_usage.application.errors import StoreError, explain
from arcade_usage.application.ports import ProjectStores, Switch, ToolWriter
from arcade_usage.application.time_limits import SENDER_PATIENCE_SECONDS
from arcade_usage.domain.consent import LOCAL, OFF, ON


@frozen
class TurnedOff:
    """The result of `turn_off`.

    dropped: how many waiting events were dropped.
    busy_senders: how many senders still held their lock when the wait ended.
    failures: what could not be dropped, and why; for people to read.
    """

    dropped: int
    busy_senders: int
    failures: tuple[str, ...] = ()


def turn_off(switch: Switch, folder: ProjectStores, level: str = OFF) -> TurnedOff:
    """Store off or local, and drop the waiting events. Raises StoreError if the choice can't be stored.

    Blocks: 11 s for each running sender; usually at most 5 s, since it stops at its next request.
    """
    switch.choose(level)
    dropped = busy_senders = 0
    failures: list[str] = []
    with collecting(failures):
        for outbox, _ in folder.stores():
            with ExitStack() as held:
                with suppress(StoreError):  # the lock can't be used: purge without it
                    busy_senders += not held.enter_context(outbox.sender_lock.hold(SENDER_PATIENCE_SECONDS))
                with collecting(failures):
                    dropped += outbox.queue.purge()
                with collecting(failures):
                    outbox.counts.clear()
    return TurnedOff(dropped, busy_senders, tuple(failures))


def turn_on(switch: Switch, writer: ToolWriter, level: str = ON) -> bool:
    """Store on, or on without errors; returns whether a choice was stored.

    Blocks: 0.5 s. Raises StoreError.
    """
    if switch.stored_level() in (OFF, LOCAL):
        try:
            writer.log_out(had_credentials=True)
        except OSError as error:
            raise StoreError("the anonymous id can't be replaced") from error
    return switch.choose(level)


@contextmanager
def collecting(failures: list[str]) -> Iterator[None]:
    """Suppress a StoreError, and add its explanation to `failures`."""
    try:
        yield
    except StoreError as error:
        failures.append(explain(error))
