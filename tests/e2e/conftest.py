"""The world that end-to-end tests take place in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import Receiver
from tests.e2e.deliveries import deliver_here
from tests.e2e.world import World, noting_processes


@pytest.fixture
def delivered_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Deliveries run in this process, and raise nothing that they may not."""
    errors = deliver_here(monkeypatch)
    yield
    assert errors == []


@pytest.fixture
def world(
    receiver: Receiver, config_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """One user; when the test is over, the processes have ended and the invariants held."""
    with noting_processes(monkeypatch) as processes:
        world = World(receiver, config_dir, tmp_path, monkeypatch, processes)
        yield world
        world.settle()
        world.check_invariants()
