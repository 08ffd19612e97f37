"""JSON of sent and previewed messages, for their file and for users."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import astuple, evolve, fields

from arcade_usage.adapters.storage.codec import (
    MOMENTS_END,
    MalformedError,
    NewerVersionError,
    load_object,
    load_version,
    structure,
)
from arcade_usage.adapters.storage.record_files import COPY_VERSION
from arcade_usage.domain.persons import ALIAS_EVENT
from arcade_usage.domain.sent import Part, Sent

if TYPE_CHECKING:  # a delivery writes copies and shows nothing
    from arcade_usage.application.console.preview import Preview

_PARTS = "parts"
_PART_KEYS = tuple(each.name for each in fields(Part))
_ALIAS_VERSION = 2  # from here on, an alias keeps the principal; before, it kept the anonymous id
_LOCAL_VERSION = 3  # a message that was not sent; earlier versions would show it as sent, and pass it over


def read_sent(line: bytes) -> Sent:
    """Parses one line. Raises MalformedError."""
    content = load_version(line, COPY_VERSION)
    sent = structure({name: content.get(name) for name in ("at", "message")}, Sent)
    if not 0.0 <= sent.at < MOMENTS_END:
        raise MalformedError("not a time")
    turned = sent.name == ALIAS_EVENT and content.get("version", 1) < _ALIAS_VERSION
    return evolve(sent, alias_keeps_anonymous=turned, is_local=content.get("local") is True)


def write_sent(sent: Sent) -> bytes:
    """One line. Values that JSON lacks, such as the SDK's datetimes, become text."""
    version = _ALIAS_VERSION if sent.name == ALIAS_EVENT else 1  # earlier versions still show the events
    local = {"version": _LOCAL_VERSION, "local": True} if sent.is_local else {}
    line = {"version": version, "at": sent.at, **local, "message": sent.message}
    return json.dumps(line, default=str).encode()


def read_parts(line: bytes) -> Sequence[Part] | None:
    """The parts that a line lists; None if it is another line. Raises NewerVersionError."""
    try:
        content = load_object(line)
        if _PARTS not in content:
            return None
        parts = load_version(line, COPY_VERSION)[_PARTS]
        return [structure(dict(zip(_PART_KEYS, part, strict=True)), Part) for part in parts]
    except NewerVersionError:
        raise
    except (MalformedError, TypeError, ValueError):
        return None


def write_parts(parts: Sequence[Part]) -> bytes:
    """One line. Earlier versions take it for a copy that they can't read, and keep it."""
    return json.dumps({"version": 1, _PARTS: [astuple(part) for part in parts]}).encode()


def write_message(message: Mapping[str, object]) -> str:
    """A message of the SDK as indented JSON: event, id, time and uuid first."""
    first = {key: message[key] for key in ("event", "distinct_id", "timestamp", "uuid") if key in message}
    return json.dumps({**first, **message}, indent=2, default=str)


def write_preview(preview: "Preview") -> str:
    """The output for an event that is shown instead of sent, with the identity that it would have."""
    heading = f"arcade-usage: not sent to {preview.project.shown_host}, as {preview.whose.text}:"
    return f"{heading}\n{write_message(preview.message)}\n"
