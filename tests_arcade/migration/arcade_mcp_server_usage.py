"""Usage tracking of MCP servers."""

import time
from functools import cache
from importlib.metadata import version
from typing import Any

from arcade_core.constants import POSTHOG_PROJECT_TOKEN

import arcade_usage

NAME = "arcade-mcp-server"
tool = arcade_usage.Tool(distribution=NAME, project_token=POSTHOG_PROJECT_TOKEN)

server = cache(tool.server)  # made when a server runs, since the switch may be in its .env file


class ServerTracker:
    """Reports the start of a server and its tool calls."""

    def track_server_start(
        self,
        transport: str,
        host: str | None,
        port: int | None,
        tool_count: int,
        resource_server_validator: Any = None,
    ) -> None:
        protection = "none" if resource_server_validator is None else type(resource_server_validator).__name__
        address = {"host": host, "port": port} if host is not None else {}
        self._capture(
            "MCP server started",
            {"transport": transport, "tool_count": tool_count, "resource_server_type": protection, **address},
        )

    def track_tool_call(self, success: bool, failure_reason: str | None = None) -> None:
        self._capture("MCP tool called", {"is_execution_success": success, "failure_reason": failure_reason})

    def _capture(self, name: str, properties: dict[str, Any]) -> None:
        common = {"arcade_mcp_server_version": version(NAME), "device_timestamp": time.monotonic()}
        server().capture(name, properties | common)

    async def stop(self) -> None:
        """Send the last events; takes 2 s at most."""
        await server().aclose()
