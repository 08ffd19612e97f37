"""The ports, as a process sees them: every method stops at the scheduler, once for each step that can be told apart.

What the real adapters do in several steps is several calls here, in the adapters' order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from attrs import define, evolve, field

from arcade_usage.adapters.storage import codec, logout
from arcade_usage.adapters.storage.first_identity import make_first_identity
from arcade_usage.adapters.storage.identity_rules import IdentityRules
from arcade_usage.application.command.payload import Content
from arcade_usage.application.errors import NotAcceptedError, RefusedError
from arcade_usage.domain.consent import OFF, ON
from arcade_usage.domain.daily_limit import COUNTED, DailyCount
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Losses, LossReason, Waiting
from arcade_usage.domain.verdict import Attribution
from arcade_usage.testing.in_memory import FixedInstallation, MemoryCopies
from verification.interleavings.processes import Process
from verification.interleavings.shared_state import Facts

T = TypeVar("T")


def asks(operation: str) -> Any:
    """A port's method that is one call: of this operation, with the arguments as they are."""

    def method(self: Any, *arguments: Any) -> Any:
        return self.process.call(operation, *arguments)

    return method


@define
class SteppedIdentityStore(IdentityRules):
    """Two files under a lock, by the rules of the real store."""

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
            return self.change_locked(decide)
        finally:
            self.process.call("unlock identity")

    def write_ledger(self, ledger: Ledger, replaced: IdentityState) -> None:  # noqa: ARG002 - a rule's name
        self.process.call("write ledger", ledger)

    def write_identity(self, identity: Anonymous | Linked, replaced: IdentityState) -> None:  # noqa: ARG002
        self.process.call("write usage.json", identity)


@define
class SteppedPrincipalApi:
    process: Process
    context: str | None

    def in_context(self, context: str | None) -> "SteppedPrincipalApi":
        return SteppedPrincipalApi(self.process, context)

    def stamp(self) -> Any:
        return self.process.call("stat credentials", self.context)

    def look_up(self) -> Any:
        return self.process.call("look up", self.context)


@define
class SteppedSink:
    """As composition/delivery.py's: the switch is read again before anything is sent."""

    process: Process
    refused: set[str]  # as SteppedOutbox has it

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._ask_again()
        self.process.call("alias", anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        self._ask_again()
        try:
            self.process.call("capture", tuple(map(_as_value, records)))
        except RefusedError:
            if len(records) == 1:
                self.refused.add(records[0].event.uuid)
            raise

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        raise NotImplementedError("nothing is previewed here")

    def _ask_again(self) -> None:
        if not self.process.call("read switch"):
            raise NotAcceptedError("tracking is off")


def _as_value(record: Record) -> Record:
    """The record of an event with counts as a value: its properties are a dictionary."""
    if record.event.name != COUNTED:
        return record
    return evolve(record, event=evolve(record.event, properties=Facts(record.event.properties)))


@define
class SteppedEventQueue:
    """As adapters/storage/event_queue.py where it has one file for each record, removed one by one."""

    process: Process
    refused: set[str]

    freeze = asks("freeze")
    pending = asks("read outbox")
    tidied = asks("tidy")
    purge = asks("purge")

    def forget_seen(self) -> None:
        """Nothing is remembered here."""

    def add(self, *records: Record) -> Sequence[Record]:
        for record in records:
            self.process.call("write down", _as_value(record))
        return records

    def waiting(self) -> Sequence[Waiting]:
        """Nothing here is old or large."""
        self.tidied()
        return ()

    def discard(self, waiting: Iterable[Waiting]) -> Sequence[Waiting]:
        return [*waiting]

    def remove(self, records: Sequence[Record]) -> int:
        for record in records:
            if record.event.uuid in self.refused:
                self.process.call("drop", record.event.uuid, LossReason.REFUSED)
            else:
                self.process.call("remove", record.event.uuid)
        return len(records)


@define
class SteppedSenderLock:
    process: Process

    @contextmanager
    def hold(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        ours = self.process.call("wait to send" if patience_seconds else "try to send", patience_seconds)
        try:
            yield ours
        finally:
            if ours:
                self.process.call("stop sending")

    def is_tended(self) -> bool:
        """A sender keeps the limits: nothing here is more than they allow."""
        return True


@define
class SteppedDeliveryLog:
    """As adapters/storage/delivery_log.py; only the pauses matter here."""

    process: Process

    def read(self) -> Logbook:
        return Logbook(backoff=self.process.call("read logbook"))

    def write(self, logbook: Logbook) -> None:
        self.process.call("write logbook", logbook.backoff)

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        """Nothing is dropped without the sender lock."""

    def losses(self) -> Losses:
        return Losses()

    def clear(self) -> None:
        self.write(Logbook())


@define
class SteppedCountStore:
    """As adapters/storage/daily_counts.py: one file."""

    process: Process

    read = asks("read counts")
    clear = asks("clear counts")

    def write(self, count: DailyCount, *, durable: bool) -> None:  # noqa: ARG002 - no power is cut
        self.process.call("write counts", evolve(count, commands=Facts(count.commands)))


@define
class SteppedOutbox:
    process: Process
    refused: set[str] = field(
        factory=set
    )  # uuids of single events that PostHog refused, which may be dropped
    queue: SteppedEventQueue = field(init=False)
    sender_lock: SteppedSenderLock = field(init=False)
    log: SteppedDeliveryLog = field(init=False)
    counts: SteppedCountStore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.queue = SteppedEventQueue(self.process, self.refused)
        self.sender_lock = SteppedSenderLock(self.process)
        self.log = SteppedDeliveryLog(self.process)
        self.counts = SteppedCountStore(self.process)


@define
class SteppedChoice:
    process: Process

    is_on = asks("read switch")

    def level(self) -> str:
        return ON if self.is_on() else OFF

    stored_level = level

    def choose(self, level: str) -> bool:
        self.process.call("turn off" if level == OFF else "turn on")
        return False


@define
class SteppedStores:
    """The one outbox here; `off` reads no copies."""

    process: Process

    def stores(self) -> Sequence[tuple[SteppedOutbox, MemoryCopies]]:
        return [(SteppedOutbox(self.process), MemoryCopies())]


@define
class SteppedClock:
    """Stands still while a process lasts, which is ten seconds at most."""

    process: Process

    def time(self) -> float:
        return self.process.now

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError("only a sender in a burst sleeps: see bursts.py")


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
    stamp = process.call(last_look, uuid, process.context)
    if stamp is None and process.context is not None and ledger is not None:
        ledger = evolve(ledger, confirmed=None)
    return Snapshot(IdentityState(usage, ledger), stamp, process.context)


@define
class SteppedIdentityFolder:
    """As adapters/storage/identity_folder.py: a call for each file that is read or written.

    `found`: the identity that was read last. `rotated`: whether it was replaced.
    """

    process: Process
    found: Identity | None = None
    rotated: bool = False

    def make(self) -> None:
        """The folder is always there."""

    def read(self) -> tuple[Content, Content]:
        usage = self.read_usage()
        ledger = self.process.call("read ledger")
        return usage, None if ledger is None else codec.load_object(codec.write_ledger(ledger))

    def read_usage(self) -> Content:
        self.found = self.process.call("read usage.json")
        return None if self.found is None else codec.load_object(codec.write_identity(self.found, {}))

    def create_ledger(self, content: bytes) -> bool:
        created: bool = self.process.call("create ledger", codec.read_ledger(codec.load_object(content)))
        return created

    def create_usage(self, content: bytes) -> bool:
        created: bool = self.process.call(
            "create usage.json", codec.read_identity(codec.load_object(content))
        )
        return created

    def replace_ledger(self, content: bytes, *, malformed: bool) -> None:
        assert not malformed
        self.process.call("write ledger", codec.read_ledger(codec.load_object(content)))

    def replace_usage(self, content: bytes, *, malformed: bool) -> None:
        assert not malformed
        self.rotated = True
        self.process.call("write usage.json", codec.read_identity(codec.load_object(content)))

    @contextmanager
    def locked(self) -> Iterator[None]:
        locked = self.process.call("lock identity or go on")
        try:
            yield
            if not self.rotated:
                self.process.call("leave identity alone", self.found)
        finally:
            if locked:
                self.process.call("unlock identity")


def identify(process: Process, snapshot: Snapshot) -> Snapshot:
    """As FolderSnapshots.identify, when a command is reported that has seen no identity."""
    if snapshot.state.identity is not None:
        return snapshot
    files: Any = SteppedIdentityFolder(process)
    made = make_first_identity(files, process.new(), FixedInstallation(process.here))
    return snapshot if made is None else evolve(snapshot, state=codec.read_snapshot(made).state)


@define
class SteppedWriter:
    """As FolderWriter in composition/command.py, of which `on` needs this."""

    process: Process

    def log_out(self, *, had_credentials: bool) -> None:
        log_out(self.process, had_credentials)


def log_out(process: Process, had_credentials: bool) -> bool:
    """Returns whether an id was given up."""
    files = SteppedIdentityFolder(process)
    real: Any = files
    here = FixedInstallation(process.here)
    logout.log_out(real, process.new(), here, had_credentials=had_credentials)
    return files.rotated
