"""Checks that the installed PostHog SDK is supported; another package may have installed another version."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from arcade_usage.application.errors import UnsupportedSdkError

NEEDED = "posthog>=6.7.6,<8"  # as in pyproject.toml
OLDEST = (6, 7, 6)
END = (8, 0, 0)  # wire.py has the protocol of 8; to be raised once the index has it and the tests passed

# The SDK imports it for its asynchronous client, if it is installed; that takes a quarter of the import.
_OPTIONAL = "httpx"

_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@contextmanager
def without_asynchronous_client() -> Iterator[None]:
    """Lets the SDK be imported without httpx, unless that is imported.

    Not where a tool's code runs: another thread couldn't import httpx meanwhile.
    """
    modules: dict[str, Any] = sys.modules
    if _OPTIONAL in modules:
        yield
        return
    modules[_OPTIONAL] = None  # importing it raises ImportError
    try:
        yield
    finally:
        del modules[_OPTIONAL]


def check_sdk() -> None:
    """Imports the SDK. Raises UnsupportedSdkError, which names the installed and the needed version."""
    try:
        from posthog.version import VERSION
    except Exception as error:  # an import can raise anything
        raise UnsupportedSdkError(
            f"PostHog's SDK can't be imported ({type(error).__name__}): pip install '{NEEDED}'"
        ) from error
    numbers = _NUMBERS.match(VERSION)
    if numbers is None or not OLDEST <= tuple(map(int, numbers.groups())) < END:
        raise UnsupportedSdkError(f"posthog {VERSION} is installed and can't be used: pip install '{NEEDED}'")
