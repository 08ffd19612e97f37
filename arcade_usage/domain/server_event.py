"""A server's own event: a name, a time and the tool's properties.

Invariant: a tool can't send names that begin with `$`, which PostHog reserves. The one exception is PostHog's
own event for MCP analytics, with the properties that its dashboards need.
"""

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from arcade_usage.domain.event import Event, Runtime, tool_properties
from arcade_usage.domain.mcp_event import ANALYTICS_CALL, analytics_properties
from arcade_usage.domain.properties import FIELDS, moment

if TYPE_CHECKING:
    from arcade_usage.domain.redaction import Redactor

EVENT_NAME_LIMIT = 200  # characters

# The properties that the library sends with a server's event, and why. It sends no others of its own.
SERVER_FIELDS: Mapping[str, str] = {
    "server_version": "which releases are in use, and which release broke something",
    **{
        name: FIELDS[name]
        for name in ("runtime_language", "runtime_version", "os_type", "os_release", "is_ci")
    },
}

_EVENT_NAME = re.compile(r"[^$\s\x00-\x1f][^\x00-\x1f]*")


class EventNameError(ValueError):
    """An event's name is empty or reserved by PostHog."""


@frozen
class ServerEvent:
    """An event that the tool's server reports; `at` in Unix seconds."""

    name: str
    at: float
    properties: Mapping[str, object] = field(factory=dict)


def is_server_event(event: Event) -> bool:
    """Whether a server reported the event; a command always has `cli_version`, and a tool may add either."""
    return "server_version" in event.properties and "cli_version" not in event.properties


def describe_server_event(
    capture: ServerEvent, runtime: Runtime, uuid: str, redact: "Redactor", as_is: Collection[str] = ()
) -> Event:
    """Returns the event. `as_is`: names of the properties that need no redaction.

    Pure; raises EventNameError, and ValueError for a time outside the calendar.
    """
    name = capture.name[:EVENT_NAME_LIMIT]
    is_analytics = name == ANALYTICS_CALL
    if _EVENT_NAME.fullmatch(name) is None and not is_analytics:
        raise EventNameError("an event needs a name that does not begin with $")
    ours: dict[str, object] = {
        "server_version": runtime.cli_version,
        "runtime_language": "python",
        "runtime_version": runtime.runtime_version,
        "os_type": runtime.os_type,
        "os_release": runtime.os_release,
    }
    if runtime.is_ci:
        ours["is_ci"] = True
    if is_analytics:
        return Event(uuid, name, moment(capture.at), ours | analytics_properties(capture.properties, redact))
    theirs = tool_properties(capture.properties, redact, SERVER_FIELDS, as_is)
    return Event(uuid, redact.redact_name(name), moment(capture.at), ours | theirs)
