"""Makes a process kill itself at a numbered step with an effect outside of the process.

Steps are changes of the file system, locks, messages and the start of a delivery. Nothing outside changes
between two steps, so a kill before a step covers each moment since the previous one. A message is also cut
in half, and a tool is also killed right after its delivery was started.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from verification.faults.testbed import Testbed

# Environment variables of the process to kill, and the code that it runs first.
STEP, PROCESS, HIT = "FAULTS_STEP", "FAULTS_PROCESS", "FAULTS_HIT"
TOOL, DELIVERY = "tool", "delivery"
LAUNCHED = "start the delivery, half"  # a step of a tool: it is killed after the delivery was started

_STEPS = """
import os
if os.environ.get("FAULTS_PROCESS") == ("delivery" if "ARCADE_USAGE_EVENT_DATA" in os.environ else "tool"):
    import _posixsubprocess, fcntl, re, signal, socket, threading
    _last, _report = int(os.environ["FAULTS_STEP"]), os.environ["FAULTS_HIT"]
    _taken, _names, _lock = [0], {}, threading.RLock()
    _open, _write = os.open, os.write

    def _die(name):
        _write(_open(_report, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), (name + "\\n").encode())
        os.kill(os.getpid(), signal.SIGKILL)

    def _counts(name, point):
        with _lock:
            _taken[0] += 1
            if _taken[0] == _last:
                _die(name + point)

    def _file(path):
        name = os.path.basename(os.fsdecode(path))
        name = re.sub(r"^\\d{15}-.*[.]event[.]json$", "the record", name)
        return re.sub(r"^[.]tmp-.*", "a temporary file", name)

    def _stepped(owner, function, describe, half=None):
        real = getattr(owner, function)
        def stepped(*arguments, **options):
            name = describe(*arguments)
            if name is not None:
                _counts(name, "")
                if half is not None:
                    _taken[0] += 1
                    if _taken[0] == _last:
                        half(real, *arguments)
                        _die(name + ", half")
            return real(*arguments, **options)
        setattr(owner, function, stepped)

    def _makes(path, flags=0, *_):
        return f"create {_file(path)}" if flags & os.O_CREAT and not os.path.exists(path) else None

    def _makes_folder(path, *_):
        return None if os.path.exists(path) else f"create {_file(path)}/"

    def _locks(of, how):
        return f"{'unlock' if how & fcntl.LOCK_UN else 'lock'} {_names.get(of, 'a file')}"

    def _halve(real, to, data):
        real(to, data[: len(data) // 2])

    def _sends(_, data, *__):
        verb, *path = bytes(data[:60]).split(b" ")[:2]
        return f"send {verb.decode()} {path[0].decode()}" if verb in (b"GET", b"POST") else "send the body"

    def _open_noting(path, flags, *arguments, **options):
        descriptor = _stepped_open(path, flags, *arguments, **options)
        _names[descriptor] = _file(path)
        return descriptor

    _stepped(os, "open", _makes)
    _stepped_open, os.open = os.open, _open_noting
    _stepped(os, "write", lambda to, _: f"write {_names.get(to, 'to a pipe')}")
    _stepped(os, "mkdir", _makes_folder)
    _stepped(os, "link", lambda _, path: f"link {_file(path)}")
    _stepped(os, "replace", lambda _, path: f"rename to {_file(path)}")
    _stepped(os, "unlink", lambda path: f"remove {_file(path)}")
    _stepped(os, "dup2", lambda *_: "close stdout")
    _stepped(fcntl, "flock", _locks)
    _stepped(socket.socket, "connect", lambda *_: "connect")
    for _name in ("send", "sendall"):
        _stepped(socket.socket, _name, _sends, _halve)
    for _name in ("recv", "recv_into"):
        _stepped(socket.socket, _name, lambda *_: "receive")
    if os.environ["FAULTS_PROCESS"] == "tool":
        _starts, _start = (lambda *_: "start the delivery"), (lambda real, *arguments: real(*arguments))
        _stepped(_posixsubprocess, "fork_exec", _starts, _start)
"""


@frozen
class Kill:
    """Kills a process at its step number `step`, if it takes that many. It writes the step to `report` first."""

    testbed: Testbed
    process: str
    step: int
    report: Path

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Applies to processes that are started in the meantime, after `count_steps`."""
        with self.testbed.monkeypatch.context() as patch:
            patch.setenv(PROCESS, self.process)
            patch.setenv(STEP, str(self.step))
            patch.setenv(HIT, os.fspath(self.report))
            yield

    @property
    def hit(self) -> str | None:
        """The step of the kill; None if the process ended before it."""
        return self.report.read_text(encoding="utf-8").strip() if self.report.exists() else None


def count_steps(testbed: Testbed) -> None:
    """Count the steps of processes that start from now on."""
    testbed.prelude.add("steps", _STEPS)


def describe_steps(hits: Sequence[str]) -> str:
    """The steps as text for the page."""
    return "killed before each of these steps, or in its middle: " + "; ".join(hits) + "."
