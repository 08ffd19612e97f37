"""PostHog and Arcade Cloud on loopback, for the real Arcade CLI."""

from collections.abc import Iterator

import pytest

from arcade_usage.demo.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Serves while a test lasts."""
    with Receiver() as receiver:
        yield receiver
