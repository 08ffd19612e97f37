"""Records messages on this machine instead of sending them, where the user chose that."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress

from arcade_usage.application.adapters import Adapters
from arcade_usage.application.errors import StoreError
from arcade_usage.application.time_limits import LOCAL_PATIENCE_SECONDS
from arcade_usage.domain.consent import LOCAL


def record(adapters: Adapters, messages: Sequence[Mapping[str, object]]) -> None:
    """Store messages among the copies, marked as not sent, unless the choice changed meanwhile.

    The sender lock orders the writers of the copies. Without it, two that write at once may lose a copy.
    Blocks: 4 s, for the lock.
    """
    with ExitStack() as held:
        with suppress(StoreError):
            held.enter_context(adapters.outbox.sender_lock.hold(LOCAL_PATIENCE_SECONDS))
        if adapters.switch.level() == LOCAL:
            adapters.copies.keep(messages, adapters.clock.time(), is_local=True)
