"""The import of the SDK in a process of the library's own."""

import importlib
import subprocess
import sys

from arcade_usage.adapters.posthog.sdk import without_asynchronous_client

AFTERWARDS = """
import sys
from arcade_usage.adapters.posthog.sdk import without_asynchronous_client
with without_asynchronous_client():
    try:
        import httpx
    except ImportError:
        print("not installed", end=", ")
assert "httpx" not in sys.modules
import httpx
print(httpx.Client.__name__)
"""


def test_httpx_can_be_imported_afterwards() -> None:
    """A look-up in the same process needs it; meanwhile it counts as not installed."""
    done = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "not installed, Client\n", "")


def test_httpx_stays_if_it_is_imported() -> None:
    """As after a look-up."""
    before = importlib.import_module("httpx")
    with without_asynchronous_client():
        assert importlib.import_module("httpx") is before
    assert sys.modules["httpx"] is before
