"""Checks that the installed PostHog SDK is supported; another package may have installed another version."""

import re

from arcade_usage.application.errors import UnsupportedSdkError

NEEDED = "posthog>=6.7.6,<8"  # as in pyproject.toml
OLDEST = (6, 7, 6)
END = (8, 0, 0)  # wire.py has the protocol of 8; to be raised once the index has it and the tests passed

_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")


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
