"""Observes an `MCPApp` of arcade-mcp-server: a middleware for its tool calls, a lifespan for start and end.

Both are arguments that the app passes to each server that it makes, so a server of a reload is observed like
the first one. The reason of a failure is read off the response, as the server words it.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from arcade_usage.adapters.frameworks.mcp_server import Reporter
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.domain.mcp_event import FailureReason

DISTRIBUTION = "arcade-mcp-server"

# Codes of JSON-RPC errors. All others are faults of the request.
_REASONS = {
    -32603: FailureReason.INTERNAL_ERROR,
    -32000: FailureReason.INTERNAL_ERROR,
    -32043: FailureReason.MISSING_REQUIREMENTS,  # insufficient scope
}


def observe(app: Any, reporter: Reporter) -> None:
    """Observe the servers that this app will make."""
    from arcade_mcp_server.lifespan import default_lifespan
    from arcade_mcp_server.middleware import Middleware

    reporter.server_name = app.name
    try:
        reporter.facts["arcade_mcp_server_version"] = version(DISTRIBUTION)
    except PackageNotFoundError:  # not installed by its name: vendored, or on PYTHONPATH
        reporter.facts["arcade_mcp_server_version"] = "unknown"

    class ToolCalls(Middleware):  # type: ignore[misc]  # the package is not installed where types are checked
        async def on_call_tool(self, context: Any, call_next: Any) -> Any:
            began_at = time.monotonic()
            try:
                response = await call_next(context)
            except BaseException as error:  # an exit of the tool and a cancellation too
                _end_call(reporter, _reason_of_error(error), began_at, context)
                raise
            with suppress_and_log():
                if is_outcome(response):
                    _end_call(reporter, reason_of(response), began_at, context)
            return response

    arguments = app.server_kwargs
    original = arguments.get("lifespan") or default_lifespan
    listening: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(server: Any) -> AsyncIterator[Any]:
        async with original(server) as state:
            with suppress_and_log():
                validator = app.resource_server_validator
                reporter.start(
                    "http" if listening else "stdio",
                    len(await server.tools.list_tools()),
                    "none" if validator is None else type(validator).__name__,
                    **listening,
                )
            try:
                yield state
            finally:
                await reporter.stop()

    serve = app._create_and_run_server

    def create_and_run_server(host: str, port: int) -> None:
        listening.update(host=host, port=port)
        serve(host, port)

    app._create_and_run_server = create_and_run_server
    arguments["lifespan"] = lifespan
    arguments["middleware"] = [*(arguments.get("middleware") or ()), ToolCalls()]


def _end_call(reporter: Reporter, failure: FailureReason | None, began_at: float, context: Any) -> None:
    with suppress_and_log():
        name = None if failure is FailureReason.UNKNOWN_TOOL else context.message["params"]["name"]
        reporter.end_call(failure, began_at, name, context.mcp_context._session)


def _reason_of_error(error: BaseException) -> FailureReason:
    is_fault = isinstance(error, Exception)
    return FailureReason.INTERNAL_ERROR if is_fault else FailureReason.EXECUTION_ERROR


def is_outcome(response: Any) -> bool:
    """Whether a response says how a call ended; that of a background task doesn't."""
    return hasattr(response, "error") or hasattr(getattr(response, "result", None), "isError")


def reason_of(response: Any) -> FailureReason | None:
    """Why a call failed, from its response; None if it succeeded."""
    error = getattr(response, "error", None)
    if error is not None:
        if str(error.get("message")).startswith("Unknown tool"):
            return FailureReason.UNKNOWN_TOOL
        return _REASONS.get(error.get("code"), FailureReason.INVALID_INPUT)
    result = response.result
    if not result.isError:
        return None
    texts = [getattr(content, "text", "") for content in result.content]
    if "arcade" in (getattr(result, "meta", None) or {}) or texts == ["Error calling tool"]:
        return FailureReason.EXECUTION_ERROR
    if len(texts) < 2:  # a requirement that is not met also comes with instructions for the model
        return FailureReason.INVALID_INPUT
    if "Unsupported transport" in texts[0]:
        return FailureReason.TRANSPORT_RESTRICTION
    return FailureReason.MISSING_REQUIREMENTS
