"""Attributes events: carries out the steps of `domain.attribution.judge` until it returns a verdict.

Owns the invariants that each step is decided from the state on disk under the identity lock, that the lock is
never held during network I/O, and that a claim is on disk before its alias is sent.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from attrs import astuple, define, evolve, field

from arcade_usage.application.delivery.attempt_log import POSTHOG, AttemptLog
from arcade_usage.application.errors import NotAcceptedError, StoreError, UnwantedError
from arcade_usage.application.ports import (
    AnalyticsSink,
    Clock,
    ContextualPrincipalApi,
    IdentityStore,
    IdGenerator,
    PrincipalApi,
)
from arcade_usage.domain.attribution import Case, Link, LookUp, Rotate, StartOver, Step, judge
from arcade_usage.domain.backoff import LOOK_UP
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import (
    AnonymousId,
    Answer,
    Found,
    NoAnswer,
    Principal,
    Unattributable,
    Verdict,
    Wait,
)

T = TypeVar("T")

STEPS_LIMIT = 12  # steps for one verdict; more than the longest chain, also when files change meanwhile


@define(eq=False, repr=False)
class Attributor:
    """Attributes the events of one project; one for each process."""

    store: IdentityStore
    principal_api: ContextualPrincipalApi
    sink: AnalyticsSink
    project_key: str
    attempts: AttemptLog
    clock: Clock
    ids: IdGenerator
    _answers: dict[Stamp, Answer] = field(factory=dict, init=False)
    _may_have_aliases: bool = field(default=True, init=False)  # False if the last state had no pending alias

    def forget_answers(self) -> None:
        """Forget the answers of look-ups, and what was read of the ledger."""
        self._answers.clear()
        self._may_have_aliases = True

    def judge_offline(self, record: Record, state: IdentityState) -> Verdict | None:
        """The verdict, if it needs no lock, no change and no network; otherwise None. Raises StoreError."""
        self._remember_aliases(state)
        snapshot = record.snapshot
        now = Snapshot(state, self._api(snapshot).stamp())
        step = judge(self._case(record, snapshot, now, None, self._alias_is_due(snapshot)))
        return step if isinstance(step, Principal | AnonymousId | Unattributable) else None

    def record_use(self, snapshot: Snapshot, state: IdentityState) -> None:
        """Record in the ledger that the id was used for this project, and with which credentials.

        `state`: the current state, just read. Raises StoreError. Blocks: 2 s for the lock, if the ledger has
        to change.
        """
        stamp = self._api(snapshot).stamp()

        def decide(state: IdentityState) -> tuple[IdentityState, None]:
            if state.anon_id != snapshot.state.anon_id:
                return state, None
            ledger = state.matching_ledger
            # Credentials that were replaced after the event count too if they were the id's first ones: the
            # next account's must not be taken for these.
            is_first = ledger is not None and ledger.never_had_credentials
            used_with = snapshot.stamp if is_first or stamp == snapshot.stamp else None
            return state.used_for(self.project_key, used_with, self.store.here), None

        if decide(state)[0] != state:
            self._change(decide)

    def attribute(self, record: Record) -> Verdict | None:
        """The verdict, using lock and network as needed; None if it has to wait.

        Blocks: 2 s for a look-up, 2 s for an alias, 2 s for each change of the identity. Raises StoreError;
        UnwantedError if the identity was erased.
        """
        state = self.store.current()
        if record.snapshot.is_forgotten(state):
            raise UnwantedError("the identity was erased")
        self.record_use(record.snapshot, state)
        verdict = self.judge_offline(record, state)
        return self._attribute_by_steps(record) if verdict is None else verdict

    def _attribute_by_steps(self, record: Record) -> Verdict | None:
        snapshot, answer = record.snapshot, None
        for _ in range(STEPS_LIMIT):
            step, state = self._take_step(record, snapshot, answer)
            if isinstance(step, Principal | AnonymousId | Unattributable):
                return step
            if isinstance(step, Wait):
                return None
            if isinstance(step, LookUp):
                answer = self._look_up(snapshot)
            elif isinstance(step, Rotate):
                snapshot = evolve(snapshot, state=state)
            elif isinstance(step, Link):
                return self._alias(state, step.principal_id, snapshot.stamp)
        return None

    def send_pending_aliases(self) -> None:
        """Send the aliases that this project has not accepted yet and that are due.

        Raises StoreError. Blocks: 2 s for each alias.
        """
        if not self._may_have_aliases:
            return
        ledger = self.store.current().matching_ledger  # read again: it may have been erased
        for anon_id, principal_id in ledger.aliases_due(self.project_key) if ledger else ():
            if self._accepted(anon_id, principal_id):
                self._change(self._accepting(anon_id))

    def _remember_aliases(self, state: IdentityState) -> None:
        ledger = state.matching_ledger
        self._may_have_aliases = ledger is None or bool(ledger.aliases_due(self.project_key))

    def _change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        def watched(state: IdentityState) -> tuple[IdentityState, T]:
            changed, result = decide(state)
            self._remember_aliases(changed)
            return changed, result

        return self.store.change(watched)

    def _take_step(
        self, record: Record, snapshot: Snapshot, answer: Answer | None
    ) -> tuple[Verdict | Wait | Step, IdentityState]:
        """Judge by the state on disk under the lock, and carry out the step's change of it."""
        stamp, fresh, due = self._api(snapshot).stamp(), self.ids.new(), self._alias_is_due(snapshot)

        def decide(state: IdentityState) -> tuple[IdentityState, tuple[Verdict | Wait | Step, IdentityState]]:
            step = judge(self._case(record, snapshot, Snapshot(state, stamp), answer, due))
            changed = state
            if isinstance(step, StartOver):
                changed = state if state.is_consistent else state.rotated(fresh, self.store.here)
                step = Unattributable()
            elif isinstance(step, Rotate):
                changed = state.rotated(fresh, self.store.here, step.first_stamp)
            elif isinstance(step, Link):
                changed = state.claimed(step.principal_id, self.store.here)
                if changed.matching_ledger and self.project_key in changed.matching_ledger.accepted:
                    changed = changed.accepted(step.principal_id, self.project_key, snapshot.stamp)
                    step = Principal(step.principal_id)
            return changed, (step, changed)

        return self._change(decide)

    def _api(self, snapshot: Snapshot) -> PrincipalApi:
        """That of the event's context, whichever one this process was started for."""
        return self.principal_api.in_context(snapshot.context)

    def _look_up(self, snapshot: Snapshot) -> Answer | None:
        """The answer for the credentials of a snapshot; None if the stored credentials are others now."""
        stamp = snapshot.stamp
        if stamp is None:
            return NoAnswer()
        if stamp in self._answers:
            return self._answers[stamp]
        name = f"{LOOK_UP}{'-'.join(map(str, astuple(stamp)))}"
        if not self.attempts.may_try(name):
            return NoAnswer()
        self.attempts.begin(name)
        asked_about, answer = self._api(snapshot).look_up()
        if isinstance(answer, Found):
            self.attempts.succeed(name)
        else:  # backs off for rejected credentials too
            self.attempts.unanswered(answer.reason)
        if asked_about != stamp:
            return None
        self._answers[stamp] = answer
        return answer

    def _alias(self, claimed: IdentityState, principal_id: str, stamp: Stamp | None) -> Verdict:
        anon_id = claimed.anon_id
        if anon_id is None:
            raise AssertionError("a claim needs an anonymous id")
        if not self._accepted(anon_id, principal_id):
            return AnonymousId(anon_id)
        accept = self._accepting(anon_id)

        def decide(state: IdentityState) -> tuple[IdentityState, None]:
            if state.anon_id != anon_id:
                return accept(state)
            return state.accepted(principal_id, self.project_key, stamp), None

        with suppress(StoreError):  # PostHog accepted the alias: the verdict stands, a repeat is harmless
            self._change(decide)
        return Principal(principal_id)

    def _accepting(self, anon_id: str) -> Callable[[IdentityState], tuple[IdentityState, None]]:
        return lambda state: (state.alias_accepted(anon_id, self.project_key), None)

    def _accepted(self, anon_id: str, principal_id: str) -> bool:
        name = _alias_name(anon_id, principal_id)
        if not self._is_due(name):
            return False
        self.attempts.begin(name)
        try:
            self.sink.alias(anon_id, principal_id)
        except NotAcceptedError as error:
            self.attempts.failed(f"the anonymous id was not linked: {error}", name, error.retry_after)
            return False
        self.attempts.succeed(name)
        return True

    def _is_due(self, alias: str) -> bool:
        return self.attempts.may_try(POSTHOG) and self.attempts.may_try(alias)

    def _alias_is_due(self, snapshot: Snapshot) -> bool:
        """Whether the pending alias of the snapshot's claim is due; True if none is pending."""
        ledger = snapshot.state.matching_ledger
        if ledger is None or ledger.claimed_by is None or self.project_key in ledger.accepted:
            return True
        return self._is_due(_alias_name(ledger.anon_id, ledger.claimed_by))

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
            snapshot=snapshot,
            now=now,
            project=self.project_key,
            here=self.store.here,
            is_logout=record.is_logout,
            age_seconds=age,
            answer=answer,
            alias_is_due=alias_is_due,
            is_refresh=record.is_refresh,
        )


def _alias_name(anon_id: str, principal_id: str) -> str:
    """The name of an alias in the attempt log."""
    return f"alias {anon_id} {principal_id}"


def ensure_logged_out(store: IdentityStore, ids: IdGenerator, left: Snapshot) -> None:
    """Rotate the identity if the logged-out id is still, or again, the current one. Raises StoreError.

    The tool rotates during logout (adapters/storage/logout.py). This repeats it if the tool could not, or if
    another process overwrote the new identity.
    """
    if left.state.never_logged_in and left.stamp is None:
        return  # there was no login to end: a later login must keep the earlier anonymous events
    fresh = ids.new()

    def decide(state: IdentityState) -> tuple[IdentityState, None]:
        retained = state.anon_id is not None and state.anon_id == left.state.anon_id
        return state.rotated(fresh, store.here) if retained else state, None

    store.change(decide)
