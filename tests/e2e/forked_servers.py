"""MCP servers as forks of a process that has imported the official SDK, which is most of what their start costs."""

import os
import subprocess
from collections.abc import Sequence

from attrs import define, field

from tests.e2e.forks import CAN_FORK, SERVER, Forked, Forks
from tests.mcp_servers import Servers

_SDK = ("server.mcpserver", "server.fastmcp", "server.stdio", "server.streamable_http_manager")


def importing_once() -> Forks:
    """The process that has imported the SDK, of whichever version, and what reports the servers' events."""
    return Forks((*(f"mcp.{name}" for name in _SDK), "uvicorn", *SERVER), options=())


@define
class ForkedServers(Servers):
    """Servers whose process is forked by `host`, except those that start processes of their own."""

    host: Forks = field(kw_only=True)

    def _start(self, command: Sequence[str], stdin: int) -> "subprocess.Popen[str]":
        if "--workers" in command or not CAN_FORK:
            return super()._start(command, stdin)
        ours, theirs = zip(os.pipe()[::-1], os.pipe(), os.pipe(), strict=True)
        if stdin != subprocess.PIPE:
            os.close(ours[0])
        with (self.folder / "stderr").open("a", encoding="utf-8") as stderr:
            streams = (theirs[0], theirs[1], stderr.fileno())
            self.host.fork(command[2:], streams, theirs[2], environment=self.environment, folder=self.folder)
        for each in theirs:
            os.close(each)
        return Forked(command, ours[2], ours[0] if stdin == subprocess.PIPE else None, ours[1])
