"""SHA-256, without loading OpenSSL: that takes longer than all else a record needs."""

import importlib
import sys
from contextlib import suppress

# By version: to look for a module that is not there is to look through all of the tool's sys.path.
_IMPLEMENTATIONS = ("_sha2" if sys.version_info >= (3, 12) else "_sha256", "hashlib")


def sha256_hex(data: bytes) -> str:
    """64 hex digits."""
    for name in _IMPLEMENTATIONS:
        with suppress(ImportError):
            return str(importlib.import_module(name).sha256(data).hexdigest())
    raise RuntimeError("a Python without SHA-256")
