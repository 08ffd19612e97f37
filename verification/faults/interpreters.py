"""Interpreters that hinder the start of a delivery: PYTHON* variables, embedded Pythons, a Popen that fails."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.e2e.hosts import run_as_tool, start_of_tool
from tests.e2e.test_embedded import NAMED, PATHS, UNNAMED, compile_tool
from tests.e2e.test_hosts_in_trouble import SUBINTERPRETER, UNLAUNCHABLE
from tests.e2e.test_python_variables import DAMAGING
from tests.e2e.world import World
from verification.faults.command_runs import queued_names
from verification.faults.experiment import NotRunError, experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

GROUP = "Interpreters"
PROGRAM_SECONDS = 60.0  # a program that runs longer hangs

# The option of the tool's Python, and its environment.
SETTINGS: dict[str, tuple[str, Mapping[str, str]]] = {
    **{f"{name} and {('-I', '-E')[at % 2]}": (("-I", "-E")[at % 2], {name: DAMAGING[name]}) for at, name in enumerate(DAMAGING)},
    **{f"all variables and {option}": (option, DAMAGING) for option in ("-I", "-E")},
}  # fmt: skip


@experiment(GROUP, "PYTHON* variables that break a Python that reads them", rounds=1, quick=0)
def ignore_variables(testbed: Testbed, rounds: int) -> Figures:
    """A tool ignores the variables, and its delivery has to as well. Another tool sets them for its child processes."""
    tried = arrived = 0
    for number in range(rounds):
        for setting, (option, variables) in SETTINGS.items():
            world, name = testbed.home(), f"{setting} {number}"
            _run_quietly(testbed, world, name, options=(option,), environment={**os.environ, **variables})
            arrived += name in world.events
            tried += 1
        world, name = testbed.home(), f"all variables set by the tool {number}"
        _run_quietly(testbed, world, name, before=f"import os; os.environ.update({DAMAGING!r})")
        arrived += name in world.events
        tried += 1
    assert arrived == tried, f"{tried - arrived} were not sent by their own delivery"
    return testbed.judge(
        tried, f"{len(DAMAGING)} variables, with -I or -E: {arrived} sent by their own delivery"
    )


@experiment(GROUP, "a C program with an embedded Python", rounds=2, quick=0)
def embed(testbed: Testbed, rounds: int) -> Figures:
    """A program that `cython --embed` makes, and one that only calls Py_Initialize."""
    tried = kept = started = 0
    for _ in range(rounds):
        for begin in (NAMED, UNNAMED):
            world, name = testbed.home(), f"embedded {tried}"
            testbed.expect(name)
            script = f"import sys; sys.path[:0] = {PATHS!r}\n{start_of_tool(world)}{_command(name)}\n"
            try:
                tool, runs = compile_tool(world.scratch, begin, script)
            except (AssertionError, OSError) as error:
                raise NotRunError(str(error).splitlines()[0]) from error
            done = subprocess.run(
                [str(tool), "toolkit", "run"],
                env={**os.environ, "PYTHONHOME": sys.base_prefix},
                capture_output=True,
                timeout=PROGRAM_SECONDS,
                check=False,
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
            started += len(runs.read_text(encoding="utf-8").splitlines())
            kept += name in queued_names(world)
            testbed.track(world, f"next {tried}")
            testbed.settle()
            assert not world.waiting
            tried += 1
    assert started == tried, f"{tried} programs ran {started} times"
    return testbed.judge(
        tried,
        f"each program ran {started / tried:.0f} time; {kept} events stored, and delivered with the next command",
    )


@experiment(GROUP, "a Popen that fails", rounds=1, quick=0)
def start_nothing(testbed: Testbed, rounds: int) -> Figures:
    """The tool stores the event; the next command, of a tool that can start a process, delivers it."""
    ways = {**UNLAUNCHABLE, "a sub-interpreter": ""}
    tried = kept = 0
    for number in range(rounds):
        for way, trouble in ways.items():
            world, name = testbed.home(), f"{way} {number}"
            _run_quietly(testbed, world, name, before=trouble, is_inside=not trouble)
            kept += name in queued_names(world)
            testbed.track(world, f"after {way} {number}")
            testbed.settle()
            assert not world.waiting, way
            tried += 1
    return testbed.judge(
        tried,
        f"{len(ways)} kinds of failure: {kept} events stored by the tool and delivered with the next command,"
        f" {tried - kept} sent by their own delivery",
    )


def _run_quietly(
    testbed: Testbed,
    world: World,
    name: str,
    *,
    before: str = "",
    options: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
    is_inside: bool = False,
) -> None:
    """Run a command; its event has to arrive, and the tool prints nothing. `is_inside`: in a sub-interpreter."""
    testbed.expect(name)
    lines = f"{start_of_tool(world)}{_command(name)}"
    if is_inside:
        lines = f"{SUBINTERPRETER}interpreters.run_string(interpreters.create(), {lines!r})"
    done = run_as_tool(f"{before}\n{lines}", world.scratch, options=options, environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), f"{name}: {done.stderr}"


def _command(name: str) -> str:
    return f"tracker.track_command_execution({name!r}, success=True)"
