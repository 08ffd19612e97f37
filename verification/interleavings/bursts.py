"""Commands of a burst: each leaves its event to a process that announced itself, or starts one that announces itself.

As composition/command.py and __main__.py: the use cases, on stepped ports.
"""

from contextlib import suppress

from attrs import define, evolve, field

from arcade_usage.application.command.hand_over import hand_over
from arcade_usage.application.command.payload import is_stored
from arcade_usage.application.console.erasure import Eraser
from arcade_usage.application.errors import LaunchError, StoreError
from arcade_usage.application.time_limits import STAY_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.record import Record
from verification.interleavings.ports import (
    SteppedClock,
    SteppedIdentityStore,
    SteppedStores,
    identify,
    take_snapshot,
)
from verification.interleavings.processes import Process, Start
from verification.interleavings.programs import (
    Doing,
    is_left_to_others,
    keep,
    make_delivery,
    make_event,
    uuid_of,
)

SLEEP_SECONDS = STAY_SECONDS / 2  # how long a process sleeps at least: it looks twice at most


@define
class SteppedAnnouncement:
    """As adapters/storage/announcement.py."""

    process: Process
    _is_ours: bool = field(default=False, init=False)

    def announce(self) -> bool:
        if not self._is_ours:
            found = self.process.call("announce")
            self._is_ours = found == "made"
            return bool(found != "stands")
        return True

    def stands(self) -> bool:
        return bool(self.process.call("look for announcement"))

    def withdraw(self) -> None:
        if self._is_ours:
            self._is_ours = False
            self.process.call("withdraw")


@define
class SleepyClock(SteppedClock):
    """Only sleep takes time."""

    slept: float = 0.0

    def monotonic(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += max(seconds, SLEEP_SECONDS)


def burst_command(process: Process) -> Start | None:
    if not process.call("read switch"):
        return None
    event = make_event(process)
    snapshot = identify(process, take_snapshot(process, uuid_of(process.slot)))
    record = Record(event, snapshot, machine=process.here)
    rest = hand_over("{}", SteppedAnnouncement(process), lambda _: _write(process, record))
    if rest is None:
        return None
    try:
        process.call("launch", Start(burst_deliver, () if is_stored(rest) else (event, snapshot)))
    except LaunchError:
        return None if is_stored(rest) else Start(keep, (event, snapshot, False, None))
    return None


def _write(process: Process, record: Record) -> bool:
    """As adapters/storage/early_record.py."""
    with suppress(StoreError):
        process.call("write early record", record)
        if process.call("read switch") and process.call("look for usage.json"):
            return True
        process.call("remove", record.event.uuid)
    return False


def burst_deliver(process: Process, event: Event | None = None, snapshot: Snapshot | None = None) -> None:
    record = None if event is None or snapshot is None else Record(event, snapshot, machine=process.here)
    written = record is None or _write(process, record)
    if record is not None and written and is_left_to_others(process, record.snapshot):
        return
    announcement = SteppedAnnouncement(process)
    if written and not announcement.announce():
        return
    try:
        if process.call("read switch"):
            delivery = evolve(make_delivery(process), hand_over=announcement, clock=SleepyClock(process))
            if record is not None:
                if written:
                    delivery.adopt(record)
                else:
                    delivery.submit([record.event], record.snapshot)
            delivery.send()
    finally:
        announcement.withdraw()


@define
class ErasableIdentityStore(SteppedIdentityStore):
    """As adapters/storage/identity_store.py: without the lock, if need be."""

    def erase(self) -> IdentityState:
        locked = False
        with suppress(StoreError):
            locked = self.process.call("lock identity")
        state = self.current()
        self.process.call("erase identity")
        if locked:
            self.process.call("unlock identity")
        return state

    def sweep(self) -> None:
        """There is nothing else here."""


def forget(process: Process) -> None:
    Eraser(ErasableIdentityStore(process), SteppedStores(process)).forget()


FORGET = Doing("everything forgotten", Start(forget))
BURST = Doing("command of a burst", Start(burst_command))
BURST_ELSEWHERE = Doing("command of a burst for another project", Start(burst_command), home=1)
