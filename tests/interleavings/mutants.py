"""The library with one rule broken: what the explorer must catch, or it proves nothing.

Each mutant replaces a method or a function for as long as it is entered, and names a small scenario that
shows it, and the invariants of which at least one must be seen broken.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from attrs import evolve, frozen

from arcade_usage.application import attributor as attributor_module
from arcade_usage.application import delivery as delivery_module
from arcade_usage.application.attributor import Attributor
from arcade_usage.application.delivery import Delivery
from arcade_usage.domain import attribution
from arcade_usage.domain import known as known_module
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.known import Known, Snapshot
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import As, Found, Nobody, attribute
from tests.interleavings import oracle, ports, processes, programs
from tests.interleavings.explorer import Faulty, Scenario
from tests.interleavings.programs import (
    COMMAND,
    COMMAND_THERE,
    COPIED_BOB,
    COPIED_LOGIN,
    DELETE,
    EDIT,
    LOGIN_ALICE,
    LOGOUT,
    REFRESH,
)

Patches = tuple[tuple[object, str, Any], ...]
_accepted, _case, _take_step = Attributor._accepted, Attributor._case, Attributor._take_step
_claimed, _judge, _decide = Known.claimed, attribution.judge, Delivery._decide


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


def _unread_change(self: ports.SteppedIdentityStore, decide: Callable[[Known], tuple[Known, Any]]) -> Any:
    """Reads before it has the lock, and decides by that."""
    known = self.current()
    self.process.call("lock identity")
    try:
        changed, result = decide(known)
        if isinstance(changed.ledger, Ledger) and changed.ledger != known.ledger:
            self.process.call("write ledger", changed.ledger)
        if isinstance(changed.identity, Anonymous | Linked) and changed.identity != known.identity:
            self.process.call("write usage.json", changed.identity)
        return result
    finally:
        self.process.call("unlock identity")


def _judged_by_now(self: Attributor, record: Any, snapshot: Snapshot, now: Snapshot, *rest: Any) -> Any:
    return evolve(_case(self, record, snapshot, now, *rest), snapshot=now)


def _keeps_unlinked(known: Known) -> bool:
    return isinstance(known.identity, Linked)


def _log_out_of_links_only(process: Any, _: bool) -> bool:
    fresh, store = process.fresh(), ports.SteppedIdentityStore(process)
    store.change(lambda known: (known.rotated(fresh, store.here) if _keeps_unlinked(known) else known, None))
    return True


def _no_log_out_again(store: Any, ids: Any, left: Snapshot) -> None:
    """The delivery process leaves it to the host."""


def _sends_unfrozen(self: Delivery, record: Any) -> Any:
    """The verdict is not written down before the first attempt."""
    if record.attribution is not None:
        return record
    self.attributor.note(record.snapshot)
    verdict = self.attributor.settle(record)
    if verdict is None:
        return record
    return record.attributed(attribute(verdict, self.ids.fresh()))


def _unclaimed(self: Known, *_: object) -> Known:
    """The claim is not kept before the alias is tried."""
    return self


def _accepts_unclaimed(self: Known, principal_id: str, sink: str, stamp: Any) -> Known:
    ledger = self.account
    if ledger is None:
        return self
    return Known(
        Anonymous(ledger.anon_id).link(principal_id),
        evolve(ledger, claim=principal_id).confirmed_by(sink, stamp),
    )


def _refused_is_the_old_one(case: Any) -> Any:
    identity = case.snapshot.known.identity
    if isinstance(case.answer, Nobody) and isinstance(identity, Linked):
        case = evolve(case, answer=Found(identity.principal_id))
    return _judge(case)


def _stamps_do_not_matter(case: Any) -> Any:
    identity = case.snapshot.known.identity
    if isinstance(identity, Linked) and case.snapshot.stamp is not None:
        return As(identity.principal_id)
    return _judge(case)


def _looks_before_it_lets_go(self: Delivery, *_: object, **__: object) -> None:
    with self.outbox.sending(0.0) as ours:
        if ours:
            self._drain()
            while any(record.event.uuid not in self._tried for record in self.outbox.pending()):
                self._drain()


def _born_here(case: Any) -> Any:
    ledger = case.now.known.ledger
    if isinstance(ledger, Ledger) and ledger.born != case.here:
        case = evolve(case, here=ledger.born)
    return _judge(case)


def _removes_foreign(self: Delivery, record: Any) -> Any:
    if record.is_foreign(self.store.here):
        self.outbox.remove([record])
        return record
    return _decide(self, record)


def _any_account(known: Known) -> Known | None:
    """An identity that followed the first one is taken for it."""
    return known_module.make_first(known.account.anon_id, known.account.born) if known.account else None


def _ignores_the_switch(self: ports.SteppedSink) -> None:
    self.process.call("read switch")


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
            (delivery_module, "log_out_again", _no_log_out_again),
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
        ((Known, "claimed", _unclaimed), (Known, "accepted", _accepts_unclaimed)),
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
        "a copied home that links",
        ((*_JUDGED, _born_here),),
        Scenario((COMMAND,), (COPIED_BOB, LOGIN_ALICE), 0, 2),
        frozenset({oracle.MERGED, oracle.MIXED_UP}),
    ),
    Mutant(
        "an installation told by its machine alone",
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
        ((Known, "never_logged_in", property(lambda known: isinstance(known.identity, Anonymous))),),
        Scenario((Faulty(LOGIN_ALICE, (("look up", "no answer"),)), DELETE), (LOGOUT,)),
        frozenset({oracle.COMES_BACK}),
    ),
    Mutant(
        "a first identity taken though another one has followed it",
        ((ports, "as_made", _any_account),),
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
        ((processes.Process, "is_on", lambda _: True),),
        Scenario((), (COMMAND, programs.OFF)),
        frozenset({oracle.WAITS}),
    ),
    Mutant(
        "a logged-out principal comes back",
        ((programs, "log_out", lambda *_: True), (delivery_module, "log_out_again", _no_log_out_again)),
        Scenario((LOGIN_ALICE,), (LOGOUT,)),
        frozenset({oracle.COMES_BACK}),
    ),
)
