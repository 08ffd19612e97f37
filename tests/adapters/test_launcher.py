"""The launcher: environment and descriptors of the delivery process, and the wait of a login."""

import gc
import os
import stat
import sys
import time
import warnings
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.process import launcher as launcher_module
from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.application import time_limits
from arcade_usage.application.errors import LaunchError
from arcade_usage.domain.consent import EVENT_DATA_VARIABLE
from tests.adapters.disk import os_error
from tests.adapters.stand_in import PATIENCE_SECONDS, StandIn


@pytest.fixture
def launcher(stand_in: StandIn) -> DetachedLauncher:  # noqa: ARG001 - it has to be there first
    return DetachedLauncher(os.environ)


class TestStarted:
    """How the delivery process is started."""

    def test_it_runs_this_package(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """The tool's interpreter runs the package as a module."""
        launcher.launch("{}")
        assert stand_in.listen()["arguments"][-2:] == ["-m", "arcade_usage"]

    def test_a_launch_does_not_wait(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """A launch returns while the process runs."""
        stand_in.become(stays=True)
        launcher.launch("{}")
        assert not stand_in.has_ended(stand_in.listen()["process"])
        stand_in.release()

    def test_it_is_in_no_folder_of_the_user_s(
        self, launcher: DetachedLauncher, stand_in: StandIn, user_folder: Path
    ) -> None:
        """The current folder is not the user's, which can be deleted and may contain modules."""
        launcher.launch("{}")
        folder = Path(stand_in.listen()["folder"])
        assert not folder.is_relative_to(user_folder)
        assert folder == Path(os.__file__).resolve().parent

    def test_a_deleted_folder_is_no_obstacle(
        self, launcher: DetachedLauncher, stand_in: StandIn, user_folder: Path
    ) -> None:
        """A launch works if the tool's current folder was deleted."""
        user_folder.rmdir()
        launcher.launch("payload")
        assert stand_in.listen()["environment"][EVENT_DATA_VARIABLE] == "payload"

    def test_it_is_in_a_session_of_its_own(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """The process has its own session: closing the terminal or Ctrl-C does not reach it."""
        launcher.launch("{}")
        report = stand_in.listen()
        assert report["session"] == report["process"] != os.getsid(0)

    def test_it_has_no_terminal(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """Standard input, output and error are the null device."""
        launcher.launch("{}")
        assert stand_in.listen()["on nowhere"] == [0, 1, 2]

    def test_it_has_no_open_file_of_the_tool(
        self, launcher: DetachedLauncher, stand_in: StandIn, tmp_path: Path
    ) -> None:
        """Inheritable files of the tool are not inherited, nor are locks on them."""
        with (tmp_path / "tool.lock").open("w") as file:
            os.set_inheritable(file.fileno(), True)
            launcher.launch("{}")
            assert stand_in.listen()["open"] == []

    def test_it_has_the_environment_of_the_tool(
        self, launcher: DetachedLauncher, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The process has the tool's environment at the time of the launch: proxies, certificates, switch."""
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
        monkeypatch.setenv("DO_NOT_TRACK", "1")
        launcher.launch("{}")
        report = stand_in.listen()["environment"]
        assert report["HTTPS_PROXY"] == "http://proxy.example"
        assert report["DO_NOT_TRACK"] == "1"

    def test_the_environment_of_the_tool_stays_as_it_is(
        self, launcher: DetachedLauncher, stand_in: StandIn
    ) -> None:
        """The payload is only in the environment of the process."""
        before = dict(os.environ)
        launcher.launch("{}")
        stand_in.listen()
        assert dict(os.environ) == before

    def test_no_warning_of_python_ends_it(self, stand_in: StandIn) -> None:
        """Python warnings that the user turned into errors do not apply to the process."""
        DetachedLauncher({**os.environ, "PYTHONWARNINGS": "error"}).launch("{}")
        assert stand_in.listen()["environment"]["PYTHONWARNINGS"] == "ignore"


class TestWaiting:
    """A login waits until the process closes its output, for a bounded time."""

    def test_the_bound(self) -> None:
        """By default the wait is at most 4 s."""
        assert 3.5 < time_limits.LOGIN_WAIT_SECONDS < 4.0

    def test_it_ends_when_the_process_closes_its_output(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """The wait ends when the process closes its output, which means "identity settled"; it keeps running."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
        stand_in.become(stays=True, closes_output=True)
        with stand_in.listening() as report:
            start = time.monotonic()
            launcher.launch_and_wait("{}")
            assert time.monotonic() - start < PATIENCE_SECONDS / 2
        assert not stand_in.has_ended(report["process"])
        stand_in.release()

    def test_it_ends_when_the_process_ends(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """The wait ends when the process dies."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
        with stand_in.listening() as report:
            start = time.monotonic()
            launcher.launch_and_wait("{}")
            assert time.monotonic() - start < PATIENCE_SECONDS / 2
        assert report["environment"][EVENT_DATA_VARIABLE] == "{}"

    def test_it_ends_after_its_limit(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """The wait ends after its limit; the process keeps running."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", 0.1)
        stand_in.become(stays=True)
        launcher.launch_and_wait("{}")
        report = stand_in.listen()
        assert not stand_in.has_ended(report["process"])
        stand_in.release()

    def test_a_process_that_is_waited_for_has_no_terminal_either(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """Standard output is a pipe to the tool, and its content is not shown."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", 0.1)
        stand_in.become(stays=True)
        launcher.launch_and_wait("{}")
        report = stand_in.listen()
        assert (report["on nowhere"], report["open"]) == ([0, 2], [])
        stand_in.release()


class TestLeft:
    """Ended processes leave nothing in a long-running tool."""

    def test_the_next_launch_reaps_what_has_ended(
        self, launcher: DetachedLauncher, stand_in: StandIn
    ) -> None:
        """The next launch reaps ended processes."""
        ended = []
        for _ in range(3):
            launcher.launch("{}")
            ended.append(stand_in.listen()["process"])
            stand_in.wait_until_ended(ended[-1])
        assert [stand_in.is_there(process) for process in ended] == [False, False, True]

    def test_leaving_a_process_behind_is_nothing_to_warn_about(self, stand_in: StandIn) -> None:
        """A tool that ends before its process gets no warning, with all warnings on."""
        stand_in.become(stays=True)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            DetachedLauncher(os.environ).launch("{}")
            stand_in.listen()
            gc.collect()
        assert heard == []
        stand_in.release()

    def test_no_pipe_stays_open_in_the_tool(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """The tool's pipe ends are closed when a process ended or could not be started."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
        before = _open_pipes()
        with stand_in.listening() as report:
            launcher.launch_and_wait("{}")
        stand_in.wait_until_ended(report["process"])
        Path(stand_in.executable).unlink()
        with pytest.raises(LaunchError):
            launcher.launch_and_wait("{}")
        assert _open_pipes() <= before


def _open_pipes() -> set[int]:
    return {descriptor for descriptor in range(256) if _is_pipe(descriptor)}


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False


class TestNoProcess:
    """If no process can be started, one error says so."""

    @pytest.mark.parametrize("executable", ["", None, "/nowhere/python"], ids=["empty", "none", "missing"])
    def test_without_a_python(self, monkeypatch: pytest.MonkeyPatch, executable: str | None) -> None:
        """An embedded interpreter has no executable to start."""
        monkeypatch.setattr(sys, "executable", executable)
        self.fails()

    def test_in_a_frozen_tool(self, monkeypatch: pytest.MonkeyPatch, stand_in: StandIn) -> None:
        """In a frozen tool, the executable is the tool itself and must not be started."""
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        self.fails()
        assert stand_in.processes == []

    def test_what_is_no_program(self, stand_in: StandIn) -> None:
        """A file that cannot be executed is the same error."""
        Path(stand_in.executable).chmod(0o644)
        self.fails()

    def test_a_system_that_starts_no_thread_is_no_obstacle(
        self, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """Processes are started although no thread can be."""
        launcher, before = DetachedLauncher(os.environ), _open_pipes()
        for launch in (launcher.launch, launcher.launch, launcher.launch_and_wait):
            stand_in.become(stays=True)
            for start in ("_thread.start_new_thread", "threading.Thread.start"):
                mocker.patch(start, side_effect=RuntimeError("can't start new thread"))
            launch("{}")
            mocker.stopall()
            stand_in.listen()
        assert _open_pipes() <= before
        stand_in.release()

    @pytest.mark.parametrize("number", [7, 11, 12, 24], ids=["E2BIG", "EAGAIN", "ENOMEM", "EMFILE"])
    def test_an_error_of_the_system(self, mocker: MockerFixture, number: int) -> None:
        """An OSError of the system is the same error in both methods."""
        mocker.patch.object(launcher_module, "_open_process", side_effect=os_error(number))
        self.fails()

    def test_a_payload_that_no_environment_can_hold(self) -> None:
        """A payload with a zero byte is the same error."""
        self.fails("a\0b")

    @staticmethod
    def fails(payload: str = "{}") -> None:
        launcher = DetachedLauncher(os.environ)
        for launch in (launcher.launch, launcher.launch_and_wait):
            with pytest.raises(LaunchError):
                launch(payload)


def test_a_long_running_tool_keeps_no_zombies() -> None:
    """Processes that were started together are reaped without another launch."""
    launcher = DetachedLauncher(os.environ)
    for _ in range(5):
        launcher.launch("{}")
    processes = [process.pid for process in launcher._running]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(_is_child(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [process for process in processes if _is_child(process)] == []


def _is_child(process: int) -> bool:
    """Whether a process runs, or has ended and was not reaped."""
    try:
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:
        return False
    return True
