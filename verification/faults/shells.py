"""Many hosts at once, as shells run them: one identity, nothing lost, nothing twice; each host measures its wait."""

import shlex
import subprocess
import sys
from pathlib import Path

from tests.e2e.hosts import start_of_host
from tests.e2e.world import World, until
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

SHELLS = 8
SHELL_SECONDS = 240.0  # until a shell that hangs is a failure

# What Python itself needs is imported before: the wait of the others is measured so, too.
_HOST = """
import sys, time
from arcade_usage.composition import command as command_composition
from arcade_usage.adapters.machine import ids as chance, installation as machine
from arcade_usage.adapters.storage import config_folder, first_identity, identity_folder
from arcade_usage.adapters.process import launcher as detached
from arcade_usage.domain import consent
begun = time.perf_counter()
{start}
tracker.track_command_execution(sys.argv[1], success=True)
print((time.perf_counter() - begun) * 1000)
"""
_SHELL = """
: >{ready}
until [ -e {go} ]; do :; done
number=0
while [ $number -lt {commands} ]; do
    {python} -B {script} "shell {shell} command $number" || exit 1
    number=$((number + 1))
done
"""


@experiment("Races", f"{SHELLS} shells with so many commands each, on a fresh home", rounds=25, quick=1)
def run_shells(lab: Lab, rounds: int) -> Figures:
    world = lab.home()
    shells = [_Shell(lab, world, number, rounds) for number in range(SHELLS)]
    assert until(lambda: all(shell.ready.exists() for shell in shells))
    (lab.scratch / "go").touch()
    for shell in shells:
        lab.waits_ms.extend(shell.finish())
    lab.settle_all()
    lab.started_by_hosts += SHELLS * rounds * 2
    assert world.waiting == []
    ids = {event.distinct_id for event in world.events.values()}
    assert ids == {world.anon_id}, ids
    return lab.judge(SHELLS * rounds, f"{len(ids)} anonymous id")


class _Shell:
    """Runs commands one after the other, from the moment that it is told to go."""

    def __init__(self, lab: Lab, world: World, number: int, commands: int) -> None:
        for command in range(commands):
            lab.expect(f"shell {number} command {command}")
        self.ready = lab.scratch / f"ready-{number}"
        self._commands = commands
        script = lab.scratch / f"host-{number}.py"
        script.write_text(_HOST.format(start=start_of_host(world)), encoding="utf-8")
        lines = _SHELL.format(
            ready=_quoted(self.ready),
            go=_quoted(lab.scratch / "go"),
            commands=commands,
            python=shlex.quote(sys.executable),
            script=_quoted(script),
            shell=number,
        )
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def finish(self) -> list[float]:
        """What its commands waited, in ms."""
        said, errors = self._process.communicate(timeout=SHELL_SECONDS)
        assert (self._process.returncode, errors) == (0, b"")
        waits = [float(line) for line in said.splitlines()]
        assert len(waits) == self._commands
        return waits


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
