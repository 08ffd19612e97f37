"""Tests of verification/ start from what every test starts from."""

from tests.conftest import config_dir, lockless_library, own_environment, receiver

__all__ = ["config_dir", "lockless_library", "own_environment", "receiver"]
