"""PostHog and Arcade Cloud on loopback, the migrated packages, and users of the real Arcade CLI."""

import compileall
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import Receiver
from tests.isolation import let_tests_be_interrupted
from tests_arcade.arcade_cloud import Cloud
from tests_arcade.migration import find_token, migrate
from tests_arcade.users import Driver, User

let_tests_be_interrupted()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Serves while a test lasts."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Serves while a test lasts."""
    with Cloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the migrated packages, compiled, as installed ones are."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(folder)
    compileall.compile_dir(folder, quiet=2)
    return folder


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """One for all tests."""
    with Driver() as driver:
        yield driver


@pytest.fixture
def make_user(
    driver: Driver, receiver: Receiver, cloud: Cloud, migrated: Path, tmp_path: Path
) -> Callable[[bool], User]:
    """Make a user of today's CLI, or of the migrated one."""

    def make(is_migrated: bool) -> User:
        return User(driver, receiver, cloud, tmp_path / "home", migrated, find_token(), is_migrated)

    return make
