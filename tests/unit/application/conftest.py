"""What tests of the application start from."""

import pytest

from tests.unit.application.simulation import Simulation


@pytest.fixture
def simulation() -> Simulation:
    """One tool's processes, with every port in memory."""
    return Simulation()
