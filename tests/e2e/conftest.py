"""The world that end-to-end tests take place in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arcade_usage.application import time_limits
from arcade_usage.demo.receiver import Receiver
from tests.e2e.deliveries import deliver_here, sender_at_work
from tests.e2e.forks import Forks
from tests.e2e.world import PATIENCE_SECONDS, World, noting_processes


@pytest.fixture
def delivered_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Deliveries run in this process, and raise nothing that they may not."""
    errors = deliver_here(monkeypatch)
    yield
    assert errors == []


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Imports everything once, if it is used."""
    with Forks() as forks:
        yield forks


@pytest.fixture
def world(
    receiver: Receiver, config_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks: Forks
) -> Iterator[World]:
    """One user; when the test is over, the processes have ended and the invariants held."""
    # A login waits until its process lets go, however busy the machine is. The real limit: TestWaiting.
    monkeypatch.setattr(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
    with noting_processes(monkeypatch) as processes:
        world = World(receiver, config_dir, tmp_path, monkeypatch, processes, forks=forks)
        yield world
        world.settle()
        world.check_invariants()


@pytest.fixture
def stored(world: World) -> Iterator[World]:
    """The world, whose events are stored and not sent: what becomes of an event later is not the test's."""
    with sender_at_work(world):
        yield world
