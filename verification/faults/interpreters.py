"""Interpreters that a delivery is not easily started from: odd variables, embedding programs, a Popen that fails."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.e2e.hosts import run_host, start_of_host
from tests.e2e.test_embedded import NAMED, PATHS, UNNAMED, compile_tool
from tests.e2e.test_hosts_in_trouble import SUBINTERPRETER, UNLAUNCHABLE
from tests.e2e.test_python_variables import DAMAGING
from tests.e2e.world import World
from verification.faults.command_runs import written
from verification.faults.experiment import NotRunError, experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

GROUP = "Interpreters"
PROGRAM_SECONDS = 60.0  # until a program that hangs is a failure

# The option of the host's Python, what is set in its environment, and what it sets itself.
SETTINGS: dict[str, tuple[str, Mapping[str, str]]] = {
    **{f"{name} and {('-I', '-E')[at % 2]}": (("-I", "-E")[at % 2], {name: DAMAGING[name]}) for at, name in enumerate(DAMAGING)},
    **{f"all of them and {option}": (option, DAMAGING) for option in ("-I", "-E")},
}  # fmt: skip


@experiment(GROUP, "PYTHON* variables that would break a Python which heeds them", rounds=1, quick=0)
def ignore_variables(lab: Lab, rounds: int) -> Figures:
    """The host ignores them, and so has its delivery; then a host that sets all of them for its children."""
    tried = at_once = 0
    for number in range(rounds):
        for setting, (option, variables) in SETTINGS.items():
            world, name = lab.home(), f"{setting} {number}"
            _run_quietly(lab, world, name, options=(option,), environment={**os.environ, **variables})
            at_once += name in world.events
            tried += 1
        world, name = lab.home(), f"all of them set by the host {number}"
        _run_quietly(lab, world, name, before=f"import os; os.environ.update({DAMAGING!r})")
        at_once += name in world.events
        tried += 1
    assert at_once == tried, f"{tried - at_once} did not arrive with their own delivery"
    return lab.judge(
        tried, f"{len(DAMAGING)} variables, with -I or -E: {at_once} arrived with their own delivery"
    )


@experiment(GROUP, "a C program with Python inside", rounds=2, quick=0)
def embed(lab: Lab, rounds: int) -> Figures:
    """What `cython --embed` makes, and a program that just calls Py_Initialize."""
    tried = kept = started = 0
    for _ in range(rounds):
        for begin in (NAMED, UNNAMED):
            world, name = lab.home(), f"embedded {tried}"
            lab.expect(name)
            script = f"import sys; sys.path[:0] = {PATHS!r}\n{start_of_host(world)}{_command(name)}\n"
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
            kept += name in written(world)
            lab.track(world, f"next {tried}")
            lab.settle()
            assert not world.waiting
            tried += 1
    assert started == tried, f"{tried} programs ran {started} times"
    return lab.judge(
        tried,
        f"each program ran {started / tried:.0f} time; {kept} kept, and delivered with the next command",
    )


@experiment(GROUP, "a Popen that fails, in each of several ways", rounds=1, quick=0)
def start_nothing(lab: Lab, rounds: int) -> Figures:
    """The next command, of a host that can start a process, delivers what was kept."""
    ways = {**UNLAUNCHABLE, "a sub-interpreter": ""}
    tried = kept = 0
    for number in range(rounds):
        for way, trouble in ways.items():
            world, name = lab.home(), f"{way} {number}"
            _run_quietly(lab, world, name, before=trouble, is_inside=not trouble)
            kept += name in written(world)
            lab.track(world, f"after {way} {number}")
            lab.settle()
            assert not world.waiting, way
            tried += 1
    return lab.judge(
        tried, f"{len(ways)} ways: {kept} kept by the host and delivered with the next command, {tried - kept} by a delivery all the same"
    )  # fmt: skip


def _run_quietly(
    lab: Lab,
    world: World,
    name: str,
    *,
    before: str = "",
    options: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
    is_inside: bool = False,
) -> None:
    """Run a command that has to arrive; the host says nothing. `is_inside`: a sub-interpreter of the host's."""
    lab.expect(name)
    lines = f"{start_of_host(world)}{_command(name)}"
    if is_inside:
        lines = f"{SUBINTERPRETER}interpreters.run_string(interpreters.create(), {lines!r})"
    done = run_host(f"{before}\n{lines}", world.scratch, options=options, environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), f"{name}: {done.stderr}"


def _command(name: str) -> str:
    return f"tracker.track_command_execution({name!r}, success=True)"
