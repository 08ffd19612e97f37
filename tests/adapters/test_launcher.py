"""The detached process: what it is given, what it is not, and how long a login waits for it."""

import gc
import os
import stat
import sys
import time
import warnings
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.process import launcher as detached
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
    """How a process is started."""

    def test_it_runs_this_package(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """The interpreter of the host runs the package as a module."""
        launcher.launch("{}")
        assert stand_in.listen()["arguments"][-2:] == ["-m", "arcade_usage"]

    def test_nobody_waits_for_it(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """A launch is over while the process goes on."""
        stand_in.become(stays=True)
        launcher.launch("{}")
        assert not stand_in.has_ended(stand_in.listen()["process"])
        stand_in.release()

    def test_it_is_in_no_folder_of_the_user_s(
        self, launcher: DetachedLauncher, stand_in: StandIn, user_folder: Path
    ) -> None:
        """The user's folder can be deleted meanwhile, and nothing that lies in it is found there."""
        launcher.launch("{}")
        folder = Path(stand_in.listen()["folder"])
        assert not folder.is_relative_to(user_folder)
        assert folder == Path(os.__file__).resolve().parent

    def test_a_deleted_folder_is_no_obstacle(
        self, launcher: DetachedLauncher, stand_in: StandIn, user_folder: Path
    ) -> None:
        """A command may have been run in a folder that is not there any more."""
        user_folder.rmdir()
        launcher.launch("payload")
        assert stand_in.listen()["environment"][EVENT_DATA_VARIABLE] == "payload"

    def test_it_is_in_a_session_of_its_own(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """What ends the user's terminal, and Ctrl-C in it, does not reach the process."""
        launcher.launch("{}")
        told = stand_in.listen()
        assert told["session"] == told["process"] != os.getsid(0)

    def test_it_has_no_terminal(self, launcher: DetachedLauncher, stand_in: StandIn) -> None:
        """Input, output and errors lead nowhere."""
        launcher.launch("{}")
        assert stand_in.listen()["on nowhere"] == [0, 1, 2]

    def test_it_has_no_open_file_of_the_host_s(
        self, launcher: DetachedLauncher, stand_in: StandIn, tmp_path: Path
    ) -> None:
        """Files that the host opened for others to inherit are not inherited; a lock in them is let go."""
        with (tmp_path / "host.lock").open("w") as file:
            os.set_inheritable(file.fileno(), True)
            launcher.launch("{}")
            assert stand_in.listen()["open"] == []

    def test_it_has_the_host_s_environment(
        self, launcher: DetachedLauncher, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Proxies, certificates and the switch are what they are for the host, as they are by then."""
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
        monkeypatch.setenv("DO_NOT_TRACK", "1")
        launcher.launch("{}")
        told = stand_in.listen()["environment"]
        assert told["HTTPS_PROXY"] == "http://proxy.example"
        assert told["DO_NOT_TRACK"] == "1"

    def test_the_host_s_own_environment_stays_as_it_is(
        self, launcher: DetachedLauncher, stand_in: StandIn
    ) -> None:
        """The payload is in the process's environment only."""
        before = dict(os.environ)
        launcher.launch("{}")
        stand_in.listen()
        assert dict(os.environ) == before

    def test_no_warning_of_python_ends_it(self, stand_in: StandIn) -> None:
        """A user who made warnings errors did not mean this process."""
        DetachedLauncher({**os.environ, "PYTHONWARNINGS": "error"}).launch("{}")
        assert stand_in.listen()["environment"]["PYTHONWARNINGS"] == "ignore"


class TestWaiting:
    """A login waits until the process has settled the identity, and no longer."""

    def test_the_bound(self) -> None:
        """Where nobody changes it, the wait is 4 s at most."""
        assert 3.5 < time_limits.LOGIN_WAIT_SECONDS < 4.0

    def test_it_is_over_when_the_process_lets_go(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """Who closes its output has settled the identity; the process goes on alone."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
        stand_in.become(stays=True, lets_go=True)
        with stand_in.listening() as told:
            start = time.monotonic()
            launcher.launch_and_wait("{}")
            assert time.monotonic() - start < PATIENCE_SECONDS / 2
        assert not stand_in.has_ended(told["process"])
        stand_in.release()

    def test_it_is_over_when_the_process_is(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """A process that dies holds nobody up."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
        with stand_in.listening() as told:
            start = time.monotonic()
            launcher.launch_and_wait("{}")
            assert time.monotonic() - start < PATIENCE_SECONDS / 2
        assert told["environment"][EVENT_DATA_VARIABLE] == "{}"

    def test_it_is_over_when_the_time_is(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """A process that does neither is left alone, and goes on."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", 0.1)
        stand_in.become(stays=True)
        launcher.launch_and_wait("{}")
        told = stand_in.listen()
        assert not stand_in.has_ended(told["process"])
        stand_in.release()

    def test_a_process_that_is_waited_for_has_no_terminal_either(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """Its output is the host's end of a pipe, and is nowhere to be seen."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", 0.1)
        stand_in.become(stays=True)
        launcher.launch_and_wait("{}")
        told = stand_in.listen()
        assert (told["on nowhere"], told["open"]) == ([0, 2], [])
        stand_in.release()


class TestLeft:
    """Processes that ended leave nothing behind in a host that lives on."""

    def test_the_next_launch_reaps_what_has_ended(
        self, launcher: DetachedLauncher, stand_in: StandIn
    ) -> None:
        """A host that launches many keeps no zombies."""
        ended = []
        for _ in range(3):
            launcher.launch("{}")
            ended.append(stand_in.listen()["process"])
            stand_in.wait_until_ended(ended[-1])
        assert [stand_in.is_there(process) for process in ended] == [False, False, True]

    def test_leaving_a_process_behind_is_nothing_to_warn_about(self, stand_in: StandIn) -> None:
        """A host that ends before its process, with every warning on, hears nothing of it."""
        stand_in.become(stays=True)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            DetachedLauncher(os.environ).launch("{}")
            stand_in.listen()
            gc.collect()
        assert heard == []
        stand_in.release()

    def test_no_pipe_stays_open_in_the_host(
        self, launcher: DetachedLauncher, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """The host's ends of the pipes are closed when a process has ended, or could not be started."""
        mocker.patch.object(time_limits, "LOGIN_WAIT_SECONDS", PATIENCE_SECONDS)
        before = _open_pipes()
        with stand_in.listening() as told:
            launcher.launch_and_wait("{}")
        stand_in.wait_until_ended(told["process"])
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
    """Where no process can be started, one error says so."""

    @pytest.mark.parametrize("executable", ["", None, "/nowhere/python"], ids=["empty", "none", "missing"])
    def test_without_a_python(self, monkeypatch: pytest.MonkeyPatch, executable: str | None) -> None:
        """An embedded interpreter has none to start."""
        monkeypatch.setattr(sys, "executable", executable)
        self.fails()

    def test_in_a_frozen_host(self, monkeypatch: pytest.MonkeyPatch, stand_in: StandIn) -> None:
        """In a frozen host the executable is the host itself, which must not be started again."""
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        self.fails()
        assert stand_in.processes == []

    def test_what_is_no_program(self, stand_in: StandIn) -> None:
        """A file that can't be run is one way of having no Python."""
        Path(stand_in.executable).chmod(0o644)
        self.fails()

    def test_a_system_that_starts_no_thread_is_no_obstacle(
        self, stand_in: StandIn, mocker: MockerFixture
    ) -> None:
        """Threads are there to wait; where there are none to be had, processes are started all the same."""
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
    def test_what_the_system_has_against_it(self, mocker: MockerFixture, number: int) -> None:
        """A system at its limits is told, by both verbs."""
        mocker.patch.object(detached, "_open_process", side_effect=os_error(number))
        self.fails()

    def test_a_payload_that_no_environment_can_hold(self) -> None:
        """A zero byte is told like anything else that keeps a process from being started."""
        self.fails("a\0b")

    @staticmethod
    def fails(payload: str = "{}") -> None:
        launcher = DetachedLauncher(os.environ)
        for launch in (launcher.launch, launcher.launch_and_wait):
            with pytest.raises(LaunchError):
                launch(payload)


def test_a_host_that_lives_on_keeps_no_zombies() -> None:
    """What was started together with others is reaped when it ends, without another launch."""
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
