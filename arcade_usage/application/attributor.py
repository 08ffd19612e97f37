"""Carries out what `domain.attribution.judge` asks for until it gives a verdict.

Owns the invariants that a verdict's steps are decided on what is on disk under the identity lock, that
the lock is never held across network, and that the claim is on disk before its alias is tried.
"""

from collections.abc import Callable
from contextlib import suppress

from attrs import astuple, define, field

from arcade_usage.application.errors import NotAcceptedError, StoreError
from arcade_usage.application.pacer import SINK, Pacer
from arcade_usage.application.ports import AnalyticsSink, Clock, IdentityStore, Ids, PrincipalApi
from arcade_usage.domain.attribution import Case, Link, LookUp, Rotate, StartOver, Step, judge
from arcade_usage.domain.known import Known, Snapshot
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Answer, Apart, As, AsAnonymous, Found, NoAnswer, Verdict, Wait

STEPS_LIMIT = 12  # steps for one verdict; more than any chain of the table has, files changing underneath too


@define(eq=False, repr=False)
class Attributor:
    """Gives verdicts, for the events of one sink; one for each process."""

    store: IdentityStore
    principal_api: PrincipalApi
    sink: AnalyticsSink
    sink_key: str
    pacer: Pacer
    clock: Clock
    ids: Ids
    _answers: dict[Stamp, Answer] = field(factory=dict, init=False)

    def at_once(self, record: Record) -> Verdict | None:
        """The verdict, where it takes no lock, no change and no network. Raises StoreError."""
        snapshot = record.snapshot
        now = Snapshot(self.store.current(), self.principal_api.stamp())
        step = judge(self._case(record, snapshot, now, None, self._alias_is_due(snapshot)))
        return step if isinstance(step, As | AsAnonymous | Apart) else None

    def note(self, snapshot: Snapshot) -> None:
        """Write into the ledger that the id was used for this sink, and with which credentials.

        Raises StoreError. Blocks: 2 s, for the lock, where there is something new to write.
        """
        stamp = self.principal_api.stamp()
        used_with = stamp if stamp == snapshot.stamp else None  # others lie there by now: not this event's

        def decide(known: Known) -> tuple[Known, None]:
            if known.anon_id != snapshot.known.anon_id:
                return known, None
            return known.noted(self.sink_key, used_with, self.store.here), None

        known = self.store.current()
        if decide(known)[0] != known:
            self.store.change(decide)

    def settle(self, record: Record) -> Verdict | None:
        """The verdict, whatever it takes; None while it can't be told. Raises StoreError.

        Blocks: 2 s for a look-up, 2 s for an alias, 2 s for each change of the identity.
        """
        snapshot, answer = record.snapshot, None
        for _ in range(STEPS_LIMIT):
            step, known = self._take_step(record, snapshot, answer)
            if isinstance(step, As | AsAnonymous | Apart):
                return step
            if isinstance(step, Wait):
                return None
            if isinstance(step, LookUp):
                answer = self._look_up(snapshot.stamp)
            elif isinstance(step, Rotate):
                snapshot = Snapshot(known, snapshot.stamp)
            elif isinstance(step, Link):
                return self._alias(known, step.principal_id, snapshot.stamp)
        return None

    def pay_debts(self) -> None:
        """Send the aliases that this sink has not accepted yet, where they are due.

        Raises StoreError. Blocks: 2 s for each alias.
        """
        ledger = self.store.current().account
        for anon_id, principal_id in ledger.owes(self.sink_key) if ledger else ():
            if self._accepted(anon_id, principal_id):
                self.store.change(self._settling(anon_id))

    def _take_step(
        self, record: Record, snapshot: Snapshot, answer: Answer | None
    ) -> tuple[Verdict | Wait | Step, Known]:
        """Judge by what is on disk under the lock, and change there what the step says."""
        stamp, fresh, due = self.principal_api.stamp(), self.ids.fresh(), self._alias_is_due(snapshot)

        def decide(known: Known) -> tuple[Known, tuple[Verdict | Wait | Step, Known]]:
            step = judge(self._case(record, snapshot, Snapshot(known, stamp), answer, due))
            changed = known
            if isinstance(step, StartOver):
                changed = known if known.agrees else known.rotated(fresh, self.store.here)
                step = Apart()
            elif isinstance(step, Rotate):
                changed = known.rotated(fresh, self.store.here, step.seen)
            elif isinstance(step, Link):
                changed = known.claimed(step.principal_id, self.store.here)
                if changed.account and self.sink_key in changed.account.accepted:
                    changed = changed.accepted(step.principal_id, self.sink_key, snapshot.stamp)
                    step = As(step.principal_id)
            return changed, (step, changed)

        return self.store.change(decide)

    def _look_up(self, stamp: Stamp | None) -> Answer | None:
        """The answer for the credentials of `stamp`; None where others lie there by now."""
        if stamp is None:
            return NoAnswer()
        if stamp in self._answers:
            return self._answers[stamp]
        name = f"look-up {'-'.join(map(str, astuple(stamp)))}"
        if not self.pacer.may_try(name):
            return NoAnswer()
        self.pacer.begin(name)
        asked_about, answer = self.principal_api.look_up()
        if isinstance(answer, Found):
            self.pacer.succeed(name)
        else:  # nobody's are not asked about at every command either
            self.pacer.unanswered(answer.reason)
        if asked_about != stamp:
            return None
        self._answers[stamp] = answer
        return answer

    def _alias(self, claimed: Known, principal_id: str, stamp: Stamp | None) -> Verdict:
        anon_id = claimed.anon_id
        if anon_id is None:
            raise AssertionError("a claim is for an id")
        if not self._accepted(anon_id, principal_id):
            return AsAnonymous(anon_id)
        settle = self._settling(anon_id)

        def decide(known: Known) -> tuple[Known, None]:
            if known.anon_id != anon_id:
                return settle(known)
            return known.accepted(principal_id, self.sink_key, stamp), None

        with suppress(StoreError):  # accepted it was: the verdict stands, and a repeat is harmless
            self.store.change(decide)
        return As(principal_id)

    def _settling(self, anon_id: str) -> Callable[[Known], tuple[Known, None]]:
        return lambda known: (known.settled(anon_id, self.sink_key), None)

    def _accepted(self, anon_id: str, principal_id: str) -> bool:
        name = _alias_name(anon_id, principal_id)
        if not self._is_due(name):
            return False
        self.pacer.begin(name)
        try:
            self.sink.alias(anon_id, principal_id)
        except NotAcceptedError as error:
            self.pacer.failed(f"the anonymous id was not linked: {error}")
            return False
        self.pacer.succeed(name)
        return True

    def _is_due(self, alias: str) -> bool:
        return self.pacer.may_try(SINK) and self.pacer.may_try(alias)

    def _alias_is_due(self, snapshot: Snapshot) -> bool:
        """Whether an alias of the snapshot's id to its claim, where one is still owed, would be tried now."""
        ledger = snapshot.known.account
        if ledger is None or ledger.claim is None or self.sink_key in ledger.accepted:
            return True
        return self._is_due(_alias_name(ledger.anon_id, ledger.claim))

    def _case(
        self,
        record: Record,
        snapshot: Snapshot,
        now: Snapshot,
        answer: Answer | None,
        alias_is_due: bool,
    ) -> Case:
        age = self.clock.time() - record.event.timestamp.timestamp()
        return Case(
            snapshot, now, self.sink_key, self.store.here, record.is_logout, age, answer, alias_is_due
        )


def _alias_name(anon_id: str, principal_id: str) -> str:
    """What an alias is called among what is tried."""
    return f"alias {anon_id} {principal_id}"


def log_out_again(store: IdentityStore, ids: Ids, left: Snapshot) -> None:
    """Rotate if the id that was logged out is still, or again, the current one. Raises StoreError.

    The tool did it already (adapters/logout.py); this is for when it could not, or a stale writer undid it.
    """
    if left.known.never_logged_in and left.stamp is None:
        return  # a logout of nobody: who has logged in since is not to be separated from what was before
    fresh = ids.fresh()

    def decide(known: Known) -> tuple[Known, None]:
        retained = known.anon_id is not None and known.anon_id == left.known.anon_id
        return known.rotated(fresh, store.here) if retained else known, None

    store.change(decide)
