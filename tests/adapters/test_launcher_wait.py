"""The wait of a login: bounded whatever a tool does with threads, and without touching the tool's descriptors."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, SimpleNamespace

import pytest
from filelock import FileLock
from pytest_mock import MockerFixture

from arcade_usage.adapters.process import pipes
from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.adapters.process.windows import wait_until_closed
from arcade_usage.adapters.storage import identity_folder
from arcade_usage.adapters.storage.codec import write_identity
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_folder import IdentityFolder
from arcade_usage.adapters.storage.logout import log_out
from arcade_usage.application import time_limits
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.domain.identity import Anonymous
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.stand_in import PATIENCE_SECONDS, StandIn
from tests.samples import ANON, FRESH, HERE

PYTHON = sys.executable  # before a test replaces it

LOGIN = """
import os, sys, threading
from arcade_usage.adapters.process import launcher as launcher_module
from arcade_usage.adapters.process import pipes
from arcade_usage.application import time_limits
from arcade_usage.testing.in_memory import FixedInstallation
time_limits.LOGIN_WAIT_SECONDS = 0.1
sys.executable = {executable!r}
launcher_module.DetachedLauncher(os.environ).launch_and_wait("{{}}")
"""


def run_login(stand_in: StandIn, after: str = "") -> str:
    """Output of a tool that logs in while its delivery process stays and never closes its output."""
    stand_in.become(stays=True)
    lines = LOGIN.format(executable=stand_in.executable) + after
    tool = subprocess.Popen(
        [PYTHON, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    stand_in.listen()
    stand_in.processes.clear()  # children of the tool, not of this process
    stand_in.release()
    return tool.communicate(timeout=PATIENCE_SECONDS)[0]


@pytest.mark.parametrize("patch", ["gevent.monkey.patch_all()", "eventlet.monkey_patch()"])
def test_a_tool_with_green_threads_waits_no_longer(stand_in: StandIn, patch: str) -> None:
    """The wait ends in time under gevent and eventlet."""
    before = f"import warnings; warnings.simplefilter('ignore')\nimport {patch.rpartition('.')[0]}\n{patch}\n"
    stand_in.become(stays=True)
    lines = before + LOGIN.format(executable=stand_in.executable) + "print('over', flush=True)\n"
    tool = subprocess.Popen(
        [PYTHON, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    stand_in.listen()
    stand_in.processes.clear()
    assert tool.communicate(timeout=PATIENCE_SECONDS)[0] == "over\n"
    stand_in.release()


def test_no_descriptor_that_the_tool_reuses_is_touched(stand_in: StandIn) -> None:
    """After a full wait, descriptors that the tool closes and reuses are not touched."""
    after = """
print(threading.enumerate() == [threading.main_thread()])
os.closerange(3, 256)
theirs = [end for _ in range(20) for end in os.pipe()]
for writing in theirs[1::2]: os.write(writing, b"theirs")
try:
    os.waitpid(-1, 0)
except ChildProcessError: pass
print({os.read(reading, 100) for reading in theirs[0::2]})
"""
    assert run_login(stand_in, after=after) == "True\n{b'theirs'}\n"


def test_a_descriptor_that_another_thread_took_meanwhile_stays_open(
    stand_in: StandIn, mocker: MockerFixture
) -> None:
    """If another thread replaced the descriptor during the wait, it is not closed."""
    kept = os.open(os.devnull, os.O_RDONLY)
    taken: list[int] = []

    def take(reading: int, _: float) -> None:
        os.dup2(kept, reading)
        taken.append(reading)

    mocker.patch.object(pipes, "_wait_until_closed", take)
    DetachedLauncher(os.environ).launch_and_wait("{}")
    stand_in.listen()
    assert os.path.samestat(os.fstat(taken[0]), os.fstat(kept))
    for descriptor in (taken[0], kept):
        os.close(descriptor)


@contextmanager
def alarm(raised: Exception) -> Iterator[None]:
    """A signal whose handler raises, sent repeatedly."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        raise raised

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)  # repeated, since the first one may come before the wait
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


ERRORS = [RuntimeError, TimeoutError, ValueError]


@pytest.mark.parametrize("kind", ERRORS)
def test_an_exception_of_a_signal_handler_during_a_login_reaches_the_tool(
    stand_in: StandIn, mocker: MockerFixture, kind: type[Exception]
) -> None:
    """An exception of a tool's alarm handler during a login's wait reaches the tool."""
    error = kind("the tool's")
    mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
    stand_in.become(stays=True)
    waiting = mocker.spy(pipes, "_wait_until_closed")

    def launch() -> None:
        launcher = DetachedLauncher(os.environ)
        reading = launcher._start_with_pipe("{}")
        stand_in.listen()
        mocker.patch.object(launcher, "_start_with_pipe", return_value=reading)
        with alarm(error), suppress_and_log():
            launcher.launch_and_wait("{}")

    with pytest.raises(kind) as caught:
        launch()
    assert caught.value is error
    assert waiting.call_count == 1
    stand_in.release()


@pytest.mark.parametrize("kind", ERRORS)
def test_an_exception_of_a_signal_handler_during_a_logout_reaches_the_tool(
    tmp_path: Path, mocker: MockerFixture, kind: type[Exception]
) -> None:
    """An exception of a tool's alarm handler during the wait for the identity lock reaches the tool."""
    error = kind("the tool's")
    mocker.patch.object(identity_folder, "LOGOUT_LOCK_SECONDS", PATIENCE_SECONDS)
    layout = Layout(str(tmp_path))
    Path(layout.folder).mkdir()
    Path(layout.usage_json).write_bytes(write_identity(Anonymous(ANON), {}))

    def leave() -> None:
        with FileLock(layout.identity_lock), alarm(error), suppress_and_log():
            log_out(IdentityFolder(layout), FRESH, FixedInstallation(HERE), had_credentials=True)

    with pytest.raises(kind) as caught:
        leave()
    assert caught.value is error


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_of_the_wait_is_suppressed(
    stand_in: StandIn, mocker: MockerFixture, kind: type[Exception]
) -> None:
    """An error of the wait itself is suppressed: the process was started."""
    mocker.patch.object(pipes, "_wait_until_closed", side_effect=kind("ours"))
    DetachedLauncher(os.environ).launch_and_wait("{}")
    stand_in.listen()


def test_ctrl_c_passes(stand_in: StandIn, mocker: MockerFixture) -> None:
    """Ctrl-C during the wait of a login passes through and leaves no open descriptor."""
    mocker.patch.object(pipes, "_wait_until_closed", side_effect=KeyboardInterrupt)
    before = set(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else set()
    with pytest.raises(KeyboardInterrupt):
        DetachedLauncher(os.environ).launch_and_wait("{}")
    stand_in.listen()
    assert len(os.listdir("/proc/self/fd")) <= len(before)


def test_where_there_is_no_poll_the_wait_is_bounded_too(
    stand_in: StandIn, mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is bounded without select.poll, which eventlet removes and some systems lack."""
    import select

    monkeypatch.delattr(select, "poll")
    mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", 0.1)
    stand_in.become(stays=True)
    DetachedLauncher(os.environ).launch_and_wait("{}")
    assert not stand_in.has_ended(stand_in.listen()["process"])
    stand_in.release()


@pytest.mark.parametrize("looks", [0, 3], ids=["closed", "open for a while"])
def test_on_windows_the_pipe_is_looked_at_until_it_is_closed(
    monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture, looks: int
) -> None:
    """On Windows the pipe is peeked at, never read; a broken pipe is a closed one."""
    seen: list[int] = []

    def peek(handle: int, _: int) -> tuple[int, int]:
        seen.append(handle)
        if len(seen) > looks:
            raise BrokenPipeError
        return 0, 0

    _play_windows(monkeypatch, peek)
    mocker.patch("time.sleep")
    wait_until_closed(5, PATIENCE_SECONDS)
    assert seen == [1005] * (looks + 1)


def test_on_windows_the_wait_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the wait ends after its limit if the pipe stays open."""
    _play_windows(monkeypatch, lambda *_: (0, 0))
    wait_until_closed(5, 0.03)


def _play_windows(monkeypatch: pytest.MonkeyPatch, peek: Callable[[int, int], tuple[int, int]]) -> None:
    monkeypatch.setitem(sys.modules, "_winapi", SimpleNamespace(PeekNamedPipe=peek))
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=lambda end: end + 1000))
