"""Fixtures for the tests of adapters."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.recorder import Recorder
from tests.adapters.stand_in import StandIn


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A path without a file, in an otherwise empty folder."""
    folder = tmp_path / "folder"
    folder.mkdir(0o700)
    return folder / "file.json"


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Sets the umask to 0, so that files get the requested mode."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def recorder() -> Recorder:
    """A tracker that is on, with ports in memory."""
    return Recorder()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """An executable that is started in place of Python."""
    stand_in = StandIn(tmp_path / "stand-in")
    monkeypatch.setattr(sys, "executable", stand_in.executable)
    yield stand_in
    stand_in.close()


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
