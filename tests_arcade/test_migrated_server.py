"""The migrated arcade-mcp-server beside the released one, over stdio and http, compared event by event."""

import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest

from arcade_usage.demo.receiver import Receiver
from tests.mcp_servers import Servers
from tests_arcade.migration import find_token

SERVER = Path(__file__).with_name("server.py")
CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("MyServer_Add", {"first": 1, "second": 2}),
    ("MyServer_Fail", {"word": "x"}),
    ("MyServer_Add", {"first": "x"}),
    ("MyServer_Nonsense", {}),
    ("MyServer_Needs", {"word": "x"}),
)
SECONDS = 90.0  # until events that don't arrive are a failure
ADDED = {"server_version"}
VARYING = {"device_timestamp", "port"}

Events = list[tuple[str, Mapping[str, Any]]]
Run = Callable[[Servers], int]


@pytest.fixture
def compare(migrated: Path, tmp_path: Path) -> Iterator[Callable[[Run], Events]]:
    """Does the same with both servers, and returns the events of the migrated one."""
    with Receiver() as theirs, Receiver() as ours:

        def compare(run: Run) -> Events:
            both: list[Events] = []
            for receiver, path in ((theirs, ""), (ours, str(migrated))):
                folder = tmp_path / ("migrated" if path else "today")
                (folder / ".arcade").mkdir(parents=True)
                tools = "from typing import Annotated\nfrom arcade_tdk import tool\n\n@tool\ndef add(first: Annotated[int, 'x']) -> int:\n    'Adds.'\n    return first\n"
                (folder / "tools.py").write_text(tools)
                proxy = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
                count = run(Servers(receiver, folder, {"PYTHONPATH": path, **proxy}))
                both.append(_events(receiver, count))
            _compare(*both)
            return both[1]

        yield compare


def _events(receiver: Receiver, count: int) -> Events:
    token = find_token()
    assert receiver.wait_until(lambda: len(receiver.events(token)) >= count, SECONDS), receiver.events(token)
    events = receiver.events(token)
    assert len(events) == count, events
    in_order = sorted(events, key=lambda event: float(str(event.properties["device_timestamp"])))
    return [(event.name, event.properties) for event in in_order]


def _compare(today: Events, migrated: Events) -> None:
    """The same events, with all properties of today's."""
    assert [name for name, _ in migrated] == [name for name, _ in today]
    for (_, theirs), (_, ours) in zip(today, migrated, strict=True):
        assert theirs.keys() <= ours.keys()
        assert {name for name in ours.keys() - theirs.keys() if not name.startswith("$")} == ADDED
        for name in theirs.keys() - VARYING:
            assert ours[name] == theirs[name], name


def test_a_stdio_server(compare: Callable[[Run], Events]) -> None:
    """Its start, and each call with the reason of its failure."""

    def run(servers: Servers) -> int:
        with servers.stdio("app", SERVER) as session:
            for name, arguments in CALLS:
                session.call(name, arguments)
            assert session.end() == 0
        return 1 + len(CALLS)

    started, *called = compare(run)
    assert (started[1]["transport"], started[1]["tool_count"]) == ("stdio", 3)
    assert [properties["failure_reason"] for _, properties in called] == [
        None,
        "error during tool execution",
        "invalid tool input",
        "unknown tool",
        "missing requirements",
    ]


def test_an_http_server_with_several_sessions(compare: Callable[[Run], Events]) -> None:
    """Host and port are there, and SIGTERM loses nothing."""

    def run(servers: Servers) -> int:
        with servers.http("app", str(SERVER), "app", "http") as server:

            async def use() -> None:
                async with server.session() as one, server.session() as two:
                    for session in (one, two):
                        await session.call_tool("MyServer_Add", {"first": 1, "second": 2})
                    await two.call_tool("MyServer_Needs", {"word": "x"})

            anyio.run(use)
            server.end(signal.SIGTERM)
        return 4

    (_, started), *called = compare(run)
    assert (started["transport"], started["host"]) == ("http", "127.0.0.1")
    assert [properties["is_execution_success"] for _, properties in called] == [True, True, False]


def test_a_server_without_an_app(compare: Callable[[Run], Events]) -> None:
    """`arcade mcp stdio`, which is `python -m arcade_mcp_server stdio`: its calls are reported, not its start."""

    def run(servers: Servers) -> int:
        with servers.stdio("module", SERVER) as session:
            listed = session.ask("tools/list")["result"]["tools"]
            session.call(listed[0]["name"], {"first": 1})
            session.end()
        return 1

    assert [name for name, _ in compare(run)] == ["MCP tool called"]
