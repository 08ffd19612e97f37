"""`forget`: erases identity, outboxes and copies, and reports the ids that PostHog may hold events under.

Owns the invariants that every erased id is reported first, and that no event is delivered under an erased
identity: Delivery.submit drops one that is added later.
"""

from collections.abc import Sequence
from contextlib import ExitStack, suppress

from attrs import evolve, frozen

from arcade_usage.application.console.opt_out import collecting
from arcade_usage.application.errors import StoreError, explain
from arcade_usage.application.ports import Copies, ErasableIdentityStore, Outbox, ProjectStores
from arcade_usage.application.time_limits import SENDER_PATIENCE_SECONDS
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.record import Record
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.subject_ids import SubjectIds, subject_ids_of, subject_ids_of_events


@frozen
class ErasureReport:
    """The result of an erasure, or of a preview of one.

    subject_ids: the ids for an erasure request to the operator of PostHog.
    waiting, copies: how many waiting events, and copies of sent ones, there were.
    busy_senders: how many senders still held their lock when the wait ended.
    failures: what could not be read or erased, and why; for people to read.
    """

    subject_ids: SubjectIds
    waiting: int
    copies: int
    busy_senders: int
    failures: tuple[str, ...] = ()


@frozen
class Eraser:
    """Erases the usage data of a config folder."""

    store: ErasableIdentityStore
    folder: ProjectStores

    def inspect(self) -> ErasureReport:
        """Report what `forget` would erase. Changes nothing."""
        failures: list[str] = []
        state = IdentityState(None, None)
        with collecting(failures):
            state = self.store.current()
        return self._summarize(state, self._find(failures), 0, failures)

    def forget(self) -> ErasureReport:
        """Erase everything that can be erased. Blocks: 11 s for each running sender, 2 s for the identity."""
        failures: list[str] = []
        stores, busy_senders = self._find(failures), 0
        with ExitStack() as held:
            for outbox, _ in stores:
                with suppress(StoreError):  # the lock can't be used: erase without it
                    busy_senders += not held.enter_context(outbox.sender_lock.hold(SENDER_PATIENCE_SECONDS))
            state = IdentityState(None, None)
            with collecting(failures):
                if self.store.current() != IdentityState(None, None):
                    state = self.store.erase()
            report = self._summarize(state, stores, busy_senders, failures)
            for outbox, copies in stores:
                for erase in (outbox.queue.purge, outbox.log.clear, outbox.counts.clear, copies.erase):
                    with collecting(failures):  # the log is erased too: it names ids with a pending alias
                        erase()
            with collecting(failures):
                self.store.sweep()
        return evolve(report, failures=tuple(dict.fromkeys(failures)))

    def _find(self, failures: list[str]) -> Sequence[tuple[Outbox, Copies]]:
        try:
            return self.folder.stores()
        except StoreError as error:
            failures.append(explain(error))
            return ()

    def _summarize(
        self,
        state: IdentityState,
        stores: Sequence[tuple[Outbox, Copies]],
        busy_senders: int,
        failures: list[str],
    ) -> ErasureReport:
        waiting: list[Record] = []
        sent: list[Sent] = []
        for outbox, copies in stores:
            with collecting(failures):
                waiting += outbox.queue.pending()
            with collecting(failures):
                sent += copies.all()
        subject_ids = subject_ids_of(state) | subject_ids_of_events(waiting, sent)
        return ErasureReport(subject_ids, len(waiting), len(sent), busy_senders, tuple(failures))
