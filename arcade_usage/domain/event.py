"""One event, as it will be sent: name, time, and each property with the reason why it is there.

Owns the invariant that every text in it that comes from outside went through the redactor.
"""

import re
from collections.abc import Container, Mapping
from datetime import datetime

from attrs import field, frozen

from arcade_usage.domain.outcome import SUCCESS, Outcome
from arcade_usage.domain.properties import command_properties, event_name, moment
from arcade_usage.domain.redaction import Redactor

HOST_PROPERTIES_LIMIT = 50  # properties that a host may add

_NAME = re.compile(r"[^$\s][^\x00-\x1f]{0,63}")

# Why each property of ours is sent. Nothing else of ours is.
FIELDS: Mapping[str, str] = {
    "command_name": "which commands are used",
    "cli_version": "which releases are in use, and which release broke something",
    "runtime_language": "separates tools in Python from others",
    "runtime_version": "which Python versions need support",
    "os_type": "which systems need support",
    "os_release": "which releases of a system need support",
    "duration_ms": "which commands are slow",
    "device_start_timestamp": "order of commands within one boot: monotonic seconds, not the wall clock",
    "device_end_timestamp": "order of commands within one boot: monotonic seconds, not the wall clock",
    "error_message": "what went wrong, redacted and cut; on failure only",
    "outcome": "an error, an exit code, a wrong command line or an interruption; on failure only",
    "is_ci": "machines are not counted as people; only if the CI variable says so",
}

# What PostHog's SDK and its protocol add to each event, and why that is left in.
SDK_FIELDS: Mapping[str, str] = {
    "$process_person_profile": "false on anonymous events: PostHog creates no person profile",
    "$geoip_disable": "true: PostHog does not look up the location of the address",
    "$lib": "separates events of this SDK from others in the same project",
    "$lib_version": "which releases of the SDK are in use",
    "$python_runtime": "the same as runtime_version, under the name that PostHog displays",
    "$python_version": "the same as runtime_version, under the name that PostHog displays",
    "$os": "the same as os_type, under the name that PostHog displays",
    "$os_version": "the same as os_release, under the name that PostHog displays",
    "$os_distro": "which Linux distribution; on Linux only",
}


@frozen
class Runtime:
    """What the events of one host process have in common."""

    cli_version: str
    runtime_version: str
    os_type: str
    os_release: str
    is_ci: bool


@frozen
class Command:
    """One execution of a command, as the host saw it; `monotonic_*` and `ended_at` (Unix) in seconds."""

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

    @property
    def succeeded(self) -> bool:
        return self.outcome == SUCCESS


@frozen
class Event:
    """What is captured, but for whose it is. `properties` is JSON, redacted; `timestamp` is aware."""

    uuid: str
    name: str
    timestamp: datetime
    properties: Mapping[str, object]


def describe(command: Command, runtime: Runtime, uuid: str, redact: Redactor) -> Event:
    """The event of a command. Pure; raises ValueError for a time outside the calendar."""
    timestamp = moment(command.ended_at)
    properties = command_properties(command, runtime, redact, redact.redact_name)
    properties |= {
        name: value
        for name, value in host_properties(command.properties, redact).items()
        if value is not None
    }
    return Event(uuid, event_name(command.succeeded), timestamp, properties)


def is_host_property(name: object, ours: Container[str] = FIELDS) -> bool:
    """Whether a host may name a property so: not one of ours, and none that PostHog gives a meaning to."""
    return isinstance(name, str) and name not in ours and _NAME.fullmatch(name) is not None


def host_properties(
    properties: Mapping[str, object], redact: Redactor, ours: Container[str] = FIELDS
) -> dict[str, object]:
    """What a host adds to an event: redacted, without what it may not name so, 50 at most."""
    names = [name for name in properties if is_host_property(name, ours)][:HOST_PROPERTIES_LIMIT]
    redacted = redact.redact_value({name: properties[name] for name in names})
    return dict(redacted) if isinstance(redacted, dict) else {}
