"""An MCP server of arcade-mcp-server, today's or the migrated one, with PostHog on this machine.

Arguments: `app` (an MCPApp) or `module` (`python -m arcade_mcp_server`), transport, and at the end the port.
"""

import os
import runpy
import sys
from typing import Annotated

import arcade_mcp_server.usage as usage
from arcade_mcp_server import MCPApp

kind, transport, port = sys.argv[1], sys.argv[2], sys.argv[-1]
if hasattr(usage, "tool"):  # the migrated server
    usage.tool.host = os.environ["POSTHOG_URL"]
else:
    from arcade_core.usage import UsageService

    make = UsageService.__init__

    def with_host(service: UsageService) -> None:
        make(service)
        service.host = os.environ["POSTHOG_URL"]

    UsageService.__init__ = with_host


def add(first: Annotated[int, "one"], second: Annotated[int, "another"]) -> Annotated[int, "the sum"]:
    """Adds."""
    return first + second


def fail(word: Annotated[str, "a word"]) -> Annotated[str, "nothing"]:
    """Fails."""
    raise ValueError(word)


def needs(word: Annotated[str, "a word"]) -> Annotated[str, "nothing"]:
    """Needs a secret."""
    return word


if kind == "module":
    sys.argv[1:] = [transport, "--port", port]
    runpy.run_module("arcade_mcp_server", run_name="__main__", alter_sys=True)
else:
    app = MCPApp(name="my_server", version="1.0.0")
    app.add_tool(add)
    app.add_tool(fail)
    app.add_tool(needs, requires_secrets=["MISSING"])
    app.run(transport=transport, port=int(port))
