"""What tests of files start from."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet, alone in its folder."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder / "file.json"


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Nothing is taken away from the modes that are asked for."""
    before = os.umask(0)
    yield
    os.umask(before)
