"""The pytest plugin: from its loading on nothing is sent, and each test has an installation of its own.

A tool switches it on in the conftest.py of its tests' root, with
`pytest_plugins = ["arcade_usage.testing.pytest_plugin"]`; it loads itself nowhere.
"""

from contextlib import ExitStack

import pytest

from arcade_usage.testing.stage import Stage, staging
from arcade_usage.testing.usage import Usage

_STAGE = pytest.StashKey[Stage]()


def pytest_configure(config: pytest.Config) -> None:
    running = ExitStack()
    config.stash[_STAGE] = running.enter_context(staging())
    config.add_cleanup(running.close)


@pytest.fixture(autouse=True)
def arcade_usage_of_this_test(pytestconfig: pytest.Config) -> Usage:
    """A new installation, for every test, whether it looks at it or not."""
    stage = pytestconfig.stash[_STAGE]
    stage.usage = Usage()
    return stage.usage


@pytest.fixture
def usage(arcade_usage_of_this_test: Usage) -> Usage:
    """What the tool would have sent in this test, and what the test wants to be so. See Usage."""
    return arcade_usage_of_this_test
