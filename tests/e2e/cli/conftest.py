"""A shell, and a tool whose commands run in this process."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import arcade_usage
from tests.e2e.cli.pages import Page
from tests.e2e.cli.running import Ran, Shell
from tests.e2e.cli.tools import configure
from tests.e2e.world import World


@pytest.fixture
def shell(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Shell:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))  # for pages of `view`
    return Shell(monkeypatch, capsys)


@pytest.fixture
def usage(world: World, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a mounted command of a tool. Named arguments replace values of a right configuration."""

    def run(*arguments: str, **configuration: object) -> Ran:
        capsys.readouterr()
        configured = arcade_usage.Tool(**configure(world, configuration))  # type: ignore[arg-type]
        return Ran(configured.usage_main(arguments), *capsys.readouterr())

    return run


@pytest.fixture
def show(shell: Shell, tmp_path: Path) -> Callable[..., Page]:
    """Writes the page of a folder and reads it."""

    def write(folder: Path) -> Page:
        output = tmp_path / "page.html"
        ran = shell("view", "--no-open", "--output", output, "--config-dir", folder)
        assert (ran.code, ran.err) == (0, "")
        return Page(output.read_text(encoding="utf-8"))

    return write
