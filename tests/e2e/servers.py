"""A server in a fresh interpreter: what it did on which thread, and a word from outside to go on."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from tests.e2e.world import TOKEN, World

SERVER_SECONDS = 300.0  # until a server that hangs is a failure

# A busy machine may take longer than a server's end waits for its worker.
PATIENT = (
    "from arcade_usage.application.server import tracker as _tracker\n"
    "_tracker.CLOSE_SECONDS = _tracker.EXIT_SECONDS = 60.0\n"
)

FRESH = ("-X", "dev", "-W", "error")  # options of a server that imports everything itself

_WATCH = """
import json, os, sys, threading
_main, _started, _here, _watching = threading.get_ident(), [], [], False
_STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec")
def _watch(event, arguments):
    if event in _STARTS:
        _started.append(event)
    if _watching and threading.get_ident() == _main and event.startswith(("open", "os.", "socket.", "import")):
        _here.append(f"{event} {arguments[:1]}")
sys.addaudithook(_watch)
"""
_REPORT = """
print(json.dumps({"started": _started, "here": _here, "dropped": server.dropped}), flush=True)
"""


@frozen
class ServerRun:
    """How a server ended. `started`: processes. `here`: what the thread that was `watched` touched."""

    returncode: int
    stderr: str
    started: list[str]
    here: list[str]
    dropped: int


@frozen
class Server:
    """A server that runs. Its script waits at each `go()`."""

    process: "subprocess.Popen[str]"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> ServerRun:
        """Let it run to its end."""
        said, stderr = self.process.communicate("\n" * 10, SERVER_SECONDS)
        report = json.loads(said.splitlines()[-1])
        return ServerRun(self.process.returncode, stderr, **report)


def start_of_server(world: World) -> str:
    return (
        "import arcade_usage\n"
        "go = sys.stdin.readline\n"
        "server = arcade_usage.server_tracker(distribution='arcade-usage',"
        f" project_token={TOKEN!r}, host={world.posthog_url or world.receiver.url!r},"
        f" config_dir={str(world.folder)!r})\n"
    )


@contextmanager
def serving(world: World, lines: str, *options: str, report: bool = True) -> Iterator[Server]:
    """Run lines as a server. Warnings are errors in it, unless `options` of Python say otherwise.

    It is a fork of a process that has imported what servers do, where the world has one and there are no options.
    """
    script: Path = world.scratch / "server.py"
    script.write_text(_WATCH + start_of_server(world) + lines + (_REPORT if report else ""), encoding="utf-8")
    process = (
        subprocess.Popen(
            [sys.executable, "-B", *(options or FRESH), str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if options or world.forks is None
        else world.forks.converse([str(script)], world.scratch / "server.stderr")
    )
    with process:
        try:
            yield Server(process)
        finally:
            process.kill()
