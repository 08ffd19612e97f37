"""The ports: protocols for everything outside the process.

Every protocol has a real adapter and an in-memory one; both pass the same tests in tests/contracts.
"Blocks" is a call's longest duration, in seconds.
"""

from __future__ import annotations  # spares a delivery the imports that only signatures need

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from arcade_usage.domain.daily_limit import DailyCount
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.identity_state import IdentityState, Snapshot
    from arcade_usage.domain.ledger import Stamp
    from arcade_usage.domain.logbook import Logbook
    from arcade_usage.domain.record import Record
    from arcade_usage.domain.retention import Losses, LossReason, Waiting
    from arcade_usage.domain.sent import Sent
    from arcade_usage.domain.verdict import Answer, Attribution

T = TypeVar("T")


class IdentityStore(Protocol):
    """Stores usage.json and its ledger, shared with every other process of this user.

    A reader sees each file as it is before or after a change, never in between. The identity lock puts all
    changes in one order; it is never held during network I/O.
    """

    @property
    def here(self) -> str:
        """The fingerprint of this installation."""

    def current(self) -> IdentityState:
        """Read the state on disk. Takes no lock. Raises StoreError when it may not be read."""

    def change(self, decide: Callable[[IdentityState], tuple[IdentityState, T]]) -> T:
        """Read the state under the lock, call `decide`, and store the new state if it differs.

        `decide` returns the new state and a result; `change` returns the result. `decide` is pure and quick:
        the lock is held meanwhile. Blocks: 2 s. Raises StoreBusyError when another process holds the lock for
        that time, StoreError when the files can't be read or written.
        """


class ErasableIdentityStore(IdentityStore, Protocol):
    """An identity store that can be erased."""

    def erase(self) -> IdentityState:
        """Erase it, if need be without the lock; returns the state before. Blocks: 2 s. Raises StoreError."""

    def sweep(self) -> None:
        """Remove evidence and temporary files, since both may contain ids. Raises StoreError."""


class PrincipalApi(Protocol):
    """The Arcade Cloud API, and the credentials stored for it. Its methods never raise."""

    def stamp(self) -> Stamp | None:
        """Fingerprint of the stored credentials; None if there are none. Blocks: one stat()."""

    def look_up(self) -> tuple[Stamp | None, Answer]:
        """Ask whose the stored credentials are; returns their stamp and the answer. Blocks: 2 s."""


class ContextualPrincipalApi(PrincipalApi, Protocol):
    """A principal API for credentials of several contexts."""

    def in_context(self, context: str | None) -> PrincipalApi:
        """The API for the credentials of this context; None: the active one. Never raises."""


class AnalyticsSink(Protocol):
    """Sends to one PostHog project. A call that returns was accepted; there are no retries."""

    def alias(self, anon_id: str, principal_id: str) -> None:
        """Attach `anon_id` to the principal's person, which is kept. Blocks: 2 s. Raises NotAcceptedError.

        Sent as `$create_alias` of `principal_id` with `alias: anon_id`. May take effect although it raises.
        """

    def capture(self, records: Sequence[Record]) -> None:
        """Send attributed records in one batch. Blocks: 5 s.

        Raises NotAcceptedError, RefusedError for the batch's content, PartlyAcceptedError for part of it. It
        may take effect although it raises. PostHog recognises a repeat by name, uuid, distinct id and day.
        """

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        """Build the message that `capture` would send for an event. Raises NotAcceptedError."""


class ProcessLauncher(Protocol):
    """Starts the delivery process, detached from the tool."""

    def launch(self, payload: str) -> None:
        """Start it and return without waiting for it. Raises LaunchError."""

    def launch_and_wait(self, payload: str) -> None:
        """Start it, and wait until it releases the tool or has ended. Blocks: 4 s. Raises LaunchError."""


class WaitingTool(Protocol):
    """The tool that waits in `launch_and_wait`, as its delivery process sees it."""

    def release(self) -> None:
        """Let the tool continue: the identity is ready, or can't be for now. May be called again."""


class EventQueue(Protocol):
    """The events that wait to be sent to one PostHog project, oldest first."""

    def add(self, *records: Record) -> Sequence[Record]:
        """Add records and write them to disk; returns those that were written. Raises StoreError if none was.

        Each is whole on disk or not at all. Those of one snapshot may share a file.
        """

    def freeze(self, record: Record) -> None:
        """Store the attribution of `record`. Only for the sender. Raises StoreError, also if it is gone."""

    def pending(self) -> Sequence[Record]:
        """The records, oldest first, without files that can't be read as one. Raises StoreError.

        Reads about 5,000 records, which is above the retention limits. Always includes the records that
        this process added.
        """

    def forget_seen(self) -> None:
        """Clear the cache of records; for long-lived processes."""

    def waiting(self) -> Sequence[Waiting]:
        """Size, age and number of events of each file, oldest first, also of files that are no record.

        Raises StoreError.
        """

    def remove(self, records: Sequence[Record]) -> int:
        """Remove records; returns how many existed. Raises StoreError."""

    def discard(self, waiting: Iterable[Waiting]) -> Sequence[Waiting]:
        """Remove files of `waiting`; returns those that this process removed. Raises StoreError."""

    def purge(self) -> int:
        """Remove everything, also files that are no record; returns how many. Raises StoreError."""


class SenderLock(Protocol):
    """The lock that makes one process at a time the sender of a queue."""

    def hold(self, patience_seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Hold the lock for the context, which yields False if another process holds it.

        The holder may use the network. Blocks: `patience_seconds`. Raises StoreError.
        """

    def is_tended(self) -> bool:
        """Whether a sender started at most 10 s before the queue last changed. Blocks: two stat() calls."""


class HandOver(Protocol):
    """The announcement of a delivery process that it takes the events that others store.

    A process that stores an event, and then finds that the announcement stands, leaves the event to that
    process. So the process that announced itself withdraws its announcement before its last look at the
    queue. An announcement counts for 4 s, and not without its process. Methods never raise.
    """

    def announce(self) -> bool:
        """Announce this process, unless the announcement of another one stands: then returns False.

        Returns True as well if it can't be stored. Blocks: on a small file.
        """

    def stands(self) -> bool:
        """Whether an announcement stands. Blocks: on a small file."""

    def withdraw(self) -> None:
        """Withdraw the announcement of this process. Blocks: on a small file."""


class DeliveryLog(Protocol):
    """The logbook that the senders of one queue share."""

    def read(self) -> Logbook:
        """The logbook; an empty one if it can't be parsed. Raises StoreError."""

    def write(self, logbook: Logbook) -> None:
        """Replace the logbook. Only for the sender. Raises StoreError."""

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        """Count events that a process other than the sender dropped. Raises StoreError."""

    def losses(self) -> Losses:
        """How many events senders and other processes dropped. Raises StoreError."""

    def clear(self) -> None:
        """Erase the logbook and the counts of lost events. Raises StoreError."""


class CountStore(Protocol):
    """The counts that the daily limit makes of one PostHog project's events."""

    def read(self) -> DailyCount:
        """The stored state; an empty one if there is none or it can't be parsed. Raises StoreError."""

    def write(self, count: DailyCount, *, durable: bool) -> None:
        """Replace the state. Only for the sender. `durable`: waits until it is on disk. Raises StoreError."""

    def clear(self) -> None:
        """Erase the state. Raises StoreError."""


class Outbox(Protocol):
    """The event queue of one PostHog project, its sender lock, its delivery log and its daily counts."""

    @property
    def queue(self) -> EventQueue: ...
    @property
    def sender_lock(self) -> SenderLock: ...
    @property
    def log(self) -> DeliveryLog: ...
    @property
    def counts(self) -> CountStore: ...


class Copies(Protocol):
    """Copies of the messages of one PostHog project, within the limits of domain.sent."""

    def keep(self, messages: Sequence[Mapping[str, object]], at: float, *, is_local: bool = False) -> None:
        """Store copies of messages accepted at `at` (Unix seconds). Only for the sender. Never raises.

        is_local: they were recorded at that time, and are not sent.
        """

    def all(self) -> Sequence[Sent]:
        """The copies, oldest first, without those that can't be parsed. Raises StoreError."""

    def recent(self) -> Sequence[Sent]:
        """The last ones of `all`, the newest at least; bounded, so that they are read quickly."""

    def erase(self) -> None:
        """Erase the copies. Raises StoreError."""


class ProjectStores(Protocol):
    """Every outbox of one config folder, and its copies."""

    def stores(self) -> Sequence[tuple[Outbox, Copies]]:
        """The outboxes, also those of unknown projects. Raises StoreError."""


class OptOut(Protocol):
    """The reading half of the switch: whether tracking is on."""

    def is_on(self) -> bool:
        """Whether tracking is on; False if that can't be read. Never raises. Blocks: a few lstat() calls."""


class Switch(OptOut, Protocol):
    """The switch of one config folder: what the user allows. Levels are those of domain.consent."""

    def level(self) -> str:
        """What may happen to an event; off if that can't be read. Never raises. Blocks: on a small file."""

    def stored_level(self) -> str:
        """What the user's choices alone allow, without variables and the like. As `level` otherwise."""

    def choose(self, level: str) -> bool:
        """Store the user's choice; every later `level` allows no more than it. On removes a stored choice.

        Returns whether there was one. Raises StoreError.
        """


class SnapshotSource(Protocol):
    """Takes snapshots of the config folder.

    A snapshot is the JSON object of a payload and a record: `usage` and `ledger` are the files' objects, the
    text "malformed", or None if there is no file; `stamp` is the credentials' stamp as five numbers, or None;
    `context` names the context of the credentials, or is None for the active one.
    """

    def take(self) -> Mapping[str, object] | None:
        """Take a snapshot; None if the folder can't be used. Creates nothing. Blocks: on two small files."""

    def identify(self, snapshot: Mapping[str, object]) -> Mapping[str, object] | None:
        """Add the first identity to a snapshot that has none; None if the folder can't be used.

        Unchanged if another identity replaced the first. Also adds the context that the tool names. Blocks:
        on small files, and as long as the tool's function.
        """


class ParsedSnapshots(SnapshotSource, Protocol):
    """A snapshot source for servers."""

    def parse(self, snapshot: Mapping[str, object]) -> Snapshot:
        """The values of a snapshot."""


class ToolWriter(Protocol):
    """Writes to the config folder inside the tool. Methods raise OSError, UsageTrackingError."""

    def make_first_identity(self) -> Mapping[str, object] | None:
        """Create the first identity; returns its `usage` and `ledger`, or None if another replaced it."""

    def log_out(self, *, had_credentials: bool) -> None:
        """Rotate the identity during a logout; had_credentials: whether there were any when it began.

        Without any, an id that was never used with credentials stays. Blocks: 0.5 s for the lock.
        """

    def hand_over(self, payload: str, project: Mapping[str, str]) -> str | None:
        """Leave a payload's event to a delivery process of its project that announced itself: see HandOver.

        Returns the payload that a process has to be started with, or None if none has to. Never raises.
        Blocks: one lstat(); on small files if there is an announcement.
        """

    def enqueue(self, payload: str) -> None:
        """Write a payload's event into the outbox, without a lock. Blocks: on small files."""


class NoticeBoard(Protocol):
    """The notice that a tool shows to its users."""

    def show_if_due(self) -> bool:
        """Whether events may be reported; shows the notice if it is due. Raises the terminal's errors."""

    def agreed_at(self) -> float:
        """When a user agreed (Unix seconds); 0.0 where no one has to. No earlier event may be reported."""


class Progress(Protocol):
    """Shows the progress of a flush."""

    def delivered(self, events: int) -> None:
        """PostHog accepted a batch of this many events."""


class LateImports(Protocol):
    """The imports that only sending needs. Never raises."""

    def load(self) -> None:
        """Import them, unless that was done. Blocks: on files; a fork waits meanwhile."""


class Installation(Protocol):
    """One config folder on one machine."""

    def fingerprint(self) -> str:
        """A hash, stable across reboots and networks; another one in a copy of the folder. Never raises."""


class Clock(Protocol):
    """Tells the time. The standard library's `time` module is a Clock."""

    def time(self) -> float:
        """Unix seconds."""

    def monotonic(self) -> float:
        """Seconds that never go backward."""

    def sleep(self, seconds: float) -> None:
        """Blocks: `seconds`."""


class IdGenerator(Protocol):
    """Generates random identifiers."""

    def new(self) -> str:
        """A new random UUID (version 4)."""
