"""An MCP server as its author writes it, tracked by one line. Arguments: kind, transport, port.

Kinds: `sdk` (FastMCP of mcp 1.x, MCPServer of 2.x), `lowlevel` (the SDK's low-level server) and `arcade`
(arcade-mcp-server). The words that must not be sent begin with `secret`. With MOUNTED set, `application` is an
ASGI application for uvicorn.
"""

import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import arcade_usage
from arcade_usage.application.server import tracker as server_tracker

# A busy machine may take longer than a server's end waits for its worker.
for limit in ("CLOSE_SECONDS", "EXIT_SECONDS"):
    setattr(server_tracker, limit, 60.0)

KIND, TRANSPORT, PORT = (sys.argv[1:] if len(sys.argv) == 4 else os.environ["MOUNTED"].split())[:3]
IS_FIRST = importlib.util.find_spec("mcp.server.mcpserver") is None  # mcp 1.x


def secret_add(first: Annotated[int, "one"], second: Annotated[int, "another"]) -> Annotated[int, "the sum"]:
    """Adds."""
    return first + second


def secret_fail(word: Annotated[str, "a word"]) -> Annotated[str, "nothing"]:
    """Fails."""
    raise ValueError(f"secret words: {word}")


def secret_crash(word: Annotated[str, "a word"]) -> Annotated[str, "nothing"]:
    """Ends in a protocol error."""
    error = importlib.import_module("mcp.shared.exceptions")
    if IS_FIRST:
        data = importlib.import_module("mcp.types").ErrorData(
            code=-32042, message=word, data={"elicitations": []}
        )
        raise error.UrlElicitationRequiredError([], data.message)
    raise error.MCPError(-32042, word)


def make_sdk() -> Any:
    if IS_FIRST:
        app = importlib.import_module("mcp.server.fastmcp").FastMCP("My server", port=int(PORT))
    else:
        app = importlib.import_module("mcp.server.mcpserver").MCPServer("My server")
    for function in (secret_add, secret_fail, secret_crash):
        app.tool()(function)
    return app


def make_lowlevel() -> Any:
    types = importlib.import_module("mcp.types" if IS_FIRST else "mcp_types")
    server_type = importlib.import_module("mcp.server.lowlevel").Server
    schema = {"type": "object", "required": ["first"], "properties": {"first": {"type": "integer"}}}

    def call(name: str, arguments: dict[str, Any]) -> Any:
        if name == "secret_fail":
            raise ValueError("secret")
        if name != "secret_add":
            raise ValueError("no tool has this name")
        return [types.TextContent(type="text", text=str(arguments["first"]))]

    if not IS_FIRST:

        async def list_second(*_: Any) -> Any:
            return types.ListToolsResult(tools=[types.Tool(name="secret_add", input_schema=schema)])

        async def call_second(_: Any, params: Any) -> Any:
            try:
                return types.CallToolResult(content=call(params.name, params.arguments or {}))
            except ValueError as error:
                text = types.TextContent(type="text", text=str(error))
                return types.CallToolResult(content=[text], is_error=True)

        return server_type("My server", on_list_tools=list_second, on_call_tool=call_second)

    server = server_type("My server")
    tool.track_mcp(server, **OPTIONS)  # before the handlers are registered

    @server.list_tools()  # type: ignore[untyped-decorator]
    async def list_first() -> Any:
        return [types.Tool(name=name, inputSchema=schema) for name in ("secret_add", "secret_fail")]

    @server.call_tool()  # type: ignore[untyped-decorator]
    async def call_first(name: str, arguments: dict[str, Any]) -> Any:
        return call(name, arguments)

    return server


def make_arcade() -> Any:
    record_their_tracking()
    app = importlib.import_module("arcade_mcp_server").MCPApp(name="my_server", version="1.0.0")
    app.add_tool(secret_add)
    app.add_tool(secret_fail)

    def secret_needs(context: importlib.import_module("arcade_mcp_server").Context) -> Annotated[str, "x"]:  # type: ignore[valid-type]
        """Needs a secret."""
        return str(context)

    app.add_tool(secret_needs, requires_secrets=["SECRET_THAT_IS_MISSING"])
    return app


def record_their_tracking() -> None:
    """Write what the package's own tracking reports into a file instead of starting a process for each event."""
    their_tracker = importlib.import_module("arcade_mcp_server.usage.server_tracker").ServerTracker

    def record(_: object, *facts: object, **named: object) -> None:
        named.pop("resource_server_validator", None)
        with Path("theirs.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps([facts, named]) + "\n")

    their_tracker.track_server_start = their_tracker.track_tool_call = record


def run(app: Any) -> None:
    if KIND == "arcade":
        app.run(transport=TRANSPORT, port=int(PORT), reload=bool(os.environ.get("RELOAD")))
    elif KIND == "lowlevel":
        anyio, stdio = importlib.import_module("anyio"), importlib.import_module("mcp.server.stdio")

        async def serve() -> None:
            async with stdio.stdio_server() as (read, write):
                await app.run(read, write, app.create_initialization_options())

        anyio.run(serve)
    elif IS_FIRST or TRANSPORT == "stdio":
        app.run(TRANSPORT)
    else:
        app.run(TRANSPORT, port=int(PORT))


def mount(app: Any) -> Any:
    """The server in an ASGI application. In 1.x, a low-level server's application makes the manager itself."""
    if hasattr(app, "streamable_http_app"):
        if os.environ.get("STATELESS") and IS_FIRST:
            app.settings.stateless_http = True
            return app.streamable_http_app()
        return app.streamable_http_app(**({"stateless_http": True} if os.environ.get("STATELESS") else {}))
    manager_type = importlib.import_module("mcp.server.streamable_http_manager").StreamableHTTPSessionManager
    routing = importlib.import_module("starlette.routing")
    manager = manager_type(app=app)
    return importlib.import_module("starlette.applications").Starlette(
        routes=[routing.Mount("/", app=manager.handle_request)], lifespan=lambda _: manager.run()
    )


tool = arcade_usage.Tool(
    distribution="pytest",
    project_token="phc_of_the_tests",
    host=os.environ["POSTHOG_URL"],
    config_dir=os.environ["CONFIG_DIR"],
)
OPTIONS = {"tool_names": bool(os.environ.get("NAMES")), "analytics": bool(os.environ.get("ANALYTICS"))}
application = {"sdk": make_sdk, "lowlevel": make_lowlevel, "arcade": make_arcade}[KIND]()
assert tool.track_mcp(application, **OPTIONS) is application
if os.environ.get("MOUNTED"):
    application = mount(application)
elif __name__ == "__main__":
    run(application)
