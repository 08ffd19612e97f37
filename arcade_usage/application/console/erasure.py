"""Forgetting: erases identity, outboxes and kept copies, and tells what PostHog may hold under which ids.

Owns the invariants that no id is erased that was not told, and that an event on its way is not delivered
under an erased identity: it is dropped by whoever writes it down (Delivery.write_down).
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from attrs import evolve, frozen

from arcade_usage.application.console.opt_out import collecting
from arcade_usage.application.errors import StoreError, explain
from arcade_usage.application.ports import Copies, ErasableIdentityStore, Outbox
from arcade_usage.application.time_limits import SENDER_PATIENCE_SECONDS
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.record import Record
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.subject_ids import SubjectIds, subject_ids_of, subject_ids_of_events


@frozen
class Forgotten:
    """`traces`: what is to be named in an erasure request. `at_work`: senders that did not let go in time.

    `left`: what could not be read or erased and why, for people to read.
    """

    traces: SubjectIds
    waiting: int
    copies: int
    at_work: int
    left: tuple[str, ...] = ()


@frozen
class Eraser:
    """Erases what a config folder holds. `places`: each sink's outbox and copies, as they are now.

    `sweep` removes evidence of malformed files and what killed writers left; it may raise StoreError.
    """

    store: ErasableIdentityStore
    places: Callable[[], Sequence[tuple[Outbox, Copies]]]
    sweep: Callable[[], None] = lambda: None

    def look(self) -> Forgotten:
        """What would be erased, and nothing is."""
        left: list[str] = []
        state = IdentityState(None, None)
        with collecting(left):
            state = self.store.current()
        return self._look(state, self._find(left), 0, left)

    def forget(self) -> Forgotten:
        """Erase as far as that can be. Blocks: 11 s for each sender at work, 2 s for the identity lock."""
        left: list[str] = []
        places, at_work = self._find(left), 0
        with ExitStack() as held:
            for outbox, _ in places:
                with suppress(StoreError):  # no lock is to be had
                    at_work += not held.enter_context(outbox.sender_lock.hold(SENDER_PATIENCE_SECONDS))
            state = IdentityState(None, None)
            with collecting(left):
                state = self._erase_identity()
            forgotten = self._look(state, places, at_work, left)
            for outbox, copies in places:
                for erase in (outbox.queue.purge, outbox.log.clear, copies.erase):
                    with collecting(left):  # a logbook names ids that an alias is pending for
                        erase()
            with collecting(left):
                self.sweep()
        return evolve(forgotten, left=tuple(dict.fromkeys(left)))

    def _find(self, left: list[str]) -> Sequence[tuple[Outbox, Copies]]:
        try:
            return self.places()
        except StoreError as error:
            left.append(explain(error))
            return ()

    def _erase_identity(self) -> IdentityState:
        """What stood there. A folder without anything is left alone."""
        state = self.store.current()
        if state == IdentityState(None, None):
            return state
        return self.store.erase()

    def _look(
        self, state: IdentityState, places: Sequence[tuple[Outbox, Copies]], at_work: int, left: list[str]
    ) -> Forgotten:
        waiting: list[Record] = []
        sent: list[Sent] = []
        for outbox, copies in places:
            with collecting(left):
                waiting += outbox.queue.pending()
            with collecting(left):
                sent += copies.all()
        traces = subject_ids_of(state) | subject_ids_of_events(waiting, sent)
        return Forgotten(traces, len(waiting), len(sent), at_work, tuple(left))
