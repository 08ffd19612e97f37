"""A shell, and the world that the commands are about."""

import pytest

from tests.cli.running import Shell
from tests.e2e.conftest import world

__all__ = ["world"]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)
