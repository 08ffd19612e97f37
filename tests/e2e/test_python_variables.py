"""Tools whose Python ignores its variables, whatever those say, and tools whose Python needs them."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import arcade_usage
from tests.e2e.deliveries import sender_at_work
from tests.e2e.hosts import CALL, run_as_tool, start_of_tool
from tests.e2e.world import World, until

PACKAGE_HOME = str(Path(arcade_usage.__file__).parents[1])
LIBRARIES = sysconfig.get_path("purelib")

DAMAGING = {
    "PYTHONHOME": "/x",
    "PYTHONHASHSEED": "abc",
    "PYTHONIOENCODING": "no-such-encoding",
    "PYTHONMALLOC": "none-such",
    "PYTHONUTF8": "maybe",
    "PYTHONPLATLIBDIR": "nowhere",
    "PYTHONSTARTUP": "/nowhere/startup.py",
    "PYTHONINSPECT": "1",
    "PYTHONBREAKPOINT": "no.such",
    "PYTHONWARNINGS": "error",
    "PYTHONDEVMODE": "1",
    "PYTHONTRACEMALLOC": "x",
    "PYTHONPROFILEIMPORTTIME": "1",
    "PYTHONPATH": "/nowhere",
    "PYTHONINTMAXSTRDIGITS": "x",
    "PYTHONOPTIMIZE": "2",
}


@pytest.mark.parametrize("name", DAMAGING)
def test_a_variable_that_the_tool_ignores_keeps_no_event(world: World, name: str) -> None:
    """`python -I tool.py` runs whatever a variable says; so does the delivery, to the disk.

    `python -E tool.py` ignores the same variables, which the next test sets all at once.
    """
    environment = {**os.environ, name: DAMAGING[name]}
    with sender_at_work(world):
        host = run_as_tool(
            start_of_tool(world) + CALL, world.scratch, options=("-I",), environment=environment
        )
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    (record,) = world.waiting
    assert record["event"]["properties"]["command_name"] == "toolkit.run"


@pytest.mark.parametrize("option", ["-I", "-E"])
def test_all_variables_that_the_tool_ignores_keep_no_event(world: World, option: str) -> None:
    """The delivery sends it."""
    environment = {**os.environ, **DAMAGING}
    host = run_as_tool(start_of_tool(world) + CALL, world.scratch, options=(option,), environment=environment)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}


def test_a_variable_that_the_tool_sets_for_its_children_keeps_no_event(world: World) -> None:
    """What a tool puts into its environment is for the programs that it starts, of another Python maybe."""
    lines = f"import os; os.environ.update({DAMAGING!r})\n" + start_of_tool(world) + CALL
    host = run_as_tool(lines, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}


def test_variables_that_the_tools_python_needs_are_kept(world: World) -> None:
    """A Python whose variables name its library and its packages runs the delivery by the same variables."""
    base = str(getattr(sys, "_base_executable", sys.executable))
    script = world.scratch / "host.py"
    script.write_text(start_of_tool(world) + CALL, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONHOME": sys.base_prefix,
        "PYTHONPATH": os.pathsep.join((PACKAGE_HOME, LIBRARIES)),
    }
    done = subprocess.run([base, str(script)], env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert until(lambda: "toolkit.run" in world.events and not world.waiting)
