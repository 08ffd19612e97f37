"""An executable that is started in place of Python and reports how it was started."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from attrs import define, field

from arcade_usage.adapters.network.deadline import within

_PYTHON = sys.executable  # before a test replaces it
PATIENCE_SECONDS = 60.0  # for a process that answers at once

_SCRIPT = """#!{python} -IS
import json, os, stat, sys

def is_open(descriptor):
    try:
        return bool(os.fstat(descriptor))
    except OSError:
        return False

nowhere = os.stat(os.devnull).st_rdev
report = {{
    "arguments": sys.argv[1:],
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "open": [descriptor for descriptor in range(3, 256) if is_open(descriptor)],
    "on nowhere": [descriptor for descriptor in range(3) if os.fstat(descriptor).st_rdev == nowhere],
    "process": os.getpid(),
    "session": os.getsid(0),
}}
with open({report!r}, "w") as file:
    json.dump(report, file)
if {closes_output}:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
if {stays}:
    open({release!r}).read()
"""


@define
class StandIn:
    """An executable in `folder`, and the pipes that synchronize it with the test."""

    folder: Path
    processes: list[int] = field(factory=list)
    _staying: list[Path] = field(factory=list, init=False)

    @property
    def executable(self) -> str:
        return str(self.folder / "python")

    def __attrs_post_init__(self) -> None:
        self.folder.mkdir()
        os.mkfifo(self.folder / "report")
        self.become()

    def become(self, *, stays: bool = False, closes_output: bool = False) -> None:
        """Set the behaviour of the next process: it reports, then ends; or it stays until `release`.

        `closes_output`: it closes its standard output before it stays.
        """
        report, release = str(self.folder / "report"), ""
        if stays:
            self._staying.append(self.folder / f"release-{len(list(self.folder.iterdir()))}")
            release = str(self._staying[-1])
            os.mkfifo(release)
        script = _SCRIPT.format(
            python=_PYTHON, report=report, release=release, stays=stays, closes_output=closes_output
        )
        written = self.folder / "written"
        written.write_text(script)
        written.chmod(0o755)
        written.replace(self.executable)

    def listen(self) -> dict[str, Any]:
        """Wait for a report. Returns how the process was started."""
        report: dict[str, Any] = json.loads(_bounded((self.folder / "report").read_text))
        self.processes.append(report["process"])
        return report

    @contextmanager
    def listening(self) -> Iterator[dict[str, Any]]:
        """Listens while the context lasts; the yielded dict is filled when it ends."""
        report: dict[str, Any] = {}
        listener = threading.Thread(target=lambda: report.update(self.listen()))
        listener.start()
        yield report
        listener.join(PATIENCE_SECONDS)

    def release(self) -> None:
        """Let processes end that stay."""
        while self._staying:
            _bounded(partial(self._staying.pop().write_text, ""))

    def wait_until_ended(self, process: int) -> None:
        """Wait for a child to end, without reaping it."""
        _bounded(lambda: os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT))

    def is_there(self, process: int) -> bool:
        """Whether a child runs, or has ended and was not reaped."""
        try:
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        except ChildProcessError:
            return False
        return True

    def has_ended(self, process: int) -> bool:
        """Whether a child that was not reaped has ended."""
        return os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def close(self) -> None:
        for process in self.processes:
            with suppress(ChildProcessError):  # the launcher reaped it
                os.waitpid(process, 0)


def _bounded(call: Callable[[], Any]) -> Any:
    return within(PATIENCE_SECONDS, call)


def flags(**changed: int) -> SimpleNamespace:
    """This interpreter's sys.flags with some of them changed; an import reads others."""
    fields = {name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_"}
    return SimpleNamespace(**{**fields, **changed})
