"""What every test starts from: an environment that is its own, and nothing of the machine's."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from arcade_usage.demo.receiver import Receiver
from tests.isolation import isolate, let_tests_be_interrupted
from tests.lockless import build_library

# Deterministic: the same examples in every run, whatever the machine's speed.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

let_tests_be_interrupted()


@pytest.hookimpl(trylast=True)  # after pytest-randomly
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that may take seconds run first, so that no worker is left alone with one."""
    order = {"tests/adapters": 1, "tests/contracts": 2, "tests/unit": 3}
    items.sort(key=lambda item: order.get("/".join(item.nodeid.split("/")[:2]), 0))


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path) -> Iterator[None]:
    """An empty home, and no variable that tracking or networking would listen to.

    Afterwards, with the test's patches undone, each module of the library is still the one of its package: a
    second one gives other classes to whatever imports it next, in any later test.
    """
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch, tmp_path / "home")
        yield
    packages = {name: name.rpartition(".") for name in sys.modules if name.startswith("arcade_usage.")}
    assert [
        name
        for name, (package, _, module) in packages.items()
        if getattr(sys.modules[package], module) is not sys.modules[name]
    ] == []


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    """A config folder that is not there yet."""
    return tmp_path / "config"


@pytest.fixture(scope="session")
def lockless_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes locks fail, see lockless.py."""
    return build_library(tmp_path_factory.mktemp("lockless"))


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of 127.0.0.1 on which nothing listens, and that no other process can open."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """PostHog and Arcade Cloud on loopback."""
    with Receiver() as receiver:
        yield receiver
