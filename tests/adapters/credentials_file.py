"""Writes and reads a credentials.yaml."""

from pathlib import Path

import yaml

from arcade_usage.adapters.arcade_cloud.credentials import Request, read_credentials
from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.config_folder import read_stamp
from arcade_usage.domain.ledger import Stamp

TOKEN = "tok_very-secret.123"


def ask(credentials: Path) -> Request | None:
    """Read the file: the look-up request it leads to. Checks that the stamp is that of the file."""
    stamp, request = within(10.0, lambda: read_credentials(str(credentials)))
    assert stamp == stamp_of(credentials)
    return request


def ask_about(credentials: Path, document: object) -> Request | None:
    credentials.write_text(yaml.safe_dump(document))
    return ask(credentials)


def stamp_of(credentials: Path) -> Stamp | None:
    numbers = read_stamp(str(credentials))
    return Stamp(*numbers) if numbers else None
