"""An event as it is sent: name, time and properties, with the reason for each property.

Invariant: every text from outside the library has passed the redactor, except for values with the shape of a
declared id or choice, and messages that the tool calls safe.
"""

import re
from collections.abc import Callable, Collection, Container, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from arcade_usage.domain.outcome import SUCCESS, Outcome
from arcade_usage.domain.properties import (
    ERROR_TEXT,
    FIELDS,
    TOOL_PROPERTIES_LIMIT,
    command_properties,
    event_name,
    moment,
)

if TYPE_CHECKING:  # most deliveries send events that need no redaction
    from arcade_usage.domain.redaction import Redactor

_NAME = re.compile(r"[^$\s][^\x00-\x1f]{0,63}")

# What PostHog reads in each message, events and aliases alike: the library always sets it.
POSTHOG_SETTINGS: Mapping[str, object] = {"$ip": "0.0.0.0", "$ignore_sent_at": True}  # noqa: S104 - no address

# The properties for PostHog that the library and the SDK add, and why they are kept.
SDK_FIELDS: Mapping[str, str] = {
    "$ip": "0.0.0.0: PostHog would store the address that the request came from, so it gets none",
    "$ignore_sent_at": "true: the time of an event stays, however wrong the clock is when it is sent",
    "$process_person_profile": "false on anonymous events: PostHog creates no person profile",
    "$is_server": "true on a server's events: the server's system is not stored as that of the person",
    "$geoip_disable": "true: PostHog does not look up the location of the address",
    "$lib": "separates events of this SDK from others in the same project",
    "$lib_version": "which releases of the SDK are in use",
    "$python_runtime": "which Python it is, for example CPython or PyPy",
    "$python_version": "the same as runtime_version, under the name that PostHog displays",
    "$os": "the same as os_type, under the name that PostHog displays",
    "$os_version": "the release of the system; on Linux that of the distribution, not of the kernel",
    "$os_distro": "which Linux distribution; on Linux only, and not from older SDKs",
}


@frozen
class Runtime:
    """Facts about the runtime that all events of one process share. `tool`: its distribution's name."""

    cli_version: str
    runtime_version: str
    os_type: str
    os_release: str
    is_ci: bool
    tool: str = ""
    arch: str | None = None
    agent: str | None = None  # one of domain.agents


@frozen
class Command:
    """One execution of a command in the tool; `monotonic_*` and `ended_at` (Unix) in seconds.

    has_safe_message: the tool's author says that the error message needs no redaction.
    as_is: names of the properties that need none, because their values have the declared shapes.
    options: declared names of the options on the command line, without their dashes.
    is_tty: whether stdout is a terminal; None if that is not known.
    """

    name: str
    outcome: Outcome
    ended_at: float
    duration_ms: float | None = None
    error_message: str | None = None
    monotonic_start: float | None = None
    monotonic_end: float | None = None
    is_login: bool = False
    is_logout: bool = False
    properties: Mapping[str, object] = field(factory=dict)
    as_is: frozenset[str] = frozenset()
    error_type: str | None = None
    exit_code: int | None = None
    has_safe_message: bool = False
    options: tuple[str, ...] = ()
    is_tty: bool | None = None

    @property
    def succeeded(self) -> bool:
        return self.outcome == SUCCESS


@frozen
class Event:
    """An event without its distinct id. `properties`: redacted JSON; `timestamp`: timezone-aware."""

    uuid: str
    name: str
    timestamp: datetime
    properties: Mapping[str, object]

    def without_error_text(self) -> "Event":
        """The same event without the text of the error."""
        kept = {name: value for name, value in self.properties.items() if name != ERROR_TEXT}
        return evolve(self, properties=kept)


def describe(command: Command, runtime: Runtime, uuid: str, redact: "Redactor") -> Event:
    """Returns the event of a command. Pure; raises ValueError for a time outside the calendar."""
    timestamp = moment(command.ended_at)
    redact_message: Callable[[str], str] = redact
    if command.has_safe_message:
        from arcade_usage.domain.redaction import shorten

        redact_message = shorten
    properties = command_properties(command, runtime, redact_message, redact.redact_name)
    theirs = tool_properties(command.properties, redact, as_is=command.as_is)
    properties |= {name: value for name, value in theirs.items() if value is not None}
    return Event(uuid, event_name(command.succeeded), timestamp, properties)


def is_tool_property(name: object, ours: Container[str] = FIELDS) -> bool:
    """Whether a tool may use this property name: neither one of `ours` nor reserved by PostHog."""
    return isinstance(name, str) and name not in ours and _NAME.fullmatch(name) is not None


def tool_properties(
    properties: Mapping[str, object],
    redact: "Redactor",
    ours: Container[str] = FIELDS,
    as_is: Collection[str] = (),
) -> dict[str, object]:
    """The tool's properties of an event: redacted except for `as_is`, without forbidden names, 50 at most."""
    names = [name for name in properties if is_tool_property(name, ours)][:TOOL_PROPERTIES_LIMIT]
    kept = {name: properties[name] for name in names if name in as_is}
    redacted = redact.redact_value({name: properties[name] for name in names if name not in as_is})
    return {**redacted, **kept} if isinstance(redacted, dict) else kept
