"""Pytest plugin: nothing is sent once it is loaded, and each test has its own installation in memory.

Load it in the conftest.py at the root of the tool's tests, with
`pytest_plugins = ["arcade_usage.testing.pytest_plugin"]`. Installing the library does not load it.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from arcade_usage.testing.trackers import MemoryTrackerBuilder, replacing_trackers
from arcade_usage.testing.usage import Usage

_BUILDER = pytest.StashKey[MemoryTrackerBuilder]()


def pytest_configure(config: pytest.Config) -> None:
    running = ExitStack()
    config.stash[_BUILDER] = running.enter_context(replacing_trackers())
    config.add_cleanup(running.close)


@pytest.fixture(autouse=True)
def arcade_usage_of_this_test(pytestconfig: pytest.Config) -> Iterator[Usage]:
    """A new installation for every test, also for tests without the fixture `usage`.

    A test whose tool sends a property that it does not declare ends with an error.
    """
    builder = pytestconfig.stash[_BUILDER]
    yield builder.begin()
    builder.installation.require_declarations()


@pytest.fixture
def usage(arcade_usage_of_this_test: Usage) -> Usage:
    """The events that the tool would have sent in this test, and the test's settings. See Usage."""
    return arcade_usage_of_this_test
