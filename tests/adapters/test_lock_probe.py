"""The lock probe: whether a lock of filelock or a lock file is held, without importing filelock."""

import errno
import fcntl
from pathlib import Path

import pytest
from filelock import FileLock
from pytest_mock import MockerFixture

from arcade_usage.adapters.files import owner_lock
from arcade_usage.adapters.files.lock_probe import is_held, owner_folder
from tests.adapters.disk import os_error


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "sender.lock")


def test_a_lock_that_another_process_holds(path: str) -> None:
    """True while the lock is held, False afterwards."""
    with FileLock(path):
        assert is_held(path)
    assert not is_held(path)


def test_asking_leaves_it_free(path: str) -> None:
    """The probe does not keep the lock."""
    Path(path).touch()
    assert not is_held(path)
    with FileLock(path, timeout=0) as lock:
        assert lock.is_locked


def test_where_there_is_none_nothing_is_made(path: str) -> None:
    """A missing lock file or folder is not created."""
    assert not is_held(path)
    assert not is_held(f"{path}/nowhere")
    assert not Path(path).exists()


def test_a_link_is_not_followed(path: str, tmp_path: Path) -> None:
    """A link to a held lock is not held; filelock does not follow links either."""
    with FileLock(str(tmp_path / "other.lock")) as other:
        Path(path).symlink_to(other.lock_file)
        assert not is_held(path)


def test_a_file_system_without_locks(path: str, mocker: MockerFixture) -> None:
    """Without native locks, the lock file decides."""
    Path(path).touch()
    mocker.patch.object(fcntl, "flock", side_effect=os_error(errno.ENOLCK))
    assert not is_held(path)
    with owner_lock.hold(owner_folder(path), 0.0):
        assert is_held(path)
    assert not is_held(path)
