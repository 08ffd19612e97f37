"""Observes a server of the official `mcp` SDK: `FastMCP` (1.x), `MCPServer` (2.x) and the low-level `Server`.

The high-level servers own a low-level one, which is observed. Its tool calls pass a middleware in 2.x; in 1.x
their handler is wrapped. The SDK's session manager tells when a server that an ASGI application mounts starts
and ends.
"""

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from arcade_usage.adapters.frameworks.mcp_server import Reporter
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.domain.mcp_event import FailureReason

_INVALID_PARAMS, _METHOD_NOT_FOUND, _URL_ELICITATION_REQUIRED = -32602, -32601, -32042
_REASONS = {
    _INVALID_PARAMS: FailureReason.INVALID_INPUT,
    _METHOD_NOT_FOUND: FailureReason.UNKNOWN_TOOL,  # a server without tools
    _URL_ELICITATION_REQUIRED: FailureReason.MISSING_REQUIREMENTS,
}

TOOL_NAMES_LIMIT = 1000  # names that are remembered
_OBSERVATION = "_arcade_usage_observation"  # attribute of low-level servers and the session manager's class

# How the SDK words arguments that the tool's signature or schema does not accept.
_INVALID_INPUT = re.compile(
    r"Input validation error: |Error executing tool .*: \d+ validation errors? for \w+Arguments\b"
)


def observe(app: Any, reporter: Reporter) -> None:
    """Observe a server, and the low-level server that it owns."""
    server = getattr(app, "_mcp_server", None) or getattr(app, "_lowlevel_server", None) or app
    reporter.server_name = server.name
    observation = _Observation(app, server, reporter)
    setattr(server, _OBSERVATION, observation)
    observation.observe_calls()
    server.run = observation.serving(server.run, "stdio")
    if server is not app:
        app.sse_app = observation.mounting(app.sse_app)
        for transport, name in (
            ("stdio", "run_stdio_async"),
            ("sse", "run_sse_async"),
            ("http", "run_streamable_http_async"),
        ):
            setattr(app, name, observation.serving(getattr(app, name), transport))
    _observe_managers()


class _Observation:
    """A server and what is observed of it."""

    def __init__(self, app: Any, server: Any, reporter: Reporter) -> None:
        self._app = app
        self.server = server
        self._reporter = reporter
        self._listed: set[str] = set()  # names that a low-level server listed for a client

    def observe_calls(self) -> None:
        """Observe the tool calls. In 1.x, repeat it later: a handler may be registered at any time."""
        if hasattr(self.server, "middleware"):
            if self._observe_call not in self.server.middleware:
                self.server.middleware.append(self._observe_call)
            return
        from mcp.types import CallToolRequest

        handlers = self.server.request_handlers
        handler = handlers.get(CallToolRequest)
        if handler is not None and not isinstance(handler, _ObservedHandler):
            handlers[CallToolRequest] = _ObservedHandler(handler, self)

    def serving(self, run: Callable[..., Any], transport: str) -> Callable[..., Any]:
        """`run`, which serves one server until its end, with its start reported."""

        async def run_observed(*arguments: Any, **options: Any) -> Any:
            with suppress_and_log():
                self.observe_calls()
            if self._reporter.is_started:  # a session, or the low-level server of one that runs
                return await run(*arguments, **options)
            try:
                with suppress_and_log():
                    self._start(transport, self._count_tools(), options)
                return await run(*arguments, **options)
            finally:
                await self._reporter.stop()

        return run_observed

    def mounting(self, make_app: Callable[..., Any]) -> Callable[..., Any]:
        """`sse_app`: only its call tells that a server is reached over SSE."""

        def make_observed(*arguments: Any, **options: Any) -> Any:
            with suppress_and_log():
                self._start("sse", None)
            return make_app(*arguments, **options)

        return make_observed

    @asynccontextmanager
    async def managed(self, running: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        """`running`, the run of a session manager, with the server's start reported."""
        async with running:
            with suppress_and_log():
                self._start("http", self._count_tools())
            try:
                yield
            finally:
                await self._reporter.tracker.aclose()  # uvicorn ends the process before its own `run` returns

    def _start(self, transport: str, tool_count: int | None, options: dict[str, Any] | None = None) -> None:
        """Report the start. `options`: those of the server's own run; None if an application mounts it."""
        verifier = getattr(self._app, "_token_verifier", None)
        address = () if options is None or transport == "stdio" else self._address(options)
        protection = "none" if verifier is None else type(verifier).__name__
        self._reporter.start(transport, tool_count, protection, *address)

    def _address(self, options: dict[str, Any]) -> tuple[str, int]:
        """Host and port: in 1.x settings of the server, in 2.x options of its run."""
        settings = self._app.settings
        host = options.get("host", getattr(settings, "host", "127.0.0.1"))
        return host, options.get("port", getattr(settings, "port", 8000))

    def _count_tools(self) -> int | None:
        """The number of registered tools; None for a low-level server, which lists them only for a client.

        Read from the registry: the author's own `list_tools` may take its time, and runs only for a client.
        """
        manager = getattr(self._app, "_tool_manager", None)
        return None if manager is None else len(manager.list_tools())

    async def _observe_call(self, context: Any, call_next: Callable[[Any], Any]) -> Any:
        """The middleware of 2.x."""
        if context.method == "tools/list":
            listed = await call_next(context)
            with suppress_and_log():
                room = max(0, TOOL_NAMES_LIMIT - len(self._listed))
                self._listed.update(tool["name"] for tool in listed["tools"][:room])
            return listed
        if context.method != "tools/call":
            return await call_next(context)
        session = getattr(context.session, "_connection", context.session)
        name = str((context.params or {}).get("name"))
        began_at = time.monotonic()
        try:
            result = await call_next(context)
        except BaseException as error:  # the client's cancellation too
            self.end_call(_reason_of_error(error), began_at, name, session)
            raise
        with suppress_and_log():
            if isinstance(result, dict) and "content" in result:
                texts = [content.get("text", "") for content in result["content"]]
                failure = _reason_of_result(texts, name) if result.get("isError") else None
                self.end_call(failure, began_at, name, session)
        return result

    def end_call(self, failure: FailureReason | None, began_at: float, name: str, session: Any) -> None:
        """Report a call of either version. The name is reported only if the server has such a tool."""
        with suppress_and_log():
            known = failure is not FailureReason.UNKNOWN_TOOL and self._has_tool(name)
            self._reporter.end_call(failure, began_at, name if known else None, session)

    def _has_tool(self, name: str) -> bool:
        manager = getattr(self._app, "_tool_manager", None)
        if manager is not None:
            return manager.get_tool(name) is not None
        return name in self._listed or name in getattr(self.server, "_tool_cache", ())


class _ObservedHandler:
    """The handler of tool calls in 1.x."""

    def __init__(self, handler: Callable[[Any], Any], observation: _Observation) -> None:
        self._handler = handler
        self._observation = observation

    async def __call__(self, request: Any) -> Any:
        began_at = time.monotonic()
        try:
            response = await self._handler(request)
        except BaseException as error:  # the client's cancellation too
            self._end(request, _reason_of_error(error), began_at)
            raise
        with suppress_and_log():
            result = response.root
            if hasattr(result, "isError"):  # not that of a background task
                texts = [getattr(content, "text", "") for content in result.content]
                failure = _reason_of_result(texts, request.params.name) if result.isError else None
                self._end(request, failure, began_at)
        return response

    def _end(self, request: Any, failure: FailureReason | None, began_at: float) -> None:
        with suppress_and_log():
            session = self._observation.server.request_context.session
            self._observation.end_call(failure, began_at, request.params.name, session)


def _reason_of_result(texts: list[str], tool_name: str) -> FailureReason:
    text = texts[0] if texts else ""
    if text == f"Unknown tool: {tool_name}":
        return FailureReason.UNKNOWN_TOOL
    if _INVALID_INPUT.match(text):
        return FailureReason.INVALID_INPUT
    return FailureReason.EXECUTION_ERROR


def _reason_of_error(error: BaseException) -> FailureReason:
    """The reason of a call that ends in a protocol error, an exit of the tool or a cancellation."""
    if not isinstance(error, Exception):
        return FailureReason.EXECUTION_ERROR
    if type(error).__name__ == "ValidationError":  # pydantic's, of the request
        return FailureReason.INVALID_INPUT
    code: Any = getattr(getattr(error, "error", None), "code", None)
    return _REASONS.get(code, FailureReason.INTERNAL_ERROR)


def _observe_managers() -> None:
    """Observe the SDK's session manager, once in a process; managers of other servers stay as they are.

    Its class is changed, since an application may make the manager of a low-level server itself.
    """
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager as Manager

    original = Manager.run
    if hasattr(Manager, _OBSERVATION):
        return

    def run(self: Any) -> Any:
        observation: _Observation | None = getattr(self.app, _OBSERVATION, None)
        return original(self) if observation is None else observation.managed(original(self))

    setattr(Manager, _OBSERVATION, True)
    Manager.run = run  # type: ignore[method-assign]
