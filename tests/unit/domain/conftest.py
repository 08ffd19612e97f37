"""Tests of the domain start from nothing: it does not see the machine, and a folder for each takes time."""

import pytest


@pytest.fixture(autouse=True)
def own_environment() -> None:
    """In place of the home that other tests have."""
