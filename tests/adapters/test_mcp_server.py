"""The wiring of `track_mcp`, and the reasons that it reads off an MCP server's answers, without a process."""

import subprocess
import sys
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.server.lowlevel import Server
from mcp.server.mcpserver import MCPServer
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, ValidationError

import arcade_usage
from arcade_usage.adapters.frameworks.mcp_arcade import is_outcome, reason_of
from arcade_usage.adapters.frameworks.mcp_sdk import TOOL_NAMES_LIMIT, _reason_of_error, observe
from arcade_usage.adapters.frameworks.mcp_server import Reporter, track_mcp
from arcade_usage.application.command.tracking import Properties
from arcade_usage.application.server.tracker import SilentServer
from arcade_usage.domain.mcp_event import FailureReason
from arcade_usage.testing.trackers import recording


class Answer:
    """An object with attributes, as the packages' models are."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


@pytest.mark.parametrize(
    "app", [None, "MCPApp", object(), Answer()], ids=["none", "name", "object", "look-alike"]
)
@pytest.mark.parametrize("token", [None, "phc_t"])
def test_what_is_no_server_is_refused_at_the_wiring(app: object, token: str | None) -> None:
    """Whether tracking is on or off, so that its author sees it at once."""
    with (
        recording(),
        pytest.raises(
            TypeError, match=r"track_mcp\(\) takes an MCPApp .*: report other servers with tool.server\(\)"
        ),
    ):
        arcade_usage.Tool(distribution="t", project_token=token).track_mcp(app)


def test_while_tracking_is_off_nothing_is_patched() -> None:
    """Neither the server nor the SDK's classes."""
    app = MCPServer("x")
    before, run = dict(vars(app)), vars(StreamableHTTPSessionManager)["run"]
    middleware = list(app.middleware)
    assert track_mcp(app, SilentServer()) is app
    assert vars(app) == before
    assert app.middleware == middleware
    assert vars(StreamableHTTPSessionManager)["run"] is run


def test_the_wiring_imports_no_mcp_package() -> None:
    """An author without one pays nothing for it."""
    script = (
        "import sys, arcade_usage\n"
        "tool = arcade_usage.Tool(distribution='t', project_token=None)\n"
        "try: tool.track_mcp(object())\n"
        "except TypeError: pass\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('mcp', 'arcade_mcp_server', 'anyio')])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_a_second_call_changes_nothing() -> None:
    """No event is reported twice."""
    with recording() as usage:
        tool = arcade_usage.Tool(distribution="t", project_token="phc_t")
        app = tool.track_mcp(tool.track_mcp(MCPServer("x")), tool_names=True)
        call(app, "nonsense")
    assert usage.names == ["MCP tool called"]


def call(app: MCPServer, name: str) -> str:
    """One call in one session, in memory; returns the answer's text."""

    async def use() -> str:
        async with Client(app) as client:
            (content,) = (await client.call_tool(name, {})).content
            return str(getattr(content, "text", None))

    return anyio.run(use)


class Gateway(MCPServer):
    """A server that asks another one for its tools, and gets no answer."""

    async def list_tools(self) -> list[Any]:
        await anyio.sleep_forever()
        return []

    async def run_stdio_async(self) -> None:
        """A run that ends at once."""


def test_the_start_does_not_call_the_authors_list_of_tools() -> None:
    """It may take its time, and the server runs without it. The count is that of the registered tools."""
    app = Gateway("x")
    app.tool(name="one")(lambda: 1)

    async def mounted() -> None:
        app.streamable_http_app()
        async with app.session_manager.run():
            pass

    async def use() -> None:
        with anyio.fail_after(60.0):
            await app.run_stdio_async()
            await mounted()

    with recording() as usage:
        arcade_usage.Tool(distribution="t", project_token="phc_t").track_mcp(app)
        anyio.run(use)
    assert [event.properties["tool_count"] for event in usage.events] == [1, 1]


def test_a_server_that_runs_again_starts_again() -> None:
    """Each run is one start, however many of its parts report it."""
    with recording() as usage:
        tracker = arcade_usage.Tool(distribution="t", project_token="phc_t").server()
        reporter = Reporter(tracker, tool_names=False, analytics=False)
        for _ in range(2):
            reporter.start("http", 1)
            reporter.start("stdio", 1)
            anyio.run(reporter.stop)
    assert usage.names == ["MCP server started"] * 2


class Model(BaseModel):
    number: int


def invalid() -> ValidationError:
    try:
        Model(number="x")  # type: ignore[arg-type]
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (invalid(), FailureReason.INVALID_INPUT),
        (MCPError(-32602, "x"), FailureReason.INVALID_INPUT),
        (MCPError(-32601, "x"), FailureReason.UNKNOWN_TOOL),
        (MCPError(-32042, "x"), FailureReason.MISSING_REQUIREMENTS),
        (MCPError(-32603, "x"), FailureReason.INTERNAL_ERROR),
        (OSError(5, "x"), FailureReason.INTERNAL_ERROR),
    ],
    ids=["arguments", "invalid params", "no tools", "needs a login", "internal", "any other"],
)
def test_the_reason_of_a_protocol_error(error: Exception, reason: FailureReason) -> None:
    """By its code."""
    assert _reason_of_error(error) is reason


def test_the_names_that_a_low_level_server_lists_are_bounded() -> None:
    """The first thousand are remembered."""
    server: Server[Any] = Server("x")
    with recording():
        arcade_usage.Tool(distribution="t", project_token="phc_t").track_mcp(server)
    observation = vars(server)["_arcade_usage_observation"]

    async def answer(_: object) -> dict[str, object]:
        return {"tools": [{"name": str(number)} for number in range(TOOL_NAMES_LIMIT + 10)]}

    for _ in range(2):
        anyio.run(observation._observe_call, Answer(method="tools/list"), answer)
    assert len(observation._listed) == TOOL_NAMES_LIMIT


def failed(*texts: str, **meta: object) -> Answer:
    return Answer(result=Answer(isError=True, meta=meta, content=[Answer(text=text) for text in texts]))


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (Answer(result=Answer(isError=False)), None),
        (Answer(error={"code": -32602, "message": "Unknown tool: x"}), FailureReason.UNKNOWN_TOOL),
        (Answer(error={"code": -32602, "message": "x"}), FailureReason.INVALID_INPUT),
        (Answer(error={"code": -32603, "message": "x"}), FailureReason.INTERNAL_ERROR),
        (Answer(error={"code": -32043, "message": "x"}), FailureReason.MISSING_REQUIREMENTS),
        (failed("x", arcade={}), FailureReason.EXECUTION_ERROR),
        (failed("Error calling tool"), FailureReason.EXECUTION_ERROR),
        (failed("1 validation error"), FailureReason.INVALID_INPUT),
        (failed("✗ Missing secret", "{}"), FailureReason.MISSING_REQUIREMENTS),
        (failed("✗ Unsupported transport", "{}"), FailureReason.TRANSPORT_RESTRICTION),
    ],
)
def test_the_reason_of_an_arcade_server_s_answer(response: Answer, reason: FailureReason | None) -> None:
    """tests_arcade shows the same with the package's real answers."""
    assert is_outcome(response)
    assert reason_of(response) is reason


def test_a_background_task_is_no_outcome() -> None:
    """Its answer says that it began."""
    assert not is_outcome(Answer(result=Answer(task="x")))


class Broken(SilentServer):
    """A tracker that breaks its promise."""

    def capture(self, name: str, properties: Properties = None) -> None:
        raise OSError(name, properties)


def test_no_fault_of_ours_reaches_a_call() -> None:
    """Whatever happens in between, the answer is the tool's."""
    broken: Any = Broken()
    app = MCPServer("x")
    observe(app, Reporter(broken, tool_names=True, analytics=True))
    assert call(app, "nonsense") == "Unknown tool: nonsense"
