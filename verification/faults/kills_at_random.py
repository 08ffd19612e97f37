"""Deliveries killed at random moments: whatever was written down by then arrives once all is well again.

The events of those that were killed before need not arrive; how long after the launch that still happens is
what is measured here.
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
from verification.faults.lab import NOBODY, Lab

GROUP = "Killed at random moments"
MEASURED_SHARE = 10  # one in so many deliveries is left alone, to know how long they take
LINKED, ANONYMOUS = "principal-linked", "principal-anonymous"
LOGINS = frozenset(f"principal-login-{number}" for number in range(3))
WRITTEN = "FAULTS_WRITTEN"
_NOTE = f"""
import os
_replace = os.replace
def _replace_and_note(source, target, **folders):
    _replace(source, target, **folders)
    if target.endswith(".event.json") and (note := os.environ.get("{WRITTEN}")):
        os.close(os.open(note, os.O_CREAT | os.O_WRONLY, 0o600))
os.replace = _replace_and_note
"""
A_GLANCE_SECONDS = 0.001
TOGETHER = 4  # homes that recover side by side


@define
class Killer:
    """Kills deliveries at random moments of their life, which lasts `lifetime` seconds, and sees what is left.

    Figures are of kills: `unwritten_ms` are the times after the launch of those before the record was written.
    """

    lab: Lab
    random: Random
    lifetime: float
    unwritten_ms: list[float] = field(factory=list)
    on_disk: int = 0
    received: int = 0

    def kill(self, world: World, name: str, owner: str, act: Callable[[], object]) -> None:
        """Kill the delivery that `act` launches, and expect its event if it was written down."""
        moment = self.random.uniform(0.0, self.lifetime * 1.1)
        note = world.scratch / f"{name} was written"
        self.lab.monkeypatch.setenv(WRITTEN, os.fspath(note))
        before = len(self.lab.processes)
        begun = time.monotonic()
        acting = Thread(target=act)  # a login waits for its delivery
        acting.start()
        while len(self.lab.processes) == before:
            time.sleep(A_GLANCE_SECONDS)
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        process = self.lab.processes[-1]
        process.kill()
        after = time.monotonic() - begun
        process.wait()
        acting.join()
        if name in world.events:
            self.received += 1
        elif self.lab.is_known(world, name) or note.exists():
            self.on_disk += 1
        else:
            self.unwritten_ms.append(after * 1000)
            return
        self.lab.expect(name, owner)


@define
class Street:
    """The homes: of somebody who is linked, of nobody, of those who never logged in, of those who do all the time."""

    lab: Lab
    killer: Killer
    linked: World
    anonymous: World
    logins: World
    unlinked: list[World] = field(factory=list)

    def move_in(self) -> None:
        self.lab.expect("first login", LINKED)
        self.linked.log_in(LINKED, name="first login")
        self.lab.settle()

    def kill(self, number: int) -> None:
        """A delivery in one of the homes, in turn."""
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
            act = lambda: self.logins.log_in(owner, name=name)  # noqa: E731 - told to the killer
            self.killer.kill(self.logins, name, owner, act)

    def recover(self) -> int:
        """Everybody runs a last command, and who had not logged in does so; in how many homes one was not enough.

        A delivery lasts 10 s, and a busy machine may not have let it judge all that it found.
        """
        for first in range(0, len(self.unlinked), TOGETHER):
            for number, world in list(enumerate(self.unlinked))[first : first + TOGETHER]:
                self.lab.track(world, f"last {number}", f"principal-unlinked-{number}")
            self.lab.settle()
        self.lab.track(self.linked, "last of who is linked", LINKED)
        for world, owner in ((self.anonymous, ANONYMOUS), (self.logins, min(LOGINS))):
            self.lab.expect(f"last login of {owner}", owner)
            world.log_in(owner, name=f"last login of {owner}")
        self.lab.settle()
        again = [(world, owner) for world, owner in self.homes if world.waiting]
        for number, (world, owner) in enumerate(again):
            self.lab.track(world, f"after the last {number}", owner)
        self.lab.settle()
        return len(again)

    @property
    def homes(self) -> list[tuple[World, str]]:
        """Each with who is there in the end."""
        unlinked = [(world, f"principal-unlinked-{number}") for number, world in enumerate(self.unlinked)]
        return [(self.linked, LINKED), (self.anonymous, ANONYMOUS), (self.logins, min(LOGINS)), *unlinked]

    def _kill_command(self, world: World, name: str, owner: str) -> None:
        self.killer.kill(world, name, owner, lambda: self.lab.attempt(world, name))

    def _unlinked(self) -> tuple[World, str]:
        """A home with credentials that are not linked yet; a new one when those of the last one are."""
        if not self.unlinked or _is_linked(self.unlinked[-1]):
            self.unlinked.append(self.lab.home())
            self.unlinked[-1].store_credentials(f"principal-unlinked-{len(self.unlinked) - 1}")
        return self.unlinked[-1], f"principal-unlinked-{len(self.unlinked) - 1}"


@experiment(GROUP, "deliveries of commands and logins", rounds=500, quick=4)
def kill_at_random(lab: Lab, rounds: int) -> Figures:
    written_ms, lifetimes = measure(lab, max(1, rounds // MEASURED_SHARE))
    killer = Killer(lab, Random(4), median(lifetimes))
    street = Street(lab, killer, lab.home(), lab.home(), lab.home())
    street.move_in()
    lab.prelude.add("note", _NOTE)
    hours = 2
    for number in range(rounds):
        if number % 4 == 0:  # what a kill has paused is due again
            lab.let_hours_pass(hours)
            hours = -hours
        street.kill(number)
    lab.let_hours_pass(2)  # forward: back, and a pause from before the last hours would not be over yet
    lab.monkeypatch.delenv(WRITTEN)
    again = street.recover()
    for world, owner in street.homes:
        assert world.waiting == [], owner
    persons = lab.persons()
    for name, owners in lab.owners.items():
        # A login that another person's overtook before it was settled is nobody's.
        may_be = owners | {NOBODY} if owners & LOGINS or not owners else owners
        assert name not in persons or persons[name] in may_be, name
    return lab.judge(
        rounds, f"{_remark(killer, written_ms)}; {again} homes needed one more delivery in the end"
    )


def measure(lab: Lab, times: int) -> tuple[list[float], list[float]]:
    """How long after its launch the record of an event is on disk (ms), and how long its delivery lives (s)."""
    world = lab.home()
    lab.track(world, "measured first")
    lab.settle()
    (outbox,) = (world.folder / "usage" / "outbox").iterdir()
    written_ms, lifetimes = [], []
    for number in range(times):
        begun = time.monotonic()
        lab.track(world, f"measured {number}")
        while not _has_a_record(os.fspath(outbox)):
            assert time.monotonic() - begun < 20, "its record was never seen"
            time.sleep(A_GLANCE_SECONDS)
        written_ms.append((time.monotonic() - begun) * 1000)
        lab.settle()
        lifetimes.append(time.monotonic() - begun)
        assert until(lambda: world.waiting == [])
    return written_ms, lifetimes


def _has_a_record(outbox: str) -> bool:
    return any(name.endswith(".event.json") for name in os.listdir(outbox))


def _is_linked(world: World) -> bool:
    with suppress(FileNotFoundError):
        return world.linked_to() is not None
    return False


def _remark(killer: Killer, written_ms: list[float]) -> str:
    latest = (
        f", at the latest {max(killer.unwritten_ms):.0f} ms after the launch" if killer.unwritten_ms else ""
    )
    slow = quantiles(written_ms, n=20)[-1] if len(written_ms) > 1 else max(written_ms)
    return (
        f"{len(killer.unwritten_ms)} were killed before the record was written{latest} (those need not arrive),"
        f" {killer.on_disk} while it was on disk, {killer.received} after PostHog had it; left alone, the record"
        f" of {len(written_ms)} is on disk {median(written_ms):.0f} ms after the launch (95th percentile: {slow:.0f} ms)"
    )
