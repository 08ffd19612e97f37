"""JSON of sent and previewed messages, for their file and for users."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from arcade_usage.adapters.storage.codec import MOMENTS_END, MalformedError, load_version, structure
from arcade_usage.adapters.storage.record_files import COPY_VERSION
from arcade_usage.domain.persons import ALIAS_EVENT
from arcade_usage.domain.sent import Sent

if TYPE_CHECKING:  # a delivery writes copies and shows nothing
    from arcade_usage.application.console.preview import Preview

_ALIAS_VERSION = 2  # from here on, an alias keeps the principal; before, it kept the anonymous id


def read_sent(line: bytes) -> Sent:
    """Parses one line. Raises MalformedError."""
    content = load_version(line, COPY_VERSION)
    sent = structure({name: content.get(name) for name in ("at", "message")}, Sent)
    if not 0.0 <= sent.at < MOMENTS_END:
        raise MalformedError("not a time")
    turned = sent.name == ALIAS_EVENT and content.get("version", 1) < _ALIAS_VERSION
    return evolve(sent, alias_keeps_anonymous=turned)


def write_sent(sent: Sent) -> bytes:
    """One line. Values that JSON lacks, such as the SDK's datetimes, become text."""
    version = _ALIAS_VERSION if sent.name == ALIAS_EVENT else 1  # earlier versions still show the events
    return json.dumps({"version": version, "at": sent.at, "message": sent.message}, default=str).encode()


def write_message(message: Mapping[str, object]) -> str:
    """A message of the SDK as indented JSON: event, id, time and uuid first."""
    first = {key: message[key] for key in ("event", "distinct_id", "timestamp", "uuid") if key in message}
    return json.dumps({**first, **message}, indent=2, default=str)


def write_preview(preview: "Preview") -> str:
    """The output for an event that is shown instead of sent, with the identity that it would have."""
    heading = f"arcade-usage: not sent to {preview.project.shown_host}, as {preview.whose.text}:"
    return f"{heading}\n{write_message(preview.message)}\n"
