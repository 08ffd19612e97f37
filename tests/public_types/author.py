"""A tool whose author uses each part of the public API. Type checkers read it; nothing runs it.

A line with a type error that has to be reported ends with an `ignore` of mypy, which fails if there is no error.
"""

from collections.abc import Mapping
from pathlib import Path

import click
import typer
from typing_extensions import assert_type

import arcade_usage
from arcade_usage import Adapters, Execution, Notice, Property, ServerTracker, Tool, TrackedCommand, Tracker
from arcade_usage.testing import RecordedEvent, Usage, recording


class OwnError(Exception): ...


tool = Tool(
    distribution="my-tool",
    project_token=None,
    host="https://eu.i.posthog.com",
    version="1.2.3",
    config_dir=Path("/etc/my-tool"),
    credentials="/etc/my-tool/login.json",
    notice=Notice("my-tool reports its use.", "https://example.com", version=1, told_elsewhere=True),
    properties=[
        Property("org_id", kind="id", reason="which organizations use it"),
        Property("auth_type", kind="choice", choices=("oauth2", "api_key"), reason="how users log in"),
    ],
    safe_errors=(OwnError,),
    private_errors=[ValueError],
    adapters="own_adapters:adapters",
)
Tool(distribution="my-tool")  # type: ignore[call-arg]
Tool("my-tool", "phc_x")  # type: ignore[call-arg]
Tool(distribution="my-tool", project_token=b"phc_x")  # type: ignore[arg-type]
Tool(distribution="my-tool", project_token="phc_x", tokn="x")  # type: ignore[call-arg]
Tool(distribution="my-tool", project_token="phc_x", safe_errors=("OwnError",))  # type: ignore[arg-type]
Property("org_id", kind="uuid", reason="which organizations use it")  # type: ignore[arg-type]
Property("org_id", kind="id")  # type: ignore[call-arg]

# Apps come back as what they are.
typer_app = typer.Typer()
assert_type(tool.track(typer_app, login="auth.login", logout={"auth.logout"}), typer.Typer)
typer_app.add_typer(tool.usage_app(), name="usage")
tool.track(typer_app, log_in="login")  # type: ignore[call-arg]


@click.group()
def group() -> None: ...


tool.track(group, properties={"org_id": "1"}).add_command(tool.usage_command(), "usage")
assert_type(tool.usage_main(["status"]), int)
assert_type(arcade_usage.track(typer_app, tool.command_tracker()), typer.Typer)


# Commands: blocks, decorators, and reports afterwards.
def lazily() -> Mapping[str, object]:
    return {"org_id": "1"}


with tool.command("build", properties=lazily):
    ...
with tool.command("login", is_login=True) as nothing:
    assert_type(nothing, None)
with tool.command("login", login=True):  # type: ignore[call-arg]
    ...


@tool.command("build")
def build(name: str, *, fast: bool = False) -> int:
    return len(name) if fast else 0


@tool.command("sync")
async def sync(name: str) -> int:
    async with tool.command("inner"):
        return len(name)


assert_type(build("x", fast=True), int)
build(3)  # type: ignore[arg-type]
build("x", slow=True)  # type: ignore[call-arg]


async def use() -> None:
    assert_type(await sync("x"), int)
    async with tool.server() as served:
        assert_type(served, ServerTracker)
    await served.aclose()


tracker = tool.command_tracker()
assert_type(tracker, Tracker)
assert_type(tracker.command("x"), TrackedCommand)
assert_type(tracker.begin(), Execution)
tracker.begin().end("build", error=OwnError("no"), is_logout=True, options=("fast",))
tracker.track_command_execution("build", success=True, duration_ms=2, properties={"n": 1})
tracker.track_command_execution("build", True)  # type: ignore[call-arg]
tracker.track_command_execution("build")  # type: ignore[call-arg]
tracker.track_command_execution("build", success=True, properties=["n"])  # type: ignore[arg-type]
arcade_usage.command_tracker(distribution="my-tool", project_token="phc_x", config_dir="/etc/my-tool")

# Servers.
with arcade_usage.server_tracker(distribution="my-tool", project_token="phc_x") as server:
    assert_type(server, ServerTracker)
    server.capture("MCP server started", {"transport": "stdio"})
    server.capture("MCP tool called", lazily)
    server.capture("MCP tool called", transport="stdio")  # type: ignore[call-arg]
    assert_type(server.dropped, int)
server.dropped = 0  # type: ignore[misc]


def adapters(default: Adapters) -> Adapters:
    default.clock = None  # type: ignore[misc, assignment]
    return default


# Tests.
def test_it(usage: Usage) -> None:
    usage.begin_logged_in("alice")
    usage.posthog.failing = True
    usage.clock.advance(1.5)
    assert_type(usage.names, list[str])
    assert_type(usage.the_only_event, RecordedEvent)
    assert_type(usage.the_only_event.whose, str | None)
    usage.the_only_event.name = "x"  # type: ignore[misc]
    usage.only_event  # type: ignore[attr-defined]  # noqa: B018


with recording() as recorded:
    assert_type(recorded, Usage)
assert_type(arcade_usage.__version__, str)
raise arcade_usage.ConfigurationError("no")
