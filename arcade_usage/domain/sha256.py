"""SHA-256 without OpenSSL: importing hashlib adds 2.2 ms to the 10 ms before an event is on disk."""

import importlib
from contextlib import suppress

_IMPLEMENTATIONS = ("_sha2", "_sha256", "hashlib")  # CPython 3.12 and later; older CPython; others


def sha256_hex(data: bytes) -> str:
    """Returns the digest as 64 hex digits."""
    for name in _IMPLEMENTATIONS:
        with suppress(ImportError, ValueError):  # a tool's sys.path may hold invalid entries
            return str(importlib.import_module(name).sha256(data).hexdigest())
    raise RuntimeError("a Python without SHA-256")
