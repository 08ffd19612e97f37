"""A delivery or a tool is killed at each of its steps: each event that was written to disk arrives later."""

import subprocess
import sys
from collections.abc import Callable
from random import Random

from attrs import define, frozen

from tests.e2e.hosts import SCRIPT_SECONDS, start_of_tool
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.steps import DELIVERY, LAUNCHED, TOOL, Kill, count_steps, describe_steps
from verification.faults.testbed import NO_PERSON, Testbed

LANES = 3  # homes in parallel, each with its own kill
ATTEMPTS = 3  # commands until a home has recovered; one is enough unless the machine is busy
ALL = 400  # steps; more than any process takes
EARLY = 24  # steps that each process takes; the tests choose among them

_LOGOUT = "import os; os.unlink(sys.argv[2])\ntracker.track_command_execution(sys.argv[1], success=True, is_logout=True)\n"
_COMMAND = "tracker.track_command_execution(sys.argv[1], success=True)\n"


@define
class Lane:
    """A home in which processes are killed repeatedly. `principal`: of its current user."""

    testbed: Testbed
    number: int
    world: World
    persons: int = 0

    @property
    def principal(self) -> str:
        return f"principal-{self.number}-{self.persons}"

    # Before a kill.

    def move(self) -> None:
        """Continue in a new home without credentials."""
        self.persons += 1
        self.world = self.testbed.home()

    def switch(self) -> None:
        """Switch to another account by editing the file."""
        self.persons += 1
        self.world.store_credentials(self.principal)

    def nothing(self) -> None:
        pass

    # The process that is killed.

    def command(self, name: str) -> None:
        self.testbed.attempt(self.world, name)

    def log_in(self, name: str) -> None:
        self.world.log_in(self.principal, name=name)

    def log_out(self, name: str) -> None:
        self.world.log_out(name)

    def command_of_a_tool(self, name: str) -> None:
        self._run_tool(_COMMAND, name)

    def logout_of_a_tool(self, name: str) -> None:
        self._run_tool(_LOGOUT, name)

    def _run_tool(self, lines: str, name: str) -> None:
        script = self.world.scratch / "tool.py"
        script.write_text(f"import sys\n{start_of_tool(self.world)}{lines}", encoding="utf-8")
        tool = [sys.executable, "-B", str(script), name, str(self.world.credentials)]
        subprocess.run(tool, timeout=SCRIPT_SECONDS, check=False)

    # Recovery after a kill.

    def run_command(self, name: str) -> None:
        """Run another command of the same person."""
        self.testbed.track(self.world, name, self.principal)

    def hand_over(self, name: str) -> None:
        """Run a command of the next person, then log them in.

        If the tool was killed before it removed the credentials, the command is still the previous person's.
        """
        logged_out = not self.world.credentials.exists()
        self.persons += logged_out
        self.testbed.track(self.world, f"{name}, before the login", self.principal)
        self.persons += not logged_out
        self.log_in_expecting(name)

    def log_in_expecting(self, name: str) -> None:
        """Log in."""
        self.testbed.expect(name, self.principal)
        self.world.log_in(self.principal, name=name)

    def is_recovered(self) -> bool:
        """Whether no event waits, and a home with credentials is linked."""
        linked = self.world.linked_to() == self.principal or not self.world.credentials.exists()
        return linked and not self.world.waiting


@frozen
class Scenario:
    """One round: `prepare`, then `act`, which is killed, then `recover`. `process`: which process is killed.

    `linked`: the rounds start after a login. `anonymous`: the event is attributed to no person. `certain`:
    the event is always attributed to the current user; otherwise it may be attributed to no person.
    """

    process: str
    prepare: Callable[[Lane], None]
    act: Callable[[Lane, str], None]
    recover: Callable[[Lane, str], None]
    linked: bool = False
    certain: bool = True
    anonymous: bool = False


def kill_at_each_step(testbed: Testbed, rounds: int, scenario: Scenario) -> Figures:
    """Kill at each step in turn; or at `rounds` random steps, if that is fewer than ALL."""
    lanes = [Lane(testbed, number, testbed.home()) for number in range(min(LANES, rounds))]
    count_steps(testbed)
    for lane in lanes if scenario.linked else ():
        lane.log_in_expecting(f"first login {lane.number}")
    testbed.settle()
    _recover(testbed, lanes if scenario.linked else [])
    steps = (
        list(range(1, ALL + 1)) if rounds == ALL else sorted(Random(1).sample(range(1, EARLY + 1), rounds))
    )
    hits: dict[int, str] = {}
    written: dict[int, bool] = {}
    owners: dict[str, str] = {}
    for first in range(0, len(steps), len(lanes)):
        kills = {}
        for lane, step in zip(lanes, steps[first:], strict=False):
            scenario.prepare(lane)
            kills[step] = kill = Kill(testbed, scenario.process, step, lane.world.scratch / f"hit-{step}")
            with kill.armed():
                scenario.act(lane, f"killed at {step}")
        testbed.settle_all()
        for lane, (step, kill) in zip(lanes, kills.items(), strict=False):
            state = testbed.is_known(lane.world, f"killed at {step}")
            # An event that was on disk at one step was on disk at each later step.
            written[step] = state or any(written.values()) or kill.hit is None
            if written[step]:
                owners[f"killed at {step}"] = NO_PERSON if scenario.anonymous else lane.principal
                testbed.expect(f"killed at {step}", *(() if scenario.anonymous else (lane.principal,)))
            if kill.hit is not None:
                hits[step] = kill.hit
        testbed.advance_clock(2)
        for lane, step in zip(lanes, kills, strict=False):
            scenario.recover(lane, f"after {step}")
        testbed.settle_all()
        testbed.advance_clock(-2)
        _recover(testbed, lanes)
        if len(hits) < len(written):
            break
    assert rounds != ALL or len(hits) < len(written), "the process has more than ALL steps"
    testbed.started_by_tools += sum(written.values()) * (scenario.process == TOOL)
    _check_launched(hits, written)
    persons = testbed.persons()
    wrong = {name: persons[name] for name in owners.keys() & persons.keys() if persons[name] != owners[name]}
    assert not (wrong and scenario.certain), wrong
    return testbed.judge(len(hits), _remark(hits, written, wrong), describe_steps(list(hits.values())))


def _recover(testbed: Testbed, lanes: list[Lane]) -> None:
    """Run commands until the lanes have recovered. On a busy machine, a time limit may end the first one."""
    for attempt in range(ATTEMPTS):
        unrecovered = [lane for lane in lanes if not lane.is_recovered()]
        if not unrecovered:
            return
        testbed.advance_clock(4)
        for lane in unrecovered:
            lane.run_command(f"attempt {attempt} of {lane.principal} in {lane.world.scratch.name}")
        testbed.settle_all()
        testbed.advance_clock(-4)
    assert all(lane.is_recovered() for lane in lanes)


def _check_launched(hits: dict[int, str], written: dict[int, bool]) -> None:
    """Raises AssertionError if an event was lost although its delivery was started."""
    launch = min((step for step, hit in hits.items() if hit == LAUNCHED), default=ALL)
    assert all(written[step] for step in hits if step >= launch)


def _remark(hits: dict[int, str], written: dict[int, bool], undecided: dict[str, str]) -> str:
    unwritten = sum(not written[step] for step in hits)
    remark = f"killed at {len(hits)} steps; at the first {unwritten} the record was not on disk yet"
    return f"{remark}; {len(undecided)} events were attributed to no person" if undecided else remark


SCENARIOS = {
    "the delivery of a command with a linked account": Scenario(
        DELIVERY, Lane.nothing, Lane.command, Lane.run_command, linked=True
    ),
    "the delivery of a first command": Scenario(
        DELIVERY, Lane.move, Lane.command, Lane.run_command, anonymous=True
    ),
    "the delivery of a login, with its alias": Scenario(DELIVERY, Lane.move, Lane.log_in, Lane.run_command),
    "the delivery of a command after an account switch": Scenario(
        DELIVERY, Lane.switch, Lane.command, Lane.run_command, linked=True, certain=False
    ),
    "the delivery of a logout": Scenario(DELIVERY, Lane.nothing, Lane.log_out, Lane.hand_over, linked=True),
    "the tool of a first command": Scenario(
        TOOL, Lane.move, Lane.command_of_a_tool, Lane.run_command, anonymous=True
    ),
    "the tool of a logout": Scenario(TOOL, Lane.nothing, Lane.logout_of_a_tool, Lane.hand_over, linked=True),
}


def _register(name: str, scenario: Scenario) -> None:
    @experiment("Killed at each step", name, rounds=ALL, quick=2 if "login" in name else 0)
    def run(testbed: Testbed, rounds: int) -> Figures:
        return kill_at_each_step(testbed, rounds, scenario)


for _name, _scenario in SCENARIOS.items():
    _register(_name, _scenario)
