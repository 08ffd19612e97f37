"""JSON of sent and previewed messages, for their file and for users."""

import json
from collections.abc import Mapping

from arcade_usage.adapters.storage.codec import MOMENTS_END, MalformedError, load_version, structure
from arcade_usage.adapters.storage.record_files import COPY_VERSION
from arcade_usage.application.console.preview import Preview
from arcade_usage.domain.sent import Sent


def read_sent(line: bytes) -> Sent:
    """Parses one line. Raises MalformedError."""
    sent = structure(load_version(line, COPY_VERSION), Sent)
    if not 0.0 <= sent.at < MOMENTS_END:
        raise MalformedError("not a time")
    return sent


def write_sent(sent: Sent) -> bytes:
    """One line. Values that JSON lacks, such as the SDK's datetimes, become text."""
    return json.dumps({"version": COPY_VERSION, "at": sent.at, "message": sent.message}, default=str).encode()


def write_message(message: Mapping[str, object]) -> str:
    """A message of the SDK as indented JSON: event, id, time and uuid first."""
    first = {key: message[key] for key in ("event", "distinct_id", "timestamp", "uuid") if key in message}
    return json.dumps({**first, **message}, indent=2, default=str)


def write_preview(preview: Preview) -> str:
    """The output for an event that is shown instead of sent, with the identity that it would have."""
    heading = f"arcade-usage: not sent to {preview.project.host}, as {preview.whose.text}:"
    return f"{heading}\n{write_message(preview.message)}\n"
