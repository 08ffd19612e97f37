"""The real arcade-mcp-server, tracked by one line: over stdio and http, with failing tools and several sessions.

What today's tracking of the package would report is compared with what is reported.
"""

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import anyio
import pytest

from arcade_usage.demo.receiver import Receiver
from tests.mcp_servers import SECONDS, Servers

STARTED, CALLED, ANALYTICS = "MCP server started", "MCP tool called", "$mcp_tool_call"

CALLS: dict[str, tuple[str, dict[str, object], str | None]] = {
    "success": ("MyServer_SecretAdd", {"first": 1, "second": 2}, None),
    "a failing tool": ("MyServer_SecretFail", {"word": "secret"}, "error during tool execution"),
    "wrong arguments": ("MyServer_SecretAdd", {"first": "secret"}, "invalid tool input"),
    "an unknown tool": ("MyServer_SecretNonsense", {}, "unknown tool"),
    "a missing secret": ("MyServer_SecretNeeds", {}, "missing requirements"),
}


@pytest.fixture
def servers(receiver: Receiver, tmp_path: Path) -> Iterator[Servers]:
    """Its servers' stderr is part of a failure's report."""
    (tmp_path / ".arcade").mkdir()
    yield Servers(receiver, tmp_path)
    sys.stderr.write((tmp_path / "stderr").read_text(encoding="utf-8"))


def test_the_start_and_each_call_are_one_event(servers: Servers) -> None:
    """All properties of today's tracking, and the duration; no names, arguments or results."""
    with servers.stdio("arcade") as session:
        for name, arguments, _ in CALLS.values():
            session.call(name, arguments)
        assert session.end() == 0
    started, *called = servers.events
    assert started.name == STARTED
    assert {event.name for event in called} == {CALLED}
    assert (started.properties["transport"], started.properties["tool_count"]) == ("stdio", 3)
    assert started.properties["resource_server_type"] == "none"
    assert [event.properties["failure_reason"] for event in called] == [
        reason for *_, reason in CALLS.values()
    ]
    for event in servers.events:
        assert event.properties["arcade_mcp_server_version"] == version("arcade-mcp-server")
        assert isinstance(event.properties["device_timestamp"], float)
        assert {"runtime_language", "runtime_version", "os_type", "os_release"} <= event.properties.keys()
    assert "secret" not in str(servers.events).lower()
    theirs = [json.loads(line) for line in (servers.folder / "theirs.jsonl").read_text().splitlines()]
    assert theirs[0] == [[], {"transport": "stdio", "host": None, "port": None, "tool_count": 3}]
    assert [(*facts, None)[:2] for facts, _ in theirs[1:]] == [
        (each["is_execution_success"], each["failure_reason"]) for each in servers.named(CALLED)
    ]


def test_names_and_posthogs_own_event_where_the_author_asks_for_them(servers: Servers) -> None:
    """The name of an unknown tool is the client's input, so it is not sent."""
    servers.variables |= {"NAMES": "1", "ANALYTICS": "1"}
    with servers.stdio("arcade") as session:
        for name, arguments, _ in CALLS.values():
            session.call(name, arguments)
        session.end()
        names = [None if reason == "unknown tool" else name for name, _, reason in CALLS.values()]
    assert [each.get("tool_name") for each in servers.named(CALLED)] == names
    analytics = servers.named(ANALYTICS)
    assert Counter(each["$mcp_tool_name"] for each in analytics) == Counter(
        name or "unknown" for name in names
    )
    assert {each["$mcp_server_name"] for each in analytics} == {"my_server"}
    assert len({each["$session_id"] for each in analytics}) == 1


@pytest.mark.parametrize("end", [None, signal.SIGTERM, signal.SIGINT], ids=["eof", "sigterm", "sigint"])
def test_the_end_of_a_stdio_server_loses_nothing(servers: Servers, end: int | None) -> None:
    """Right after an answer; the process ends as it would untracked, and writes the same to stdout."""
    ends = []
    for tracked in ("0", ""):
        servers.variables["ARCADE_USAGE_TRACKING"] = tracked
        with servers.stdio("arcade") as session:
            session.ask("tools/list")
            session.call("MyServer_SecretAdd", {"first": 1, "second": 2})
            ends.append((session.end(end), session.lines))
    assert ends[0] == ends[1]
    assert servers.names == {STARTED: 1, CALLED: 1}


ENDS = """
import asyncio, sys
from typing import Annotated
from arcade_mcp_server import MCPApp
import arcade_usage
app = MCPApp(name="my_server", version="1.0.0")
async def leave() -> Annotated[int, "x"]:
    'Exits.'
    sys.exit(3)
async def cancel() -> Annotated[int, "x"]:
    'Is cancelled.'
    asyncio.current_task().cancel()
    await asyncio.sleep(0)
app.add_tool(leave)
app.add_tool(cancel)
tool = arcade_usage.Tool(
    distribution="pytest", project_token="phc_of_the_tests", host={host!r}, config_dir={folder!r}
)
if {tracked}:
    tool.track_mcp(app)
app.run(transport="stdio")
"""


@pytest.mark.parametrize("call", ["leave", "cancel"])
def test_a_call_without_an_answer_has_failed(servers: Servers, call: str) -> None:
    """A tool that exits, and a call that is cancelled; the server ends as it would untracked."""
    script, ends = servers.folder / "ends.py", []
    for tracked in (False, True):
        servers.variables["ARCADE_USAGE_TRACKING"] = "" if tracked else "0"  # the package's own tracking
        folder = str(servers.folder / "config")
        script.write_text(ENDS.format(host=servers.receiver.url, folder=folder, tracked=tracked))
        with servers.stdio("", script) as session:
            session.tell("tools/call", {"name": f"MyServer_{call.title()}", "arguments": {}}, id=9)
            written, _ = session.process.communicate(timeout=SECONDS)  # closes stdin
            ends.append((session.process.returncode, session.lines, written))
    assert ends[0] == ends[1]
    (called,) = servers.named(CALLED)
    assert called["is_execution_success"] is False
    assert called["failure_reason"] == "error during tool execution"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_sessions_over_http(servers: Servers, end: int) -> None:
    """With host and port, and the restriction of a tool that needs a secret."""
    servers.variables["ANALYTICS"] = "1"
    with servers.http("arcade") as server:

        async def use() -> None:
            async with server.session() as one, server.session() as two:
                for session in (one, two):
                    await session.call_tool("MyServer_SecretAdd", {"first": 1, "second": 2})
                await two.call_tool("MyServer_SecretNeeds", {})

        anyio.run(use)
        server.end(end)
    (started,) = servers.named(STARTED)
    assert (started["transport"], started["host"], started["port"]) == ("http", "127.0.0.1", server.port)
    assert [each["failure_reason"] for each in servers.named(CALLED)] == [None, None, "transport restriction"]
    assert sorted(Counter(each["$session_id"] for each in servers.named(ANALYTICS)).values()) == [1, 2]


def test_a_reload_is_a_server_that_starts_again(servers: Servers) -> None:
    """The process that watches the files reports nothing; the server that it ends loses nothing."""
    servers.variables["RELOAD"] = "1"
    with servers.http("arcade") as server:

        async def use() -> None:
            async with server.session() as session:
                await session.call_tool("MyServer_SecretAdd", {"first": 1, "second": 2})

        anyio.run(use)
        (servers.folder / "changed.py").write_text("changed = True")
        assert servers.receiver.wait_until(lambda: servers.names[STARTED] == 2, 60.0), servers.names
        server.end(signal.SIGINT)
    assert servers.names == {STARTED: 2, CALLED: 1}
