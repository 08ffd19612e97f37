"""What tests of adapters start from."""

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
    """A file that is not there yet, alone in its folder."""
    folder = tmp_path / "folder"
    folder.mkdir(0o700)
    return folder / "file.json"


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Nothing is taken away from the modes that are asked for."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def recorder() -> Recorder:
    """A tracker that is on, and sends nothing."""
    return Recorder()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Is started where Python would be."""
    stand_in = StandIn(tmp_path / "stand-in")
    monkeypatch.setattr(sys, "executable", stand_in.executable)
    yield stand_in
    stand_in.close()


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the user's shell is in."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """A host whose system accepts connections and that never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
