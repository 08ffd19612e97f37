"""SHA-256 without OpenSSL: importing hashlib adds 2.2 ms to the 10 ms before an event is on disk."""

import importlib
from collections.abc import Callable
from contextlib import suppress

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from typing import Any

_IMPLEMENTATIONS = ("_sha2", "_sha256", "hashlib")  # CPython 3.12 and later; older CPython; others


def _find() -> "Callable[[bytes], Any]":
    """The hash of the first implementation. Once: to look for one that is not there takes 0.15 ms."""
    for name in _IMPLEMENTATIONS:
        with suppress(ImportError, ValueError):  # a tool's sys.path may hold invalid entries
            found: Callable[[bytes], Any] = importlib.import_module(name).sha256
            return found
    raise ImportError("a Python without SHA-256")


_sha256 = _find()


def sha256_hex(data: bytes) -> str:
    """Returns the digest as 64 hex digits."""
    return str(_sha256(data).hexdigest())
