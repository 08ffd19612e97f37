"""What tests of adapters start from."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.recorder import Recorder


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
