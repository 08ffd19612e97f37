"""The library with one rule broken: what the explorer must catch, or it proves nothing.

Each mutant replaces a method or a function for as long as it is entered, and names a small scenario that
shows it, and the invariants of which at least one must be seen broken.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest import mock

from attrs import evolve, frozen

from arcade_usage.adapters.storage import first_identity, logout
from arcade_usage.application.console import opt_out
from arcade_usage.application.delivery import attributor as attributor_module
from arcade_usage.application.delivery import delivery as delivery_module
from arcade_usage.application.delivery.attributor import Attributor
from arcade_usage.application.delivery.daily_limit import DailyLimit
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import StoreError
from arcade_usage.domain import attribution
from arcade_usage.domain.consent import ON
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.persons import IngestedEvent, make_alias
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Found, Principal, Rejected, attribute
from verification.interleavings import oracle, people, ports, posthog, processes, programs
from verification.interleavings.explorer import Faulty, Scenario
from verification.interleavings.operations import REPLY_LOST
from verification.interleavings.programs import (
    COMMAND,
    COMMAND_ELSEWHERE,
    COMMAND_THERE,
    COPIED_BOB,
    COPIED_LOGIN,
    DELETE,
    EDIT,
    LIMITED,
    LOGIN_ALICE,
    LOGOUT,
    NEXT_DAY,
    PLAIN,
    REFRESH,
)

Patches = tuple[tuple[object, str, Any], ...]
_accepted, _case, _take_step = Attributor._accepted, Attributor._case, Attributor._take_step
_decide_daily, _apply, _queue_counts = DailyCount.decide, DailyLimit.apply, DailyLimit._queue_counts
_claimed, _judge, _decide = IdentityState.claimed, attribution.judge, Delivery._decide


@frozen
class Mutant:
    name: str
    patches: Patches
    scenario: Scenario
    caught_by: frozenset[str]

    @contextmanager
    def living(self) -> Iterator[None]:
        with ExitStack() as stack:
            for owner, name, replacement in self.patches:
                stack.enter_context(mock.patch.object(owner, name, replacement))
            yield


def _linked_before_the_alias(self: Attributor, anon_id: str, principal_id: str) -> bool:
    _accepted(self, anon_id, principal_id)
    return True


def _unread_change(
    self: ports.SteppedIdentityStore, decide: Callable[[IdentityState], tuple[IdentityState, Any]]
) -> Any:
    """Reads before it has the lock, and decides by that."""
    state = self.current()
    self.process.call("lock identity")
    try:
        changed, result = decide(state)
        if isinstance(changed.ledger, Ledger) and changed.ledger != state.ledger:
            self.process.call("write ledger", changed.ledger)
        if isinstance(changed.identity, Anonymous | Linked) and changed.identity != state.identity:
            self.process.call("write usage.json", changed.identity)
        return result
    finally:
        self.process.call("unlock identity")


def _judged_by_now(self: Attributor, record: Any, snapshot: Snapshot, now: Snapshot, *rest: Any) -> Any:
    return evolve(_case(self, record, snapshot, now, *rest), snapshot=now)


def _keeps_unlinked(state: IdentityState) -> bool:
    return isinstance(state.identity, Linked)


def _log_out_of_links_only(process: Any, _: bool) -> bool:
    fresh, store = process.new(), ports.SteppedIdentityStore(process)
    store.change(lambda state: (state.rotated(fresh, store.here) if _keeps_unlinked(state) else state, None))
    return True


def _no_ensure_logged_out(store: Any, ids: Any, left: Snapshot) -> None:
    """The delivery process leaves it to the tool."""


def _sends_unfrozen(self: Delivery, record: Any) -> Any:
    """The verdict is not written down before the first attempt."""
    if record.attribution is not None:
        return record
    verdict = self.attributor.attribute(record)
    if verdict is None:
        return record
    return record.attributed(attribute(verdict, self.ids.new()))


def _unclaimed(self: IdentityState, *_: object) -> IdentityState:
    """The claim is not kept before the alias is tried."""
    return self


def _accepts_unclaimed(self: IdentityState, principal_id: str, sink: str, stamp: Any) -> IdentityState:
    ledger = self.matching_ledger
    if ledger is None:
        return self
    return IdentityState(
        Anonymous(ledger.anon_id).link(principal_id),
        evolve(ledger, claimed_by=principal_id).confirmed_by(sink, stamp),
    )


def _refused_is_the_old_one(case: Any) -> Any:
    identity = case.snapshot.state.identity
    if isinstance(case.answer, Rejected) and isinstance(identity, Linked):
        case = evolve(case, answer=Found(identity.principal_id))
    return _judge(case)


def _stamps_do_not_matter(case: Any) -> Any:
    identity = case.snapshot.state.identity
    if isinstance(identity, Linked) and case.snapshot.stamp is not None:
        return Principal(identity.principal_id)
    return _judge(case)


def _looks_before_it_lets_go(self: Delivery, *_: object, **__: object) -> None:
    with self._sending() as ours:
        if ours:
            self._drain()
            while any(record.event.uuid not in self._tried for record in self.outbox.queue.pending()):
                self._drain()


def _born_here(case: Any) -> Any:
    ledger = case.now.state.ledger
    if isinstance(ledger, Ledger) and ledger.installation != case.here:
        case = evolve(case, here=ledger.installation)
    return _judge(case)


def _removes_foreign(self: Delivery, record: Any) -> Any:
    if record.is_foreign(self.store.here):
        self.outbox.queue.remove([record])
        return record
    return _decide(self, record)


def _any_identity(files: Any) -> dict[str, object]:
    """An identity that followed the first one is taken for it."""
    anon_id = files.read_usage()["anon_id"]
    ledger = {"anon_id": anon_id, "born": "here", "first": True}
    return {"usage": first_identity._usage(anon_id), "ledger": ledger}


def _is_unlinked(usage: dict[str, object], _: object) -> bool:
    return bool(usage) and usage["linked_principal_id"] is None


def _keeps_the_anonymous_id(anon_id: str, principal_id: str) -> IngestedEvent:
    """The alias in the seed's direction: the principal is the one that is attached."""
    return make_alias(principal_id, anon_id)


def _ignores_the_switch(self: ports.SteppedSink) -> None:
    self.process.call("read switch")


def _probes_before_it_writes(process: Any, event: Any, snapshot: Snapshot) -> Any:
    """A sender that ends in between does not see the event."""
    if not process.call("read switch"):
        return None
    is_left = programs.is_left_to_others(process, snapshot)
    record = Record(event, snapshot, machine=process.here)
    with suppress(StoreError):
        ports.SteppedOutbox(process).queue.add(record)
    return None if is_left else processes.Start(programs.adopt, (record,))


_probes_before_it_writes.__name__ = "take_plain"  # by which reduction.py knows what it may do


def _forgets_what_was_sent(self: DailyCount, waiting: Any) -> DailyCount:
    return evolve(_decide_daily(self, waiting), to_send=frozenset())


def _forgets_what_was_counted(self: DailyCount, waiting: Any) -> DailyCount:
    return evolve(_decide_daily(self, waiting), to_remove=frozenset())


def _removes_before_it_stores(self: DailyLimit, waiting: Any, here: str) -> list[Record]:
    stored = self.outbox.counts.read()
    to_remove = stored.decide(waiting).to_remove if stored.day else ()
    self.outbox.queue.remove([record for record in waiting if record.event.uuid in to_remove])
    return _apply(self, waiting, here)


def _begins_before_it_queues(self: DailyLimit, stored: DailyCount, *_: Any) -> list[Record]:
    self.outbox.counts.write(DailyCount(), durable=True)
    return _queue_counts(self, stored, *_)


def _counts_under_another_uuid(self: DailyLimit, stored: DailyCount, *_: Any) -> list[Record]:
    return _queue_counts(self, evolve(stored, uuid=self.ids.new()) if stored.day else stored, *_)


UNKNOWN_COMMAND = Faulty(COMMAND, (("look up", "no answer"),))
_UNDELIVERED = Faulty(COMMAND, (("capture", "fails"),))
_JUDGED = (attributor_module, "judge")

MUTANTS = (
    Mutant(
        "linked before the alias is accepted",
        ((Attributor, "_accepted", _linked_before_the_alias),),
        Scenario((), (LOGIN_ALICE,), 1),
        frozenset({oracle.EARLY}),
    ),
    Mutant(
        "not read again under the lock",
        ((ports.SteppedIdentityStore, "change", _unread_change),),
        Scenario((), (LOGIN_ALICE, LOGOUT), 0, 3),
        frozenset({oracle.COMES_BACK}),
    ),
    Mutant(
        "the verdict from the state at delivery instead of from the snapshot",
        ((Attributor, "_case", _judged_by_now),),
        Scenario((LOGIN_ALICE,), (COMMAND, EDIT)),
        frozenset({oracle.MIXED_UP}),
    ),
    Mutant(
        "no rotation at logout when unlinked",
        (
            (programs, "log_out", _log_out_of_links_only),
            (delivery_module, "ensure_logged_out", _no_ensure_logged_out),
        ),
        Scenario((Faulty(LOGIN_ALICE, (("look up", "no answer"),)),), (LOGOUT,)),
        frozenset({oracle.COMES_BACK}),
    ),
    Mutant(
        "the verdict not frozen before the first attempt",
        ((Delivery, "_decide", _sends_unfrozen),),
        Scenario((LOGIN_ALICE, REFRESH), (COMMAND, EDIT), 1),
        frozenset({oracle.TWICE}),
    ),
    Mutant(
        "no claim before the alias",
        ((IdentityState, "claimed", _unclaimed), (IdentityState, "accepted", _accepts_unclaimed)),
        Scenario((COMMAND, Faulty(LOGIN_ALICE, (("alias", "fails"),))), (LOGOUT,)),
        frozenset({oracle.NOT_STITCHED}),
    ),
    Mutant(
        "a 401 taken for the old principal",
        ((*_JUDGED, _refused_is_the_old_one),),
        Scenario((LOGIN_ALICE, EDIT), (COMMAND,), 1),
        frozenset({oracle.MIXED_UP}),
    ),
    Mutant(
        "another stamp taken for the same person",
        ((*_JUDGED, _stamps_do_not_matter),),
        Scenario((LOGIN_ALICE,), (EDIT, COMMAND)),
        frozenset({oracle.MIXED_UP}),
    ),
    Mutant(
        "the last look before the lock is let go",
        ((Delivery, "send", _looks_before_it_lets_go),),
        Scenario((LOGIN_ALICE,), (COMMAND, COMMAND)),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "the same stamp for each context",
        ((people, "stamp", lambda view, _: view["credentials"][-1].stamp),),
        Scenario((LOGIN_ALICE,), (COMMAND_ELSEWHERE,)),
        frozenset({oracle.MIXED_UP}),
    ),
    Mutant(
        "a sender looked for before the event is written",
        ((programs, "take_plain", _probes_before_it_writes),),
        Scenario((LOGIN_ALICE,), (COMMAND, PLAIN)),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "the last look before the lock is let go, and an event that is left to that sender",
        ((Delivery, "send", _looks_before_it_lets_go),),
        Scenario((LOGIN_ALICE,), (COMMAND, PLAIN)),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "a copied home that links",
        ((*_JUDGED, _born_here),),
        Scenario((COMMAND,), (COPIED_BOB, LOGIN_ALICE), 0, 2),
        frozenset({oracle.MERGED, oracle.MIXED_UP}),
    ),
    Mutant(
        "an installation recognized by its machine alone",
        ((processes, "installation", lambda _, machine: str(machine)),),
        Scenario((COMMAND,), (COPIED_LOGIN, LOGIN_ALICE), 0, 2),
        frozenset({oracle.MERGED, oracle.MIXED_UP}),
    ),
    Mutant(
        "an undecided event of another installation removed",
        ((Delivery, "_decide", _removes_foreign),),
        Scenario((LOGIN_ALICE, REFRESH, UNKNOWN_COMMAND), (COMMAND_THERE,)),
        frozenset({oracle.LOST}),
    ),
    Mutant(
        "an undecided event of another installation decided here",
        ((Record, "is_foreign", lambda *_: False),),
        Scenario((LOGIN_ALICE, REFRESH, UNKNOWN_COMMAND), (COPIED_BOB,)),
        frozenset({oracle.TWICE}),
    ),
    Mutant(
        "a logout that leaves an id alone which was used with credentials",
        (
            (IdentityState, "never_logged_in", property(lambda state: isinstance(state.identity, Anonymous))),
            (logout, "_was_never_logged_in", _is_unlinked),
        ),
        Scenario((Faulty(LOGIN_ALICE, (("look up", "no answer"),)), DELETE), (LOGOUT,)),
        frozenset({oracle.COMES_BACK}),
    ),
    Mutant(
        "a first identity taken though another one has followed it",
        ((first_identity, "_read_first", _any_identity),),
        Scenario((), (COMMAND, LOGIN_ALICE, LOGOUT), 0, 2),
        frozenset({oracle.MIXED_UP}),
    ),
    Mutant(
        "the switch not read again",
        ((ports.SteppedSink, "_ask_again", _ignores_the_switch),),
        Scenario((), (COMMAND, programs.OFF)),
        frozenset({oracle.OFF}),
    ),
    Mutant(
        "the switch not read again after an event was written down",
        ((ports.SteppedChoice, "is_on", lambda _: True),),
        Scenario((), (COMMAND, programs.OFF)),
        frozenset({oracle.WAITS}),
    ),
    Mutant(
        "an id from before tracking was off used afterwards",
        ((opt_out, "turn_on", lambda choice, _: choice.choose(ON)),),
        Scenario((COMMAND, programs.OFF, programs.UNSEEN_ALICE, EDIT, programs.ON), (COMMAND,)),
        frozenset({oracle.MIXED_UP}),
    ),
    Mutant(
        "an alias that keeps the anonymous id: the next person store refuses it for a returning user",
        ((posthog, "make_alias", _keeps_the_anonymous_id),),
        Scenario((LOGIN_ALICE, LOGOUT, COMMAND), (LOGIN_ALICE,)),
        frozenset({oracle.NOT_STITCHED}),
    ),
    Mutant(
        "a logged-out principal comes back",
        (
            (programs, "log_out", lambda *_: True),
            (delivery_module, "ensure_logged_out", _no_ensure_logged_out),
        ),
        Scenario((LOGIN_ALICE,), (LOGOUT,)),
        frozenset({oracle.COMES_BACK}),
    ),
    Mutant(
        "an event that may have been sent is counted later",
        ((DailyCount, "decide", _forgets_what_was_sent),),
        Scenario((Faulty(LIMITED, (("capture", REPLY_LOST),)),), (LIMITED,)),
        frozenset({oracle.TWICE}),
    ),
    Mutant(
        "a counted event that still waits is counted again",
        ((DailyCount, "decide", _forgets_what_was_counted),),
        Scenario((LIMITED,), (LIMITED,), 1),
        frozenset({oracle.TWICE}),
    ),
    Mutant(
        "a counted event removed before its count is stored",
        ((DailyLimit, "apply", _removes_before_it_stores),),
        Scenario((LIMITED,), (LIMITED,), 1),
        frozenset({oracle.LOST}),
    ),
    Mutant(
        "another day begun before the counts are in the queue",
        ((DailyLimit, "_queue_counts", _begins_before_it_queues),),
        Scenario((LIMITED, LIMITED, NEXT_DAY), (LIMITED,), 1),
        frozenset({oracle.LOST}),
    ),
    Mutant(
        "the counts of a day sent under another uuid after a kill",
        ((DailyLimit, "_queue_counts", _counts_under_another_uuid),),
        Scenario((LIMITED, LIMITED, NEXT_DAY), (LIMITED,), 1),
        frozenset({oracle.TWICE}),
    ),
)
