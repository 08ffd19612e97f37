"""Converts OSError into the application's StoreError."""

from collections.abc import Iterator
from contextlib import contextmanager

from arcade_usage.application.errors import StoreError


@contextmanager
def store_errors(message: str) -> Iterator[None]:
    """Raises StoreError with `message` for an OSError."""
    try:
        yield
    except OSError as error:
        raise StoreError(message) from error
