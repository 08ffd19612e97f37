"""The JSON of the command path: contents of files, and the payload of a delivery process, within limits.

Invariant: what `parse` accepts can be encoded in a payload and parsed there. Uses the json package's encoder
and scanner in C directly: importing json compiles the patterns of its decoder, which adds 1.0 ms to the
3.3 ms of a command in a Typer app, and 4 ms to the 10 ms until a delivery process has an event on disk.
adapters/storage/payload_reader.py parses the payload.
"""

from collections.abc import Callable, Mapping

PAYLOAD_LIMIT = 24 * 1024  # bytes of the JSON text, which is ASCII
ERROR_MESSAGE_LIMIT = 4 * 1024  # bytes of the message as JSON
PROPERTIES_LIMIT = 8 * 1024  # bytes of the tool's properties as JSON
NAME_LIMIT = 200  # characters of the command's name
OPTIONS_LIMIT = 32  # options that are named
OPTION_NAME_LIMIT = 60  # characters of an option's name
VERSION = 2  # version 1 had a snapshot of texts: see codec.upgraded
_STORED = ',"stored":true}'

Content = dict[str, object] | str | None  # of a file: its JSON object, MALFORMED, or None if it is missing
MALFORMED = "malformed"  # stands for any content that is no JSON object, or exceeds the limit
NESTING_MARGIN = 32  # levels that payload, record and the calls of their readers add to a content's own


def _encoder(*, allow_nan: bool) -> "Callable[[object], str]":
    """An equivalent of json.dumps over its C encoder, which is imported without json if possible."""
    try:
        from _json import encode_basestring_ascii, make_encoder

        encode = make_encoder(None, _refuse, encode_basestring_ascii, None, ":", ",", False, False, allow_nan)
    except (ImportError, TypeError):  # not CPython, or a version with another signature
        import json

        return json.JSONEncoder(separators=(",", ":"), allow_nan=allow_nan).encode
    return lambda value: "".join(encode(value, 0))


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


encode_json = _encode = _encoder(allow_nan=True)
_encode_finite = _encoder(allow_nan=False)


class _Defaults:
    """What json.loads gives its scanner."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def _decoder() -> "Callable[[str], object]":
    """An equivalent of json.loads over its C scanner, which is imported without json if possible."""
    try:
        from _json import make_scanner

        scan = make_scanner(_Defaults)  # type: ignore[arg-type] # the stub wants a scanner
    except (ImportError, TypeError, AttributeError):  # not CPython, or a version with another signature
        from json import loads

        return loads

    def decode(text: str) -> object:
        text = text.strip(" \t\n\r")
        try:
            value, end = scan(text, 0)
        except StopIteration as error:
            raise ValueError("not JSON") from error
        if end != len(text):
            raise ValueError("more than one value")
        return value

    return decode


decode_json = _decoder()  # raises ValueError, RecursionError


def parse(text: str) -> Content:
    """The content that a file with this text has.

    A JSON object that is nested so deep that payload or record could not be parsed counts as malformed.
    """
    try:
        content = decode_json("[" * NESTING_MARGIN + text + "]" * NESTING_MARGIN)
        for _ in range(NESTING_MARGIN):
            (content,) = content  # type: ignore[misc] # a ValueError if the text is several values
    except (ValueError, RecursionError):
        return MALFORMED
    return content if isinstance(content, dict) else MALFORMED


def as_object(content: Content) -> "dict[str, object]":
    """The JSON object of a content; an empty one if it is malformed or missing."""
    return content if isinstance(content, dict) else {}


def is_newer(content: "Mapping[str, object]", known: int) -> bool:
    """Whether a file's JSON is of a later version of its format than `known`; without a version it is 1."""
    version = content.get("version")
    return type(version) is int and version > known


class PayloadTooLargeError(ValueError):
    """A payload exceeds PAYLOAD_LIMIT even without its optional parts."""


def describe_tool(
    *,
    project: "Mapping[str, str]",
    config_dir: str,
    distribution: str,
    version: "str | None" = None,
    adapters: "str | None" = None,
    daily_limit: "int | None" = None,
) -> "dict[str, object]":
    """The part of a payload that all commands of a tool have in common."""
    return {
        "version": VERSION,
        "sink": project,
        "config_dir": config_dir,
        "distribution": distribution,
        "tool_version": version,
        "adapters": adapters,
        "daily_limit": daily_limit,
    }


def encode_payload(
    tool: "Mapping[str, object]", snapshot: "Mapping[str, object]", command: "Mapping[str, object]"
) -> str:
    """Encode a payload of at most 24 KiB: cuts a long error message, omits properties that don't fit.

    tool: made by `describe_tool`. Raises PayloadTooLargeError.
    """
    fitted = {
        **command,
        "name": str(command["name"])[:NAME_LIMIT],
        "error_message": _cut(command["error_message"]),
        "properties": fitting(command.get("properties")),
        "options": _cut_names(command.get("options")),
    }
    attempts: tuple[dict[str, object], ...] = (
        {},
        {"properties": {}},
        {"properties": {}, "error_message": None},
    )
    for left_out in attempts:
        payload = _encode({**tool, "snapshot": snapshot, "command": {**fitted, **left_out}})
        if len(payload) <= PAYLOAD_LIMIT:
            return payload
    raise PayloadTooLargeError(f"{len(payload)} bytes")


def as_stored(payload: str) -> str:
    """The payload of an event that is in the outbox already: its process only sends."""
    return payload[:-1] + _STORED


def is_stored(payload: str) -> bool:
    """Whether `as_stored` made the payload. A JSON text of `encode_payload` ends with two braces."""
    return payload.endswith(_STORED)


def _cut(message: object) -> "str | None":
    """Cut a message to 4 KiB at a word boundary: part of a word can be an unrecognisable part of a secret."""
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


def _cut_names(options: object) -> "list[str]":
    names = options if isinstance(options, list | tuple) else ()
    return [str(name)[:OPTION_NAME_LIMIT] for name in names[:OPTIONS_LIMIT]]


# A value's own code may raise these, as that of a proxy of an object that is gone. Others may be those of a
# signal handler of the tool.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def fitting(properties: object) -> "dict[str, object]":
    """The properties that are JSON serializable, in order, up to 8 KiB in total."""
    fitting: dict[str, object] = {}
    left = PROPERTIES_LIMIT
    for name, value in properties.items() if isinstance(properties, Mapping) else ():
        try:
            if not isinstance(name, str) or _least_size(value, left) > left:
                continue
            size = len(_encode_finite([name, value]))
        except _UNREADABLE:
            continue
        if size <= left:
            fitting[name] = value
            left -= size
    return fitting


def _least_size(value: object, enough: int) -> int:
    """A lower bound of a value's size in JSON, in bytes; stops counting above `enough`.

    Saves the caller the time to encode a large value.
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
