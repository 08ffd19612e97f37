"""The import of the SDK in a process of the library's own."""

import importlib
import sys

import pytest

from arcade_usage.adapters.posthog.sdk import without_asynchronous_client


def test_httpx_can_be_imported_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up in the same process needs it; meanwhile it counts as not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "httpx"]:
        monkeypatch.delitem(sys.modules, name)
    with without_asynchronous_client(), pytest.raises(ImportError):
        importlib.import_module("httpx")
    assert "httpx" not in sys.modules
    assert importlib.import_module("httpx").__name__ == "httpx"


def test_httpx_stays_if_it_is_imported() -> None:
    """As after a look-up."""
    before = importlib.import_module("httpx")
    with without_asynchronous_client():
        assert importlib.import_module("httpx") is before
    assert sys.modules["httpx"] is before
