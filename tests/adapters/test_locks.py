"""Locks: native ones or lock files, depending on the file system, and never in place of a foreign file."""

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
from tests.adapters.holders import holding, is_free, take_turns
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
    """Environment of processes with native locks, and of processes without."""
    if request.param == "locks":
        return os.environ
    return environment_of(lockless_library, Path(path).parent, request.param)


def is_available(path: str) -> bool:
    """Whether the lock is free, without a wait."""
    return is_free(hold(path, 0.0))


_TRY = """
import sys
from arcade_usage.adapters.files.lock_probe import is_held
from arcade_usage.adapters.files.locks import hold

print(is_held(sys.argv[1]), flush=True)
try:
    with hold(sys.argv[1], 0.0):
        print("acquired")
except TimeoutError:
    print("held")
"""


def owner(path: str, environment: Mapping[str, str]) -> AbstractContextManager["subprocess.Popen[str]"]:
    return holding("arcade_usage.adapters.files.locks.hold", path, environment)


def attempt(path: str, environment: Mapping[str, str]) -> list[str]:
    """What a process prints: whether the lock is held, whether it can be acquired, and stderr."""
    command = [sys.executable, "-c", _TRY, path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return [*done.stdout.split(), *done.stderr.split()]


@LINUX
class TestBothKinds:
    """With native locks, and without."""

    def test_a_lock_that_is_held(self, path: str, environment: Mapping[str, str]) -> None:
        """A held lock is seen as held and cannot be acquired; after its release it can."""
        with owner(path, environment) as process:
            assert attempt(path, environment) == ["True", "held"]
            process.communicate("\n", timeout=60)
        assert attempt(path, environment) == ["False", "acquired"]

    def test_an_owner_that_was_killed(self, path: str, environment: Mapping[str, str]) -> None:
        """A killed owner does not keep the lock."""
        with owner(path, environment) as process:
            process.kill()
            process.wait(30)
            assert attempt(path, environment) == ["False", "acquired"]

    def test_processes_that_contend(self, path: str, environment: Mapping[str, str]) -> None:
        """Owners never overlap, and each process gets the lock."""
        outputs = contend(_CONTEND, 4, [path], environment=environment)
        assert outputs == [["0"]] * 4
        assert Path(f"{path}.counter").read_text() == "x" * 20

    def test_the_file_stays_private_and_empty(self, path: str, environment: Mapping[str, str]) -> None:
        """The lock file is private and empty with either kind."""
        assert attempt(path, environment)[-1] == "acquired"
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
    """A process with native locks respects a lock file of a process without."""
    environment = environment_of(lockless_library, Path(path).parent, "ENOLCK")
    with owner(path, environment):
        assert is_held(path)
        assert not is_available(path)
        with pytest.raises(TimeoutError), hold(path, 0.06):
            pytest.fail("held")
    assert is_available(path)


def test_threads_are_no_different(path: str) -> None:
    """Eight threads of one process hold the lock in turn."""
    assert take_turns(lambda: hold(path, 50.0), 3) == (24, 0)


def test_nothing_of_filelock_s_is_logged(path: str, caplog: pytest.LogCaptureFixture) -> None:
    """A tool that logs filelock at DEBUG does not see this library's locks."""
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
    """A foreign file has the name of the lock."""

    @pytest.fixture(params=FOREIGN)
    def theirs(
        self, request: pytest.FixtureRequest, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        """A file of the user's that the lock's path leads to."""
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
            other_user = os.geteuid() + 1
            monkeypatch.setattr(os, "geteuid", lambda: other_user)
        return theirs

    def test_the_lock_cannot_be_acquired(self, theirs: Path, path: str, tmp_path: Path) -> None:
        """The foreign file is neither followed nor changed, and the error says what it is."""
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
    """`find_obstacle`: why a lock cannot be acquired, as text for `status`."""

    def test_none(self, path: str) -> None:
        """No obstacle for a free or missing lock, and the check creates nothing."""
        assert find_obstacle(path) is None
        assert not Path(path).exists()
        Path(path).touch()
        assert find_obstacle(path) is None

    @pytest.mark.parametrize(("age", "is_one"), [(0.0, False), (STUCK_SENDER_SECONDS + 5, True)])
    def test_a_process_that_holds_it_for_long(self, path: str, age: float, is_one: bool) -> None:
        """A sender at work is no obstacle; a stuck one is."""
        with owner(path, os.environ):
            os.utime(path, (time.time() - age,) * 2)
            assert (find_obstacle(path) is not None) is is_one

    def test_no_permission(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The text is the system's error."""
        Path(path).touch()

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(locks, "probe", refuse)
        assert find_obstacle(path) == "Permission denied. Remove it"
