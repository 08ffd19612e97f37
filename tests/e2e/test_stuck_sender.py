"""The sender lock can't be had for long: real commands keep the outbox within its bounds, and status says why."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

from arcade_usage.composition import console
from arcade_usage.composition.scope import Scope
from arcade_usage.composition.status import read_status
from arcade_usage.demo.receiver import DOWN, WELL
from arcade_usage.domain.retention import EVENTS_LIMIT, LossReason
from arcade_usage.domain.trouble import Trouble
from tests.e2e.deliveries import run_here
from tests.e2e.world import World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and owners are POSIX's")


@contextmanager
def held(lock: Path) -> Iterator[None]:
    """A process, this one, has held it for an hour."""
    with FileLock(lock):
        os.utime(lock, (lock.stat().st_mtime - 3600,) * 2)
        yield


@pytest.fixture
def lock(world: World) -> Path:
    """The sender lock of an outbox in which an event waits."""
    world.receiver.posthog = DOWN
    run_here(world, "first")
    world.receiver.posthog = WELL
    (lock,) = world.folder.glob("usage/outbox/*/sender.lock")
    return lock


@pytest.mark.parametrize("how", ["a link", "a folder", "held"])
def test_the_bounds_hold(world: World, lock: Path, how: str) -> None:
    """Each command drops as much as it brings, and counts it; what lies in the lock's scope stays."""
    theirs = world.scratch / "theirs"
    theirs.write_text("theirs")
    if how != "held":
        lock.unlink()
        lock.symlink_to(theirs) if how == "a link" else lock.mkdir()
    world.fill_outbox(EVENTS_LIMIT - 1)
    with held(lock) if how == "held" else nullcontext():
        for number in range(3):
            world.run(f"command {number}")
        (sink,) = read_status(Scope(config_dir=world.folder)).projects
    assert (sink.waiting, sink.logbook.losses.counts) == (EVENTS_LIMIT, {LossReason.TOO_MANY.value: 3})
    assert theirs.read_text() == "theirs"


@pytest.mark.parametrize("how", ["a link", "held"])
def test_status_says_so(world: World, lock: Path, how: str) -> None:
    """With the lock's path, and what to do about it."""
    if how == "a link":
        lock.unlink()
        lock.symlink_to(world.scratch)
    with held(lock) if how == "held" else nullcontext():
        status = read_status(Scope(config_dir=world.folder))
        assert Trouble.LOCK in status.troubles
        (why,) = status.unusable_locks
    because = (
        "it is a link. Remove it" if how == "a link" else "a process has held it for more than a minute."
    )
    assert why.startswith(f"{lock}: {because}")


@pytest.mark.parametrize("kind", ["sender", "identity"])
def test_off_and_forgetting_go_ahead(world: World, lock: Path, kind: str) -> None:
    """What the user asked for is done, whatever lies in the lock's scope; that stays."""
    scope = Scope(config_dir=world.folder)
    broken = lock if kind == "sender" else world.folder / "usage" / "identity.lock"
    broken.unlink(missing_ok=True)
    broken.symlink_to(world.scratch)
    assert console.make_eraser(scope).forget().waiting == 1
    assert ((world.folder / "usage.json").exists(), world.ledger_path.exists(), world.waiting) == (
        False,
        False,
        [],
    )
    world.run("second")
    turned_off = console.turn_off(scope)
    assert (turned_off.busy_senders, world.waiting) == (0, [])
    assert console.turn_on(scope)
    assert broken.is_symlink()
