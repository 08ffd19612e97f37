"""Testbed of one experiment: homes of users, local services, and the list of events that have to arrive.

An experiment enters each expected event with its possible owners. `judge` compares the list with the receiver.
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

from arcade_usage.adapters.storage import early_end
from arcade_usage.composition import adapters as adapters_composition
from arcade_usage.composition import command as command_composition
from arcade_usage.demo.receiver import Receiver
from tests.e2e.prelude import Prelude, hours_ahead
from tests.e2e.world import PATIENCE_SECONDS, World, noting_processes
from tests.isolation import isolate
from verification.faults.figures import Figures
from verification.faults.processes import EXPERIMENT_VARIABLE, still_running

NO_PERSON = "no person"  # an event that PostHog attributes to no principal
ORPHAN_SECONDS = 11.0  # after its end, no process of an experiment may run for longer
BUSY_ORPHAN_SECONDS = 30.0  # the same where time limits are not checked


@define
class Testbed:
    """Testbed of one experiment; `open_testbed` creates it.

    `owners`: for each event that has to arrive, by its unique command name, the principals that it may be
    attributed to. No person is always allowed. `waits_ms`: how long tracking delayed each command.
    `login_waits_ms`, `logout_waits_ms`: the same for logins and logouts, which may wait. `lifetimes`: of
    ended delivery processes, in seconds. `started_by_tools`: processes that were started by tools in
    processes of their own. `orphans`: processes that still ran ORPHAN_SECONDS after the end.
    `timed`: whether time limits are checked; the tests do not, since they also run on busy machines.
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
    started_by_tools: int = 0
    orphans: int = 0
    name: str = field(factory=lambda: uuid4().hex)
    _homes: int = field(default=0, init=False)

    def home(self) -> World:
        """A new user, whose config folder does not exist yet. All users share the receiver."""
        self._homes += 1
        scratch = self.scratch / f"home-{self._homes}"
        scratch.mkdir()
        return World(self.receiver, scratch / "config", scratch, self.monkeypatch, self.processes)

    def expect(self, name: str, *owners: str) -> None:
        """Expect the event of this command to arrive, attributed to one of `owners` or to no person."""
        assert name not in self.owners, "each command needs a name of its own"
        self.owners[name] = frozenset(owners)

    def track(self, world: World, name: str, *owners: str, **facts: Any) -> None:
        """Run a command in this process, as a tool does, and expect its event. Does not wait for the delivery."""
        self.expect(name, *owners)
        self.attempt(world, name, **facts)

    def attempt(self, world: World, name: str, **facts: Any) -> None:
        """Like `track`, for an event that may not arrive."""
        self.waits_ms.append(_milliseconds(lambda: world.start(name, **facts)))

    def log_in(self, world: World, name: str, principal_id: str) -> None:
        """Like `track`, for a login as this principal."""
        self.expect(name, principal_id)
        self.login_waits_ms.append(_milliseconds(lambda: world.log_in(principal_id, name=name)))

    def log_out(self, world: World, name: str, *owners: str) -> None:
        """Like `track`, for a logout."""
        self.expect(name, *owners)
        self.logout_waits_ms.append(_milliseconds(lambda: world.log_out(name)))

    def run_in_parallel(self, actions: Iterable[Callable[[], object]]) -> None:
        """Run all actions in parallel; returns when the last one has ended."""
        calls = list(actions)
        with ThreadPoolExecutor(max(1, len(calls))) as pool:
            for done in [pool.submit(call) for call in calls]:
                done.result()

    def advance_clock(self, hours: float) -> None:
        """Set the clock of tools and deliveries forward by `hours`, or backward if negative. Repeated calls add up."""
        ahead = hours_ahead() + hours
        self.prelude.set_clock(ahead)
        clock = SimpleNamespace(
            time=lambda: time.time() + ahead * 3600, monotonic=time.monotonic, sleep=time.sleep
        )
        for module in (command_composition, adapters_composition, early_end):
            self.monkeypatch.setattr(module, "time", clock)

    @property
    def prelude(self) -> Prelude:
        return Prelude(self.scratch / "prelude", self.monkeypatch)

    def settle(self) -> None:
        """Wait until each delivery process that this process started has ended."""
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)

    def settle_all(self) -> None:
        """Wait until each process of this experiment has ended, including those that tools started."""
        self.settle()
        assert not still_running(self.name, PATIENCE_SECONDS)

    def is_known(self, world: World, name: str) -> bool:
        """Whether the event of this command is on disk or was received. Call after its delivery has ended."""
        on_disk = {record["event"]["properties"]["command_name"] for record in world.waiting}
        return name in on_disk or name in world.events

    def judge(self, tried: int, remark: str = "", details: str = "") -> Figures:
        """Figures of the expected events, as the receiver has received them so far."""
        got: Counter[str] = Counter()
        misattributed = 0
        for name, person in self._arrived():
            got[name] += 1
            owners = self.owners.get(name)
            misattributed += owners is not None and person != NO_PERSON and person not in owners
        return Figures(
            tried,
            events=len(self.owners),
            lost=sum(name not in got for name in self.owners),
            duplicated=sum(count - 1 for count in got.values()),
            misattributed=misattributed,
            waits_ms=tuple(self.waits_ms),
            remark=remark,
            details=details,
        )

    def persons(self) -> dict[str, str]:
        """By command name, the principal that its event is attributed to, or NO_PERSON."""
        return dict(self._arrived())

    def _arrived(self) -> Iterator[tuple[str, str]]:
        for persons in self.receiver.persons.values():
            principals = set(self.receiver.principals.values())
            named = {person: state for state, person in persons.person_of_id.items() if state in principals}
            for event in persons.events:
                yield str(event.properties["command_name"]), named.get(persons.person_of(event), NO_PERSON)


@contextmanager
def open_testbed(*, timed: bool = True) -> Iterator[Testbed]:
    """Yields a testbed in a temporary folder, with its own environment.

    Raises AssertionError if a process of the experiment still runs ORPHAN_SECONDS after its end.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-faults-")))
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        isolate(monkeypatch, scratch / "home")
        receiver = stack.enter_context(Receiver())
        lifetimes: list[float] = []
        processes = stack.enter_context(noting_processes(monkeypatch, lambda each: _watch(each, lifetimes)))
        testbed = Testbed(scratch, receiver, monkeypatch, processes, lifetimes=lifetimes, timed=timed)
        monkeypatch.setenv(EXPERIMENT_VARIABLE, testbed.name)
        stack.callback(_end, testbed)
        yield testbed


def _milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def _watch(process: "subprocess.Popen[bytes]", lifetimes: list[float]) -> None:
    """Add the lifetime of a process to `lifetimes` when it ends."""

    def wait() -> None:
        started = time.monotonic()
        process.wait()
        lifetimes.append(time.monotonic() - started)

    threading.Thread(target=wait, daemon=True).start()


def _end(testbed: Testbed) -> None:
    limit = ORPHAN_SECONDS if testbed.timed else BUSY_ORPHAN_SECONDS
    orphans = still_running(testbed.name, limit)
    testbed.orphans = len(orphans)
    for orphan in orphans:
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)
    for process in testbed.processes:
        process.wait()
    assert not orphans, f"{len(orphans)} processes still ran after {limit:.0f} s"
