"""A tracker that outlives what it saw: what is removed or turned off while it exists does not come back."""

import shutil
from collections.abc import Callable

import pytest

from arcade_usage.composition import console
from arcade_usage.composition.scope import Scope
from tests.e2e.deliveries import here, run_here
from tests.e2e.world import World


def _remove(world: World) -> None:
    shutil.rmtree(world.folder)


def _turn_off(world: World) -> None:
    console.turn_off(Scope(config_dir=world.folder))


def _forget(world: World) -> None:
    console.make_eraser(Scope(config_dir=world.folder)).forget()


WAYS: dict[str, Callable[[World], None]] = {"removed": _remove, "off": _turn_off, "forget": _forget}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_comes_back(world: World, way: Callable[[World], None]) -> None:
    """Neither an identity nor a process, for the command that was under way and for the next one."""
    run_here(world, "earlier")
    tracker = world.tracker()
    with tracker.command("under way"):
        way(world)
    left = sorted(path.name for path in world.scratch.rglob("*"))
    with tracker.command("next"):
        pass
    assert world.processes == []
    assert sorted(path.name for path in world.scratch.rglob("*")) == left
    assert list(world.events) == ["earlier"]


@pytest.mark.parametrize("value", ["0", "00", "no", "disable", "none", "never", "opt-out"])
def test_a_variable_that_the_command_sets_counts(world: World, value: str) -> None:
    """The switch is read again when the command is reported."""
    tracker = world.tracker()
    with tracker.command("turns it off"):
        world.monkeypatch.setenv("ARCADE_USAGE_TRACKING", value)
    assert (world.processes, world.folder.exists()) == ([], False)


@here
def test_a_new_tracker_begins_anew(world: World) -> None:
    """A user who goes on after everything was removed is a new person."""
    world.run("earlier")
    before = world.anon_id
    _remove(world)
    world.run("later")
    assert world.whose["later"] == world.anon_id != before
