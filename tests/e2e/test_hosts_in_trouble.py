"""Tools whose folder can't be used, that can't start a process, or that run in odd circumstances."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.deliveries import here
from tests.e2e.hosts import BLOCK, CALL, NETWORK, run_as_tool, start_of_tool
from tests.e2e.world import World, until

LOGOUT = "tracker.track_command_execution('logout', success=True, is_logout=True)"
ALL = "\n".join((CALL, BLOCK, f"{CALL[:-1]}, is_login=True)", LOGOUT, "print('the work is done')"))

# In the tool only: opening a file in the config folder fails with a PermissionError.
NOT_PERMITTED = """
def _deny(event, arguments):
    if event == "open" and str(arguments[0]).startswith({folder!r}):
        raise PermissionError(13, "Permission denied", arguments[0])
sys.addaudithook(_deny)
"""
NO_SPACE = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))\n"
SPACE_AGAIN = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"


def unusable_folder(world: World, how: str) -> Path:
    taken = world.scratch / "taken"
    taken.write_text("not a folder", encoding="utf-8")
    return {
        "a file": taken,
        "in a file": taken / "config",
        "nothing can be made there": Path("/proc/config"),
        "a name too long": world.scratch / ("x" * 300),
        "no name of a file": Path("nul\0byte"),
    }[how]


@pytest.mark.parametrize(
    "how", ["a file", "in a file", "nothing can be made there", "a name too long", "no name of a file"]
)
def test_a_config_folder_that_is_none_costs_the_tool_nothing(world: World, how: str) -> None:
    """Row "config folder not writable, or a file": the tool ends as ever, in silence, and nothing is started."""
    host = run_as_tool(start_of_tool(world, folder=unusable_folder(world, how)) + ALL, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "the work is done\n", "")
    assert (host.started, host.sockets, world.receiver.requests) == (0, [], [])


@here
@pytest.mark.parametrize("state", [False, True], ids=["fresh", "in use"])
def test_a_config_folder_without_permission_costs_the_tool_nothing(world: World, state: bool) -> None:
    """Row "config folder not writable": no id, no process, not a word; the files stay as they are."""
    if state:
        world.log_in("principal-1")
        world.settle()
    world.folder.mkdir(exist_ok=True)
    before = {path: path.read_bytes() for path in world.folder.rglob("*.json")}
    sent = len(world.receiver.requests)
    deny = NOT_PERMITTED.format(folder=str(world.folder))
    host = run_as_tool(deny + start_of_tool(world) + ALL, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "the work is done\n", "")
    assert (host.started, host.sockets) == (0, [])
    assert len(world.receiver.requests) == sent
    assert {path: path.read_bytes() for path in world.folder.rglob("*.json")} == before


@here
def test_a_full_disk_costs_the_tool_nothing(world: World) -> None:
    """No identity can be written: none is used, and the next command with room starts afresh."""
    lines = NO_SPACE + start_of_tool(world) + CALL + "\n" + BLOCK + "\n" + SPACE_AGAIN + "print('done')"
    host = run_as_tool(lines, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "done\n", "")
    assert world.receiver.requests == []
    assert [path for path in world.folder.rglob("*") if path.is_file()] == []
    world.run("with room")
    assert world.whose == {"with room": world.anon_id}


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
"""

UNLAUNCHABLE = {
    "frozen": "sys.frozen = True\n",
    "compiled": "__compiled__ = True\n",
    "renamed": "sys.orig_argv = ['/usr/bin/tool']; sys.executable = '/bin/true'\n",
    "audit hook": """
def refuse(event, arguments):
    if event == "subprocess.Popen":
        raise RuntimeError("no processes here")
sys.addaudithook(refuse)
""",
    "no fork": """
import subprocess
def refuse(*_): raise BlockingIOError(11, 'RLIMIT_NPROC')
if hasattr(subprocess, "_fork_exec"):
    subprocess._fork_exec = refuse
else:  # Python 3.10
    subprocess._posixsubprocess.fork_exec = refuse
subprocess._USE_POSIX_SPAWN = False
""",
    "Popen raises": "import subprocess\ndef refuse(*_, **__): raise RuntimeError('no')\nsubprocess.Popen.__init__ = refuse\n",
    "Popen is a function": "import subprocess; subprocess.Popen = lambda *_, **__: None\n",
    "Popen starts nothing": "import subprocess\nclass Popen:\n    def __init__(self, *_, **__): pass\nsubprocess.Popen = Popen\n",
    "no name": "sys.executable = ''\n",
    "no interpreter": "sys.executable = None\n",
    "gone": "sys.executable = '/nowhere/python'\n",
    "not executable": "sys.executable = __file__\n",
    "environment too large": "import os; os.environ['LARGE'] = 'x' * 3_000_000\n",
}


@here
@pytest.mark.parametrize("trouble", UNLAUNCHABLE.values(), ids=UNLAUNCHABLE)
def test_where_nothing_can_be_started_the_event_is_kept(world: World, trouble: str) -> None:
    """The tool writes the record itself, redacted, over no network; the next process delivers it."""
    failed = "tracker.track_command_execution('kept', success=False, error_message='mail me@example.org')\n"
    host = run_as_tool(trouble + start_of_tool(world) + failed, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert host.modules & NETWORK == set()
    assert host.sockets == []
    (record,) = world.waiting
    assert record["event"]["properties"]["error_message"] == "mail <email>"
    assert record["attribution"] == {"distinct_id": world.anon_id, "personless": True}
    world.run("next")
    assert world.waiting == []
    assert world.events["kept"].uuid == record["event"]["uuid"]


@here
def test_a_sub_interpreter_keeps_the_event(world: World) -> None:
    """Where Python allows a sub-interpreter no process, the event is written down; else it is delivered."""
    inner = start_of_tool(world) + CALL
    run = f"inner = interpreters.create()\ninterpreters.run_string(inner, {inner!r})"
    lines = f"{SUBINTERPRETER}{run}\ninterpreters.destroy(inner)"  # Python 3.14 warns of one that is left
    host = run_as_tool(lines, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    world.run("next")
    assert set(world.events) == {"toolkit.run", "next"}


@here
@pytest.mark.parametrize("command", ["login", "logout"])
def test_a_login_or_logout_that_can_start_nothing_is_kept_too(world: World, command: str) -> None:
    """A login does not wait for what isn't there, a logout rotates all the same; both events arrive later."""
    world.log_in("principal-1")
    world.settle()
    lines = f"tracker.track_command_execution({command!r}, success=True, is_{command}=True)"
    host = run_as_tool("sys.frozen = True\n" + start_of_tool(world) + lines, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.linked_to() == ("principal-1" if command == "login" else None)
    assert len(world.waiting) == 1
    world.run("next")
    assert world.waiting == []


ODD = {
    "warnings are errors": (("-X", "dev", "-W", "error", "-X", "warn_default_encoding"), {}),
    "isolated": (("-I",), {}),
    "optimised": (("-OO",), {}),
    "ASCII": ((), {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "warnings are errors by variable": ((), {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"}),
    "safe path": ((), {"PYTHONSAFEPATH": "1"}),
    "no home": ((), {"HOME": "", "USERPROFILE": ""}),
    "a proxy that isn't there": ((), {"NO_PROXY": "127.0.0.1", "HTTP_PROXY": "http://127.0.0.1:9"}),
}


@pytest.mark.parametrize(("options", "variables"), ODD.values(), ids=ODD)
def test_a_host_in_odd_circumstances_is_tracked_in_silence(
    world: World, options: tuple[str, ...], variables: dict[str, str]
) -> None:
    """However the interpreter was started, nothing is printed and the event arrives."""
    environment = {**os.environ, **variables}
    host = run_as_tool(start_of_tool(world) + CALL, world.scratch, options=options, environment=environment)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}


@pytest.mark.parametrize("command", ["toolkit.run", "login"])
def test_a_host_without_standard_streams_is_tracked(world: World, command: str) -> None:
    """stdin, stdout and stderr are closed: what is opened in their place does no harm."""
    script = world.scratch / "host.py"
    login = ", is_login=True" if command == "login" else ""
    script.write_text(
        f"{start_of_tool(world)}tracker.track_command_execution({command!r}, success=True{login})",
        encoding="utf-8",
    )
    closed = ["sh", "-c", 'exec "$0" "$1" <&- >&- 2>&-', sys.executable, str(script)]
    assert subprocess.run(closed, check=False, timeout=60).returncode == 0
    assert until(lambda: command in world.events and not world.waiting)


def test_a_host_in_a_deleted_folder_is_tracked(world: World) -> None:
    """Where the current folder is gone, Python itself can't tell where it is; the event arrives."""
    gone = world.scratch / "gone"
    gone.mkdir()
    lines = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})\n" + start_of_tool(world) + CALL
    host = run_as_tool(lines, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}


def test_a_config_folder_whose_name_is_no_text_works(world: World) -> None:
    """A name that is not UTF-8 goes through the payload and back."""
    folder = world.scratch / os.fsdecode(b"caf\xe9 \xff")
    host = run_as_tool(start_of_tool(world, folder=folder) + CALL, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert set(world.events) == {"toolkit.run"}
    assert next(iter(world.whose.values())) in (folder / "usage.json").read_text(encoding="utf-8")


AT_THE_END = {
    "exit hook": f"import atexit; atexit.register(lambda: {CALL})",
    "exit hook of a login": f"import atexit; atexit.register(lambda: {CALL[:-1]}, is_login=True))",
    "suspended block": "def run():\n  with tracker.command('late'): yield\nrunning = run(); next(running)",
    "finalizer": f"class Late:\n  def __del__(self): {CALL}\nlate = Late(); late.itself = late",
}


@pytest.mark.parametrize("moment", AT_THE_END)
def test_a_command_that_ends_while_python_shuts_down_is_no_trouble(world: World, moment: str) -> None:
    """Not a word on stderr, even where nothing can be imported any more; an exit hook's event arrives."""
    script = world.scratch / "host.py"
    script.write_text(start_of_tool(world) + AT_THE_END[moment], encoding="utf-8")
    host = subprocess.run([sys.executable, str(script)], capture_output=True, timeout=60, check=False)
    assert (host.returncode, host.stdout, host.stderr) == (0, b"", b"")
    if "hook" in moment:
        assert until(lambda: "toolkit.run" in world.events and not world.waiting)


def test_a_logging_filter_that_fails_is_no_trouble(world: World) -> None:
    """What goes wrong inside is logged by the tool's logging, and what that raises stays there."""
    lines = (
        "import logging\n"
        "def fail(record): raise RuntimeError('no logging here')\n"
        "logging.basicConfig(level=0); logging.getLogger('arcade_usage').addFilter(fail)\n"
        "class Unspeakable:\n    def __str__(self): raise RuntimeError('no text')\n"
        "tracker.track_command_execution(Unspeakable(), success=True)\n"
    )
    host = run_as_tool(start_of_tool(world) + lines + CALL, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert set(world.events) == {"toolkit.run"}


def test_a_host_with_a_path_of_odd_things_is_tracked(world: World) -> None:
    """Other people's programs put objects, bytes and NULs on sys.path, and odd variables into the environment."""
    lines = (
        "import os, pathlib, sys\n"
        "sys.path += [pathlib.Path('/tmp'), None, b'/bytes', 'nul\\0byte', '/a:b', '']\n"
        "os.environb[b'ODD\\xff'] = b'\\xfe'\n"
    )
    host = run_as_tool(start_of_tool(world) + lines + CALL, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}
    assert world.waiting == []
