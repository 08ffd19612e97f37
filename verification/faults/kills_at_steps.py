"""A delivery, or a host, killed at each of its steps: whatever was written down arrives when all is well again."""

import subprocess
import sys
from collections.abc import Callable
from random import Random

from attrs import define, frozen

from tests.e2e.hosts import HOST_SECONDS, start_of_host
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import NOBODY, Lab
from verification.faults.stepped import DELIVERY, HOST, LAUNCHED, Blow, count_steps, tell

LANES = 3  # homes side by side, each with a kill of its own
ATTEMPTS = 3  # commands until all is well; one does, unless the machine is too busy
ALL = 400  # steps; more than anything takes
EARLY = 24  # steps that everything takes, of which the tests choose

_LOGOUT = "import os; os.unlink(sys.argv[2])\ntracker.track_command_execution(sys.argv[1], success=True, is_logout=True)\n"
_COMMAND = "tracker.track_command_execution(sys.argv[1], success=True)\n"


@define
class Lane:
    """A home in which something is killed again and again; `who` lives there by now."""

    lab: Lab
    number: int
    world: World
    persons: int = 0

    @property
    def who(self) -> str:
        return f"principal-{self.number}-{self.persons}"

    # What precedes a kill.

    def move(self) -> None:
        """Into a new home, without credentials."""
        self.persons += 1
        self.world = self.lab.home()

    def switch(self) -> None:
        """To another account, by editing the file."""
        self.persons += 1
        self.world.store_credentials(self.who)

    def nothing(self) -> None:
        pass

    # What is killed.

    def command(self, name: str) -> None:
        self.lab.attempt(self.world, name)

    def log_in(self, name: str) -> None:
        self.world.log_in(self.who, name=name)

    def log_out(self, name: str) -> None:
        self.world.log_out(name)

    def command_of_a_host(self, name: str) -> None:
        self._run_host(_COMMAND, name)

    def logout_of_a_host(self, name: str) -> None:
        self._run_host(_LOGOUT, name)

    def _run_host(self, lines: str, name: str) -> None:
        script = self.world.scratch / "host.py"
        script.write_text(f"import sys\n{start_of_host(self.world)}{lines}", encoding="utf-8")
        host = [sys.executable, "-B", str(script), name, str(self.world.credentials)]
        subprocess.run(host, timeout=HOST_SECONDS, check=False)

    # How all is well again.

    def go_on(self, name: str) -> None:
        """With another command of the same person."""
        self.lab.track(self.world, name, self.who)

    def make_room(self, name: str) -> None:
        """For the next person, who runs a command, and then logs in.

        A host that was killed before it removed the credentials has logged nobody out: the command is still
        that person's.
        """
        logged_out = not self.world.credentials.exists()
        self.persons += logged_out
        self.lab.track(self.world, f"{name}, before the login", self.who)
        self.persons += not logged_out
        self.begin(name)

    def begin(self, name: str) -> None:
        """With a login."""
        self.lab.expect(name, self.who)
        self.world.log_in(self.who, name=name)

    def is_well(self) -> bool:
        """Whether nothing waits, and who has credentials is linked."""
        linked = self.world.linked_to() == self.who or not self.world.credentials.exists()
        return linked and not self.world.waiting


@frozen
class Story:
    """`prepare`, `act`, which is killed, and `recover`, over and over. `linked`: after a login.

    `certain`: its event always counts for who did it, or for nobody where there were no credentials; else
    it may also be nobody's.
    """

    who: str
    prepare: Callable[[Lane], None]
    act: Callable[[Lane, str], None]
    recover: Callable[[Lane, str], None]
    linked: bool = False
    certain: bool = True
    anonymous: bool = False


def kill_at_each_step(lab: Lab, rounds: int, story: Story) -> Figures:
    """Kill at every step, one after the other; at `rounds` of them, chosen at random, where that is fewer."""
    lanes = [Lane(lab, number, lab.home()) for number in range(min(LANES, rounds))]
    count_steps(lab)
    for lane in lanes if story.linked else ():
        lane.begin(f"first login {lane.number}")
    lab.settle()
    _heal(lab, lanes if story.linked else [])
    steps = (
        list(range(1, ALL + 1)) if rounds == ALL else sorted(Random(1).sample(range(1, EARLY + 1), rounds))
    )
    hits: dict[int, str] = {}
    written: dict[int, bool] = {}
    owners: dict[str, str] = {}
    for first in range(0, len(steps), len(lanes)):
        blows = {}
        for lane, step in zip(lanes, steps[first:], strict=False):
            story.prepare(lane)
            blows[step] = blow = Blow(lab, story.who, step, lane.world.scratch / f"hit-{step}")
            with blow.falls():
                story.act(lane, f"killed at {step}")
        lab.settle_all()
        for lane, (step, blow) in zip(lanes, blows.items(), strict=False):
            state = lab.is_known(lane.world, f"killed at {step}")
            # Once it was written down at one step, it was at all that follow, whatever became of it.
            written[step] = state or any(written.values()) or blow.hit is None
            if written[step]:
                owners[f"killed at {step}"] = NOBODY if story.anonymous else lane.who
                lab.expect(f"killed at {step}", *(() if story.anonymous else (lane.who,)))
            if blow.hit is not None:
                hits[step] = blow.hit
        lab.let_hours_pass(2)
        for lane, step in zip(lanes, blows, strict=False):
            story.recover(lane, f"after {step}")
        lab.settle_all()
        lab.let_hours_pass(-2)
        _heal(lab, lanes)
        if len(hits) < len(written):
            break
    assert rounds != ALL or len(hits) < len(written), "it has more steps than were tried"
    lab.started_by_hosts += sum(written.values()) * (story.who == HOST)
    _check_launched(hits, written)
    persons = lab.persons()
    wrong = {name: persons[name] for name in owners.keys() & persons.keys() if persons[name] != owners[name]}
    assert not (wrong and story.certain), wrong
    return lab.judge(len(hits), _remark(hits, written, wrong), tell(list(hits.values())))


def _heal(lab: Lab, lanes: list[Lane]) -> None:
    """On a busy machine the library's own deadlines may pass: then the next command sees to it."""
    for attempt in range(ATTEMPTS):
        ailing = [lane for lane in lanes if not lane.is_well()]
        if not ailing:
            return
        lab.let_hours_pass(4)
        for lane in ailing:
            lane.go_on(f"attempt {attempt} of {lane.who} in {lane.world.scratch.name}")
        lab.settle_all()
        lab.let_hours_pass(-4)
    assert all(lane.is_well() for lane in lanes)


def _check_launched(hits: dict[int, str], written: dict[int, bool]) -> None:
    """An event is there from when its delivery was started."""
    launch = min((step for step, hit in hits.items() if hit == LAUNCHED), default=ALL)
    assert all(written[step] for step in hits if step >= launch)


def _remark(hits: dict[int, str], written: dict[int, bool], undecided: dict[str, str]) -> str:
    unwritten = sum(not written[step] for step in hits)
    remark = f"at {len(hits)} steps; before the first {unwritten} nothing was written down that could be lost"
    return f"{remark}; {len(undecided)} ended up as nobody's" if undecided else remark


STORIES = {
    "the delivery of a command of somebody who is linked": Story(
        DELIVERY, Lane.nothing, Lane.command, Lane.go_on, linked=True
    ),
    "the delivery of a first command": Story(DELIVERY, Lane.move, Lane.command, Lane.go_on, anonymous=True),
    "the delivery of a login, with its alias": Story(DELIVERY, Lane.move, Lane.log_in, Lane.go_on),
    "the delivery of a command after an account switch": Story(
        DELIVERY, Lane.switch, Lane.command, Lane.go_on, linked=True, certain=False
    ),
    "the delivery of a logout": Story(DELIVERY, Lane.nothing, Lane.log_out, Lane.make_room, linked=True),
    "the host of a first command": Story(HOST, Lane.move, Lane.command_of_a_host, Lane.go_on, anonymous=True),
    "the host of a logout": Story(HOST, Lane.nothing, Lane.logout_of_a_host, Lane.make_room, linked=True),
}


def _register(name: str, story: Story) -> None:
    @experiment("Killed at each step", name, rounds=ALL, quick=2 if "login" in name else 0)
    def run(lab: Lab, rounds: int) -> Figures:
        return kill_at_each_step(lab, rounds, story)


for _name, _story in STORIES.items():
    _register(_name, _story)
