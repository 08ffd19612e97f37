"""The daily limit under kills and races: each success that was written to disk is sent or counted, once.

A delivery that is killed notes which records it is about to write and which it has written. In the end, the
events that were received and the successes in the counts have to add up to these.
"""

import json
import os
import time
from random import Random
from threading import Thread

from attrs import define, field

from arcade_usage.domain.daily_limit import COUNTED
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.steps import DELIVERY, Kill, count_steps, describe_steps
from verification.faults.testbed import Testbed

GROUP = "The daily limit"
LIMIT = 3
SHELLS = 8
ALL = 400  # steps; more than a delivery takes
CHOSEN = (5, 11)  # the steps at records and counts; the tests choose among them
DAY_HOURS, BACKOFF_HOURS = 24.0, 2.0
KILLED_AFTER_SECONDS = 0.6  # at most; most deliveries take longer on a busy machine
NOTES = "FAULTS_NOTES"  # names a file with a line for each step at a record
_NOTE = f"""
import os
_open, _write, _close, _replace = os.open, os.write, os.close, os.replace
def _note(word, target):
    notes = os.environ.get("{NOTES}")
    if notes and target.endswith(".event.json"):
        descriptor = _open(notes, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        _write(descriptor, f"{{word}} {{target[-47:-11]}}\\n".encode())
        _close(descriptor)
def _replace_and_note(source, target, **folders):
    _note("writes", target)
    _replace(source, target, **folders)
    _note("wrote", target)
os.replace = _replace_and_note
"""


@define
class LimitedHome:
    """A home whose tool has a limit of three. It is noon, so that no round runs into midnight."""

    testbed: Testbed
    world: World = field(init=False)
    ran: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.testbed.advance_clock(12 - time.time() % 86_400 / 3600)
        self.world = self.testbed.home()
        self.world.daily_limit = LIMIT
        self.testbed.prelude.add("notes", _NOTE)
        self.testbed.monkeypatch.setenv(NOTES, os.fspath(self.world.scratch / "notes"))

    def run(self, times: int = 1) -> None:
        """Run commands one after the other, each with its delivery."""
        for _ in range(times):
            self.start()
            self.testbed.settle()

    def start(self) -> None:
        self.ran += 1
        self.testbed.attempt(self.world, f"command {self.ran}")

    def recover(self) -> None:
        """Wait out each backoff; then the commands of another day deliver what waits, and the counts."""
        self.testbed.settle_all()
        for hours in (BACKOFF_HOURS, DAY_HOURS):
            self.testbed.advance_clock(hours)
            self.run()

    def judge(self, tried: int, remark: str, details: str = "") -> Figures:
        """Compare what was written with what was sent or counted. Call after `recover`."""
        assert self.world.waiting == []
        received = self.world.persons.events
        sums = {event.uuid: event.properties["succeeded"] for event in received if event.name == COUNTED}
        counted = sum(number for number in sums.values() if isinstance(number, int)) + self._in_file()
        sent = {event.uuid for event in received} - sums.keys()
        written, unsure = self._written(), self._written("writes") - self._written()
        accounted = len(sent) + counted
        expected = len(written - sums.keys())
        return Figures(
            tried,
            events=expected,
            lost=max(0, expected - accounted),
            duplicated=max(0, accounted - expected - len(unsure)) + len(received) - len(sent) - len(sums),
            waits_ms=tuple(self.testbed.waits_ms),
            remark=f"{remark}; {len(sent)} sent, {counted} counted in {len(sums)} events",
            details=details,
        )

    def _written(self, word: str = "wrote") -> set[str]:
        notes = (self.world.scratch / "notes").read_text(encoding="utf-8")
        return {line.split()[1] for line in notes.splitlines() if line.split()[0] == word}

    def _in_file(self) -> int:
        found = list(self.world.folder.glob("usage/outbox/*/counts.json"))
        if not found:
            return 0
        content = json.loads(found[0].read_text(encoding="utf-8"))
        return int(sum(content["commands"].values()) + content["others"])


def kill_at_steps(testbed: Testbed, rounds: int, *, on_another_day: bool) -> Figures:
    """Kill a delivery at each of its steps in turn; or at `rounds` random ones, if that is fewer than ALL."""
    home, hits = LimitedHome(testbed), list[str]()
    count_steps(testbed)
    steps = range(1, ALL + 1) if rounds == ALL else sorted(Random(1).sample(range(*CHOSEN), rounds))
    home.run(LIMIT)
    for step in steps:
        if on_another_day:
            home.run(LIMIT + 1)
            testbed.advance_clock(DAY_HOURS)
        kill = Kill(testbed, DELIVERY, step, home.world.scratch / f"hit-{step}")
        with kill.armed():
            home.run()
        testbed.advance_clock(BACKOFF_HOURS if step % 6 else DAY_HOURS / 2)
        home.run()
        if kill.hit is None:
            break
        hits.append(kill.hit)
    home.recover()
    return home.judge(len(hits), f"killed at {len(hits)} steps", describe_steps(hits))


@experiment(GROUP, "a delivery that counts, killed at each step", rounds=ALL, quick=2)
def kill_a_counting_delivery(testbed: Testbed, rounds: int) -> Figures:
    return kill_at_steps(testbed, rounds, on_another_day=False)


@experiment(GROUP, "the first delivery of another day, killed at each step", rounds=ALL, quick=1)
def kill_the_first_delivery_of_a_day(testbed: Testbed, rounds: int) -> Figures:
    return kill_at_steps(testbed, rounds, on_another_day=True)


@experiment(GROUP, f"{SHELLS} parallel shells, half of the deliveries killed at random", rounds=50, quick=2)
def run_and_kill(testbed: Testbed, rounds: int) -> Figures:
    """Each shell runs `rounds` commands; a day passes after every tenth."""
    home, random, killed = LimitedHome(testbed), Random(1), list[int]()

    def kill_some() -> None:
        for process in testbed.processes[:]:
            if process.poll() is None and random.random() < 0.5:
                time.sleep(random.uniform(0.0, KILLED_AFTER_SECONDS))
                process.kill()
                killed.append(process.pid)

    for number in range(rounds):
        killer = Thread(target=kill_some)
        testbed.run_in_parallel([home.start] * SHELLS)
        killer.start()
        killer.join()
        testbed.settle()
        if number % 10 == 9:
            testbed.advance_clock(DAY_HOURS)
    home.recover()
    return home.judge(SHELLS * rounds, f"{len(killed)} deliveries were killed")
