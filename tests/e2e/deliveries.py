"""Deliveries that cost a test less than a process which sends: in the test's process, or no further than the disk.

For tests of what becomes of events and identities. What a delivery process is, tests of processes show.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.early_end import is_left_to_others
from arcade_usage.adapters.storage.early_record import DROPPED, write_record
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import UsageTrackingError
from arcade_usage.composition.delivery import deliver
from arcade_usage.domain.project import Project
from tests.e2e.world import TOKEN, World

here = pytest.mark.usefixtures("delivered_here")


@contextmanager
def delivering_here(world: World) -> Iterator[None]:
    """Deliver in this process within the block: for what a test only starts from, or ends with."""
    with world.monkeypatch.context() as patch:
        errors = deliver_here(patch)
        yield
    assert errors == []


def run_here(world: World, name: str, **facts: Any) -> None:
    """Run a command whose event is delivered in this process."""
    with delivering_here(world):
        world.run(name, **facts)


def deliver_here(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Have each event delivered in this process before its command returns, as `__main__` does it.

    Returns a list that gets what a delivery raised and may not raise.
    """
    errors: list[Exception] = []

    def launch(_: DetachedLauncher, payload: str) -> None:
        try:
            written = write_record(payload)
            if written is None or (written != DROPPED and not is_left_to_others(payload)):
                deliver(payload, written=written)
        except UsageTrackingError:
            """As a delivery process has it."""
        except Exception as error:  # noqa: BLE001 - the test asserts that there is none
            errors.append(error)

    monkeypatch.setattr(DetachedLauncher, "launch", launch)
    monkeypatch.setattr(DetachedLauncher, "launch_and_wait", launch)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing here is about power cuts
    return errors


@contextmanager
def sender_at_work(world: World, *, reached: bool = False) -> Iterator[None]:
    """Another sender of the world's project: delivery processes leave their events on disk and end.

    `reached`: an event was sent earlier, which the receiver forgets. So they end before their slow imports.
    """
    if reached:
        run_here(world, "earlier")
        world.receiver.persons.clear()
        world.receiver.next_persons.clear()
        world.receiver.requests.clear()
    project = Project(world.receiver.url, TOKEN)
    outbox = FolderOutbox(Layout(str(world.folder)).outbox(project.key), project)
    with outbox.sender_lock.hold() as ours:
        assert ours
        yield
