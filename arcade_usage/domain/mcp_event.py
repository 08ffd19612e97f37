"""Events of an MCP server: their names, their properties and the reason for each.

Invariant: of a tool call, only the outcome and the duration are sent. The tool's name is sent if the author
asks for it; arguments and results never are.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arcade_usage.domain.redaction import Redactor

SERVER_STARTED = "MCP server started"
TOOL_CALLED = "MCP tool called"

# PostHog's own event for MCP analytics: the one name with `$` that a server may send.
ANALYTICS_CALL = "$mcp_tool_call"
ANALYTICS_SOURCE = "posthog_mcp_analytics"
UNKNOWN_TOOL_NAME = "unknown"  # what a client asked for is its user's input

# The properties of the events of an MCP server, and why they are sent.
MCP_FIELDS: Mapping[str, str] = {
    "transport": "how servers are reached: `stdio`, `http` or `sse`; when the server started",
    "tool_count": "how large servers are; when the server started",
    "resource_server_type": "how servers are protected: the validator's class, or `none`; when it started",
    "host": "which interface servers listen on; over http, if known, when the server started",
    "port": "which port servers listen on; over http, if known, when the server started",
    "arcade_mcp_server_version": "which releases of arcade-mcp-server are in use; with that package only",
    "device_timestamp": "order of events within one boot: monotonic seconds, not the wall clock",
    "is_execution_success": "how often tools fail; of a tool call",
    "failure_reason": "which part failed, one of six reasons, null on success; of a tool call",
    "duration_ms": "how slow tools are; of a tool call",
    "tool_name": "which tools are used, as the server names them; of a tool call, if the author asks for it",
}

# The properties of PostHog's own event. Its dashboards need all of them.
ANALYTICS_FIELDS: Mapping[str, str] = {
    "$mcp_source": f"`{ANALYTICS_SOURCE}`: PostHog's dashboards read only events with it",
    "$mcp_tool_name": f"which tools are used; `{UNKNOWN_TOOL_NAME}` for one that the server does not have",
    "$mcp_is_error": "how often tools fail",
    "$mcp_duration_ms": "how slow tools are",
    "$mcp_server_name": "separates several servers in one PostHog project",
    "$session_id": "which calls belong to one session: a random id, made here and not the protocol's",
}

_SESSION_ID = re.compile(r"ses_[0-9a-f]{32}")


class FailureReason(str, Enum):
    """Why a tool call failed. The values are those that arcade-mcp-server reports."""

    UNKNOWN_TOOL = "unknown tool"
    INVALID_INPUT = "invalid tool input"
    MISSING_REQUIREMENTS = "missing requirements"
    TRANSPORT_RESTRICTION = "transport restriction"
    EXECUTION_ERROR = "error during tool execution"
    INTERNAL_ERROR = "internal error calling tool"


def analytics_properties(properties: Mapping[str, object], redact: "Redactor") -> dict[str, object]:
    """The properties of PostHog's own event, without all others; texts are redacted."""
    described: dict[str, object] = {"$mcp_source": ANALYTICS_SOURCE}
    for name in ANALYTICS_FIELDS:
        value = properties.get(name)
        if name == "$session_id":
            if isinstance(value, str) and _SESSION_ID.fullmatch(value):
                described[name] = value
        elif isinstance(value, str):
            described.setdefault(name, redact.redact_name(value))
        elif isinstance(value, int | float):
            described[name] = value
    return described
