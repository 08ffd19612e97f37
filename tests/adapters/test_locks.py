"""The lock of a path: of whichever kind the file system has, and never in the place of a file that is not ours."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from arcade_usage.adapters.files import locks
from arcade_usage.adapters.files.lock_probe import is_held
from arcade_usage.adapters.files.locks import find_obstacle, hold
from arcade_usage.application.time_limits import STUCK_SENDER_SECONDS
from tests.adapters.contenders import contend
from tests.adapters.holders import holding, is_had, take_turns
from tests.lockless import ERRORS, environment_of

KINDS = ("locks", *ERRORS)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and owners are POSIX's")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the library is put in front by LD_PRELOAD")


@pytest.fixture
def path(tmp_path: Path) -> str:
    folder = tmp_path / "folder"
    folder.mkdir()
    return str(folder / "a.lock")


@pytest.fixture(params=KINDS)
def environment(request: pytest.FixtureRequest, path: str, lockless_library: Path) -> Mapping[str, str]:
    """Of processes that have locks, or have none."""
    if request.param == "locks":
        return os.environ
    return environment_of(lockless_library, Path(path).parent, request.param)


def can_be_had(path: str) -> bool:
    """Without waiting."""
    return is_had(hold(path, 0.0))


_TRY = """
import sys
from arcade_usage.adapters.files.lock_probe import is_held
from arcade_usage.adapters.files.locks import hold

print(is_held(sys.argv[1]), flush=True)
try:
    with hold(sys.argv[1], 0.0):
        print("had")
except TimeoutError:
    print("held")
"""


def owner(path: str, environment: Mapping[str, str]) -> AbstractContextManager["subprocess.Popen[str]"]:
    return holding("arcade_usage.adapters.files.locks.hold", path, environment)


def attempt(path: str, environment: Mapping[str, str]) -> list[str]:
    """What a process finds: whether it looks held, whether it can be had, what is said on stderr."""
    command = [sys.executable, "-c", _TRY, path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return [*done.stdout.split(), *done.stderr.split()]


@LINUX
class TestBothKinds:
    """With locks, and without."""

    def test_a_lock_that_is_held(self, path: str, environment: Mapping[str, str]) -> None:
        """Is seen as such, and can't be had; then it can."""
        with owner(path, environment) as process:
            assert attempt(path, environment) == ["True", "held"]
            process.communicate("\n", timeout=60)
        assert attempt(path, environment) == ["False", "had"]

    def test_an_owner_that_was_killed(self, path: str, environment: Mapping[str, str]) -> None:
        """Keeps no lock."""
        with owner(path, environment) as process:
            process.kill()
            process.wait(30)
            assert attempt(path, environment) == ["False", "had"]

    def test_processes_that_contend(self, path: str, environment: Mapping[str, str]) -> None:
        """None is inside with another, and none has waited in vain."""
        outputs = contend(_CONTEND, 4, [path], environment=environment)
        assert outputs == [["0"]] * 4
        assert Path(f"{path}.counter").read_text() == "x" * 20

    def test_the_file_stays_private_and_empty(self, path: str, environment: Mapping[str, str]) -> None:
        """Whichever kind of lock it stands for."""
        assert attempt(path, environment)[-1] == "had"
        assert (Path(path).read_bytes(), Path(path).stat().st_mode & 0o777) == (b"", 0o600)


_CONTEND = """
import os
from arcade_usage.adapters.files.locks import hold

path, number = sys.argv[1:]
overlaps = 0
ready()
for turn in range(5):
    with hold(path, 50.0):
        try:
            os.close(os.open(f"{path}.inside", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            overlaps += 1
        content = b""
        if os.path.exists(f"{path}.counter"):
            with open(f"{path}.counter", "rb") as file:
                content = file.read()
        with open(f"{path}.counter", "wb") as file:
            file.write(content + b"x")
        os.unlink(f"{path}.inside")
print(overlaps)
"""


@LINUX
def test_where_locks_failed_for_another_process(path: str, lockless_library: Path) -> None:
    """Who has locks sees the lock that was taken without, and leaves it."""
    environment = environment_of(lockless_library, Path(path).parent, "ENOLCK")
    with owner(path, environment):
        assert is_held(path)
        assert not can_be_had(path)
        with pytest.raises(TimeoutError), hold(path, 0.06):
            pytest.fail("held")
    assert can_be_had(path)


def test_threads_are_no_different(path: str) -> None:
    """Eight threads of one process hold it in turn."""
    assert take_turns(lambda: hold(path, 50.0), 3) == (24, 0)


def test_nothing_of_filelock_s_is_logged(path: str, caplog: pytest.LogCaptureFixture) -> None:
    """A tool that shows its own at DEBUG, filelock's too, sees nothing of this library's locks."""
    from filelock import FileLock

    with caplog.at_level(logging.DEBUG):
        with hold(path, 0.0), pytest.raises(TimeoutError), hold(path, 0.06):
            pytest.fail("held")
        assert [record.name for record in caplog.records] == []
        with FileLock(f"{path}.of-the-tool"):
            assert {record.name for record in caplog.records} == {"filelock"}


FOREIGN = ("a link", "a link to nothing", "a folder", "a FIFO", "another name", "another user's")


@POSIX
class TestForeign:
    """In the lock's place lies something that we did not make."""

    @pytest.fixture(params=FOREIGN)
    def theirs(
        self, request: pytest.FixtureRequest, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        """A file of the user's, which the lock leads to in some way or other."""
        theirs, lock = tmp_path / "theirs", Path(path)
        theirs.write_text("theirs")
        theirs.chmod(0o644)
        if request.param == "a link":
            lock.symlink_to(theirs)
        elif request.param == "a link to nothing":
            lock.symlink_to(tmp_path / "nothing")
        elif request.param == "a folder":
            lock.mkdir()
        elif request.param == "a FIFO":
            os.mkfifo(path)
        elif request.param == "another name":
            lock.hardlink_to(theirs)
        else:
            lock.write_text("theirs")
            somebody = os.geteuid() + 1
            monkeypatch.setattr(os, "geteuid", lambda: somebody)
        return theirs

    def test_the_lock_is_not_to_be_had(self, theirs: Path, path: str, tmp_path: Path) -> None:
        """It is neither followed nor changed, and whoever asks is told what it is."""
        before = os.lstat(path)
        for seconds in (0.0, 0.06):
            with pytest.raises(OSError, match="it "), hold(path, seconds):
                pytest.fail("held")
        assert not is_held(path)
        assert (find_obstacle(path) or "").endswith("Remove it")
        after = os.lstat(path)
        assert [before.st_mode, before.st_size, before.st_mtime_ns] == [
            after.st_mode,
            after.st_size,
            after.st_mtime_ns,
        ]
        assert (theirs.read_text(), theirs.stat().st_mode & 0o777) == ("theirs", 0o644)
        assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.lock", "folder", "home", "theirs"]


@POSIX
class TestObstacles:
    """What keeps a lock from being had, for people."""

    def test_none(self, path: str) -> None:
        """Where there is no file yet, and where it is free; looking makes nothing."""
        assert find_obstacle(path) is None
        assert not Path(path).exists()
        Path(path).touch()
        assert find_obstacle(path) is None

    @pytest.mark.parametrize(("age", "is_one"), [(0.0, False), (STUCK_SENDER_SECONDS + 5, True)])
    def test_a_process_that_holds_it_for_long(self, path: str, age: float, is_one: bool) -> None:
        """A sender that is at work is none; one that is stuck is."""
        with owner(path, os.environ):
            os.utime(path, (time.time() - age,) * 2)
            assert (find_obstacle(path) is not None) is is_one

    def test_no_permission(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """In the system's words."""
        Path(path).touch()

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(locks, "probe", refuse)
        assert find_obstacle(path) == "Permission denied. Remove it"
