"""Every port in memory, for tests of tools and of this library. Real ports pass the same contract tests.

No method waits or touches a file. Attributes of each port simulate its faults.
"""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import define, field, frozen

from arcade_usage.adapters.storage import codec
from arcade_usage.application.errors import LaunchError, StoreError
from arcade_usage.domain.consent import OFF, ON, WITHOUT_ERRORS
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.verdict import Answer, NoAnswer, Rejected
from arcade_usage.testing.in_memory_outbox import (
    MemoryCopies,
    MemoryCountStore,
    MemoryDeliveryLog,
    MemoryEventQueue,
    MemoryOutbox,
    MemorySenderLock,
    MemoryStores,
)
from arcade_usage.testing.in_memory_sink import MemorySink

__all__ = [
    "FixedInstallation",
    "ManualClock",
    "MemoryCopies",
    "MemoryCountStore",
    "MemoryDeliveryLog",
    "MemoryEventQueue",
    "MemoryHandOver",
    "MemoryIdentityStore",
    "MemoryLauncher",
    "MemoryOutbox",
    "MemoryPrincipalApi",
    "MemorySenderLock",
    "MemorySink",
    "MemorySnapshots",
    "MemoryStores",
    "MemorySwitch",
    "MemoryWriter",
    "SequentialIds",
]

T = TypeVar("T")


@define
class MemoryIdentityStore:
    """An identity store. `readable` False: every call raises StoreError; `writable` False: a change does.

    swept: whether `sweep` was called; there are no other files.
    """

    here: str = "this machine"
    state: IdentityState = field(factory=lambda: IdentityState(None, None))
    readable: bool = True
    writable: bool = True
    swept: bool = False
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False, eq=False)

    def current(self) -> IdentityState:
        if not self.readable:
            raise StoreError("not permitted")
        return self.state

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        with self._lock:
            if not self.writable:
                raise StoreError("not permitted")
            self.state, result = decide(self.current())
        return result

    def erase(self) -> IdentityState:
        return self.change(lambda state: (IdentityState(None, None), state))

    def sweep(self) -> None:
        self.swept = True


@define
class MemoryPrincipalApi:
    """A principal API. `log_in` and `log_out` change the credentials as a tool does.

    answers: the answer for each token. reachable: if False, every look-up is NoAnswer. contexts: the API for
    the credentials of each context that is not the active one. device: part of its stamps.
    """

    answers: dict[str, Answer] = field(factory=dict)
    token: str | None = None
    reachable: bool = True
    look_ups: int = 0
    contexts: dict[str, "MemoryPrincipalApi"] = field(factory=dict)
    device: int = 1
    _version: int = field(default=0, init=False)

    def in_context(self, context: str | None) -> "MemoryPrincipalApi":
        return self if context is None else self.contexts.get(context, MemoryPrincipalApi())

    def log_in(self, token: str) -> None:
        """Store credentials, as a login or a token refresh does; changes the stamp."""
        self.token, self._version = token, self._version + 1

    def log_out(self) -> None:
        self.token = None

    def stamp(self) -> Stamp | None:
        return None if self.token is None else Stamp(self.device, self._version, len(self.token), 0, 0)

    def look_up(self) -> tuple[Stamp | None, Answer]:
        self.look_ups += 1
        if self.token is None:
            return None, Rejected()
        if not self.reachable:
            return self.stamp(), NoAnswer()
        return self.stamp(), self.answers.get(self.token, Rejected())


@define(eq=False)
class MemoryHandOver:
    """An announcement of one process. `announced`: those of all processes that stand, one at most.

    writable: if False, it can't be stored.
    """

    announced: list["MemoryHandOver"] = field(factory=list, repr=False)
    writable: bool = True

    def announce(self) -> bool:
        if self.stands():
            return self.announced[0] is self
        if self.writable:
            self.announced.append(self)
        return True

    def stands(self) -> bool:
        return bool(self.announced)

    def withdraw(self) -> None:
        if self.announced and self.announced[0] is self:
            self.announced.clear()


@define
class MemorySwitch:
    """A switch with the user's choice. `writable` False: changes raise StoreError."""

    chosen: str = ON
    writable: bool = True

    @property
    def is_off(self) -> bool:
        return self.chosen == OFF

    def is_on(self) -> bool:
        return self.chosen in (ON, WITHOUT_ERRORS)

    def level(self) -> str:
        return self.chosen

    def stored_level(self) -> str:
        return self.chosen

    def choose(self, level: str) -> bool:
        if not self.writable:
            raise StoreError("not permitted")
        was_stored, self.chosen = self.chosen != ON, level
        return was_stored


@define
class MemoryLauncher:
    """A launcher that only records payloads. `failing`: every launch raises LaunchError."""

    payloads: list[str] = field(factory=list)
    waited_for: list[str] = field(factory=list)
    failing: bool = False

    def launch(self, payload: str) -> None:
        if self.failing:
            raise LaunchError("no process")
        self.payloads.append(payload)

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)
        self.waited_for.append(payload)


_FIRST_USAGE = {"anon_id": "f1257000-0000-4000-8000-000000000001", "linked_principal_id": None}


@define
class MemorySnapshots:
    """A snapshot source that returns `snapshot`; None: the folder can't be used. `taken`: calls of `take`."""

    snapshot: Mapping[str, object] | None = field(
        factory=lambda: {"usage": None, "ledger": None, "stamp": None}
    )
    taken: int = 0

    def take(self) -> Mapping[str, object] | None:
        self.taken += 1
        return self.snapshot

    def identify(self, snapshot: Mapping[str, object]) -> Mapping[str, object] | None:
        if self.snapshot is None or snapshot["usage"] is not None:
            return self.snapshot and snapshot
        if self.snapshot["usage"] is None:
            self.snapshot = {**self.snapshot, "usage": _FIRST_USAGE}
        return {**self.snapshot, "stamp": snapshot["stamp"]}

    def parse(self, snapshot: Mapping[str, object]) -> Snapshot:
        return codec.read_snapshot(snapshot)


@define
class MemoryWriter:
    """A writer that only records. `logouts`: for each, whether there were credentials.

    taking: a delivery process takes events. handed_over: their payloads.
    """

    logouts: list[bool] = field(factory=list)
    payloads: list[str] = field(factory=list)
    taking: bool = False
    handed_over: list[str] = field(factory=list)

    def make_first_identity(self) -> Mapping[str, object] | None:
        return None  # another identity is there

    def log_out(self, *, had_credentials: bool) -> None:
        self.logouts.append(had_credentials)

    def hand_over(self, payload: str, project: Mapping[str, str]) -> str | None:  # noqa: ARG002 - one project
        if not self.taking:
            return payload
        self.handed_over.append(payload)
        return None

    def enqueue(self, payload: str) -> None:
        self.payloads.append(payload)


@frozen
class FixedInstallation:
    """An installation with a given fingerprint."""

    value: str = "this machine"

    def fingerprint(self) -> str:
        return self.value


@define
class ManualClock:
    """A clock that only `advance` moves."""

    seconds: float = 1_800_000_000.0
    _start: float = field(init=False)

    @_start.default
    def _begin(self) -> float:
        return self.seconds

    def time(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds - self._start

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@define
class SequentialIds:
    """Generates UUIDs from a counter."""

    given: int = 0

    def new(self) -> str:
        self.given += 1
        return f"{self.given:08x}-0000-4000-8000-000000000000"
