"""Bursts of commands in parallel shells, whose senders are killed: each event on disk arrives later, once.

Most commands leave their events to a delivery process that has announced itself. That one is killed.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from random import Random
from threading import Event, Thread

from attrs import define, field

from arcade_usage.adapters.storage.config_folder import ANNOUNCEMENT_PREFIX, Layout
from arcade_usage.composition.adapters import default_adapters
from arcade_usage.composition.delivery import make_delivery
from arcade_usage.domain.project import Project
from tests.e2e.hosts import start_of_tool
from tests.e2e.world import TOKEN, World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

SHELLS = 8
COMMANDS = 5  # of each shell in one burst
SHELL_SECONDS = 120.0  # a shell that runs longer hangs
KILLS_A_BURST = 2
POLL_SECONDS = 0.002

_TOOL = """
import sys, time
{start}
for name in sys.argv[1:]:
    started = time.perf_counter()
    tracker.track_command_execution(name, success=True)
    print((time.perf_counter() - started) * 1000)
"""
_SHELL = 'python=$1 tool=$2; shift 2; for name in "$@"; do "$python" -B "$tool" "$name" || exit 1; done'
_COUNT = """
import os
if "ARCADE_USAGE_EVENT_DATA" in os.environ:
    file = os.open({started!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, b".")
    os.close(file)
"""


@experiment("Races", f"bursts from {SHELLS} shells, senders killed", rounds=25, quick=1)
def run_bursts(testbed: Testbed, rounds: int) -> Figures:
    testbed.monkeypatch.setenv("USER", "faults")
    world, started = testbed.home(), testbed.scratch / "started"
    world.daily_limit = None  # there are more events
    tool = testbed.scratch / "tool.py"
    tool.write_text(_TOOL.format(start=start_of_tool(world)), encoding="utf-8")
    testbed.track(world, "first")
    testbed.settle()
    testbed.prelude.add("count", _COUNT.format(started=os.fspath(started)))
    killer = _Killer(world, Random(7))
    for burst in range(rounds):
        with killer:
            shells = [
                _start_shell(
                    os.fspath(tool), [_name(testbed, burst, shell, each) for each in range(COMMANDS)]
                )
                for shell in range(SHELLS)
            ]
            for shell in shells:
                testbed.waits_ms.extend(_finish(shell))
        testbed.settle_all()
        _flush(world)  # ends the backoff that a kill leaves
    commands, processes = SHELLS * COMMANDS * rounds, started.stat().st_size
    testbed.started_by_tools += commands + processes
    assert world.waiting == []
    assert killer.kills or rounds == 1
    assert {event.distinct_id for event in world.events.values()} == {world.anon_id}
    return testbed.judge(
        commands,
        f"{commands} commands started {processes} delivery processes; {killer.kills} senders were killed",
    )


def _name(testbed: Testbed, *numbers: int) -> str:
    """A command's name without a digit: one that redaction certainly leaves alone."""
    words = ("".join(f"{'bcdfghjklm'[int(digit)]}a" for digit in str(number)) for number in numbers)
    name = ".".join(words)
    testbed.expect(name)
    return name


def _start_shell(tool: str, names: list[str]) -> "subprocess.Popen[bytes]":
    command = ["/bin/sh", "-c", _SHELL, "shell", sys.executable, tool, *names]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _finish(shell: "subprocess.Popen[bytes]") -> list[float]:
    """Wait for the shell. Returns the delay of each command (ms)."""
    output, errors = shell.communicate(timeout=SHELL_SECONDS)
    assert (shell.returncode, errors) == (0, b"")
    waits = [float(line) for line in output.splitlines()]
    assert len(waits) == COMMANDS
    return waits


def _flush(world: World) -> None:
    project = Project(world.receiver.url, TOKEN)
    adapters = default_adapters(Layout(os.fspath(world.folder)), project)
    make_delivery(adapters, project.key).send(ignore_backoff=True)


@define
class _Killer:
    """A context in which processes that announced themselves are killed, at random moments."""

    world: World
    random: Random
    kills: int = 0
    _ended: Event = field(factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def __enter__(self) -> None:
        self._ended.clear()
        self._thread = Thread(target=self._kill, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        assert self._thread is not None
        self._ended.set()
        self._thread.join()

    def _kill(self) -> None:
        for _ in range(KILLS_A_BURST):
            while (process := self._announced()) is None:
                if self._ended.wait(POLL_SECONDS):
                    return
            time.sleep(self.random.uniform(0.0, 1.0))
            process = self._announced() or process
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                self.kills += 1

    def _announced(self) -> int | None:
        """The process that takes the events of others."""
        for path in (self.world.folder / "usage").glob(f"{ANNOUNCEMENT_PREFIX}*"):
            with suppress(OSError, ValueError, IndexError):
                process = int(path.read_text(encoding="utf-8").split()[0])
                os.kill(process, 0)
                return process
        return None
