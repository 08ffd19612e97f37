"""Tracks an MCP server with one line in the tool: one event when it starts, and one for each tool call.

Invariant: the server's behaviour is unchanged: what it prints, returns and raises, and how it ends. Nothing
is written to stdout, which is the stdio transport's. This module imports no MCP package; the tool has
imported the one of its server.
"""

import os
import time
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.server.tracker import ServerTracker, SilentServer
from arcade_usage.domain.mcp_event import (
    ANALYTICS_CALL,
    SERVER_STARTED,
    TOOL_CALLED,
    UNKNOWN_TOOL_NAME,
    FailureReason,
)

App = TypeVar("App")

# The classes that can be tracked, by name: importing their packages would cost the tools that have others.
_ARCADE = "arcade_mcp_server.mcp_app.MCPApp"
_SDK = frozenset(
    {
        "mcp.server.fastmcp.server.FastMCP",  # mcp 1
        "mcp.server.mcpserver.server.MCPServer",  # mcp 2
        "mcp.server.lowlevel.server.Server",
    }
)

REPORTER = "_arcade_usage_reporter"  # attribute of a tracked server


def track_mcp(app: App, tracker: ServerTracker, *, tool_names: bool = False, analytics: bool = False) -> App:
    """Reports the start and the tool calls of an MCP server; returns the server.

    app: an `MCPApp` of arcade-mcp-server, or a `FastMCP`, `MCPServer` or low-level `Server` of the official
    SDK (mcp 1.x and 2.x). Raises TypeError for anything else. tool_names: report the names of the tools that
    are called. analytics: also send PostHog's own MCP event for each call, which has the tool's name.

    Call it once, before the server runs; tools may be added later. A further call changes nothing.

    Blocks: never during a call. At the end of a server, 2 s at most, to send its last events.
    """
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(app).__mro__}
    if _ARCADE not in kinds and kinds.isdisjoint(_SDK):
        raise TypeError(
            "track_mcp() takes an MCPApp of arcade-mcp-server, or a FastMCP, MCPServer or Server of the"
            f" official SDK, not {type(app).__qualname__}: report other servers with tool.server()"
        )
    with suppress_and_log():
        if not isinstance(tracker, SilentServer) and not hasattr(app, REPORTER):
            reporter = Reporter(tracker, tool_names=tool_names, analytics=analytics)
            setattr(app, REPORTER, reporter)
            if _ARCADE in kinds:
                from arcade_usage.adapters.frameworks.mcp_arcade import observe as observe_arcade

                observe_arcade(app, reporter)
            else:
                from arcade_usage.adapters.frameworks.mcp_sdk import observe as observe_sdk

                observe_sdk(app, reporter)
    return app


class Reporter:
    """Reports the events of one server. No method raises."""

    def __init__(self, tracker: ServerTracker, *, tool_names: bool, analytics: bool) -> None:
        self.tracker = tracker
        self._tool_names = tool_names
        self._analytics = analytics
        self._sessions: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self.server_name = ""
        self.facts: dict[str, object] = {}  # properties of every event
        self.is_started = False

    def start(
        self,
        transport: str,
        tool_count: int | None,
        resource_server_type: str = "none",
        host: str | None = None,
        port: int | None = None,
    ) -> None:
        """Report that the server started, unless it runs already."""
        if self.is_started:
            return
        self.is_started = True
        properties: dict[str, object] = {
            "transport": transport,
            "tool_count": tool_count,
            "resource_server_type": resource_server_type,
            "host": host,
            "port": port,
        }
        known = {name: value for name, value in properties.items() if value is not None}
        self.tracker.capture(SERVER_STARTED, known | self._common())

    async def stop(self) -> None:
        """Send the last events: the process may be about to end in a way that runs no exit handler."""
        self.is_started = False
        await self.tracker.aclose()

    def end_call(
        self, failure: FailureReason | None, began_at: float, tool_name: str | None, session: Any
    ) -> None:
        """Report a tool call. began_at: monotonic seconds. tool_name: None if the server has no such tool."""
        with suppress_and_log():
            duration_ms = round((time.monotonic() - began_at) * 1000, 2)
            properties: dict[str, object] = {
                "is_execution_success": failure is None,
                "failure_reason": None if failure is None else failure.value,
                "duration_ms": duration_ms,
            }
            if self._tool_names and tool_name is not None:
                properties["tool_name"] = tool_name
            self.tracker.capture(TOOL_CALLED, properties | self._common())
            if self._analytics:
                called = {
                    "$mcp_tool_name": UNKNOWN_TOOL_NAME if tool_name is None else tool_name,
                    "$mcp_is_error": failure is not None,
                    "$mcp_duration_ms": duration_ms,
                    "$mcp_server_name": self.server_name,
                    "$session_id": self._session_id(session),
                }
                self.tracker.capture(ANALYTICS_CALL, called)

    def _common(self) -> dict[str, object]:
        return {**self.facts, "device_timestamp": time.monotonic()}

    def _session_id(self, session: Any) -> str:
        """A random id for a session object. The protocol's own gives access to the session: never send it."""
        key = self if session is None else session
        if key not in self._sessions:
            self._sessions[key] = f"ses_{os.urandom(16).hex()}"
        return self._sessions[key]
