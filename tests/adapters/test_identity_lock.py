"""The identity lock: the wait is bounded, and one process holds it at a time."""

import errno
import os
from pathlib import Path

import filelock
import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage import identity_store
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.application.errors import StoreBusyError, StoreError
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.contenders import contend
from tests.adapters.disk import os_error
from tests.adapters.holders import holding
from tests.lockless import environment_of
from tests.samples import ANON, FRESH, HERE, KNOWNS


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    return Layout(str(config_dir))


@pytest.fixture
def store(layout: Layout, mocker: MockerFixture) -> IdentityFiles:
    """A linked store whose wait for the lock is short."""
    mocker.patch.object(identity_store, "IDENTITY_LOCK_SECONDS", 0.05)
    store = IdentityFiles(layout, FixedInstallation(HERE))
    store.change(lambda _: (KNOWNS["linked"], None))
    return store


def rotated(state: IdentityState) -> tuple[IdentityState, str]:
    return state.rotated(FRESH, HERE), "rotated"


class TestHeld:
    """Another process holds the lock."""

    def test_a_change_gives_up_in_time(self, store: IdentityFiles, layout: Layout) -> None:
        """A change without the lock raises StoreBusyError and changes nothing; later it succeeds."""
        with holding("filelock.FileLock", layout.identity_lock):
            with pytest.raises(StoreBusyError):
                store.change(rotated)
            assert store.current() == KNOWNS["linked"]
        assert store.change(rotated) == "rotated"

    def test_looking_does_not_wait(self, store: IdentityFiles, layout: Layout) -> None:
        """Reading needs no lock."""
        with holding("filelock.FileLock", layout.identity_lock):
            assert store.current() == KNOWNS["linked"]


class TestBroken:
    """The lock can never be acquired."""

    @pytest.fixture(params=["a folder", "a link", "no permission", "no lock service", "not implemented"])
    def broken(
        self, request: pytest.FixtureRequest, store: IdentityFiles, layout: Layout, mocker: MockerFixture
    ) -> IdentityFiles:
        """A store whose lock file cannot be locked, while the other files can be written."""
        lock = Path(layout.identity_lock)
        errors: dict[str, Exception] = {
            "no permission": os_error(errno.EACCES),  # the lock file was created by root
            "no lock service": os_error(errno.ENOLCK),
            "not implemented": NotImplementedError("FileSystem does not appear to support flock"),
        }
        if request.param in errors:
            mocker.patch.object(filelock.FileLock, "_acquire", side_effect=errors[request.param])
            return store
        lock.unlink(missing_ok=True)
        if request.param == "a folder":
            lock.mkdir()
        else:
            lock.symlink_to("elsewhere")
        return store

    def test_a_change_is_a_store_error(self, broken: IdentityFiles) -> None:
        """Without the lock, a change raises StoreError and changes nothing."""
        with pytest.raises(StoreError):
            broken.change(rotated)
        assert broken.current() == KNOWNS["linked"]


_CHANGE = """
import os
from attrs import evolve
from arcade_usage.adapters.storage import identity_store
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.testing.in_memory import FixedInstallation

config_dir, number = sys.argv[1:]
identity_store.IDENTITY_LOCK_SECONDS = 60.0
store = IdentityFiles(Layout(config_dir), FixedInstallation())
inside = os.path.join(config_dir, "inside")
overlaps = 0

def reach(sink):
    def decide(known):
        global overlaps
        try:
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            overlaps += 1
        else:
            os.unlink(inside)
        return evolve(known, ledger=evolve(known.ledger, reached=known.ledger.reached | {sink})), None
    return decide

ready()
for turn in range(10):
    store.change(reach(f"{number}-{turn}"))
print(overlaps)
"""


@pytest.mark.parametrize("error", [None, "ENOLCK", "ENOSYS"])
def test_processes_that_contend_lose_no_update(
    layout: Layout, config_dir: Path, lockless_library: Path, error: str | None
) -> None:
    """Three processes make ten changes each: they never overlap, and no change is lost.

    This also holds on a file system without locks.
    """
    environment = environment_of(lockless_library, config_dir, error) if error else os.environ
    store = IdentityFiles(layout, FixedInstallation(HERE))
    store.change(lambda _: (IdentityState(Anonymous(ANON), Ledger(ANON, HERE)), None))
    outputs = contend(_CHANGE, 3, [str(config_dir)], environment=environment)
    assert outputs == [["0"]] * 3
    ledger = store.current().ledger
    assert isinstance(ledger, Ledger)
    assert ledger.reached == {f"{number}-{turn}" for number in range(3) for turn in range(10)}
