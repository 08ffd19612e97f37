"""Writes and reads a credentials.yaml."""

from pathlib import Path

import yaml

from arcade_usage.adapters.arcade_cloud.credentials import Request, read_credentials
from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.contexts import read_stamp_of
from arcade_usage.domain.ledger import Stamp

TOKEN = "tok_very-secret.123"


def ask(credentials: Path, context: str | None = None) -> Request | None:
    """Read the file: the look-up request it leads to. Checks that the stamp is that of the file."""
    stamp, request = within(10.0, lambda: read_credentials(str(credentials), context))
    assert stamp == stamp_of(credentials, context)
    return request


def ask_about(credentials: Path, document: object, context: str | None = None) -> Request | None:
    credentials.write_text(yaml.safe_dump(document))
    return ask(credentials, context)


def stamp_of(credentials: Path, context: str | None = None) -> Stamp | None:
    numbers = read_stamp_of(str(credentials), context)
    return Stamp(*numbers) if numbers else None
