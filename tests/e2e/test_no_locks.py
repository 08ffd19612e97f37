"""A file system without locks: everything works, in real processes, and the tool's terminal stays clean."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import DOWN, HANGING, WELL
from tests.e2e.forks import Forks
from tests.e2e.hosts import run_as_tool, start_of_tool
from tests.e2e.world import World, until
from tests.lockless import ERRORS, environment_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the library is put in front by LD_PRELOAD")

DEBUGGING = (
    "import logging, warnings; logging.basicConfig(level=logging.DEBUG); warnings.simplefilter('always')\n"
)


@pytest.fixture
def lockless(lockless_library: Path, config_dir: Path) -> dict[str, str]:
    """The environment of processes that have no locks in the config folder; whole, for they start others.

    One error of all that such file systems have: tests/adapters/test_locks.py and `make faults` take each.
    """
    return environment_of(lockless_library, config_dir, "ENOLCK")


def run(world: World, environment: Mapping[str, str], lines: str) -> None:
    """A tool runs, and ends well, and prints nothing; its delivery has ended too."""
    host = run_as_tool(start_of_tool(world) + lines, world.scratch, environment=environment)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")


def track(world: World, environment: Mapping[str, str], name: str) -> None:
    run(world, environment, f"tracker.track_command_execution({name!r}, success=True)")


@pytest.fixture(scope="module")
def forks(lockless_library: Path) -> Iterator[Forks]:
    """In place of the fixture for all tests: forks with the library in front, and a folder of their own each."""
    with Forks(variables={"LD_PRELOAD": str(lockless_library)}) as forks:
        yield forks


def usage(
    world: World, environment: Mapping[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """`arcade-usage` with these arguments."""
    assert world.forks is not None
    command = ["-m", "arcade_usage.cli", *arguments, "--config-dir", str(world.folder)]
    return world.forks.run(command, environment=environment)


@pytest.mark.parametrize("error", ERRORS)
def test_the_library_makes_locks_fail(world: World, lockless_library: Path, error: str) -> None:
    """In the config folder, and nowhere else: or the tests below would prove nothing."""
    lines = (
        "import fcntl, os, sys\n"
        "for folder in sys.argv[1:]:\n"
        "  with open(os.path.join(folder, 'a file'), 'w') as file:\n"
        "    for lock in fcntl.flock, fcntl.lockf:\n"
        "        try:\n"
        "            lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "        except OSError as error:\n"
        "            print(error.errno)\n"
        "        else:\n"
        "            print('locked')\n"
    )
    world.folder.mkdir()
    lockless = environment_of(lockless_library, world.folder, error)
    arguments = ["-c", lines, str(world.folder), str(world.scratch)]
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=lockless, capture_output=True, text=True, timeout=60, check=True)
    number = lockless["LOCKLESS_ERRNO"]
    assert done.stdout.split() == [number, number, "locked", "locked"]
    assert world.forks is not None
    assert world.forks.run(arguments, environment=lockless).stdout == done.stdout


def test_events_arrive(world: World, lockless: dict[str, str]) -> None:
    """Each once, in the order they were made, and status has nothing to complain of."""
    for name in ("first", "second"):
        track(world, lockless, name)
    assert list(world.events) == ["first", "second"]
    status = usage(world, lockless, "status", "--json")
    assert (status.returncode, status.stderr) == (0, "")
    assert json.loads(status.stdout)["troubles"] == {}


def test_what_waited_is_flushed(world: World, lockless: dict[str, str]) -> None:
    """Once PostHog is back."""
    world.receiver.posthog = DOWN
    track(world, lockless, "waits")
    world.receiver.posthog = WELL
    flush = usage(world, lockless, "flush")
    assert (flush.returncode, flush.stderr, list(world.events)) == (0, "", ["waits"])


def test_off_is_stored_and_drops_what_waits(world: World, lockless: dict[str, str]) -> None:
    """And `on` takes it back."""
    world.receiver.posthog = DOWN
    track(world, lockless, "waits")
    off = usage(world, lockless, "off", "--json")
    assert (off.returncode, off.stderr) == (0, "")
    assert json.loads(off.stdout) == {
        "tracking": "off", "dropped": 1, "tools": ["arcade-usage"], "senders_at_work": 0, "left": [],
    }  # fmt: skip
    assert ((world.folder / "usage" / "off").exists(), world.waiting) == (True, [])
    on = usage(world, lockless, "on")
    assert (on.returncode, on.stderr, (world.folder / "usage" / "off").exists()) == (0, "", False)


def test_forgetting_erases(world: World, lockless: dict[str, str]) -> None:
    """The identity, what waits, and the copies of what was sent."""
    track(world, lockless, "sent")
    world.receiver.posthog = DOWN
    track(world, lockless, "waits")
    forgotten = usage(world, lockless, "forget", "--yes", "--json")
    assert (forgotten.returncode, forgotten.stderr) == (0, "")
    assert json.loads(forgotten.stdout)["erased"] == {"events_waiting": 1, "copies": 1}
    assert ((world.folder / "usage.json").exists(), world.ledger_path.exists(), world.waiting) == (
        False,
        False,
        [],
    )


def test_a_person_who_logs_out_leaves_nothing_behind(world: World, lockless: dict[str, str]) -> None:
    """The login is linked, and the logout rotates in the foreground, without a word on a tool's terminal.

    The tool shows everything that is logged and warned of.
    """
    world.store_credentials("principal-1")
    login = "tracker.track_command_execution('login', success=True, is_login=True)"
    run(world, lockless, login)
    anon_id = world.anon_id
    assert world.linked_to() == "principal-1"
    world.credentials.unlink()
    logout = "tracker.track_command_execution('logout', success=True, is_logout=True)"
    host = run_as_tool(DEBUGGING + start_of_tool(world) + logout, world.scratch, environment=lockless)
    assert (host.returncode, host.stdout) == (0, "")
    assert [line for line in host.stderr.splitlines() if "arcade_usage" not in line] == []
    assert (world.anon_id != anon_id, world.linked_to()) == (True, None)
    assert world.whose == {"login": "principal-1", "logout": "principal-1"}


def test_many_commands_at_once_are_sent_once(world: World, lockless_library: Path) -> None:
    """Ten processes, some of which find a sender at work: every event arrives, and is on the wire once."""
    environment = environment_of(lockless_library, world.folder, "ENOLCK")
    lines = "\n".join(
        f"tracker.track_command_execution('number {number}', success=True)" for number in range(10)
    )
    run(world, environment, lines)
    sent = [event["uuid"] for batch in world.receiver.batches() for event in batch["batch"]]
    assert (len(sent), len(set(sent))) == (10, 10)
    assert world.events.keys() == {f"number {number}" for number in range(10)}


def test_a_sender_that_was_killed_holds_nobody_up(world: World, lockless_library: Path) -> None:
    """The next command sends what it left, and cleans up."""
    environment = environment_of(lockless_library, world.folder, "ENOLCK")
    world.receiver.posthog = HANGING
    begin = start_of_tool(world) + "tracker.track_command_execution('killed', success=True)\nos._exit(0)"
    host = subprocess.Popen([sys.executable, "-c", f"import os\n{begin}"], env=environment)
    assert host.wait(60) == 0
    assert until(lambda: len(world.receiver.requests) > 0)
    (owner,) = world.folder.glob("usage/outbox/*/sender.lock.owners/held/*")
    os.kill(int(owner.name.split("-")[2]), signal.SIGKILL)
    world.receiver.posthog = WELL
    track(world, environment, "next")
    assert usage(world, environment, "flush").returncode == 0
    assert world.events.keys() == {"killed", "next"}
    assert [path.name for path in world.folder.glob("usage/outbox/*/sender.lock.owners/*")] == []


def test_a_logout_where_there_are_locks_says_nothing_either(world: World) -> None:
    """A tool that shows everything at DEBUG sees nothing of filelock's, and gets none of it."""
    logout = "tracker.track_command_execution('logout', success=True, is_logout=True)"
    host = run_as_tool(DEBUGGING + start_of_tool(world) + logout, world.scratch)
    assert "filelock" not in host.modules
    assert [line for line in host.stderr.splitlines() if "arcade_usage" not in line] == []
