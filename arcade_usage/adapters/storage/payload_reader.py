"""Reads and validates the payload that application/command/payload.py wrote."""

import os

from attrs import frozen

from arcade_usage.adapters.storage import codec
from arcade_usage.application.command.payload import PAYLOAD_LIMIT, VERSION
from arcade_usage.application.errors import InvalidPayloadError
from arcade_usage.domain.event import Command
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.project import Project

PATH_LIMIT = 4096  # characters


@frozen
class ParsedPayload:
    """The content of a payload."""

    project: Project
    config_dir: str
    distribution: str
    snapshot: Snapshot
    command: Command
    adapters: str | None = None  # the tool's factory of adapters, "module:function"
    tool_version: str | None = None  # by default, the installed version of the distribution
    is_stored: bool = False  # the event is in the outbox already
    daily_limit: int | None = None  # see Record


def read_payload(text: str) -> ParsedPayload:
    """Returns the validated payload. Raises InvalidPayloadError."""
    if len(text) > PAYLOAD_LIMIT:
        raise InvalidPayloadError("too large")
    try:
        payload = codec.upgraded(codec.load_object(text))
        config_dir, distribution = payload.get("config_dir"), payload.get("distribution")
        if type(payload.get("version")) is not int or not 1 <= payload["version"] <= VERSION:
            raise InvalidPayloadError("of another version")
        if not isinstance(config_dir, str) or not _is_folder(config_dir):
            raise InvalidPayloadError("without a config folder")
        return ParsedPayload(
            project=codec.structure(payload.get("sink"), Project),
            config_dir=config_dir,
            distribution=codec.structure(distribution, str),
            snapshot=codec.structure(payload.get("snapshot"), Snapshot),
            command=codec.structure(payload.get("command"), Command),
            adapters=codec.structure_or_none(payload.get("adapters"), str),
            tool_version=codec.structure_or_none(payload.get("tool_version"), str),
            is_stored=payload.get("stored") is True,
            daily_limit=codec.structure_or_none(payload.get("daily_limit"), int),
        )
    except codec.MalformedError as error:
        raise InvalidPayloadError("not an event of this library") from error


def _is_folder(path: str) -> bool:
    """Whether a path is absolute and can name a folder."""
    return len(path) <= PATH_LIMIT and os.path.isabs(path) and "\0" not in path
