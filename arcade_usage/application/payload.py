"""What the command path hands to the delivery process: one JSON text within a limit.

Runs on the command path: only the standard library's json. The counterpart that reads it is
adapters/payload_reader.py.
"""

import json
from collections.abc import Mapping

PAYLOAD_LIMIT = 24 * 1024  # bytes of the JSON text, which is ASCII
ERROR_MESSAGE_LIMIT = 4 * 1024  # bytes of the message as JSON
PROPERTIES_LIMIT = 8 * 1024  # bytes of the host's properties as JSON
NAME_LIMIT = 200  # characters of the command's name
VERSION = 1


class PayloadTooLargeError(ValueError):
    """A payload does not fit, even without what can be left out."""


def encode_payload(
    *,
    sink: Mapping[str, str],
    config_dir: str,
    distribution: str,
    snapshot: Mapping[str, object],
    command: Mapping[str, object],
) -> str:
    """One payload, at most 24 KiB. Long messages are cut, properties that do not fit are left out.

    Raises PayloadTooLargeError.
    """
    fitted = {
        **command,
        "name": str(command["name"])[:NAME_LIMIT],
        "error_message": _cut(command["error_message"]),
        "properties": fitting(command["properties"]),
    }
    attempts: tuple[dict[str, object], ...] = (
        {},
        {"properties": {}},
        {"properties": {}, "error_message": None},
    )
    for left_out in attempts:
        payload = json.dumps(
            {
                "version": VERSION,
                "sink": sink,
                "config_dir": config_dir,
                "distribution": distribution,
                "snapshot": snapshot,
                "command": {**fitted, **left_out},
            },
            separators=(",", ":"),
        )
        if len(payload) <= PAYLOAD_LIMIT:
            return payload
    raise PayloadTooLargeError(f"{len(payload)} bytes")


def _cut(message: object) -> str | None:
    """At most 4 KiB of a message; no half word at the cut, which could be half of a secret."""
    if not message:
        return None
    text = str(message)
    if len(text) <= ERROR_MESSAGE_LIMIT and len(json.dumps(text)) <= ERROR_MESSAGE_LIMIT:
        return text
    kept = text[:ERROR_MESSAGE_LIMIT]
    while len(json.dumps(kept)) > ERROR_MESSAGE_LIMIT:
        kept = kept[: len(kept) * 3 // 4]
    words = kept.rsplit(None, 1)
    return words[0] if len(words) == 2 else ""


def fitting(properties: object) -> dict[str, object]:
    """The properties that JSON can say, in order, as far as 8 KiB go."""
    fitting: dict[str, object] = {}
    left = PROPERTIES_LIMIT
    for name, value in properties.items() if isinstance(properties, Mapping) else ():
        try:
            if not isinstance(name, str) or _least_size(value, left) > left:
                continue
            size = len(json.dumps([name, value], allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            continue
        if size <= left:
            fitting[name] = value
            left -= size
    return fitting


def _least_size(value: object, enough: int) -> int:
    """How many bytes a value takes in JSON at least; no exact number beyond `enough`.

    Spares who waits for it the time that a large value takes to write.
    """
    if isinstance(value, str):
        return len(value) + 2
    size = 1
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for item in items:
        size += 1 + _least_size(item, enough - size)
        if size > enough:
            break
    return size
