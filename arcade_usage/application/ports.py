"""What the use cases need from outside, as protocols in the language of the domain.

Every protocol has a real adapter and an in-memory one, and both pass the same tests in
tests/contracts. "Blocks" is the longest a call may take, in seconds.
"""

from __future__ import annotations  # a delivery need not import what only stands in a signature

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.identity_state import IdentityState
    from arcade_usage.domain.ledger import Stamp
    from arcade_usage.domain.logbook import Logbook
    from arcade_usage.domain.record import Record
    from arcade_usage.domain.retention import Losses, LossReason, Waiting
    from arcade_usage.domain.sent import Sent
    from arcade_usage.domain.verdict import Answer, Attribution

T = TypeVar("T")


class IdentityStore(Protocol):
    """A protocol: usage.json and its ledger, shared with every other process of this user.

    Atomicity: a reader sees each file as it was before or after a change, whole. Changes are totally
    ordered by the identity lock, which is never held across network.
    """

    @property
    def here(self) -> str:
        """This installation's fingerprint: stable across reboots and networks.

        Another one on another machine, and in a copy of the folder on this one.
        """

    def current(self) -> IdentityState:
        """What is on disk now. Blocks: not on any lock. Raises StoreError when it may not be read."""

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        """Read again under the lock, decide, store where it differs; returns what `decide` adds.

        `decide` is pure and quick: the lock is held meanwhile. Blocks: 2 s. Raises StoreBusyError when the
        lock was not to be had in that time, StoreError when the files can't be read or written.
        """


class ErasableIdentityStore(IdentityStore, Protocol):
    """A protocol: an identity store for who may erase it."""

    def erase(self) -> IdentityState:
        """Erase the identity and its ledger; returns what stood there.

        Goes ahead without the lock where it is not to be had. Blocks: 2 s. Raises StoreError.
        """


class PrincipalApi(Protocol):
    """A protocol: the Arcade Cloud API, and the credentials stored for it. Both never raise."""

    def stamp(self) -> Stamp | None:
        """The stamp of the stored credentials now, None where there are none. Blocks: one stat."""

    def look_up(self) -> tuple[Stamp | None, Answer]:
        """Whom the stored credentials name, with the stamp of those that were asked about. Blocks: 2 s."""


class AnalyticsSink(Protocol):
    """A protocol: one PostHog project. A call that returns was accepted; nothing is tried twice."""

    def alias(self, anon_id: str, principal_id: str) -> None:
        """Make events of `anon_id` the principal's. Blocks: 2 s. Raises NotAcceptedError.

        It may have taken effect though it raises: the reply can be lost.
        """

    def capture(self, records: Sequence[Record]) -> None:
        """Send records that have their verdict, in one batch. Blocks: 5 s.

        Raises NotAcceptedError, and RefusedError where the batch as such was refused. It may have taken
        effect though it raises. A repeat is recognised by the record's uuid, distinct id and day.
        """

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        """The message that `capture` would send for an event. Sends nothing. Raises NotAcceptedError."""


class ProcessLauncher(Protocol):
    """A protocol: starts the delivery process, detached from this one."""

    def launch(self, payload: str) -> None:
        """Start it and return. Blocks: not on the process. Raises LaunchError."""

    def launch_and_wait(self, payload: str) -> None:
        """Start it, and return when it has settled the identity, or has ended. Blocks: 4 s.

        Raises LaunchError.
        """


class EventQueue(Protocol):
    """A protocol: the events on their way to one PostHog project, oldest first."""

    def add(self, record: Record) -> None:
        """Add a record; it is on disk when this returns. Raises StoreError."""

    def freeze(self, record: Record) -> None:
        """Store the verdict that `record` has now. Only for the sender.

        Raises StoreError, also where the record is not there any more.
        """

    def pending(self) -> Sequence[Record]:
        """The records, oldest first; a file that is no record is left out. Raises StoreError.

        Of more than 5,000 files, which are more than the limits allow, some; those added here among them.
        """

    def forget_seen(self) -> None:
        """Release what is remembered of records; a long-lived process calls it from time to time."""

    def waiting(self) -> Sequence[Waiting]:
        """Size and age of each record, oldest first, without reading it; files that are none included.

        Blocks: on a bounded number of files. Raises StoreError.
        """

    def remove(self, records: Sequence[Record]) -> int:
        """Remove records; returns how many were there. Raises StoreError."""

    def discard(self, waiting: Iterable[Waiting]) -> Sequence[Waiting]:
        """Remove by what `waiting` returned; returns what this call, and no other process, removed.

        Raises StoreError.
        """

    def purge(self) -> int:
        """Remove everything, files that are no record included; returns how many. Raises StoreError."""


class SenderLock(Protocol):
    """A protocol: the lock that makes one process at a time the sender of a queue."""

    def hold(self, patience_seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Be the only sender while the context lasts; it gives False if another process is at work.

        The network may be used under it. Blocks: `patience_seconds`. Raises StoreError.
        """

    def is_tended(self) -> bool:
        """Whether a sender began at most 10 s before the queue last changed. Blocks: two stats."""


class DeliveryLog(Protocol):
    """A protocol: what the senders of one queue write down for each other."""

    def read(self) -> Logbook:
        """The logbook; an empty one where it can't be read. Raises StoreError."""

    def write(self, logbook: Logbook) -> None:
        """Replace the logbook. Only for the sender. Raises StoreError."""

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        """Count events that a process dropped which is not the sender. Raises StoreError."""

    def losses(self) -> Losses:
        """How many events were dropped, by the senders and by others. Raises StoreError."""

    def clear(self) -> None:
        """Erase the logbook and the counts of lost events. Raises StoreError."""


class Outbox(Protocol):
    """A protocol: the queue of one PostHog project, its sender lock and its delivery log."""

    @property
    def queue(self) -> EventQueue: ...

    @property
    def sender_lock(self) -> SenderLock: ...

    @property
    def log(self) -> DeliveryLog: ...


class Copies(Protocol):
    """A protocol: copies of what one sink accepted, within the bounds of domain.sent."""

    def keep(self, messages: Sequence[Mapping[str, object]], at: float) -> None:
        """Keep what was accepted at `at` (Unix seconds). Never raises: a copy is a courtesy.

        Only for who is sending. Blocks: on one small file.
        """

    def all(self) -> Sequence[Sent]:
        """The copies, oldest first; what can't be read as one is left out. Raises StoreError."""

    def erase(self) -> None:
        """Forget them. Raises StoreError."""


class Switch(Protocol):
    """A protocol: whether tracking is on for one config folder, and what its user chose."""

    def is_on(self) -> bool:
        """Whether anything is tracked now. In doubt it is not. Never raises. Blocks: a few lstats."""

    def turn_off(self) -> None:
        """Store that they chose off; whoever reads the switch from now on sees it. Raises StoreError."""

    def turn_on(self) -> bool:
        """Take it back; whether there was anything to take back. Raises StoreError."""


class SnapshotSource(Protocol):
    """A protocol: looks at the config folder from the command path."""

    def take(self) -> Mapping[str, object] | None:
        """What usage.json, the ledger and the credentials' stamp are now, as JSON that a payload carries.

        Makes nothing. None where the folder can't be used: then nothing may be sent. Blocks: two small
        files and one stat.
        """

    def identify(self, snapshot: Mapping[str, object]) -> Mapping[str, object] | None:
        """A snapshot with an identity: where it has none, the first one is made, and the first writer wins.

        Its stamp stays that of the earlier look. It stays without an identity where the first one was
        followed by another in the meantime. None where the folder can't be used. Blocks: on small files.
        """


class Clock(Protocol):
    """A protocol: the time. The standard library's `time` is such a clock."""

    def time(self) -> float:
        """Unix seconds."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""


class IdGenerator(Protocol):
    """A protocol: chance."""

    def new(self) -> str:
        """A random UUID (version 4) that was never returned before."""
