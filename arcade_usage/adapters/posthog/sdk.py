"""Checks which PostHog SDK is installed: another package may have put one in its place that can't be used."""

import re

from arcade_usage.application.errors import UnsupportedSdkError

NEEDED = "posthog>=6.7.6,<8"  # as pyproject.toml has it
OLDEST = (6, 7, 6)
END = (8, 0, 0)

_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def check_sdk() -> None:
    """Import the SDK. Raises UnsupportedSdkError, which says what is installed and what is needed."""
    try:
        from posthog.version import VERSION
    except Exception as error:  # whatever an import may raise
        raise UnsupportedSdkError(
            f"PostHog's SDK can't be imported ({type(error).__name__}): pip install '{NEEDED}'"
        ) from error
    numbers = _NUMBERS.match(VERSION)
    if numbers is None or not OLDEST <= tuple(map(int, numbers.groups())) < END:
        raise UnsupportedSdkError(f"posthog {VERSION} is installed and can't be used: pip install '{NEEDED}'")
