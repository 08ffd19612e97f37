"""MCP servers as forks of a process that has imported the official SDK, which is most of what their start costs.

A fork goes on as if started with its command line: it has that environment, folder, session and those streams.
"""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from tests.mcp_servers import ROOT, Servers

# For each request, a child waits for the server, its own child, and reports its process id and its exit code.
_HOST = """
import contextlib, gc, importlib, json, os, runpy, socket, sys
for name in ("server.mcpserver", "server.fastmcp", "server.stdio", "server.streamable_http_manager"):
    with contextlib.suppress(ImportError):
        importlib.import_module(f"mcp.{name}")
import uvicorn
gc.collect()
gc.freeze()
requests = socket.socket(fileno=int(sys.argv[1]))
while True:
    request, descriptors, _, _ = socket.recv_fds(requests, 100_000, 4)
    if not request:
        sys.exit()
    if not os.fork():
        break
    for each in descriptors:
        os.close(each)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
requests.close()
server = os.fork()
*streams, report = descriptors
if server:
    os.write(report, b"%d\\n" % server)
    for each in (0, 1, 2, *streams):
        os.close(each)
    os.write(report, b"%d\\n" % os.waitstatus_to_exitcode(os.waitpid(server, 0)[1]))
    os._exit(0)
os.setsid()
for stream, each in enumerate(streams):
    os.dup2(each, stream)
for each in descriptors:
    os.close(each)
asked = json.loads(request)
os.chdir(asked["folder"])
os.environ.clear()
os.environ.update(asked["environment"])
command = asked["command"]
sys.dont_write_bytecode = True
if command[0] == "-m":
    sys.argv[:], sys.path[0] = command[1:], os.getcwd()
    runpy.run_module(command[1], run_name="__main__", alter_sys=True)
else:
    sys.argv[:], sys.path[0] = command, os.path.dirname(command[0])
    runpy.run_path(command[0], run_name="__main__")
"""


class Forked(subprocess.Popen[str]):
    """A server's process. `report`: the reading end that gets its process id and, when it has ended, its exit code."""

    def __init__(self, command: Sequence[str], stdin: "int | None", stdout: int, report: int) -> None:
        self.args = command
        self.stdin = None if stdin is None else os.fdopen(stdin, "w", encoding="utf-8")
        self.stdout = os.fdopen(stdout, encoding="utf-8")
        self.stderr = None
        self._report = os.fdopen(report, "rb", buffering=0)
        self.returncode: Any = None
        self.pid = int(self._report.readline())

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = int(self._report.readline())
            self._report.close()
        return int(self.returncode)

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[str, str]:  # noqa: A002, ARG002
        assert self.stdout is not None
        if self.stdin is not None:
            self.stdin.close()
        self.wait(timeout)
        return self.stdout.read(), ""


@define
class ForkedServers(Servers):
    """Servers whose process is forked by `host`, but for those that start processes of their own."""

    host: socket.socket = field(kw_only=True)

    def _start(self, command: Sequence[str], stdin: int) -> "subprocess.Popen[str]":
        if "--workers" in command:
            return super()._start(command, stdin)
        ours, theirs = zip(os.pipe()[::-1], os.pipe(), os.pipe(), strict=True)
        if stdin != subprocess.PIPE:
            os.close(ours[0])
        asked = {"command": command[2:], "folder": str(self.folder), "environment": self.environment}
        with (self.folder / "stderr").open("a", encoding="utf-8") as stderr:
            descriptors = (theirs[0], theirs[1], stderr.fileno(), theirs[2])
            socket.send_fds(self.host, [json.dumps(asked).encode()], descriptors)
        for each in theirs:
            os.close(each)
        return Forked(command, ours[0] if stdin == subprocess.PIPE else None, *ours[1:])


@contextmanager
def importing_once() -> Iterator[socket.socket]:
    """The process that has imported the SDK; what is sent here makes it fork."""
    near, far = socket.socketpair()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-B", "-c", _HOST, str(far.fileno())]
    with subprocess.Popen(
        command,
        env=environment,
        pass_fds=[far.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ):
        far.close()
        with near:
            yield near
