"""Sandboxes of coding agents: where there is no network, no writing, no process or no socket, the tool notices nothing.

The variables are those of real sandboxes. The walls are real ones: namespaces, mounts and seccomp filters.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence

import pytest

from arcade_usage.domain.agents import SANDBOXES
from tests.e2e.deliveries import here, run_here
from tests.e2e.hosts import CALL, FAILED_BLOCK, start_of_tool
from tests.e2e.servers import PATIENT
from tests.e2e.world import PATIENCE_SECONDS, World, until

IN_SANDBOX = "1"

# A filter like that of Codex: each of these system calls fails with EPERM, here and in all descendants.
_SECCOMP = """
import ctypes, struct
def forbid(*numbers):
    filters = [(0x20, 0, 0, 0)]  # load the number of the call
    filters += [(0x15, len(numbers) - nth, 0, number) for nth, number in enumerate(numbers)]
    filters += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)]  # allow; EPERM
    packed = b"".join(struct.pack("HBBI", *each) for each in filters)
    code = ctypes.create_string_buffer(packed, len(packed))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(filters), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
        raise SystemExit(77)
"""
_CANNOT = 77  # exit code of a tool on a machine without seccomp
_NUMBERS = {"x86_64": {"socket": (41,), "process": (56, 57, 58, 435)},
            "aarch64": {"socket": (198,), "process": (220, 435)}}  # fmt: skip


@pytest.fixture(params=SANDBOXES)
def sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Commands run in a sandbox that says so by this variable."""
    name: str = request.param
    monkeypatch.setenv(name, IN_SANDBOX)
    return name


@here
def test_nothing_is_tried_and_the_event_waits(
    world: World, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request, no backoff; the next command outside delivers it too, at once."""
    world.run("inside")
    assert world.receiver.requests == []
    assert [record["event"]["properties"]["command_name"] for record in world.waiting] == ["inside"]
    assert world.backoff == {}
    monkeypatch.delenv(sandbox)
    world.run("outside")
    assert set(world.events) == {"inside", "outside"}
    assert world.waiting == []


@here
def test_a_login_inside_is_linked_outside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked whose the credentials are before a command outside."""
    monkeypatch.setenv(SANDBOXES[0], IN_SANDBOX)
    world.run("before")
    world.log_in("principal-1")
    world.settle()
    assert world.receiver.requests == []
    monkeypatch.delenv(SANDBOXES[0])
    world.run("after")
    assert world.linked_to() == "principal-1"
    assert world.whose == dict.fromkeys(("before", "login", "after"), "principal-1")


def test_a_server_inside_tries_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its events wait like those of commands."""
    monkeypatch.setenv(SANDBOXES[0], IN_SANDBOX)
    lines = PATIENT + start_of_tool(world).replace("command_tracker", "server_tracker")
    done = run_tool(world, [], f"{lines}tracker.capture('called', {{}})\ntracker.close()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [record["event"]["name"] for record in world.waiting] == ["called"]
    assert world.receiver.requests == []


def run_tool(world: World, prefix: Sequence[str], lines: str) -> "subprocess.CompletedProcess[str]":
    """Run a tool, and wait until its delivery process has ended."""
    wait = "import os\ntry:\n    while True: os.wait()\nexcept ChildProcessError: pass\n"
    return subprocess.run(
        [*prefix, sys.executable, "-c", f"{lines}\n{wait}"],
        cwd=world.scratch,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def wall(world: World, kind: str) -> list[str]:
    """The command prefix of a tool behind this wall; skips the test where the machine has none."""
    folder = os.fspath(world.folder)
    read_only = f'mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && exec "$@"'
    prefix = {
        "a network namespace": ["unshare", "--map-root-user", "--net", "--"],
        "a read-only mount": ["unshare", "--map-root-user", "--mount", "--", "sh", "-c", read_only, "sh"],
        "bubblewrap": ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-net",
                       "--bind", folder, folder, "--"],
    }[kind]  # fmt: skip
    if shutil.which(prefix[0]) is None:
        pytest.skip(f"{kind}: `{prefix[0]}` is not installed")
    world.folder.mkdir(exist_ok=True)
    done = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{kind}: {done.stderr.strip()}")
    return prefix


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces of Linux")
@pytest.mark.parametrize("says_so", [True, False], ids=["it says so", "it says nothing"])
@pytest.mark.parametrize("kind", ["a network namespace", "bubblewrap"])
def test_behind_a_wall_without_network(
    world: World, kind: str, says_so: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tool prints and fails nothing, and its events arrive from outside."""
    prefix = wall(world, kind)
    if says_so:
        monkeypatch.setenv(SANDBOXES[0], IN_SANDBOX)
    done = run_tool(world, prefix, start_of_tool(world) + CALL + "\nprint('the work')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "the work\n", "")
    assert len(world.waiting) == 1
    assert (world.backoff == {}) is says_so
    monkeypatch.delenv(SANDBOXES[0], raising=False)
    world.let_hours_pass(0 if says_so else 2)
    run_here(world, "outside")
    assert set(world.events) == {"toolkit.run", "outside"}


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
@pytest.mark.parametrize("used", [False, True], ids=["fresh", "in use"])
def test_behind_a_wall_without_writing(world: World, used: bool) -> None:
    """The tool prints and fails nothing; what can't be stored is not sent; later commands are reported."""
    if used:
        run_here(world, "before")
    done = run_tool(world, wall(world, "a read-only mount"), start_of_tool(world) + FAILED_BLOCK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run_here(world, "outside")
    assert set(world.events) == {"outside", *(["before"] if used else [])}


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in _NUMBERS, reason="system calls of Linux"
)
@pytest.mark.parametrize("forbidden", ["socket", "process"])
def test_behind_a_filter_of_system_calls(world: World, forbidden: str) -> None:
    """Without sockets and without processes, the event is stored, and arrives from outside."""
    numbers = _NUMBERS[platform.machine()][forbidden]
    done = run_tool(world, [], f"{_SECCOMP}\nforbid(*{numbers})\n{start_of_tool(world)}{CALL}")
    if done.returncode == _CANNOT:
        pytest.skip("this machine has no seccomp")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(world.waiting) == 1
    world.let_hours_pass(2)
    run_here(world, "outside")
    assert set(world.events) == {"toolkit.run", "outside"}
    assert until(lambda: world.waiting == [])


def test_what_an_agent_runs_is_marked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variables of the tool, which its delivery process inherits; ambient ones say nothing."""
    monkeypatch.setenv("CLAUDECODE", "1")
    monkeypatch.setenv("AI_AGENT", "some-editor")
    world.run("by a person")
    monkeypatch.setenv("CLAUDE_CODE_CHILD_SESSION", "1")
    world.run("by an agent")
    agents = {name: event.properties.get("agent") for name, event in world.events.items()}
    assert agents == {"by a person": None, "by an agent": "claude-code"}
    assert {event.properties["is_tty"] for event in world.events.values()} == {os.isatty(1)}
    assert {event.properties["arch"] for event in world.events.values()} == {platform.machine()}
