"""The properties of a command's event, and the names that redaction leaves unchanged.

Imports only math and datetime: the early record uses these functions before attrs can be imported.
"""

import math
from datetime import datetime, timezone

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from arcade_usage.domain.event import Command, Runtime

SUCCEEDED = "CLI execution succeeded"
FAILED = "CLI execution failed"
ERROR_TEXT = "error_message"  # the property that a user can withhold

# The properties that the library sends for a command, and why. It sends no others of its own.
FIELDS: "Mapping[str, str]" = {
    "command_name": "which commands are used",
    "tool": "separates the tools that report to one project",
    "cli_version": "which releases are in use, and which release broke something",
    "runtime_language": "separates tools in Python from others",
    "runtime_version": "which Python versions need support",
    "os_type": "which systems need support",
    "os_release": "which releases of a system need support",
    "duration_ms": "which commands are slow",
    "device_start_timestamp": "order of commands within one boot: monotonic seconds, not the wall clock",
    "device_end_timestamp": "order of commands within one boot: monotonic seconds, not the wall clock",
    "outcome": "an error, an exit code, a wrong command line or an interruption; on failure only",
    "error_message": "what went wrong: the exception's text, redacted and cut; on failure only",
    "error_type": "which kind of error it was: the exception's class; on failure, if there is one",
    "exit_code": "which scripts and checks it breaks: the exit code; on failure, if it is known",
    "options": "which options are used: the declared names of those on the command line, never their values",
    "agent": "coding agents are not counted as people; one of a fixed list, only if an agent drives the tool",
    "is_tty": "whether output goes to a terminal, or to another program",
    "is_ci": "machines are not counted as people; only if a variable of a CI system says so",
    "arch": "which processors need support",
}

TOOL_PROPERTIES_LIMIT = 50  # properties that a tool may add
COMMAND_NAME_LIMIT = 200  # characters
TOOL_LIMIT = 100  # characters of a distribution's name

PLAIN_NAME_LIMIT = 60  # characters
PLAIN_WORD_LIMIT = 12  # letters; no redaction rule takes a word this short without digits for a key
INTEGER_LIMIT = 2**63  # most JSON readers lose digits beyond it
_VOWELS = frozenset("aeiouy")


def event_name(succeeded: bool) -> str:
    return SUCCEEDED if succeeded else FAILED


def command_properties(
    command: "Command",
    runtime: "Runtime",
    redact: "Callable[[str], str]",
    redact_name: "Callable[[str], str]",
) -> "dict[str, object]":
    """The library's own properties of a command, without those that the tool adds."""
    properties: dict[str, object] = {
        "command_name": redact_name(command.name[:COMMAND_NAME_LIMIT]),
        "tool": runtime.tool[:TOOL_LIMIT] or None,
        "cli_version": runtime.cli_version,
        "runtime_language": "python",
        "runtime_version": runtime.runtime_version,
        "os_type": runtime.os_type,
        "os_release": runtime.os_release,
        "arch": runtime.arch,
        "duration_ms": _number(command.duration_ms),
        "device_start_timestamp": _number(command.monotonic_start),
        "device_end_timestamp": _number(command.monotonic_end),
        "options": [redact_name(name) for name in command.options] or None,
        "agent": runtime.agent,
        "is_tty": command.is_tty,
        "is_ci": True if runtime.is_ci else None,
    }
    if not command.succeeded:
        properties["outcome"] = command.outcome
        properties["error_message"] = redact(command.error_message) if command.error_message else None
        properties["error_type"] = command.error_type
        properties["exit_code"] = command.exit_code
    return {name: value for name, value in properties.items() if value is not None}


def moment(seconds: float) -> datetime:
    """A Unix time as an aware datetime in UTC. Raises ValueError outside the calendar."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError("a time outside the calendar") from error


def is_plain_name(name: str, own_names: "Iterable[str]") -> bool:
    """Whether redaction certainly leaves the name unchanged: short lower-case words joined by dots.

    `own_names`: the names of this user and machine. False in doubt.
    """
    words = name.split(".")
    return (
        len(name) <= PLAIN_NAME_LIMIT
        and all(_is_plain_word(word) for word in words)
        and not any(own.casefold() in name for own in own_names if own)
    )


def plain_properties(
    properties: "Mapping[str, object]", as_is: "Collection[str]", own_names: "Iterable[str]"
) -> "dict[str, object] | None":
    """The tool's properties as the event has them, if redaction certainly leaves them unchanged, else None.

    as_is: names of those that need no redaction. own_names: as in is_plain_name.
    """
    own_names = tuple(own_names)
    for name, value in properties.items():
        is_plain = name in as_is or (
            isinstance(value, int | float)
            and abs(value) < INTEGER_LIMIT
            and is_plain_name(name.replace("_", "."), own_names)
        )
        if name in FIELDS or not is_plain:
            return None
    return dict(properties) if len(properties) <= TOOL_PROPERTIES_LIMIT else None


def _is_plain_word(word: str) -> bool:
    return (
        word.isascii()
        and word.isalpha()
        and word.islower()
        and len(word) <= PLAIN_WORD_LIMIT
        and not _VOWELS.isdisjoint(word)
    )


def _number(value: "float | None") -> "float | None":
    """The value if it is finite (zero included), else None."""
    return value if value is not None and math.isfinite(value) else None
