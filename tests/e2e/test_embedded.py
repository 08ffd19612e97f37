"""Tools that are programs of their own, with Python inside: compiled here, and run for real."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import arcade_usage
from tests.e2e.deliveries import run_here
from tests.e2e.hosts import CALL, start_of_tool
from tests.e2e.world import World

PATHS = [str(Path(arcade_usage.__file__).parents[1]), sysconfig.get_path("purelib")]

# What `cython --embed` makes does the first; a program that just calls Py_Initialize does the second.
NAMED = """
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.parse_argv = 0;
    PyConfig_SetBytesArgv(&config, argc, argv);
    PyConfig_SetBytesString(&config, &config.program_name, argv[0]);
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
"""
UNNAMED = "Py_Initialize();"
PROGRAM = """
#include <Python.h>
int main(int argc, char **argv) {{
    FILE *runs = fopen({runs}, "a");
    fputs("run\\n", runs);
    fclose(runs);
    {begin}
    int failed = PyRun_SimpleString({script});
    return Py_FinalizeEx() || failed;
}}
"""


def compile_tool(folder: Path, begin: str, script: str) -> tuple[Path, Path]:
    """A program that runs `script`; and the file that has a line for each time it was started."""
    tool, runs, source = folder / "tool", folder / "runs", folder / "tool.c"
    quoted = '"' + script.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    source.write_text(PROGRAM.format(runs=f'"{runs}"', begin=begin, script=quoted), encoding="utf-8")
    state = {name: str(value or "") for name, value in sysconfig.get_config_vars().items()}
    includes = {sysconfig.get_path("include"), sysconfig.get_path("platinclude"), state["INCLUDEPY"]}
    command = [
        *(state["CC"].split()[:1] or ["cc"]),
        str(source), "-o", str(tool),
        *(f"-I{path}" for path in sorted(includes)),
        f"-L{state['LIBDIR']}", f"-L{state['LIBPL']}", f"-Wl,-rpath,{state['LIBDIR']}",
        f"-lpython{state['LDVERSION']}",
        *state["LIBS"].split(), *state["SYSLIBS"].split(), *state["LINKFORSHARED"].split(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"this Python can't be embedded in a C program: {done.stderr}"
    return tool, runs


@pytest.mark.parametrize("begin", [NAMED, UNNAMED], ids=["it is its sys.executable", "another Python is"])
def test_a_program_with_python_inside_runs_once_and_its_event_is_kept(world: World, begin: str) -> None:
    """Nothing is started: the program would run the command again, and another Python may know none of it."""
    script = f"import sys; sys.path[:0] = {PATHS!r}\n{start_of_tool(world)}{CALL}\n"
    tool, runs = compile_tool(world.scratch, begin, script)
    environment = {**os.environ, "PYTHONHOME": sys.base_prefix}
    done = subprocess.run(
        [str(tool), "toolkit", "run"], env=environment, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert runs.read_text(encoding="utf-8") == "run\n"
    assert [record["event"]["properties"]["command_name"] for record in world.waiting] == ["toolkit.run"]
    run_here(world, "next")
    assert set(world.events) == {"toolkit.run", "next"}
