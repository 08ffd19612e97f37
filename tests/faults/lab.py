"""Where an experiment takes place: users with homes of their own, the services, and an account of what was done.

Owns the account: every event that has to arrive is entered with whose it may be, and judged by what the
receiver made of it.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from arcade_usage.demo.receiver import Receiver
from tests.e2e.world import World, noting_processes
from tests.faults.figures import Figures
from tests.isolation import isolate

NOBODY = "nobody"  # an owner: no person may get it


@define
class Lab:
    """A context manager's worth of one experiment.

    `owners`: of every event that has to arrive, by the command's name, which is given once: whose it may be.
    An event that ends up with nobody is nobody's, which is always right. `waits_ms`: of the host.
    """

    scratch: Path
    receiver: Receiver
    monkeypatch: pytest.MonkeyPatch
    processes: list[Any]
    owners: dict[str, frozenset[str]] = field(factory=dict)
    waits_ms: list[float] = field(factory=list)
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
        begun = time.perf_counter()
        world.start(name, **facts)
        self.waits_ms.append((time.perf_counter() - begun) * 1000)

    def settle(self) -> None:
        """Wait until every delivery process that was started from here has ended."""
        for process in self.processes:
            process.wait(20)

    def judge(self, tried: int, remark: str = "") -> Figures:
        """What became of the expected events, so far."""
        got: Counter[str] = Counter()
        mixed_up = 0
        for persons in self.receiver.persons.values():
            principals = set(self.receiver.principals.values())
            named = {person: known for known, person in persons.person_of_id.items() if known in principals}
            for event in persons.events:
                name = str(event.properties["command_name"])
                got[name] += 1
                person = named.get(persons.person_of(event), NOBODY)
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
        )


@contextmanager
def open_lab() -> Iterator[Lab]:
    """A lab in a temporary folder, with an environment of its own; no process is left when it closes."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-faults-")))
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        isolate(monkeypatch, scratch / "home")
        receiver = stack.enter_context(Receiver())
        processes = stack.enter_context(noting_processes(monkeypatch))
        lab = Lab(scratch, receiver, monkeypatch, processes)
        stack.callback(_end, lab)
        yield lab


def _end(lab: Lab) -> None:
    for process in lab.processes:
        if process.poll() is None:
            process.kill()
            process.wait()
