"""How a login waits: in its time whatever a host made of threads, with no descriptor of the host's touched."""

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

from arcade_usage.adapters.process import launcher as detached
from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.adapters.process.windows import wait_until_closed
from arcade_usage.adapters.storage import logout
from arcade_usage.adapters.storage.codec import write_identity
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.application import time_limits
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.domain.identity import Anonymous
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.stand_in import PATIENCE_SECONDS, StandIn
from tests.samples import ANON, FRESH, HERE

PYTHON = sys.executable  # the tests put a stand-in there

LOGIN = """
import os, sys, threading
from arcade_usage.adapters.process import launcher as detached
from arcade_usage.application import time_limits
from arcade_usage.testing.in_memory import FixedInstallation
time_limits.LOGIN_WAIT_SECONDS = 0.1
sys.executable = {executable!r}
detached.DetachedLauncher(os.environ).launch_and_wait("{{}}")
"""


def run_login(stand_in: StandIn, before: str = "", after: str = "") -> str:
    """What a host says that logs in while its process stays, and settles nothing."""
    stand_in.become(stays=True)
    lines = before + LOGIN.format(executable=stand_in.executable) + after
    host = subprocess.Popen(
        [PYTHON, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    stand_in.listen()
    stand_in.processes.clear()  # they are the host's
    stand_in.release()
    return host.communicate(timeout=PATIENCE_SECONDS)[0]


@pytest.mark.parametrize("patch", ["gevent.monkey.patch_all()", "eventlet.monkey_patch()"])
def test_a_host_with_green_threads_waits_no_longer(stand_in: StandIn, patch: str) -> None:
    """Where a thread runs only while others wait, the wait ends though the process stays."""
    before = f"import warnings; warnings.simplefilter('ignore')\nimport {patch.rpartition('.')[0]}\n{patch}\n"
    stand_in.become(stays=True)
    lines = before + LOGIN.format(executable=stand_in.executable) + "print('over', flush=True)\n"
    host = subprocess.Popen(
        [PYTHON, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    stand_in.listen()
    stand_in.processes.clear()
    assert host.communicate(timeout=PATIENCE_SECONDS)[0] == "over\n"
    stand_in.release()


def test_no_descriptor_that_the_host_reuses_is_touched(stand_in: StandIn) -> None:
    """After a login that waited the full time the host closes all it has, and opens files of its own."""
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
    """A thread of the host's may close what it did not open; what it opens in that place is its own."""
    kept = os.open(os.devnull, os.O_RDONLY)
    taken: list[int] = []

    def take(reading: int, _: float) -> None:
        os.dup2(kept, reading)
        taken.append(reading)

    mocker.patch.object(detached, "_wait_until_closed", take)
    DetachedLauncher(os.environ).launch_and_wait("{}")
    stand_in.listen()
    assert os.path.samestat(os.fstat(taken[0]), os.fstat(kept))
    for descriptor in (taken[0], kept):
        os.close(descriptor)


@contextmanager
def alarm(raised: Exception) -> Iterator[None]:
    """A signal whose handler raises comes in a moment."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        raise raised

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)  # again and again: the first may come before the wait
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


ERRORS = [RuntimeError, TimeoutError, ValueError]


@pytest.mark.parametrize("kind", ERRORS)
def test_what_a_signal_handler_raises_while_a_login_waits_is_the_host_s(
    stand_in: StandIn, mocker: MockerFixture, kind: type[Exception]
) -> None:
    """A host that bounds its commands with an alarm gets its exception, of whatever kind."""
    error = kind("the host's")
    mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
    stand_in.become(stays=True)
    waiting = mocker.spy(detached, "_wait_until_closed")

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
def test_what_a_signal_handler_raises_while_a_logout_waits_is_the_host_s(
    tmp_path: Path, mocker: MockerFixture, kind: type[Exception]
) -> None:
    """Another process holds the identity lock: the wait for it ends with the host's exception."""
    error = kind("the host's")
    mocker.patch.object(logout, "LOGOUT_LOCK_SECONDS", PATIENCE_SECONDS)
    layout = Layout(str(tmp_path))
    Path(layout.folder).mkdir()
    Path(layout.usage_json).write_bytes(write_identity(Anonymous(ANON), {}))

    def leave() -> None:
        with FileLock(layout.identity_lock), alarm(error), suppress_and_log():
            logout.log_out(layout, FRESH, FixedInstallation(HERE), had_credentials=True)

    with pytest.raises(kind) as caught:
        leave()
    assert caught.value is error


@pytest.mark.parametrize("kind", ERRORS)
def test_what_goes_wrong_in_our_own_wait_stays_there(
    stand_in: StandIn, mocker: MockerFixture, kind: type[Exception]
) -> None:
    """The process is on its way; that it can't be waited for is nobody's trouble."""
    mocker.patch.object(detached, "_wait_until_closed", side_effect=kind("ours"))
    DetachedLauncher(os.environ).launch_and_wait("{}")
    stand_in.listen()


def test_ctrl_c_passes(stand_in: StandIn, mocker: MockerFixture) -> None:
    """Who is tired of waiting for a login is not held up, and nothing stays open."""
    mocker.patch.object(detached, "_wait_until_closed", side_effect=KeyboardInterrupt)
    before = set(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else set()
    with pytest.raises(KeyboardInterrupt):
        DetachedLauncher(os.environ).launch_and_wait("{}")
    stand_in.listen()
    assert len(os.listdir("/proc/self/fd")) <= len(before)


def test_where_there_is_no_poll_the_wait_is_bounded_too(
    stand_in: StandIn, mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """eventlet takes poll away, and some systems have none."""
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
    """A broken pipe is a closed one; nothing is read from it."""
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
    """A pipe that nobody closes is left alone when the time is over."""
    _play_windows(monkeypatch, lambda *_: (0, 0))
    wait_until_closed(5, 0.03)


def _play_windows(monkeypatch: pytest.MonkeyPatch, peek: Callable[[int, int], tuple[int, int]]) -> None:
    monkeypatch.setitem(sys.modules, "_winapi", SimpleNamespace(PeekNamedPipe=peek))
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=lambda end: end + 1000))
