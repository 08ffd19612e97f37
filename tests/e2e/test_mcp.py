"""MCP servers of the official SDK, tracked by one line, with real clients over stdio and http on loopback.

Runs with the newest SDK here, and with 1.x in the environment of `make test-arcade`.
"""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import Receiver
from tests.e2e.forked_servers import ForkedServers, importing_once
from tests.e2e.forks import Forks
from tests.e2e.servers import PATIENT
from tests.e2e.world import until
from tests.mcp_servers import ROOT, SECONDS, Servers

anyio = pytest.importorskip("anyio")
pytest.importorskip("mcp")

STARTED, CALLED, ANALYTICS = "MCP server started", "MCP tool called", "$mcp_tool_call"
OURS = {"server_version", "runtime_language", "runtime_version", "os_type", "os_release"}
IS_FIRST = find_spec("mcp.server.mcpserver") is None


@pytest.fixture(scope="module")
def host() -> Iterator[Forks]:
    """Has imported the SDK, for all servers."""
    with importing_once() as host:
        yield host


@pytest.fixture
def servers(receiver: Receiver, tmp_path: Path, host: Forks) -> Servers:
    return ForkedServers(receiver, tmp_path, host=host)


CALLS: dict[str, tuple[str, dict[str, object], str | None]] = {
    "success": ("secret_add", {"first": 1, "second": 2}, None),
    "a failing tool": ("secret_fail", {"word": "secret"}, "error during tool execution"),
    "wrong arguments": ("secret_add", {"first": "secret"}, "invalid tool input"),
    "an unknown tool": ("secret_nonsense", {}, "unknown tool"),
    "a protocol error": ("secret_crash", {"word": "secret"}, "missing requirements"),
}


def run_both(servers: Servers, kind: str) -> None:
    """A server writes what it wrote without tracking.

    Byte by byte, to stdout and, tracebacks included, to stderr; its exit code too, at the end of its stdin.
    """
    written = {}
    for tracked in ("", "0"):
        servers.variables["ARCADE_USAGE_TRACKING"] = tracked
        (servers.folder / "stderr").write_text("")
        with servers.stdio(kind) as session:
            session.ask("tools/list")
            for name, arguments, _ in CALLS.values():
                session.call(name, arguments)
            code = session.end()
        stderr = (servers.folder / "stderr").read_text()
        written[tracked] = (
            session.lines,
            code,
            re.sub(r"\[[\d/]+ [\d:]+\]", " " * 19, stderr),
        )  # Rich's time
    assert written[""] == written["0"]
    assert written[""][1] == 0


def test_the_start_and_each_call_are_one_event(servers: Servers) -> None:
    """With the reason of each failure, without names, arguments and results; and the client notices nothing."""
    run_both(servers, "sdk")
    started, *called = servers.events
    assert started.name == STARTED
    assert started.properties.keys() >= OURS
    assert (started.properties["transport"], started.properties["tool_count"]) == ("stdio", 3)
    assert started.properties["resource_server_type"] == "none"
    assert not started.properties.keys() & {"host", "port", "arcade_mcp_server_version"}
    assert {event.name for event in called} == {CALLED}
    assert [event.properties["failure_reason"] for event in called] == [
        reason for *_, reason in CALLS.values()
    ]
    assert [event.properties["is_execution_success"] for event in called] == [True, *[False] * 4]
    for event in called:
        assert isinstance(event.properties["duration_ms"], float)
        assert isinstance(event.properties["device_timestamp"], float)
    assert "secret" not in str(servers.events)


def test_names_and_posthogs_own_event_are_sent_where_the_author_asks_for_them(servers: Servers) -> None:
    """The name of an unknown tool is the client's input, so it is not sent."""
    servers.variables |= {"NAMES": "1", "ANALYTICS": "1"}
    with servers.stdio("sdk") as session:
        for name, arguments, _ in CALLS.values():
            session.call(name, arguments)
        session.end()
        called = servers.named(CALLED)
    assert [each.get("tool_name") for each in called] == [
        "secret_add",
        "secret_fail",
        "secret_add",
        None,
        "secret_crash",
    ]
    analytics = servers.named(ANALYTICS)
    assert Counter(each["$mcp_tool_name"] for each in analytics) == Counter(
        [each.get("tool_name", "unknown") for each in called]
    )
    assert sum(each["$mcp_is_error"] is True for each in analytics) == 4
    for each in analytics:
        assert each["$mcp_source"] == "posthog_mcp_analytics"
        assert each["$mcp_server_name"] == "My server"
        assert isinstance(each["$mcp_duration_ms"], float)
    (session_id,) = {each["$session_id"] for each in analytics}
    assert session_id.startswith("ses_")
    assert "nonsense" not in str(servers.events)


def test_a_sigint_loses_nothing(servers: Servers) -> None:
    """The events arrived or lie in the outbox. The exit code is the same."""
    codes = []
    for tracked in ("0", ""):
        servers.variables["ARCADE_USAGE_TRACKING"] = tracked
        with servers.stdio("sdk") as session:
            session.call("secret_add", {"first": 1, "second": 2})
            session.process.send_signal(signal.SIGINT)
            codes.append(session.end())  # the SDK waits for its reading thread
    assert codes[0] == codes[1], (servers.folder / "stderr").read_text()
    assert servers.names == {STARTED: 1, CALLED: 1}


def test_a_sigterm_loses_nothing_that_was_written(servers: Servers) -> None:
    """The exit code is that of any process that a SIGTERM ends."""
    with servers.stdio("sdk") as session:
        session.call("secret_add", {"first": 1, "second": 2})
        assert until(lambda: servers.names == {STARTED: 1, CALLED: 1})
        assert session.end(signal.SIGTERM) == -signal.SIGTERM
    assert servers.names == {STARTED: 1, CALLED: 1}


ENDS = """
import collections, itertools, pathlib, sys
import anyio
try:
    from mcp.server.mcpserver import MCPServer
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer
import arcade_usage
app = MCPServer("x")
@app.tool()
def count() -> int:
    pathlib.Path("counting").touch()
    collections.deque(itertools.count(), maxlen=0)
    return 0
@app.tool()
def leave() -> int:
    sys.exit(3)
@app.tool()
async def wait() -> int:
    pathlib.Path("waiting").touch()
    await anyio.sleep_forever()
tool = arcade_usage.Tool(
    distribution="pytest", project_token="phc_of_the_tests", host={host!r}, config_dir={folder!r}
)
tool.track_mcp(app)
app.run()
"""


@pytest.fixture
def ends(servers: Servers) -> Path:
    """A server whose tools end it, or are not done when it ends."""
    script = servers.folder / "ends.py"
    folder = str(servers.folder / "config")
    script.write_text(ENDS.format(host=servers.receiver.url, folder=folder), encoding="utf-8")
    return script


def test_a_sigterm_ends_a_server_whose_tool_never_returns(servers: Servers, ends: Path) -> None:
    """Native code keeps the GIL, so no handler of Python could run. What was written stays."""
    with servers.stdio("", ends) as session:
        assert until(lambda: servers.names == {STARTED: 1})
        session.tell("tools/call", {"name": "count", "arguments": {}}, id=9)
        assert until((servers.folder / "counting").exists)
        assert session.end(signal.SIGTERM) == -signal.SIGTERM
    assert servers.names == {STARTED: 1}


def test_a_tool_that_exits_has_failed(servers: Servers, ends: Path) -> None:
    """The call is an event, though it has no answer."""
    with servers.stdio("", ends) as session:
        session.tell("tools/call", {"name": "leave", "arguments": {}}, id=9)
        assert until(lambda: servers.names[CALLED] == 1)
    (called,) = servers.named(CALLED)
    assert called["failure_reason"] == "error during tool execution"


def test_a_call_that_the_client_cancels_has_failed(servers: Servers, ends: Path) -> None:
    """The call is an event, and the server answers the next one."""
    with servers.stdio("", ends) as session:
        session.tell("tools/call", {"name": "wait", "arguments": {}}, id=9)
        assert until((servers.folder / "waiting").exists)
        session.tell("notifications/cancelled", {"requestId": 9})
        assert until(lambda: servers.names[CALLED] == 1)
        session.tell("ping", id=10)
        assert session.process.stdout is not None
        assert any('"id":10' in line for line in session.process.stdout)
        session.end()
    (called,) = servers.named(CALLED)
    assert called["is_execution_success"] is False
    assert called["failure_reason"] == "error during tool execution"


def test_a_call_that_runs_when_the_client_leaves_has_failed(servers: Servers, ends: Path) -> None:
    """The server cancels the call and reports it before the process ends."""
    with servers.stdio("", ends) as session:
        session.tell("tools/call", {"name": "wait", "arguments": {}}, id=9)
        assert until((servers.folder / "waiting").exists)
        session.process.communicate(timeout=SECONDS)  # closes stdin
    (called,) = servers.named(CALLED)
    assert called["failure_reason"] == "error during tool execution"


def test_a_low_level_server(servers: Servers) -> None:
    """Its tools are known once it listed them for a client. Why a call failed, only its author knows."""
    servers.variables["NAMES"] = "1"
    run_both(servers, "lowlevel")
    started, *called = servers.events
    assert (started.properties["transport"], "tool_count" in started.properties) == ("stdio", False)
    assert len(called) == len(CALLS)
    known, unknown = called[0].properties, called[list(CALLS).index("an unknown tool")].properties
    assert [each["failure_reason"] for each in (known, unknown)] == [None, "error during tool execution"]
    assert [each.get("tool_name") for each in (known, unknown)] == ["secret_add", None]


@pytest.mark.skipif(IS_FIRST, reason="the example is written for mcp 2.x")
def test_the_readmes_example(servers: Servers) -> None:
    """It serves, and its call is reported."""
    page = (ROOT / "README.md").read_text(encoding="utf-8").split("## Servers")[1]
    arguments_of_tests = f'project_token="phc_of_the_tests", host="{servers.receiver.url}", config_dir="{servers.folder}/config"'
    script = servers.folder / "example.py"
    code = page.split("```python\n")[2].split("```")[0]
    script.write_text(PATIENT + code.replace('project_token="phc_..."', arguments_of_tests), encoding="utf-8")
    with servers.stdio("", script) as session:
        answer = session.call("add", {"first": 1, "second": 2})
        session.end()
    assert answer["result"]["content"][0]["text"] == "3"
    assert servers.names == {STARTED: 1, CALLED: 1}


MOUNTED = ("-m", "uvicorn", "--log-level", "warning", "tests.mcp_app:application")


@pytest.mark.parametrize(
    ("command", "end"),
    [((), signal.SIGTERM), ((), signal.SIGINT), (MOUNTED, signal.SIGTERM)],
    ids=["run, sigterm", "run, sigint", "mounted, sigterm"],
)
def test_sessions_over_http(servers: Servers, command: tuple[str, ...], end: int) -> None:
    """Each call is one event, of the session that made it; the server starts once. Its end loses nothing."""
    servers.variables["ANALYTICS"] = "1"
    with servers.http("sdk", *command) as server:

        async def use() -> None:
            async with server.session() as one, server.session() as two:
                for session in (one, two, two):
                    await session.call_tool("secret_add", {"first": 1, "second": 2})

        anyio.run(use)
        server.end(end)
    assert servers.names == {STARTED: 1, CALLED: 3, ANALYTICS: 3}
    (started,) = servers.named(STARTED)
    assert started["transport"] == "http"
    address = (started.get("host"), started.get("port"))
    assert address == ((None, None) if command else ("127.0.0.1", server.port))
    assert sorted(Counter(each["$session_id"] for each in servers.named(ANALYTICS)).values()) == [1, 2]


def test_a_low_level_server_with_a_manager_of_its_own(servers: Servers) -> None:
    """An application makes it and runs it, as the SDK's documentation shows."""
    with servers.http("lowlevel", *MOUNTED) as server:

        async def use() -> None:
            async with server.session() as session:
                await session.call_tool("secret_add", {"first": 1})

        anyio.run(use)
        server.end()
    assert servers.names == {STARTED: 1, CALLED: 1}


def test_workers_report_their_own(servers: Servers) -> None:
    """Each worker process is a server that starts; each call is one event, of the worker that answered."""
    servers.variables["STATELESS"] = "1"
    with servers.http("sdk", *MOUNTED, "--workers", "2") as server:

        async def use() -> None:
            for _ in range(6):
                async with server.session() as session:
                    await session.call_tool("secret_add", {"first": 1, "second": 2})

        anyio.run(use)
        server.end()
    assert servers.names[CALLED] == 6
    assert 1 <= servers.names[STARTED] <= 2
