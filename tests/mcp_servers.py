"""Runs the MCP server of mcp_app.py, and speaks with it: by hand over stdio, and with the SDK's client over http.

Used by tests/e2e with the newest SDK, and by tests_arcade with 1.x and arcade-mcp-server.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from arcade_usage.demo.receiver import Receiver

TOKEN = "phc_of_the_tests"
SECONDS = 60.0  # until a server that hangs is a failure
APP = Path(__file__).with_name("mcp_app.py")
ROOT = APP.parents[1]
VERSION = "2025-06-18"  # of the protocol


@frozen
class Reported:
    """An event that is not lost."""

    name: str
    properties: Mapping[str, Any]


@define
class Servers:
    """The processes of one test, whose events go to one receiver."""

    receiver: Receiver
    folder: Path
    variables: dict[str, str] = field(factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        foreign = ("ARCADE_", "CI", "DO_NOT_TRACK", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        ours = {
            "HOME": str(self.folder),
            "USERPROFILE": str(self.folder),
            "POSTHOG_URL": self.receiver.url,
            "CONFIG_DIR": str(self.folder / "config"),
            "PYTHONPATH": str(ROOT),
            "PYTHONFAULTHANDLER": "1",
        }
        return kept | ours | self.variables

    @property
    def events(self) -> list[Reported]:
        """The events that arrived or wait in the outbox, in the order of their capture."""
        events: dict[str, Reported] = {}
        # The outbox first: an event that is sent meanwhile has then arrived.
        for path in (self.folder / "config").glob("usage/outbox/*/*.event.json"):
            with suppress(FileNotFoundError):  # it was sent meanwhile
                stored = json.loads(path.read_text(encoding="utf-8"))
                for event in (record["event"] for record in stored.get("records", [stored])):
                    events[event["uuid"]] = Reported(event["name"], event["properties"])
        events |= {
            event.uuid: Reported(event.name, event.properties) for event in self.receiver.events(TOKEN)
        }
        return sorted(
            events.values(), key=lambda event: float(event.properties.get("device_timestamp", "inf"))
        )

    def named(self, name: str) -> list[Mapping[str, Any]]:
        """The properties of the events with this name."""
        return [event.properties for event in self.events if event.name == name]

    @property
    def names(self) -> Counter[str]:
        return Counter(event.name for event in self.events)

    @contextmanager
    def stdio(self, kind: str, script: Path = APP) -> Iterator["Stdio"]:
        """A server over stdio, initialized."""
        process = self._start([sys.executable, "-B", str(script), kind, "stdio", "0"], stdin=subprocess.PIPE)
        with ending(process):
            session = Stdio(process)
            hello = {
                "protocolVersion": VERSION,
                "capabilities": {},
                "clientInfo": {"name": "t", "version": "1"},
            }
            session.ask("initialize", hello)
            session.tell("notifications/initialized")
            yield session

    @contextmanager
    def http(self, kind: str, *command: str) -> Iterator["Http"]:
        """A server over http; `command`: for a server of others', which mounts it."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        transport = "http" if kind == "arcade" else "streamable-http"
        if command:
            self.variables["MOUNTED"] = f"{kind} {transport} {port}"
        arguments = [*command, "--port", str(port)] if command else [str(APP), kind, transport, str(port)]
        process = self._start([sys.executable, "-B", *arguments], stdin=subprocess.DEVNULL)
        with ending(process):
            end = time.monotonic() + SECONDS
            while not answers(port):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < end
                time.sleep(0.02)
            yield Http(process, port)

    def _start(self, command: Sequence[str], stdin: int) -> "subprocess.Popen[str]":
        with (self.folder / "stderr").open("a", encoding="utf-8") as stderr:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )


@contextmanager
def ending(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Kill what is left of a server."""
    with process:
        try:
            yield
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for_end(process: "subprocess.Popen[str]") -> int:
    """The exit code. A server that does not end writes to stderr where it is."""
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        process.wait(SECONDS)
        raise


@define
class Stdio:
    """A session over stdio, message by message: what the server writes is seen as it is."""

    process: "subprocess.Popen[str]"
    lines: list[str] = field(factory=list)

    def tell(self, method: str, params: Mapping[str, Any] | None = None, **more: object) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}, **more}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.tell(method, params, id=len(self.lines) + 1)
        assert self.process.stdout is not None
        self.lines.append(self.process.stdout.readline())
        answer: dict[str, Any] = json.loads(self.lines[-1])
        assert answer["id"] == len(self.lines), answer
        return answer

    def call(self, name: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        return self.ask("tools/call", {"name": name, "arguments": arguments})

    def end(self, number: int | None = None) -> int:
        """Close stdin, or send a signal; returns the exit code. Nothing more may be written to stdout."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if number is None:
            self.process.stdin.close()
        else:
            self.process.send_signal(number)
        code = wait_for_end(self.process)
        assert self.process.stdout.read() == ""
        return code


@define
class Http:
    """A server over http."""

    process: "subprocess.Popen[str]"
    port: int

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return wait_for_end(self.process)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Any]:
        """A session of the SDK's own client, initialized."""
        client = importlib.import_module("mcp.client.streamable_http").streamable_http_client
        session_type = importlib.import_module("mcp").ClientSession
        async with (
            client(f"http://127.0.0.1:{self.port}/mcp") as streams,
            session_type(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            yield session


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True
