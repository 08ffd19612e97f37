"""SHA-256 without OpenSSL: hashlib loads it, which adds 2.2 ms to the 10 until an event is on disk."""

import importlib
from contextlib import suppress

_IMPLEMENTATIONS = ("_sha2", "_sha256", "hashlib")  # CPython 3.12 and later, before it, any other


def sha256_hex(data: bytes) -> str:
    """64 hex digits."""
    for name in _IMPLEMENTATIONS:
        with suppress(ImportError, ValueError):  # a tool's sys.path may hold what is no path
            return str(importlib.import_module(name).sha256(data).hexdigest())
    raise RuntimeError("a Python without SHA-256")
