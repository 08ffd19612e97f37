"""Turning off, and forgetting, while real processes deliver: nothing more is sent, and nothing is left."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.outbox import find_projects
from arcade_usage.composition import console
from arcade_usage.composition.adapters import default_adapters
from arcade_usage.composition.delivery import make_delivery
from arcade_usage.composition.scope import Scope
from arcade_usage.demo.receiver import DOWN, WELL
from arcade_usage.domain.consent import EVENT_DATA_VARIABLE
from tests.e2e.deliveries import delivering_here, run_here
from tests.e2e.world import World, until

HOLD_SECONDS = 2.0  # that PostHog takes to answer; well within what a batch may take


def test_off_while_a_sender_is_at_work(world: World) -> None:
    """What is on the wire when `off` is called arrives; what waits behind it does not, and lies nowhere."""
    world.receiver.posthog = DOWN
    run_here(world, "waits")
    world.fill_outbox(150)  # so that there is a second batch
    world.receiver.posthog = evolve(WELL, hang_seconds=HOLD_SECONDS)
    before = len(world.receiver.requests)
    flushing = subprocess.Popen(
        [sys.executable, "-m", "arcade_usage.cli", "flush", "--config-dir", str(world.folder)],
        stdout=subprocess.PIPE,
    )
    with flushing:
        assert until(lambda: len(world.receiver.requests) > before)
        turned_off = console.turn_off(Scope(config_dir=world.folder))
        sent = len(world.receiver.requests)
        flushing.communicate(timeout=60)
    assert turned_off.busy_senders == 0
    assert turned_off.dropped > 0
    assert world.waiting == []
    assert len(world.receiver.requests) == sent == before + 1


@pytest.mark.parametrize("how", ["off", "forget"])
def test_an_event_that_is_still_on_its_way_does_not_stay(world: World, how: str) -> None:
    """Its process starts after all is dropped: nothing is sent, written, or taken up again."""
    run_here(world, "earlier")
    payload = world.payload("on its way")
    scope = Scope(config_dir=world.folder)
    if how == "off":
        console.turn_off(scope)
    else:
        console.make_eraser(scope).forget()
    before, requests = names(world.folder), len(world.receiver.requests)
    deliver(payload)
    assert (names(world.folder), len(world.receiver.requests)) == (before, requests)
    assert world.waiting == []


def test_nobody_is_asked_on_behalf_of_who_turned_it_off(world: World) -> None:
    """A sender that finds something undecided after the choice sends nothing, to Arcade Cloud neither."""
    with delivering_here(world):
        world.log_in("principal-1")
        world.receiver.cloud = DOWN
        world.store_credentials("principal-1", version=2)
        world.run("undecided")
    assert [record["attribution"] for record in world.waiting] == [None]
    (world.folder / "usage" / "off").touch()
    requests = len(world.receiver.requests)
    layout = Layout(str(world.folder))
    (sink,) = find_projects(layout.outboxes)
    make_delivery(default_adapters(layout, sink), sink.key).send(ignore_backoff=True)
    assert len(world.receiver.requests) == requests


def test_forgetting_waits_for_a_sender_at_work(world: World) -> None:
    """It does not put back what was erased: no copy, no link, no record."""
    run_here(world, "earlier")
    anon_id = world.anon_id
    world.receiver.posthog = evolve(WELL, hang_seconds=HOLD_SECONDS)
    before = len(world.receiver.requests)
    world.start("at work")
    assert until(lambda: len(world.receiver.requests) > before)
    forgotten = console.make_eraser(Scope(config_dir=world.folder)).forget()
    world.settle()
    assert forgotten.busy_senders == 0
    assert forgotten.subject_ids.anonymous == (anon_id,)
    assert forgotten.copies == 2
    for path in world.folder.rglob("*"):
        assert path.is_dir() or anon_id.encode() not in path.read_bytes(), path


def deliver(payload: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "arcade_usage"],
        env={**os.environ, "ARCADE_USAGE_EVENT_DATA": payload},
        timeout=60,
        check=True,
    )


def names(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ["toolkit.run", "with free text"])
def test_a_folder_that_was_deleted_is_not_made_again(world: World, name: str) -> None:
    """A user who deletes it while an event is on its way finds nothing of ours there afterwards."""
    payload = world.payload(name)
    shutil.rmtree(world.folder)
    command, environment = (
        [sys.executable, "-m", "arcade_usage"],
        {**os.environ, EVENT_DATA_VARIABLE: payload},
    )
    done = subprocess.run(command, env=environment, cwd=world.scratch, timeout=60, check=False)
    assert (done.returncode, world.folder.exists()) == (0, False)
    assert world.receiver.requests == []
