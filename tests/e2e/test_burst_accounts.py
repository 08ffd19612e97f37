"""A burst in which the account changes: an event with credentials that are new to the ledger takes a process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from arcade_usage.adapters.storage import announcement
from arcade_usage.adapters.storage.announcement import FileAnnouncement
from arcade_usage.adapters.storage.config_folder import Layout
from tests.e2e.deliveries import delivering_here, run_here
from tests.e2e.world import PATIENCE_SECONDS, TOKEN, World


@pytest.fixture(autouse=True)
def running(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileAnnouncement]:
    """A process that has announced itself, and has not looked yet; anonymous events were sent before."""
    monkeypatch.setattr(announcement, "ANNOUNCED_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setenv("USER", "carol")
    run_here(world, "history")
    mine = FileAnnouncement(Layout(str(world.folder)).announcement(world.receiver.url, TOKEN))
    assert mine.announce()
    yield mine
    mine.withdraw()


def test_history_before_one_account_does_not_go_to_the_next_one(
    world: World, running: FileAnnouncement
) -> None:
    """The ledger has the first account's credentials before the second one's replace them."""
    history = world.anon_id
    world.store_credentials("ann")
    world.run("first")
    world.store_credentials("bob")
    world.run("second")
    running.withdraw()
    with delivering_here(world):
        world.run("third")  # gives the verdicts, and rotates the id
        world.run("last")
    assert world.whose["last"] == "bob"
    aliased = [event["properties"]["alias"] for event in _sent(world) if event["event"] == "$create_alias"]
    assert history not in aliased


def test_a_process_beside_another_one_records_the_credentials(
    world: World, running: FileAnnouncement
) -> None:
    """Before it leaves its event to that one."""
    world.store_credentials("ann")
    running.withdraw()
    environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": world.payload("first")}
    assert running.announce()
    subprocess.run([sys.executable, "-m", "arcade_usage"], env=environment, check=True, timeout=60)
    assert world.ledger["seen"] is not None
    assert len(world.waiting) == 1


def test_known_credentials_take_no_process(world: World, running: FileAnnouncement) -> None:
    """The ledger has nothing to learn from these events."""
    running.withdraw()
    world.store_credentials("ann")
    run_here(world, "first")
    assert running.announce()
    started = len(world.processes)
    world.start("second")
    assert len(world.processes) == started
    assert len(world.waiting) == 1


def _sent(world: World) -> list[dict[str, Any]]:
    return [event for batch in world.receiver.batches() for event in batch["batch"]]
