"""Forgetting: erases identity, outboxes and kept copies, and tells what PostHog may hold under which ids.

Owns the invariants that no id is erased that was not told, and that an event on its way is not delivered
under an erased identity: it is dropped by whoever writes it down (Delivery.write_down).
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from attrs import frozen

from arcade_usage.application.choosing import SENDER_PATIENCE_SECONDS
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Copies, ErasableIdentityStore, Outbox
from arcade_usage.domain.known import Known
from arcade_usage.domain.traces import Traces, traces_of, traces_of_events


@frozen
class Forgotten:
    """`traces`: what is to be named in an erasure request. `at_work`: senders that did not let go in time."""

    traces: Traces
    waiting: int
    copies: int
    at_work: int


@frozen
class Eraser:
    """Erases what a config folder holds. `places`: each sink's outbox and copies, as they are now.

    `sweep` removes evidence of malformed files and what killed writers left; it may raise StoreError.
    """

    store: ErasableIdentityStore
    places: Callable[[], Sequence[tuple[Outbox, Copies]]]
    sweep: Callable[[], None] = lambda: None

    def look(self) -> Forgotten:
        """What would be erased, and nothing is. Raises StoreError."""
        return self._look(self.store.current(), self.places(), 0)

    def forget(self) -> Forgotten:
        """Erase. Raises StoreError. Blocks: 11 s for each sender at work, 2 s for the identity lock."""
        places, at_work = self.places(), 0
        with ExitStack() as held:
            for outbox, _ in places:
                with suppress(StoreError):  # no lock is to be had
                    at_work += not held.enter_context(outbox.sending(SENDER_PATIENCE_SECONDS))
            forgotten = self._look(self._erase_identity(), places, at_work)
            for outbox, copies in places:
                outbox.purge()
                outbox.clear_logbook()  # it names ids that an alias is pending for
                copies.erase()
            self.sweep()
        return forgotten

    def _erase_identity(self) -> Known:
        """What stood there. A folder without anything is left alone."""
        known = self.store.current()
        if known == Known(None, None):
            return known
        return self.store.erase()

    def _look(self, known: Known, places: Sequence[tuple[Outbox, Copies]], at_work: int) -> Forgotten:
        waiting = [record for outbox, _ in places for record in outbox.pending()]
        sent = [copy for _, copies in places for copy in copies.all()]
        traces = traces_of(known) | traces_of_events(waiting, sent)
        return Forgotten(traces, len(waiting), len(sent), at_work)
