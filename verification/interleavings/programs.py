"""What each process runs: the application's own code, between what its tool and its launcher do around it.

A delivery process is two programs, one after the other: all that `take` leaves behind is on disk or in its
record, which is checked, so that what comes after it need not know how it went.
"""

from collections.abc import Hashable
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from attrs import asdict, frozen

from arcade_usage.adapters.storage.codec import write_snapshot
from arcade_usage.adapters.storage.early_end import has_lasting_verdict
from arcade_usage.application.console import opt_out as choosing
from arcade_usage.application.delivery.attempt_log import AttemptLog
from arcade_usage.application.delivery.attributor import Attributor
from arcade_usage.application.delivery.delivery import Delivery
from arcade_usage.application.errors import LaunchError, StoreError
from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.record import Record
from verification.interleavings.ports import (
    SteppedChoice,
    SteppedClock,
    SteppedIdentityStore,
    SteppedIds,
    SteppedOutbox,
    SteppedPrincipalApi,
    SteppedSink,
    SteppedStores,
    SteppedWriter,
    identify,
    log_out,
    take_snapshot,
)
from verification.interleavings.processes import Process, Start
from verification.interleavings.shared_state import START, Facts

SINK = "sink"


@frozen
class Doing:
    """One thing that a person or a program does.

    home: in which folder. machine: from which of the two. context: see Process.
    """

    name: str
    start: Start
    home: int = 0
    machine: int = 0
    context: str | None = None

    @property
    def is_usual(self) -> bool:
        """Whether it runs on this machine, with the credentials of the active context."""
        return self.machine == 0 and self.context is None

    @property
    def orderly(self) -> bool:
        """Whether it touches the credentials by a login or a logout only, of a tool that carries this library."""
        return self.start.program in (command, plain_command, login, logout, send) and self.is_usual


def uuid_of(slot: int) -> str:
    """The event of the command that runs in a slot; there is one at most."""
    return f"{slot:08x}-1111-4111-8111-111111111111"


def make_event(process: Process) -> Event:
    moment = datetime.fromtimestamp(START + process.slot, timezone.utc)
    return Event(uuid_of(process.slot), SUCCEEDED, moment, Facts())


def make_delivery(process: Process) -> Delivery:
    """As composition/delivery.py: the use cases, on stepped ports. One line for each port."""
    store, outbox = SteppedIdentityStore(process), SteppedOutbox(process)
    sink = SteppedSink(process, outbox.refused)
    clock, ids = SteppedClock(process), SteppedIds(process)
    attempts = AttemptLog(outbox, clock, ids)
    attributor = Attributor(
        store, SteppedPrincipalApi(process, process.context), sink, SINK, attempts, clock, ids
    )
    return Delivery(store, outbox, sink, attributor, attempts, clock, ids, SteppedChoice(process))


# --- what a tool that carries this library does ---


def command(process: Process, daily_limit: int | None = None) -> Start | None:
    if process.call("read switch"):
        snapshot = take_snapshot(process, uuid_of(process.slot))
        return _hand_over(process, snapshot, daily_limit=daily_limit)
    return None


def login(process: Process, who: str) -> Start | None:
    on = process.call("read switch")
    process.call("touch credentials", who, "login")
    if not on:
        return None
    snapshot = take_snapshot(process, uuid_of(process.slot))
    return _hand_over(process, snapshot, is_login=True)


def logout(process: Process, late: bool = False) -> Start | None:
    """`late`: the tool builds its tracker only after it has deleted the credentials."""
    if not process.call("read switch"):
        process.call("log out")
        return None
    snapshot, kept, ended = None, None, 0
    if late:
        ended = process.call("log out")
    with suppress(StoreError):
        snapshot = take_snapshot(process, uuid_of(process.slot), "look at credentials of logout")
    if not late:
        ended = process.call("log out")
    if snapshot is None:
        return Start(rotate, (ended, True, None))
    with suppress(StoreError):
        kept = _hand_over(process, snapshot, is_logout=True)
    return Start(rotate, (ended, snapshot.stamp is not None, kept))


def _hand_over(
    process: Process,
    snapshot: Snapshot,
    *,
    is_login: bool = False,
    is_logout: bool = False,
    daily_limit: int | None = None,
) -> Start | None:
    delivered = (make_event(process), identify(process, snapshot), is_logout, daily_limit)
    try:
        process.call("launch", Start(take, (*delivered, is_login)))
    except LaunchError:
        return Start(keep, delivered)
    return None


def keep(
    process: Process, event: Event, snapshot: Snapshot, is_logout: bool, daily_limit: int | None
) -> None:
    if process.call("read switch"):
        delivery = make_delivery(process)
        delivery.submit([event], snapshot, is_logout=is_logout, daily_limit=daily_limit, may_lock=False)
        delivery.enforce_retention()


def plain_command(process: Process) -> Start | None:
    """A command without free text: its delivery process writes the event before all else."""
    if not process.call("read switch"):
        return None
    snapshot = take_snapshot(process, uuid_of(process.slot))
    written = (make_event(process), identify(process, snapshot))
    try:
        process.call("launch", Start(take_plain, written))
    except LaunchError:
        return Start(keep, (*written, False, None))
    return None


def rotate(process: Process, ended: int, had_credentials: bool, kept: Start | None) -> None:
    try:
        if kept is not None:
            with suppress(StoreError):
                kept.program(process, *kept.arguments)
    finally:
        if log_out(process, had_credentials):
            process.call("logout is over", ended)


# --- the delivery process ---


def take(
    process: Process,
    event: Event,
    snapshot: Snapshot,
    is_logout: bool,
    daily_limit: int | None,
    is_login: bool,
) -> Start | None:
    if not process.call("read switch"):
        return None
    delivery = make_delivery(process)
    (record,) = delivery.submit([event], snapshot, is_logout=is_logout, daily_limit=daily_limit)
    if _knowledge(delivery) != _knowledge(make_delivery(process)):
        raise AssertionError("take leaves something behind in the process")
    return Start(send, (record if is_login else None,))


def take_plain(process: Process, event: Event, snapshot: Snapshot) -> Start | None:
    """As storage/early_record.py and early_end.py: without a verdict; the process may end before it sends."""
    if not process.call("read switch"):
        return None
    record, outbox = Record(event, snapshot, machine=process.here), SteppedOutbox(process)
    with suppress(StoreError):
        outbox.queue.add(record)
        if is_left_to_others(process, snapshot):
            return None
        return Start(adopt, (record,))
    return Start(take, (event, snapshot, False, None, False))


def is_left_to_others(process: Process, snapshot: Snapshot) -> bool:
    if not process.call("read switch"):
        return False
    if not has_lasting_verdict(write_snapshot(snapshot), SINK, process.here):
        return False
    held: bool = process.call("probe sender")
    backoff: Backoff = Backoff() if held else process.call("probe logbook")
    if not held and not backoff.hold_back(SINK, process.now):
        return False
    same: bool = process.call("read usage.json") == snapshot.state.identity
    return same


def adopt(process: Process, record: Record) -> None:
    delivery = make_delivery(process)
    delivery.adopt(record)
    delivery.send()


def _knowledge(delivery: Delivery) -> dict[str, Any]:
    """What a delivery knows by itself, and not by its ports.

    Without whether aliases may be pending: a delivery that does not know it reads the ledger, which is one step more.
    """
    return asdict(
        delivery, filter=lambda attribute, _: attribute.name not in ("process", "_may_have_aliases")
    )


def send(process: Process, login: Record | None = None) -> None:
    make_delivery(process).send(login)


# --- what else happens to a home ---


def sleep(process: Process) -> None:
    process.call("a day passes")


def touch(process: Process, who: str | None, began: str) -> None:
    process.call("touch credentials", who, began)


def turn_off(process: Process) -> None:
    choosing.turn_off(SteppedChoice(process), SteppedStores(process))


def turn_on(process: Process) -> None:
    writer: Any = SteppedWriter(process)
    choosing.turn_on(SteppedChoice(process), writer)


def older_login(process: Process, who: str, aliased: bool) -> None:
    process.call("touch credentials", who, "older login")
    process.call("older CLI links", process.call("read usage.json"), who, aliased)


def older_logout(process: Process) -> None:
    process.call("touch credentials", None, "older logout")
    process.call("older CLI rotates", Anonymous(process.new()))


def copied(process: Process, *then: Any) -> Start | None:
    """A copy of the home begins its own life on the same machine. `then`: who stores credentials there first."""
    process.call("copy home")
    for who in then:
        process.call("touch credentials", who, "edit")
    return command(process)


def copied_login(process: Process, who: str) -> Start | None:
    """A copy of the home, and a person logs in there."""
    process.call("copy home")
    return login(process, who)


def _doing(
    name: str,
    program: Any,
    *arguments: Hashable,
    home: int = 0,
    machine: int = 0,
    context: str | None = None,
) -> Doing:
    return Doing(name, Start(program, arguments), home, machine, context)


ALICE, BOB, CAROL, DORA = "alice", "bob", "carol", "dora"
COMMAND = _doing("command", command)
PLAIN = _doing("plain command", plain_command)
LIMITED = _doing("command of a tool with a limit of one", command, 1)
NEXT_DAY = _doing("a day passes", sleep)
LOGIN_ALICE, LOGIN_BOB, LOGIN_CAROL, LOGIN_DORA = (
    _doing(f"login of {who}", login, who) for who in (ALICE, BOB, CAROL, DORA)
)
LOGOUT = _doing("logout", logout)
LATE_LOGOUT = _doing("logout seen late", logout, True)
EDIT = _doing("credentials of bob", touch, BOB, "edit")
REFRESH = _doing("credentials refreshed", touch, None, "refresh")
DELETE = _doing("credentials deleted", touch, None, "delete")
OFF = _doing("tracking turned off", turn_off)
ON = _doing("tracking turned on", turn_on)
UNSEEN_ALICE = _doing("credentials of alice", touch, ALICE, "edit")
OLDER_LOGIN = _doing("older CLI's login of alice", older_login, ALICE, True)
OLDER_LOGIN_LOST = _doing("older CLI's login of alice, alias lost", older_login, ALICE, False)
OLDER_LOGOUT = _doing("older CLI's logout", older_logout)
COPIED = _doing("command on a copy of the home", copied, home=1)
COPIED_BOB = _doing("command of bob's on a copy of the home", copied, BOB, home=1)
COPIED_LOGIN = _doing("login of bob on a copy of the home", copied_login, BOB, home=1)
COMMAND_THERE = _doing("command on the other machine", command, machine=1)
LOGIN_THERE = _doing("login of bob on the other machine", login, BOB, machine=1)
LOGOUT_THERE = _doing("logout on the other machine", logout, machine=1)
COMMAND_ELSEWHERE = _doing("command in carol's context", command, context=CAROL)
LOGOUT_ELSEWHERE = _doing("logout in carol's context", logout, context=CAROL)
DELIVERY = _doing("delivery", send)
