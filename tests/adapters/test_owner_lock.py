"""Lock files for file systems without locks: one owner at a time, and none after its death."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager, ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from arcade_usage.adapters.files import owner_lock
from arcade_usage.adapters.files.owner_lock import LEASE_SECONDS, hold, is_held
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.contenders import contend
from tests.adapters.holders import holding, is_free, take_turns

ELSEWHERE = "abc-1-1-1-0123456789abcdef"  # an owner on another machine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks on every file system")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a.lock.owners"


def is_available(folder: Path) -> bool:
    """Whether the lock is free, without a wait."""
    return is_free(hold(str(folder), 0.0))


def plant(folder: Path, owner: str, age: float = 0.0) -> Path:
    """Give the lock to an owner, `age` seconds ago."""
    (folder / "held").mkdir(parents=True)
    file = folder / "held" / owner
    file.touch()
    moment = time.time() - age
    os.utime(file, (moment, moment))
    return file


def owner(folder: Path) -> AbstractContextManager["subprocess.Popen[str]"]:
    return holding("arcade_usage.adapters.files.owner_lock.hold", folder)


def test_a_lock_is_held_by_one_at_a_time(folder: Path) -> None:
    """This process holds it, releases it and leaves no file."""
    with hold(str(folder), 0.0):
        assert is_held(str(folder))
        assert not is_available(folder)
    assert not is_held(str(folder))
    assert list(folder.iterdir()) == []
    assert is_available(folder)


def test_waiting_for_it_ends(folder: Path) -> None:
    """The wait ends with an error and leaves no file."""
    with owner(folder):
        before = sorted(folder.rglob("*"))
        with pytest.raises(TimeoutError), hold(str(folder), 0.06):
            pytest.fail("held")
        assert sorted(folder.rglob("*")) == before


def test_an_error_inside_releases_it(folder: Path) -> None:
    """An exception releases the lock and propagates."""
    with pytest.raises(LookupError), hold(str(folder), 0.0):
        raise LookupError
    assert is_available(folder)


class TestDead:
    """The owner has ended."""

    @pytest.mark.parametrize("buried", [True, False], ids=["buried", "a zombie"])
    def test_an_owner_that_was_killed_is_replaced_at_once(self, folder: Path, buried: bool) -> None:
        """A killed owner is replaced at once, even as a zombie."""
        with owner(folder) as process:
            assert not is_available(folder)
            process.send_signal(signal.SIGKILL)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            if buried:
                process.wait(30)
            assert not is_held(str(folder))
            assert is_available(folder)

    def test_another_process_with_the_same_number_does_not_count(self, folder: Path) -> None:
        """Another process with the same process id is not the owner: it started at another time."""
        with owner(folder) as process:
            (file,) = (folder / "held").iterdir()
            place, pid, start = file.name.rsplit("-", 3)[:3]
            assert pid == str(process.pid)
            file.rename(file.with_name(f"{place}-{pid}-{int(start) - 1}-0123456789abcdef"))
            assert is_available(folder)

    def test_an_owner_that_lives_keeps_it(self, folder: Path) -> None:
        """A living owner keeps the lock for any time: its machine may have been suspended."""
        with owner(folder):
            (file,) = (folder / "held").iterdir()
            os.utime(file, (0, 0))
            assert is_held(str(folder))
            assert not is_available(folder)

    def test_what_this_process_could_not_remove_does_not_count(self, folder: Path) -> None:
        """A leftover of this process does not block it."""
        with hold(str(folder), 0.0):
            (name,) = os.listdir(folder / "held")
        plant(folder, name)
        assert is_available(folder)

    def test_one_of_many_replaces_it(self, tmp_path: Path) -> None:
        """Twelve times, eight processes find a dead owner at the same moment: one gets the lock."""
        template = tmp_path / "template"
        with owner(template) as process:
            process.kill()
            process.wait(30)
        for turn in range(12):
            shutil.copytree(template, tmp_path / str(turn))
        outputs = contend(_REPLACE, 8, [str(tmp_path)], rounds=13)
        assert [sum(int(output[turn]) for output in outputs) for turn in range(12)] == [1] * 12

    def test_what_it_was_about_to_rename_goes(self, folder: Path) -> None:
        """The next owner removes the files of dead owners and keeps those of living ones."""
        with owner(folder):
            (living,) = os.listdir(folder / "held")
        dead = living
        (folder / dead).mkdir()
        (folder / dead / dead).touch()
        (folder / f"{dead[:-1]}x").mkdir()  # not a name of the library
        (folder / ELSEWHERE).mkdir()
        (folder / ELSEWHERE / ELSEWHERE).touch()
        assert is_available(folder)
        assert sorted(os.listdir(folder)) == sorted([f"{dead[:-1]}x", ELSEWHERE])


_REPLACE = """
from contextlib import ExitStack
from arcade_usage.adapters.files.owner_lock import hold

held, won = ExitStack(), []
for turn in range(12):
    ready()
    try:
        held.enter_context(hold(f"{sys.argv[1]}/{turn}", 0.0))
    except TimeoutError:
        won.append(0)
    else:
        won.append(1)
ready()  # all processes have tried
for each in won:
    print(each)
"""


class TestElsewhere:
    """The owner is on another machine, so it is unknown whether it lives."""

    @pytest.mark.parametrize("age", [0.0, LEASE_SECONDS - 60, 60 - LEASE_SECONDS])
    def test_it_keeps_the_lock_for_the_lease(self, folder: Path, age: float) -> None:
        """It keeps the lock for the lease, by the file system's clock; also if that is slightly ahead."""
        plant(folder, ELSEWHERE, age)
        assert is_held(str(folder))
        assert not is_available(folder)

    @pytest.mark.parametrize("age", [LEASE_SECONDS + 60, -LEASE_SECONDS - 60])
    def test_then_it_is_replaced(self, folder: Path, age: float) -> None:
        """After the lease it is replaced; also if its clock was set back."""
        file = plant(folder, ELSEWHERE, age)
        assert not is_held(str(folder))
        with hold(str(folder), 0.0):
            assert not file.exists()

    def test_an_owner_that_was_replaced_leaves_the_next_one_alone(self, folder: Path) -> None:
        """A replaced owner releases nothing of the next one's."""
        with ExitStack() as first:
            first.enter_context(hold(str(folder), 0.0))
            (mine,) = (folder / "held").iterdir()
            mine.unlink()
            with owner(folder):
                first.close()
                assert not is_available(folder)

    def test_machines_differ_without_a_boot_id(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a boot id, the installation's fingerprint identifies the machine."""
        monkeypatch.setattr(owner_lock, "FolderInstallation", lambda _: FixedInstallation("f" * 32))
        monkeypatch.setattr(owner_lock, "open", refuse, raising=False)
        with hold(str(folder), 0.0):
            (name,) = os.listdir(folder / "held")
        assert name.startswith(f"{'f' * 32}-0-{os.getpid()}--")


def refuse(path: str, *_: object, **__: object) -> None:
    raise FileNotFoundError(path)


class TestForeign:
    """A foreign file is in place of the lock, or in it."""

    def test_a_foreign_file_in_it_stays(self, folder: Path) -> None:
        """A foreign file in the lock's folder stays, and the lock cannot be acquired."""
        file = plant(folder, "theirs", 1_000_000.0)
        assert not is_available(folder)
        assert file.exists()

    @pytest.mark.parametrize("place", ["", "held"])
    def test_a_link_is_not_followed(self, folder: Path, tmp_path: Path, place: str) -> None:
        """The target of a link does not change."""
        theirs = tmp_path / "theirs"
        theirs.mkdir()
        (theirs / "file").touch()
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).symlink_to(theirs)
        with pytest.raises((FileExistsError, TimeoutError)), hold(str(folder), 0.0):
            pytest.fail("held")
        assert [path.name for path in theirs.iterdir()] == ["file"]

    def test_a_link_to_a_folder_that_looks_like_a_lock_holds_none(self, folder: Path, tmp_path: Path) -> None:
        """A link to a folder that looks like a lock is not held, and its target is not touched."""
        theirs = tmp_path / "theirs"
        plant(theirs, "theirs")
        os.utime(theirs, (1.0, 1.0))
        folder.symlink_to(theirs)
        assert not is_held(str(folder))
        assert theirs.stat().st_mtime == 1.0


_CONTEND = """
import os, time
from arcade_usage.adapters.files.owner_lock import hold

folder, number = sys.argv[1:]
inside, counter, overlaps, stays = f"{folder}.inside", f"{folder}.counter", 0, []
ready()
for turn in range(15):
    with hold(folder, 50.0):
        begun = time.monotonic_ns()
        try:
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            overlaps += 1
        else:
            os.unlink(inside)
        with open(counter, "r+") as file:
            count = int(file.read())
            file.seek(0)
            file.write(str(count + 1))
        stays.append((begun, time.monotonic_ns()))
print(overlaps)
for begun, ended in stays:
    print(begun, ended)
"""


def test_processes_that_contend_never_overlap(folder: Path) -> None:
    """Eight processes hold it fifteen times each: by a file, their times and a counter, they never overlap."""
    Path(f"{folder}.counter").write_text("0")
    outputs = contend(_CONTEND, 8, [str(folder)])
    assert [output[0] for output in outputs] == ["0"] * 8
    stays = sorted(tuple(map(int, line.split())) for output in outputs for line in output[1:])
    assert len(stays) == 120
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(stays))
    assert int(Path(f"{folder}.counter").read_text()) == 120


def test_threads_are_no_different(folder: Path) -> None:
    """Eight threads of one process hold it five times each, without an overlap."""
    assert take_turns(lambda: hold(str(folder), 50.0), 5) == (40, 0)
