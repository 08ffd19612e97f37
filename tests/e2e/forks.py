"""Python scripts as forks of a process that has imported what they need, which is most of what their start costs.

A fork goes on as if started with its command line: it has that environment, folder, user, session and those streams.
What a fork starts is a process like any other. For tests of what scripts do; what they import, fresh ones show.
"""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from attrs import define, field

ROOT = Path(__file__).parents[2]
FORK_SECONDS = 60.0  # until a script that hangs is a failure
CAN_FORK = sys.platform == "linux"

SERVER = (
    "arcade_usage.adapters.arcade_cloud.credentials",
    "arcade_usage.adapters.posthog.sink",
    "arcade_usage.adapters.storage.first_identity",
    "arcade_usage.adapters.storage.sent_copies",
    "arcade_usage.composition.server",
    "encodings.idna",
    "httpx",
    "posthog",
)
CONSOLE = ("arcade_usage.cli.commands", "arcade_usage.composition.console", "typer", *SERVER)

# For each request, a child waits for the script, its own child, and reports its process id and its exit code.
_HOST = """
import contextlib, gc, importlib, json, os, runpy, socket, sys, types
for name in sys.argv[2:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
gc.collect()
gc.freeze()
requests = socket.socket(fileno=int(sys.argv[1]))
while True:
    request, descriptors, _, _ = socket.recv_fds(requests, 1_000_000, 4)
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
script = os.fork()
*streams, report = descriptors
if script:
    os.write(report, b"%d\\n" % script)
    for each in (0, 1, 2, *streams):
        os.close(each)
    os.write(report, b"%d\\n" % os.waitstatus_to_exitcode(os.waitpid(script, 0)[1]))
    os._exit(0)
os.setsid()
for stream, each in enumerate(streams):
    os.dup2(each, stream)
for each in descriptors:
    os.close(each)
for number, name in enumerate(("stdin", "stdout", "stderr")):  # the host's may be files, and remember that
    host = getattr(sys, name)
    form = "w" if number else "r", 1 if number == 2 else -1, host.encoding, host.errors
    stream = open(number, *form, closefd=False)
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)
asked = json.loads(request)
os.chdir(asked["folder"])
os.environ.clear()
os.environ.update(asked["environment"])
if user := asked["user"]:
    import ctypes
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: else its /proc/self is root's
sys.dont_write_bytecode = True
command = asked["command"]
if command[0] == "-m":
    sys.argv[:], sys.path[0] = command[1:], os.getcwd()
    runpy.run_module(command[1], run_name="__main__", alter_sys=True)
elif command[0] == "-c":
    sys.argv[:], sys.path[0] = ["-c", *command[2:]], ""
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(command[1], "<string>", "exec"), main.__dict__)
else:
    sys.argv[:], sys.path[0] = command, os.path.dirname(command[0])
    runpy.run_path(command[0], run_name="__main__")
"""


class Forked(subprocess.Popen[str]):
    """A script's process. `report`: the reading end that gets its process id and, when it has ended, its exit code."""

    def __init__(
        self,
        command: Sequence[str],
        report: int,
        stdin: "int | None" = None,
        stdout: "int | None" = None,
        stderr: "IO[str] | None" = None,
    ) -> None:
        self.args = command
        self.stdin = None if stdin is None else os.fdopen(stdin, "w", encoding="utf-8")
        self.stdout = None if stdout is None else os.fdopen(stdout, encoding="utf-8")
        self.stderr = stderr
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

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[str, str]:  # noqa: A002
        if self.stdin is not None:
            self.stdin.write(input or "")
            self.stdin.close()
        self.wait(timeout)
        said, complained = (each.read() if each is not None else "" for each in (self.stdout, self.stderr))
        return said, complained


@define
class Forks:
    """The process that has imported `modules`, started when it is first needed; what it gets makes it fork.

    `path`: the folders that it finds the modules in before all others. `options`: of Python. `variables`: of its
    own environment, for what reads them before its first line. Where a process
    that has imported frameworks can't fork, each script is a process of its own.
    """

    modules: tuple[str, ...] = CONSOLE
    path: tuple[str, ...] = (str(ROOT),)
    python: str = sys.executable
    options: tuple[str, ...] = ("-W", "error")
    variables: Mapping[str, str] = field(factory=dict)
    _requests: "socket.socket | None" = field(default=None, init=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def __enter__(self) -> "Forks":
        return self

    def __exit__(self, *_: object) -> None:
        if self._requests is not None and self._process is not None:
            self._requests.close()
            self._process.wait(FORK_SECONDS)
            self._requests = self._process = None

    def fork(
        self,
        command: Sequence[str],
        streams: Sequence[int],
        report: int,
        *,
        environment: Mapping[str, str] | None = None,
        folder: "os.PathLike[str] | str" = ".",
        user: int = 0,
    ) -> None:
        """Fork. `streams`: what becomes stdin, stdout and stderr; `report`: see Forked. `user`: its id, for root."""
        asked = {
            "command": list(command),
            "folder": os.path.abspath(folder),
            "environment": dict(os.environ if environment is None else environment),
            "user": user,
        }
        socket.send_fds(self._begin(), [json.dumps(asked).encode()], [*streams, report])

    def start(
        self, command: Sequence[str], stdout: int, stderr: int, stdin: int | None = None, **how: Any
    ) -> "subprocess.Popen[str]":
        """A script with these descriptors; without `stdin` it reads nothing. `how`: see fork."""
        if not CAN_FORK:
            reading = subprocess.DEVNULL if stdin is None else stdin
            return self._start(command, reading, stdout, stderr, **how)
        ours, theirs = os.pipe()
        with open(os.devnull, "rb") as nothing:
            reading = nothing.fileno() if stdin is None else stdin
            self.fork(command, (reading, stdout, stderr), theirs, **how)
        os.close(theirs)
        return Forked(command, ours)

    def run(self, command: Sequence[str], **how: Any) -> "subprocess.CompletedProcess[str]":
        """Run a script to its end. `how`: see fork."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = self.start(command, out.fileno(), err.fileno(), **how).wait(FORK_SECONDS)
            written = []
            for each in (out, err):
                each.seek(0)
                written.append(each.read().decode())
        return subprocess.CompletedProcess(command, code, *written)

    def converse(self, command: Sequence[str], stderr: Path, **how: Any) -> "subprocess.Popen[str]":
        """A script with pipes for stdin and stdout. `stderr`: a file for the third stream. `how`: see fork."""
        if not CAN_FORK:
            return self._start(command, *[subprocess.PIPE] * 3, **how)
        ours, theirs = zip(os.pipe()[::-1], os.pipe(), os.pipe(), strict=True)
        with stderr.open("w", encoding="utf-8") as writing:
            self.fork(command, (theirs[0], theirs[1], writing.fileno()), theirs[2], **how)
        for each in theirs:
            os.close(each)
        return Forked(command, ours[2], ours[0], ours[1], stderr.open(encoding="utf-8"))

    def _start(
        self,
        command: Sequence[str],
        *streams: int,
        environment: Mapping[str, str] | None = None,
        folder: "os.PathLike[str] | str" = ".",
    ) -> "subprocess.Popen[str]":
        stdin, stdout, stderr = streams
        variables = dict(os.environ if environment is None else environment)
        path = (*self.path, *filter(None, [variables.get("PYTHONPATH")]))
        return subprocess.Popen(
            [self.python, "-B", *self.options, *command],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={**variables, "PYTHONPATH": os.pathsep.join(path)},
            cwd=folder,
            text=True,
        )

    def _begin(self) -> socket.socket:
        if self._requests is None:
            near, far = socket.socketpair()
            foreign = ("ARCADE_", "CI", "DO_NOT_TRACK", "PYTHON", "COVERAGE_")
            kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
            self._process = subprocess.Popen(
                [self.python, "-B", *self.options, "-c", _HOST, str(far.fileno()), *self.modules],
                env={**kept, **self.variables, "PYTHONPATH": os.pathsep.join(self.path)},
                cwd="/",
                pass_fds=[far.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            far.close()
            self._requests = near
        return self._requests
