"""What the command path hands to the delivery process: one JSON text within a limit.

Runs on the command path. Uses the encoder of the json package without the package, whose import compiles the
patterns of its decoder: that adds 1.0 ms to the 3.3 of a command in a Typer app, and 4 ms to the 10 until a
delivery has an event on disk. The counterpart that reads is adapters/storage/payload_reader.py.
"""

from collections.abc import Callable, Mapping

PAYLOAD_LIMIT = 24 * 1024  # bytes of the JSON text, which is ASCII
ERROR_MESSAGE_LIMIT = 4 * 1024  # bytes of the message as JSON
PROPERTIES_LIMIT = 8 * 1024  # bytes of the host's properties as JSON
NAME_LIMIT = 200  # characters of the command's name
VERSION = 1


def _encoder(*, allow_nan: bool) -> "Callable[[object], str]":
    """json.dumps, by the encoder in C that it uses, where that can be imported by itself."""
    try:
        from _json import encode_basestring_ascii, make_encoder

        encode = make_encoder(None, _refuse, encode_basestring_ascii, None, ":", ",", False, False, allow_nan)
    except (ImportError, TypeError):  # not CPython, or one in which that has changed
        import json

        return json.JSONEncoder(separators=(",", ":"), allow_nan=allow_nan).encode
    return lambda value: "".join(encode(value, 0))


def _refuse(value: object) -> object:
    raise TypeError(f"JSON cannot say a {type(value).__name__}")


encode_json = _encode = _encoder(allow_nan=True)
_encode_finite = _encoder(allow_nan=False)


class PayloadTooLargeError(ValueError):
    """A payload does not fit, even without what can be left out."""


def encode_payload(
    *,
    project: "Mapping[str, str]",
    config_dir: str,
    distribution: str,
    adapters: "str | None" = None,
    snapshot: "Mapping[str, object]",
    command: "Mapping[str, object]",
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
        payload = _encode(
            {
                "version": VERSION,
                "sink": project,
                "config_dir": config_dir,
                "distribution": distribution,
                "adapters": adapters,
                "snapshot": snapshot,
                "command": {**fitted, **left_out},
            }
        )
        if len(payload) <= PAYLOAD_LIMIT:
            return payload
    raise PayloadTooLargeError(f"{len(payload)} bytes")


def _cut(message: object) -> "str | None":
    """At most 4 KiB of a message; no half word at the cut, which could be half of a secret."""
    if not message:
        return None
    text = str(message)
    if len(text) <= ERROR_MESSAGE_LIMIT and len(_encode(text)) <= ERROR_MESSAGE_LIMIT:
        return text
    kept = text[:ERROR_MESSAGE_LIMIT]
    while len(_encode(kept)) > ERROR_MESSAGE_LIMIT:
        kept = kept[: len(kept) * 3 // 4]
    words = kept.rsplit(None, 1)
    return words[0] if len(words) == 2 else ""


def fitting(properties: object) -> "dict[str, object]":
    """The properties that JSON can say, in order, as far as 8 KiB go."""
    fitting: dict[str, object] = {}
    left = PROPERTIES_LIMIT
    for name, value in properties.items() if isinstance(properties, Mapping) else ():
        try:
            if not isinstance(name, str) or _least_size(value, left) > left:
                continue
            size = len(_encode_finite([name, value]))
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
