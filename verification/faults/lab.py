"""Where an experiment takes place: users with homes of their own, the services, and an account of what was done.

Owns the account: every event that has to arrive is entered with whose it may be, and judged by what the
receiver made of it.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, field

from arcade_usage.composition import adapters as adapters_composition
from arcade_usage.composition import command as command_composition
from arcade_usage.demo.receiver import Receiver
from tests.e2e.prelude import Prelude, hours_ahead
from tests.e2e.world import PATIENCE_SECONDS, World, noting_processes
from tests.isolation import isolate
from verification.faults.alive import LAB_VARIABLE, survivors
from verification.faults.figures import Figures

NOBODY = "nobody"  # an owner: no person may get it
ORPHAN_SECONDS = 30.0  # after which no process of an experiment is alive, on a busy machine


@define
class Lab:
    """A context manager's worth of one experiment.

    `owners`: of every event that has to arrive, by the command's name, which is given once: whose it may be.
    An event that ends up with nobody is nobody's, which is always right. `waits_ms`: of the host.
    `login_waits_ms`, `logout_waits_ms`: of those, which may wait. `lifetimes`: of the delivery processes that
    have ended, in seconds. `timed`: whether bounds of time are checked. `started_by_hosts`: how many processes were started by hosts that are processes
    themselves. `orphans`: how many were still alive ORPHAN_SECONDS after the end.
    """

    scratch: Path
    receiver: Receiver
    monkeypatch: pytest.MonkeyPatch
    processes: list[Any]
    owners: dict[str, frozenset[str]] = field(factory=dict)
    waits_ms: list[float] = field(factory=list)
    login_waits_ms: list[float] = field(factory=list)
    logout_waits_ms: list[float] = field(factory=list)
    lifetimes: list[float] = field(factory=list)
    timed: bool = True
    started_by_hosts: int = 0
    orphans: int = 0
    name: str = field(factory=lambda: uuid4().hex)
    _homes: int = field(default=0, init=False)

    def home(self) -> World:
        """Another user, with a config folder that is not there yet. All share the receiver."""
        self._homes += 1
        scratch = self.scratch / f"home-{self._homes}"
        scratch.mkdir()
        return World(self.receiver, scratch / "config", scratch, self.monkeypatch, self.processes)

    def expect(self, name: str, *owners: str) -> None:
        """The event of this command has to arrive, and may count for these."""
        assert name not in self.owners, "a command's name is given once"
        self.owners[name] = frozenset(owners)

    def track(self, world: World, name: str, *owners: str, **facts: Any) -> None:
        """Run a command in this process as a host does, and enter how long tracking held it up.

        Its delivery is left on its way. The event is entered as one that has to arrive.
        """
        self.expect(name, *owners)
        self.attempt(world, name, **facts)

    def attempt(self, world: World, name: str, **facts: Any) -> None:
        """As `track`, for an event that need not arrive."""
        self.waits_ms.append(_milliseconds(lambda: world.start(name, **facts)))

    def log_in(self, world: World, name: str, principal_id: str) -> None:
        """As `track`, for a login as this person."""
        self.expect(name, principal_id)
        self.login_waits_ms.append(_milliseconds(lambda: world.log_in(principal_id, name=name)))

    def log_out(self, world: World, name: str, *owners: str) -> None:
        """As `track`, for a logout."""
        self.expect(name, *owners)
        self.logout_waits_ms.append(_milliseconds(lambda: world.log_out(name)))

    def together(self, actions: Iterable[Callable[[], object]]) -> None:
        """Do all of these side by side; returns when the last one has ended."""
        all_of_them = list(actions)
        with ThreadPoolExecutor(max(1, len(all_of_them))) as pool:
            for done in [pool.submit(action) for action in all_of_them]:
                done.result()

    def let_hours_pass(self, hours: float) -> None:
        """Put the clock of hosts and deliveries on by so much, or back; it adds up."""
        ahead = hours_ahead() + hours
        self.prelude.set_clock(ahead)
        clock = SimpleNamespace(time=lambda: time.time() + ahead * 3600, monotonic=time.monotonic)
        for composition in (command_composition, adapters_composition):
            self.monkeypatch.setattr(composition, "time", clock)

    @property
    def prelude(self) -> Prelude:
        return Prelude(self.scratch / "prelude", self.monkeypatch)

    def settle(self) -> None:
        """Wait until every delivery process that was started from here has ended."""
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)

    def settle_all(self) -> None:
        """Wait until every process of this lab has ended, whoever started it."""
        self.settle()
        assert not survivors(self.name, PATIENCE_SECONDS)

    def is_known(self, world: World, name: str) -> bool:
        """Whether the event of this command was ever written down, once its delivery has ended."""
        on_disk = {record["event"]["properties"]["command_name"] for record in world.waiting}
        return name in on_disk or name in world.events

    def judge(self, tried: int, remark: str = "", details: str = "") -> Figures:
        """What became of the expected events, so far."""
        got: Counter[str] = Counter()
        mixed_up = 0
        for name, person in self._arrived():
            got[name] += 1
            owners = self.owners.get(name)
            mixed_up += owners is not None and person != NOBODY and person not in owners
        return Figures(
            tried,
            events=len(self.owners),
            lost=sum(name not in got for name in self.owners),
            duplicated=sum(count - 1 for count in got.values()),
            mixed_up=mixed_up,
            waits_ms=tuple(self.waits_ms),
            remark=remark,
            details=details,
        )

    def persons(self) -> dict[str, str]:
        """Whom each event counts for, by the command's name: a principal, or NOBODY."""
        return dict(self._arrived())

    def _arrived(self) -> Iterator[tuple[str, str]]:
        for persons in self.receiver.persons.values():
            principals = set(self.receiver.principals.values())
            named = {person: state for state, person in persons.person_of_id.items() if state in principals}
            for event in persons.events:
                yield str(event.properties["command_name"]), named.get(persons.person_of(event), NOBODY)


@contextmanager
def open_lab(*, timed: bool = True) -> Iterator[Lab]:
    """A lab in a temporary folder, with an environment of its own.

    Raises AssertionError if a process of its is alive ORPHAN_SECONDS after its end, whoever started it.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-faults-")))
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        isolate(monkeypatch, scratch / "home")
        receiver = stack.enter_context(Receiver())
        lifetimes: list[float] = []
        processes = stack.enter_context(noting_processes(monkeypatch, lambda each: _watch(each, lifetimes)))
        lab = Lab(scratch, receiver, monkeypatch, processes, lifetimes=lifetimes, timed=timed)
        monkeypatch.setenv(LAB_VARIABLE, lab.name)
        stack.callback(_end, lab)
        yield lab


def _milliseconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def _watch(process: "subprocess.Popen[bytes]", lifetimes: list[float]) -> None:
    """Enter how long it lived, when it has ended."""

    def wait() -> None:
        begun = time.monotonic()
        process.wait()
        lifetimes.append(time.monotonic() - begun)

    threading.Thread(target=wait, daemon=True).start()


def _end(lab: Lab) -> None:
    orphans = survivors(lab.name, ORPHAN_SECONDS)
    lab.orphans = len(orphans)
    for orphan in orphans:
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)
    for process in lab.processes:
        process.wait()
    assert not orphans, f"{len(orphans)} processes alive after {ORPHAN_SECONDS:.0f} s"
