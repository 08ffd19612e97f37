"""Commands in parallel shells: one identity, no event lost or duplicated. Each tool measures its own delay."""

import shlex
import subprocess
import sys
from pathlib import Path

from tests.e2e.hosts import start_of_tool
from tests.e2e.world import World, until
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

SHELLS = 8
SHELL_SECONDS = 240.0  # a shell that runs longer hangs

# Imports what the first command needs before the measurement, as the baseline experiment does.
_TOOL = """
import sys, time
from arcade_usage.composition import command as command_composition
from arcade_usage.adapters.machine import ids, installation
from arcade_usage.adapters.storage import config_folder, first_identity, identity_folder
from arcade_usage.adapters.process import launcher
from arcade_usage.domain import consent
started = time.perf_counter()
{start}
tracker.track_command_execution(sys.argv[1], success=True)
print((time.perf_counter() - started) * 1000)
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


@experiment("Races", f"{SHELLS} parallel shells in a new home", rounds=25, quick=1)
def run_shells(testbed: Testbed, rounds: int) -> Figures:
    world = testbed.home()
    shells = [_Shell(testbed, world, number, rounds) for number in range(SHELLS)]
    assert until(lambda: all(shell.ready.exists() for shell in shells))
    (testbed.scratch / "go").touch()
    for shell in shells:
        testbed.waits_ms.extend(shell.finish())
    testbed.settle_all()
    testbed.started_by_tools += SHELLS * rounds * 2
    assert world.waiting == []
    ids = {event.distinct_id for event in world.events.values()}
    assert ids == {world.anon_id}, ids
    return testbed.judge(SHELLS * rounds, f"{len(ids)} anonymous id")


class _Shell:
    """A shell that runs commands one after another once the file `go` exists."""

    def __init__(self, testbed: Testbed, world: World, number: int, commands: int) -> None:
        for command in range(commands):
            testbed.expect(f"shell {number} command {command}")
        self.ready = testbed.scratch / f"ready-{number}"
        self._commands = commands
        script = testbed.scratch / f"tool-{number}.py"
        script.write_text(_TOOL.format(start=start_of_tool(world)), encoding="utf-8")
        lines = _SHELL.format(
            ready=_quoted(self.ready),
            go=_quoted(testbed.scratch / "go"),
            commands=commands,
            python=shlex.quote(sys.executable),
            script=_quoted(script),
            shell=number,
        )
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def finish(self) -> list[float]:
        """Wait for the shell. Returns the delay of each command (ms)."""
        output, errors = self._process.communicate(timeout=SHELL_SECONDS)
        assert (self._process.returncode, errors) == (0, b"")
        waits = [float(line) for line in output.splitlines()]
        assert len(waits) == self._commands
        return waits


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
