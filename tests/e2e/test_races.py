"""Processes that race: one identity comes out, and no event goes to another person."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import WELL, Behaviour
from tests.e2e.deliveries import here, run_here, sender_at_work
from tests.e2e.hosts import WAIT, start_of_tool
from tests.e2e.world import PATIENCE_SECONDS, TOKEN, World, until

ALICE, BOB = "principal-alice", "principal-bob"
SHELLS = 8

# A tool that waits for a signal to start, so that all of them start within a millisecond.
AT_THE_LINE = """
import os, sys, time
open(sys.argv[1], "w").close()
while not os.path.exists({go!r}): time.sleep(0.0005)
"""


def start_at_once(world: World, folder: Path, name: str) -> "list[subprocess.Popen[bytes]]":
    """Eight tools that build their trackers and run a command at the same moment."""
    scratch = world.scratch / name
    scratch.mkdir()
    go, script = scratch / "go", scratch / "host.py"
    ready = [scratch / f"ready-{number}" for number in range(SHELLS)]
    command = "tracker.track_command_execution(sys.argv[2], success=True)\n"
    line = AT_THE_LINE.format(go=str(go))
    script.write_text(line + start_of_tool(world, folder=folder) + command, encoding="utf-8")
    hosts = [
        subprocess.Popen([sys.executable, str(script), str(path), f"{name} {number}"])
        for number, path in enumerate(ready)
    ]
    assert until(lambda: all(path.exists() for path in ready))
    go.touch()
    return hosts


@pytest.mark.parametrize("state", ["no folder", "empty folder", "file of an older release"])
def test_eight_first_commands_at_once_make_one_identity(world: World, state: str) -> None:
    """Row "8 first commands at once": all eight arrive under the one id that usage.json holds."""
    if state != "no folder":
        world.folder.mkdir()
    if state == "file of an older release":
        old = {"anon_id": "c0ffee00-0000-4000-8000-000000000000", "linked_principal_id": None}
        (world.folder / "usage.json").write_text(json.dumps(old), encoding="utf-8")
    for host in start_at_once(world, world.folder, "shell"):
        assert host.wait(PATIENCE_SECONDS) == 0
    names = {f"shell {shell}" for shell in range(SHELLS)}
    assert until(lambda: names <= world.events.keys())
    assert {world.events[shell].distinct_id for shell in names} == {world.anon_id}
    assert until(lambda: world.waiting == [])


# A tool that stands still at one of its steps, the changes that it makes to the file system.
STANDING_STILL = """
import os, sys, time
steps, parent = 0, os.getppid()
def stand_still(event, arguments):
    global steps
    if event not in ("os.mkdir", "os.link", "os.remove"): return
    steps += 1
    if steps == {step}:
        open({ready!r}, "w").close()
        while not os.path.exists({go!r}):
            if os.getppid() != parent: os._exit(1)  # the test has failed
            time.sleep(0.005)
sys.addaudithook(stand_still)
"""
STEPS = 6  # two folders; two files by a link each


def test_a_first_command_in_the_middle_of_another(world: World) -> None:
    """Wherever a first command stands still while another one runs from start to end: one identity."""
    hosts, go = [], world.scratch / "go"
    for step in range(1, STEPS + 1):
        ready, script = world.scratch / f"ready-{step}", world.scratch / f"host-{step}.py"
        still = STANDING_STILL.format(step=step, ready=str(ready), go=str(go))
        world.folder = world.scratch / f"config-{step}"
        command = f"tracker.track_command_execution('first {step}', success=True)"
        script.write_text(still + start_of_tool(world) + command + WAIT, encoding="utf-8")
        hosts.append(subprocess.Popen([sys.executable, str(script)]))
        assert until(ready.exists)
        run_here(world, f"second {step}")
    with ExitStack() as stack:  # the processes leave their events
        for step in range(1, STEPS + 1):
            world.folder = world.scratch / f"config-{step}"
            stack.enter_context(sender_at_work(world))
        go.touch()
        assert [host.wait(PATIENCE_SECONDS) for host in hosts] == [0] * STEPS
    for step in range(1, STEPS + 1):
        world.folder = world.scratch / f"config-{step}"
        run_here(world, f"third {step}")
        names = [f"{nth} {step}" for nth in ("first", "second", "third")]
        assert {world.events[name].distinct_id for name in names} == {world.anon_id}
        assert world.waiting == []


def when_it_asks(world: World) -> bool:
    return bool(world.receiver.look_ups())


def when_it_aliases(world: World) -> bool:
    return bool(world.aliases())


def when_it_is_linked(world: World) -> bool:
    return world.linked_to() is not None


MOMENTS: dict[str, tuple[Callable[[World], bool], Behaviour, Behaviour]] = {
    "at once": (lambda _: True, WELL, WELL),
    "at once, PostHog slow": (lambda _: True, WELL, Behaviour(hang_seconds=0.5)),
    "while it asks": (when_it_asks, Behaviour(hang_seconds=0.4), WELL),
    "while it aliases": (when_it_aliases, WELL, Behaviour(hang_seconds=0.5)),
    "when it is linked": (when_it_is_linked, WELL, Behaviour(hang_seconds=0.2)),
}


@pytest.mark.parametrize(("moment", "cloud", "posthog"), MOMENTS.values(), ids=MOMENTS)
def test_a_logout_while_a_command_links(
    world: World, moment: Callable[[World], bool], cloud: Behaviour, posthog: Behaviour
) -> None:
    """Row "logout racing a command that is linking": who logged out never comes back into usage.json."""
    world.receiver.cloud, world.receiver.posthog = cloud, posthog
    world.store_credentials(ALICE)
    world.start("linking")
    first = world.anon_id
    assert until(lambda: moment(world))
    world.log_out()
    assert world.linked_to() is None
    second = world.anon_id
    world.settle()
    assert world.usage == {"anon_id": second, "linked_principal_id": None}
    assert second != first
    run_here(world, "next")
    world.store_credentials(BOB)
    run_here(world, "of B")
    assert world.linked_to() == BOB
    assert (world.whose["next"], world.whose["of B"]) == (BOB, BOB)
    assert BOB not in (world.whose["linking"], world.whose["logout"])


def test_logouts_at_any_moment_leave_nobody_behind(world: World) -> None:
    """The same race, free-running, in two homes side by side with two linking commands each."""
    folders = [world.scratch / f"home-{number}" for number in range(2)]
    for number, folder in enumerate(folders):
        world.folder = folder
        world.store_credentials(f"principal-{number}")
        for command in range(2):
            world.start(f"linking {number} {command}")
        # Somewhere in between: after so many look-ups of all the homes.
        looked_up = number
        until(lambda: len(world.receiver.look_ups()) >= looked_up, 0.2)  # noqa: B023 - called at once
        world.log_out(f"logout {number}")
    world.settle()
    for number, folder in enumerate(folders):
        world.folder = folder
        assert world.linked_to() is None
        run_here(world, f"next {number}")
        assert world.whose[f"next {number}"] == world.anon_id
        assert world.waiting == []


def test_credentials_change_while_a_login_is_settled(world: World) -> None:
    """A's login is being looked up when B's credentials take the place of A's: it never becomes B's."""
    world.receiver.cloud = Behaviour(hang_seconds=0.5)
    login = threading.Thread(target=world.log_in, args=(ALICE,))
    login.start()
    assert until(lambda: when_it_asks(world))
    world.store_credentials(BOB)
    login.join()
    world.settle()
    world.receiver.cloud = WELL
    run_here(world, "of B")
    assert world.linked_to() == BOB
    assert world.whose["of B"] == BOB
    assert world.whose["login"] != BOB


@here
def test_two_tools_in_one_folder_deliver_each_their_own(world: World) -> None:
    """Two projects share a home: one identity, each project gets its tool's events, both are linked."""
    other = world.tracker_of("phc_of_another_tool")
    world.run("ours")
    other.track_command_execution("theirs", success=True)
    world.settle()
    world.log_in(ALICE)
    world.settle()
    world.tracker_of("phc_of_another_tool").track_command_execution("theirs, later", success=True)
    world.settle()
    theirs = world.receiver.events("phc_of_another_tool")
    assert [event.properties["command_name"] for event in theirs] == ["theirs", "theirs, later"]
    assert set(world.whose) == {"ours", "login"}
    for token in (TOKEN, "phc_of_another_tool"):
        persons = world.receiver.persons[token]
        assert persons.person_of_id[ALICE] == persons.person_of_id[world.anon_id]
