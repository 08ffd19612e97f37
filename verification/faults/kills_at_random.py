"""Delivery processes killed at random moments: each event that was written to disk arrives later.

An event whose delivery is killed before the write is lost. The experiment measures how late that can happen.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from statistics import median, quantiles
from threading import Thread

from attrs import define, field

from tests.e2e.world import World, until
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import NO_PERSON, Testbed

GROUP = "Killed at random moments"
MEASURED_SHARE = 10  # one in ten deliveries is not killed, to measure how long they take
LINKED, ANONYMOUS = "principal-linked", "principal-anonymous"
LOGINS = frozenset(f"principal-login-{number}" for number in range(3))
WRITTEN = "FAULTS_WRITTEN"  # names a file that a delivery creates once its record is on disk
_REPORT = f"""
import os
_replace = os.replace
def _replace_and_report(source, target, **folders):
    _replace(source, target, **folders)
    if target.endswith(".event.json") and (report := os.environ.get("{WRITTEN}")):
        os.close(os.open(report, os.O_CREAT | os.O_WRONLY, 0o600))
os.replace = _replace_and_report
"""
POLL_SECONDS = 0.001
PARALLEL_HOMES = 4  # homes that recover at the same time


@define
class Killer:
    """Kills deliveries at random moments of their `lifetime` (seconds), and counts the kills by their effect.

    `unwritten_ms`: for kills before the record was written, the time since the start of the process.
    `on_disk`: kills after that. `received`: kills after PostHog had the event.
    """

    testbed: Testbed
    random: Random
    lifetime: float
    unwritten_ms: list[float] = field(factory=list)
    on_disk: int = 0
    received: int = 0

    def kill(self, world: World, name: str, owner: str, act: Callable[[], object]) -> None:
        """Kill the delivery that `act` starts, and expect its event if its record was written."""
        moment = self.random.uniform(0.0, self.lifetime * 1.1)
        report = world.scratch / f"{name} was written"
        self.testbed.monkeypatch.setenv(WRITTEN, os.fspath(report))
        before = len(self.testbed.processes)
        started = time.monotonic()
        acting = Thread(target=act)  # a login waits for its delivery
        acting.start()
        while len(self.testbed.processes) == before:
            time.sleep(POLL_SECONDS)
        time.sleep(max(0.0, started + moment - time.monotonic()))
        process = self.testbed.processes[-1]
        process.kill()
        after = time.monotonic() - started
        process.wait()
        acting.join()
        if name in world.events:
            self.received += 1
        elif self.testbed.is_known(world, name) or report.exists():
            self.on_disk += 1
        else:
            self.unwritten_ms.append(after * 1000)
            return
        self.testbed.expect(name, owner)


@define
class Homes:
    """The homes: a linked one, an anonymous one, one with repeated logins, and several with new credentials."""

    testbed: Testbed
    killer: Killer
    linked: World
    anonymous: World
    logins: World
    unlinked: list[World] = field(factory=list)

    def prepare(self) -> None:
        self.testbed.expect("first login", LINKED)
        self.linked.log_in(LINKED, name="first login")
        self.testbed.settle()

    def kill(self, number: int) -> None:
        """Kill a delivery in one of the homes, in turn."""
        name = f"killed {number}"
        if number % 4 == 0:
            self._kill_command(self.linked, name, LINKED)
        elif number % 4 == 1:
            self._kill_command(self.anonymous, name, ANONYMOUS)
        elif number % 4 == 2:
            world, owner = self._unlinked()
            self._kill_command(world, name, owner)
        else:
            owner = sorted(LOGINS)[number % len(LOGINS)]
            act = lambda: self.logins.log_in(owner, name=name)  # noqa: E731 - an argument of the next line
            self.killer.kill(self.logins, name, owner, act)

    def recover(self) -> int:
        """Run a last command or login in each home. Returns how many homes needed another command.

        A delivery ends after 10 s. On a busy machine it may not have processed all waiting events.
        """
        for first in range(0, len(self.unlinked), PARALLEL_HOMES):
            for number, world in list(enumerate(self.unlinked))[first : first + PARALLEL_HOMES]:
                self.testbed.track(world, f"last {number}", f"principal-unlinked-{number}")
            self.testbed.settle()
        self.testbed.track(self.linked, "last linked", LINKED)
        for world, owner in ((self.anonymous, ANONYMOUS), (self.logins, min(LOGINS))):
            self.testbed.expect(f"last login of {owner}", owner)
            world.log_in(owner, name=f"last login of {owner}")
        self.testbed.settle()
        again = [(world, owner) for world, owner in self.all if world.waiting]
        for number, (world, owner) in enumerate(again):
            self.testbed.track(world, f"after the last {number}", owner)
        self.testbed.settle()
        return len(again)

    @property
    def all(self) -> list[tuple[World, str]]:
        """Each home with the principal of its last command."""
        unlinked = [(world, f"principal-unlinked-{number}") for number, world in enumerate(self.unlinked)]
        return [(self.linked, LINKED), (self.anonymous, ANONYMOUS), (self.logins, min(LOGINS)), *unlinked]

    def _kill_command(self, world: World, name: str, owner: str) -> None:
        self.killer.kill(world, name, owner, lambda: self.testbed.attempt(world, name))

    def _unlinked(self) -> tuple[World, str]:
        """A home whose credentials are not linked yet: the last one, or a new one if that is linked."""
        if not self.unlinked or _is_linked(self.unlinked[-1]):
            self.unlinked.append(self.testbed.home())
            self.unlinked[-1].store_credentials(f"principal-unlinked-{len(self.unlinked) - 1}")
        return self.unlinked[-1], f"principal-unlinked-{len(self.unlinked) - 1}"


@experiment(GROUP, "deliveries of commands and logins", rounds=500, quick=4)
def kill_at_random(testbed: Testbed, rounds: int) -> Figures:
    written_ms, lifetimes = measure(testbed, max(1, rounds // MEASURED_SHARE))
    killer = Killer(testbed, Random(4), median(lifetimes))
    homes = Homes(testbed, killer, testbed.home(), testbed.home(), testbed.home())
    homes.prepare()
    testbed.prelude.add("report", _REPORT)
    hours = 2
    for number in range(rounds):
        if number % 4 == 0:  # ends the backoffs that kills left
            testbed.advance_clock(hours)
            hours = -hours
        homes.kill(number)
    testbed.advance_clock(2)  # forward, so that each backoff has ended
    testbed.monkeypatch.delenv(WRITTEN)
    again = homes.recover()
    for world, owner in homes.all:
        assert world.waiting == [], owner
    persons = testbed.persons()
    for name, owners in testbed.owners.items():
        # A login that is undecided when another person's login lands is attributed to no person.
        allowed = owners | {NO_PERSON} if owners & LOGINS or not owners else owners
        assert name not in persons or persons[name] in allowed, name
    return testbed.judge(
        rounds, f"{_remark(killer, written_ms)}; {again} homes needed a second command to recover"
    )


def measure(testbed: Testbed, times: int) -> tuple[list[float], list[float]]:
    """For `times` deliveries: the ms until the record is on disk, and the s until the process ends."""
    world = testbed.home()
    testbed.track(world, "measured first")
    testbed.settle()
    (outbox,) = (world.folder / "usage" / "outbox").iterdir()
    written_ms, lifetimes = [], []
    for number in range(times):
        started = time.monotonic()
        testbed.track(world, f"measured {number}")
        while not _has_a_record(os.fspath(outbox)):
            assert time.monotonic() - started < 20, "the record was never on disk"
            time.sleep(POLL_SECONDS)
        written_ms.append((time.monotonic() - started) * 1000)
        testbed.settle()
        lifetimes.append(time.monotonic() - started)
        assert until(lambda: world.waiting == [])
    return written_ms, lifetimes


def _has_a_record(outbox: str) -> bool:
    return any(name.endswith(".event.json") for name in os.listdir(outbox))


def _is_linked(world: World) -> bool:
    with suppress(FileNotFoundError):
        return world.linked_to() is not None
    return False


def _remark(killer: Killer, written_ms: list[float]) -> str:
    latest = f", at most {max(killer.unwritten_ms):.0f} ms after its start" if killer.unwritten_ms else ""
    slow = quantiles(written_ms, n=20)[-1] if len(written_ms) > 1 else max(written_ms)
    return (
        f"{len(killer.unwritten_ms)} killed before the record was written{latest} (not expected to arrive),"
        f" {killer.on_disk} while it was on disk, {killer.received} after PostHog had it; without a kill, the record"
        f" is on disk after {median(written_ms):.0f} ms (95th percentile of {len(written_ms)}: {slow:.0f} ms)"
    )
