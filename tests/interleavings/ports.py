"""The ports, as a process sees them: every method stops at the scheduler, once for each step that can be told apart.

What the real adapters do in several steps is several calls here, in the adapters' order.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from attrs import define

from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Snapshot, make_first
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Losses, LossReason
from tests.interleavings.processes import Process

T = TypeVar("T")


def asks(operation: str) -> Any:
    """A port's method that is one call: of this operation, with the arguments as they are."""

    def method(self: Any, *arguments: Any) -> Any:
        return self.process.call(operation, *arguments)

    return method


@define
class SteppedIdentityStore:
    """As adapters/storage/identity_store.py: two files, the ledger written first, under a lock."""

    process: Process

    @property
    def here(self) -> str:
        return self.process.here

    def current(self) -> IdentityState:
        usage = self.process.call("read usage.json")
        return IdentityState(usage, self.process.call("read ledger"))

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        self.process.call("lock identity")
        try:
            return self._change(decide)
        finally:
            self.process.call("unlock identity")

    def _change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        state = self.current()
        changed, result = decide(state)
        self.write(state, changed)
        return result

    def write(self, state: IdentityState, changed: IdentityState) -> None:
        if changed.ledger != state.ledger and isinstance(changed.ledger, Ledger):
            self.process.call("write ledger", changed.ledger)
        if changed.identity != state.identity and isinstance(changed.identity, Anonymous | Linked):
            self.process.call("write usage.json", changed.identity)


@define
class SteppedPrincipalApi:
    process: Process

    stamp = asks("stat credentials")
    look_up = asks("look up")


@define
class SteppedSink:
    """As composition/delivery.py's: the switch is read again before anything is sent."""

    process: Process

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._ask_again()
        self.process.call("alias", anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        self._ask_again()
        self.process.call("capture", tuple(records))

    def _ask_again(self) -> None:
        if not self.process.call("read switch"):
            raise NotAcceptedError("tracking is off by now")


@define
class SteppedOutbox:
    """As adapters/storage/outbox.py: one file for each record, removed one by one."""

    process: Process

    add = asks("write down")
    freeze = asks("freeze")
    pending = asks("read outbox")
    tidied = asks("tidy")
    purge = asks("purge")

    def size(self) -> int:
        return len(self.pending())

    def remove(self, records: Sequence[Record]) -> None:
        for record in records:
            self.process.call("remove", record.event.uuid)

    def drop(self, records: Sequence[Record], reason: LossReason) -> None:
        for record in records:
            self.process.call("drop", record.event.uuid, reason)

    def tidy(self, now: float) -> None:  # noqa: ARG002 - nothing here is old or large
        self.tidied()

    def trim(self, now: float) -> None:
        """Nothing here is more than its bounds allow."""

    def losses(self) -> Losses:
        return Losses()

    def logbook(self) -> Logbook:
        return Logbook(backoff=self.process.call("read logbook"))

    def write_logbook(self, logbook: Logbook) -> None:
        self.process.call("write logbook", logbook.backoff)

    def clear_logbook(self) -> None:
        self.write_logbook(Logbook())

    @contextmanager
    def sending(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        ours = self.process.call("wait to send" if patience_seconds else "try to send", patience_seconds)
        try:
            yield ours
        finally:
            if ours:
                self.process.call("stop sending")


@define
class SteppedChoice:
    process: Process

    turn_off = asks("turn off")
    turn_on = asks("turn on")


@define
class SteppedClock:
    """Stands still while a process lasts, which is ten seconds at most."""

    process: Process

    def time(self) -> float:
        return self.process.now

    def monotonic(self) -> float:
        return 0.0


@define
class SteppedIds:
    process: Process

    def new(self) -> str:
        return self.process.new()


def take_snapshot(process: Process, uuid: str, last_look: str = "look at credentials") -> Snapshot:
    """As adapters/storage/config_folder.py: usage.json, the ledger, the stamp; nothing is made."""
    process.call("begin", uuid, process.here)
    usage = process.call("read usage.json")
    ledger = process.call("read ledger")
    return Snapshot(IdentityState(usage, ledger), process.call(last_look, uuid))


def identify(process: Process, snapshot: Snapshot) -> Snapshot:
    """As adapters/storage/first_identity.py, when a command is reported that has seen no identity."""
    if snapshot.state.identity is not None:
        return snapshot
    if process.call("read usage.json") is None:
        anon_id = process.new()
        if not process.call("create ledger", make_first(anon_id, process.here).ledger):
            there = process.call("read ledger")
            if there is not None and there == make_first(there.anon_id, there.installation).ledger:
                anon_id = there.anon_id
        process.call("create usage.json", Anonymous(anon_id))
    state = IdentityState(process.call("read usage.json"), process.call("read ledger"))
    made = as_made(state)
    return snapshot if made is None else Snapshot(made, snapshot.stamp)


def as_made(state: IdentityState) -> IdentityState | None:
    return state.as_made


def log_out(process: Process, had_credentials: bool) -> bool:
    """As adapters/storage/logout.py; whether an id was given up."""
    if process.call("read usage.json") is None:
        return False
    fresh = process.new()
    locked = process.call("lock identity or go on")
    try:
        store = SteppedIdentityStore(process)
        state = store.current()
        changed = state.logged_out(fresh, process.here, had_credentials=had_credentials)
        if changed == state:
            process.call("leave identity alone", state.identity)
        else:
            store.write(state, changed)
    finally:
        if locked:
            process.call("unlock identity")
    return changed != state
