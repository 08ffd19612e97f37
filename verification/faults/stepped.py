"""A process that kills itself at one of the steps it takes that can be seen from outside.

Owns the invariant that every such step counts: a change of the file system, a lock, a message, a delivery
that is started. Between two steps nothing can be seen, so being killed before a step is being killed after the
one before it; a message is also cut in half, and a host also killed just when its delivery runs.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from verification.faults.lab import Lab

# Variables of the process that is to be killed, and what it runs before anything else.
STEP, WHO, HIT = "FAULTS_STEP", "FAULTS_WHO", "FAULTS_HIT"
HOST, DELIVERY = "host", "delivery"
LAUNCHED = "start the delivery, half"  # a host's step: it is killed, and the delivery runs

_STEPS = """
import os
if os.environ.get("FAULTS_WHO") == ("delivery" if "ARCADE_USAGE_EVENT_DATA" in os.environ else "host"):
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
        return f"make {_file(path)}" if flags & os.O_CREAT and not os.path.exists(path) else None

    def _makes_folder(path, *_):
        return None if os.path.exists(path) else f"make {_file(path)}/"

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
    _stepped(os, "dup2", lambda *_: "let go of the host")
    _stepped(fcntl, "flock", _locks)
    _stepped(socket.socket, "connect", lambda *_: "connect")
    for _name in ("send", "sendall"):
        _stepped(socket.socket, _name, _sends, _halve)
    for _name in ("recv", "recv_into"):
        _stepped(socket.socket, _name, lambda *_: "receive")
    if os.environ["FAULTS_WHO"] == "host":
        _starts, _start = (lambda *_: "start the delivery"), (lambda real, *arguments: real(*arguments))
        _stepped(_posixsubprocess, "fork_exec", _starts, _start)
"""


@frozen
class Blow:
    """Kills the process at its step number `step`, if it gets that far. `report`: where it says so first."""

    lab: Lab
    who: str
    step: int
    report: Path

    @contextmanager
    def falls(self) -> Iterator[None]:
        """On whoever starts meanwhile, where steps are counted."""
        with self.lab.monkeypatch.context() as patch:
            patch.setenv(WHO, self.who)
            patch.setenv(STEP, str(self.step))
            patch.setenv(HIT, os.fspath(self.report))
            yield

    @property
    def hit(self) -> str | None:
        """The step it fell on; None where the process ended by itself before."""
        return self.report.read_text(encoding="utf-8").strip() if self.report.exists() else None


def count_steps(lab: Lab) -> None:
    """Of every process that starts from now on, if a blow is to fall on it."""
    lab.prelude.add("steps", _STEPS)


def tell(hits: Sequence[str]) -> str:
    """Every step at which something was killed, in order."""
    return "killed before each of these steps, or half-way through it: " + "; ".join(hits) + "."
