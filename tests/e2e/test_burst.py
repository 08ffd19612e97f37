"""Many commands in a short time: the first one's process takes the events of the others."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage import Property
from arcade_usage.adapters.storage import announcement
from arcade_usage.adapters.storage.announcement import FileAnnouncement
from arcade_usage.adapters.storage.config_folder import Layout
from tests.e2e.deliveries import run_here
from tests.e2e.hosts import BLOCK, run_as_tool, start_of_tool
from tests.e2e.prelude import Prelude
from tests.e2e.world import PATIENCE_SECONDS, TOKEN, World, until

# Delivery processes wait before they import the SDK, until `release` is there.
HOLD = """
import importlib.abc, os, sys, time
class Holding(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "posthog":
            open({held!r}, "w").close()
            while not os.path.exists({release!r}): time.sleep(0.01)
sys.meta_path.insert(0, Holding())
"""
DECLARED = (Property("org_id", kind="id", reason="which organizations use it"),)
SHELLS, COMMANDS = 4, 6


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An announcement counts for as long as a busy machine takes, and the user's name is known."""
    monkeypatch.setattr(announcement, "ANNOUNCED_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setenv("USER", "alice")


@contextmanager
def a_process_at_work(world: World) -> Iterator[None]:
    """A delivery process of a command `first` that has announced itself and goes on afterwards."""
    held, release = world.scratch / "held", world.scratch / "release"
    Prelude(world.scratch / "prelude", world.monkeypatch).add(
        "hold", HOLD.format(held=str(held), release=str(release))
    )
    world.start("first")
    assert until(held.exists)
    try:
        yield
    finally:
        release.touch()
        world.settle()


@contextmanager
def announced(world: World) -> Iterator[None]:
    """This test's process has announced itself, and takes nothing."""
    path = Layout(str(world.folder)).announcement(world.receiver.url, TOKEN)
    mine = FileAnnouncement(path)
    assert mine.announce()
    yield
    mine.withdraw()


def names(world: World) -> list[str]:
    """The commands whose events wait."""
    return sorted(record["event"]["properties"]["command_name"] for record in world.waiting)


def test_commands_beside_a_process_start_none(world: World) -> None:
    """That one sends their events, each of them once; as if each had its own process."""
    world.declared = DECLARED
    with a_process_at_work(world):
        world.start("toolkit.run", properties={"org_id": "org-1", "auto": 2})
        world.start("toolkit.list", success=False)
        assert names(world) == ["first", "toolkit.list", "toolkit.run"]
    assert len(world.processes) == 1
    assert set(world.events) == {"first", "toolkit.run", "toolkit.list"}
    assert world.waiting == []
    sent = Counter(event["uuid"] for batch in world.receiver.batches() for event in batch["batch"])
    assert set(sent.values()) == {1}
    run = world.events["toolkit.run"]
    assert (run.properties["org_id"], run.properties["auto"], run.properties["tool"]) == (
        "org-1",
        2,
        "arcade-usage",
    )
    assert set(world.whose.values()) == {world.anon_id}


def test_it_is_the_record_that_a_delivery_process_writes(world: World) -> None:
    """Byte for byte except for its uuid, so a sender need not tell them apart."""
    run_here(world, "first")
    environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": world.payload("toolkit.run", duration_ms=1.5)}
    with announced(world):
        subprocess.run([sys.executable, "-m", "arcade_usage"], env=environment, check=True, timeout=60)
        (by_process,) = world.waiting
        payload = environment["ARCADE_USAGE_EVENT_DATA"]
        from arcade_usage.composition.command import FolderWriter

        project = {"host": world.receiver.url, "project_token": TOKEN}
        assert FolderWriter(Layout(str(world.folder))).hand_over(payload, project) is None
    (by_command,) = [each for each in world.waiting if each != by_process]
    by_command["event"]["uuid"] = by_process["event"]["uuid"]
    assert by_command == by_process
    run_here(world, "last")


@pytest.mark.parametrize(
    "facts",
    [
        {"success": False, "error_message": "no such toolkit"},
        {"properties": {"note": "a text"}},
        {"is_logout": True},
    ],
    ids=str,
)
def test_free_text_and_a_logout_take_a_process(world: World, facts: dict[str, Any]) -> None:
    """A text has to be redacted first; that process leaves its event, and ends without the SDK."""
    run_here(world, "first")
    with announced(world):
        world.run("second", **facts)
    assert len(world.processes) == 1
    run_here(world, "last")
    assert set(world.events) == {"first", "second", "last"}


def test_a_process_beside_another_one_leaves_its_event(world: World) -> None:
    """As one that was started before the other one had announced itself; it sends nothing, and imports little."""
    run_here(world, "first")
    payload = world.payload("second")
    with announced(world):
        ended = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "arcade_usage"],
            env={**os.environ, "ARCADE_USAGE_EVENT_DATA": payload},
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert b"arcade_usage.adapters.storage.announcement" in ended.stderr
        assert b"arcade_usage.composition.delivery" not in ended.stderr
        assert names(world) == ["second"]
        assert list(world.events) == ["first"]
    run_here(world, "last")
    assert set(world.events) == {"first", "second", "last"}


def test_an_announcement_that_falls_meanwhile_costs_a_process(world: World, mocker: MockerFixture) -> None:
    """The process sends the event that is on disk already, once."""
    run_here(world, "first")
    stands = mocker.patch.object(FileAnnouncement, "stands", side_effect=[True, False])
    path = Path(Layout(str(world.folder)).announcement(world.receiver.url, TOKEN))
    path.write_text("a killed process", encoding="utf-8")
    world.run("second")
    assert stands.call_count == 2
    assert len(world.processes) == 1
    assert list(world.events) == ["first", "second"]
    assert world.waiting == []


def test_where_no_process_can_be_started_either_the_event_waits_once(
    world: World, mocker: MockerFixture
) -> None:
    """It is on disk, and is not stored again."""
    run_here(world, "first")
    mocker.patch.object(FileAnnouncement, "stands", side_effect=[True, False])
    path = Path(Layout(str(world.folder)).announcement(world.receiver.url, TOKEN))
    path.write_text("a killed process", encoding="utf-8")
    world.monkeypatch.setattr(sys, "executable", "")
    world.start("second")
    assert names(world) == ["second"]
    world.monkeypatch.undo()
    path.unlink()


def test_an_event_that_is_left_to_a_killed_process_waits_for_the_next_one(world: World) -> None:
    """As every event on disk; and the next command starts a process, since that one is gone."""
    with a_process_at_work(world):
        world.start("second")
        (process,) = world.processes
        process.kill()
        process.wait()
    assert names(world) == ["first", "second"]
    world.let_hours_pass(2)  # the killed attempt counts as a failure
    run_here(world, "third")
    assert set(world.events) == {"first", "second", "third"}
    assert world.waiting == []


def test_off_drops_what_was_left_to_a_process(world: World) -> None:
    """And the process sends nothing more."""
    from arcade_usage.application.console.opt_out import turn_off
    from arcade_usage.composition.adapters import default_adapters
    from arcade_usage.domain.project import Project
    from arcade_usage.testing.in_memory import MemoryStores

    adapters = default_adapters(Layout(str(world.folder)), Project(world.receiver.url, TOKEN))
    run_here(world, "first")
    with announced(world):
        world.start("second")
        turned_off = turn_off(adapters.switch, MemoryStores([(adapters.outbox, adapters.copies)]))
        assert turned_off.dropped == 1
        assert world.waiting == []
        world.start("third")
    assert world.waiting == []
    assert list(world.events) == ["first"]


def test_without_a_burst_a_command_looks_once_for_an_announcement(
    world: World, mocker: MockerFixture
) -> None:
    """One lstat more than without hand-overs, and nothing is opened for it."""
    run_here(world, "first")
    looked, opened = mocker.spy(os, "lstat"), mocker.spy(os, "open")
    world.start("second")
    paths = [os.path.basename(str(call.args[0])) for call in looked.call_args_list]
    assert len([name for name in paths if name.startswith("announced-")]) == 1
    assert not any("announced-" in str(call.args[0]) for call in opened.call_args_list)


def test_a_hand_over_imports_the_standard_library_alone(world: World) -> None:
    """And no module that waits for others: none of the network, none of the user database."""
    run_here(world, "first")
    lines = "import enum, importlib, subprocess, typing"
    with announced(world):
        tracking = run_as_tool(f"{lines}\n{start_of_tool(world)}{BLOCK}", world.scratch)
        assert len(world.waiting) == 1
    added = tracking.modules - run_as_tool(lines, world.scratch).modules
    others = {name for name in added if name.split(".")[0] not in {*sys.stdlib_module_names, "arcade_usage"}}
    assert others == set()
    assert not added & {"socket", "ssl", "pwd", "json", "re", "uuid", "importlib.metadata"}
    run_here(world, "last")


def test_a_version_that_takes_slow_modules_takes_a_process(world: World) -> None:
    """As that of a tool without an installer's folder: an egg, an archive, or a package that is not installed."""
    run_here(world, "first")
    imports = "import enum, importlib, subprocess, typing"
    start = start_of_tool(world).replace("'arcade-usage'", "'not-installed'")
    with announced(world):
        tracking = run_as_tool(f"{imports}\n{start}{BLOCK}", world.scratch)
    assert "importlib.metadata" not in tracking.modules
    assert tracking.started == 1
    run_here(world, "last")


def test_a_burst_is_delivered_whole(world: World) -> None:
    """Row "200 commands from 8 shells", smaller: one id, every event arrives, each of them once, nothing is left."""
    run_here(world, "first")

    def run_shell(shell: int) -> None:
        for number in range(COMMANDS):
            world.start(f"shell.{_letter(shell)}.{_letter(number)}")

    with ThreadPoolExecutor(SHELLS) as shells:
        list(shells.map(run_shell, range(SHELLS)))
    world.settle()
    if world.waiting:  # a sender's term was over
        run_here(world, "last")
    expected = {f"shell.{_letter(shell)}.{_letter(n)}" for shell in range(SHELLS) for n in range(COMMANDS)}
    assert expected <= set(world.events)
    assert set(world.whose.values()) == {world.anon_id}
    assert world.waiting == []
    assert [path.name for path in (world.folder / "usage").glob("announced-*")] == []
    sent = Counter(event["uuid"] for batch in world.receiver.batches() for event in batch["batch"])
    assert set(sent.values()) == {1}


def _letter(number: int) -> str:
    """A plain word for a number."""
    return "abcdefghij"[number] + "a"


def test_what_is_left_to_a_process_is_dropped_if_its_identity_was_erased(world: World) -> None:
    """Another first identity has followed. The process that takes the event of the erased one drops it."""
    run_here(world, "first")
    payload = world.payload("forgotten")
    Path(world.folder / "usage.json").unlink()
    world.ledger_path.unlink()
    run_here(world, "new")
    with announced(world):
        environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": payload}
        subprocess.run([sys.executable, "-m", "arcade_usage"], env=environment, check=True, timeout=60)
    run_here(world, "last")
    assert set(world.events) == {"first", "new", "last"}
    assert world.waiting == []
