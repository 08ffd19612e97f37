"""A logout in the tool: a new id at once, in each state of the files and of the lock."""

import errno
import json
import os
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.files.owned_folder import OwnedFolder
from arcade_usage.adapters.storage import codec, identity_folder, logout
from arcade_usage.adapters.storage.config_folder import LEDGER_LIMIT, Layout
from arcade_usage.adapters.storage.identity_folder import IdentityFolder
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger, PendingAlias
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.disk import deny_writing, os_error
from tests.adapters.files import listing
from tests.adapters.holders import holding
from tests.samples import ALICE, ANON, BOB, FRESH, HERE, KNOWNS, OTHER_ANON, SINK, STAMP


@pytest.fixture
def layout(config_dir: Path, mocker: MockerFixture) -> Layout:
    mocker.patch.object(identity_folder, "LOGOUT_LOCK_SECONDS", 0.05)
    return Layout(str(config_dir))


@pytest.fixture
def store(layout: Layout) -> IdentityFiles:
    store = IdentityFiles(layout, FixedInstallation(HERE))
    put(store, KNOWNS["linked"])
    return store


def put(store: IdentityFiles, state: IdentityState) -> None:
    store.change(lambda _: (state, None))


def log_out(layout: Layout, fresh: str = FRESH, *, had_credentials: bool = True) -> None:
    installation = FixedInstallation(HERE)
    logout.log_out(IdentityFolder(layout), fresh, installation, had_credentials=had_credentials)


class TestRotating:
    """The identity after a logout."""

    def test_the_next_person_has_a_fresh_id(self, store: IdentityFiles, layout: Layout) -> None:
        """The id is new and anonymous; pending aliases of the old one are kept."""
        log_out(layout)
        state = store.current()
        assert state.identity == Anonymous(FRESH)
        assert isinstance(state.ledger, Ledger)
        pending = {(each.anon_id, each.principal_id) for each in state.ledger.pending_aliases}
        assert pending == {(ANON, ALICE), (OTHER_ANON, BOB)}
        assert (state.ledger.claimed_by, state.ledger.first_stamp, state.ledger.first) == (None, None, False)

    def test_what_others_keep_in_usage_json_stays(self, store: IdentityFiles, layout: Layout) -> None:
        """Foreign keys in usage.json do not change."""
        path = Path(layout.usage_json)
        path.write_text(json.dumps({**json.loads(path.read_text()), "theirs": [1, None]}))
        log_out(layout)
        assert json.loads(path.read_text()) == {
            "anon_id": FRESH,
            "linked_principal_id": None,
            "theirs": [1, None],
        }
        assert store.current().is_consistent

    def test_without_an_identity_none_is_made(self, layout: Layout, config_dir: Path) -> None:
        """Without an identity, no file is created."""
        log_out(layout)
        assert not config_dir.exists()

    def test_what_forgetting_left_stays(self, layout: Layout, config_dir: Path) -> None:
        """A usage.json with only foreign keys has no identity and does not change."""
        config_dir.mkdir()
        (config_dir / "usage.json").write_text('{"theirs": 1}')
        log_out(layout)
        assert (config_dir / "usage.json").read_text() == '{"theirs": 1}'
        assert not (config_dir / "usage" / "ledger.json").exists()

    def test_an_older_clis_file_rotates(self, layout: Layout, config_dir: Path) -> None:
        """Without a ledger, the id may have been used with credentials, so it is rotated."""
        config_dir.mkdir()
        (config_dir / "usage.json").write_bytes(codec.write_identity(Anonymous(ANON), {}))
        log_out(layout, had_credentials=False)
        assert IdentityFiles(layout, FixedInstallation(HERE)).current() == IdentityState(
            Anonymous(FRESH), Ledger(FRESH, HERE)
        )

    def test_an_id_that_was_never_used_with_credentials_stays(
        self, store: IdentityFiles, layout: Layout
    ) -> None:
        """Without any credentials the id stays; with credentials before the logout it is rotated."""
        put(store, KNOWNS["anonymous"])
        log_out(layout, had_credentials=False)
        assert store.current() == KNOWNS["anonymous"]
        log_out(layout, had_credentials=True)
        assert store.current().anon_id == FRESH

    @pytest.mark.parametrize("file", ["usage.json", "usage/ledger.json"])
    @pytest.mark.parametrize("malformed", ["{", "[]", "null", "[" * 4000, "x" * 9000])
    def test_what_is_malformed_is_kept_aside(
        self, store: IdentityFiles, layout: Layout, config_dir: Path, file: str, malformed: str
    ) -> None:
        """Malformed files are kept as evidence, and the id is new."""
        (config_dir / file).write_text(malformed)
        log_out(layout, had_credentials=False)
        assert (store.current().anon_id, store.current().is_consistent) == (FRESH, True)
        assert (config_dir / "usage" / "malformed" / os.path.basename(file)).read_text() == malformed

    def test_a_previous_ledger_that_is_none_is_passed_over(self, layout: Layout, config_dir: Path) -> None:
        """A malformed ledger is replaced; nothing is inherited from it."""
        config_dir.mkdir()
        (config_dir / "usage").mkdir()
        (config_dir / "usage.json").write_bytes(codec.write_identity(Anonymous(ANON), {}))
        (config_dir / "usage" / "ledger.json").write_text('{"anon_id": 5}')
        log_out(layout)
        assert IdentityFiles(layout, FixedInstallation(HERE)).current() == IdentityState(
            Anonymous(FRESH), Ledger(FRESH, HERE)
        )

    def test_a_disk_that_is_full_changes_nothing(
        self, store: IdentityFiles, layout: Layout, config_dir: Path, mocker: MockerFixture
    ) -> None:
        """A full disk is an error and leaves no partial identity."""
        before = listing(config_dir)
        mocker.patch("os.write", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(OSError, match="No space left"):
            log_out(layout)
        assert (store.current(), listing(config_dir)) == (KNOWNS["linked"], before)


class TestMany:
    """Several logouts without a delivery in between."""

    def test_pending_aliases_are_kept_and_the_ledger_does_not_grow(
        self, store: IdentityFiles, layout: Layout
    ) -> None:
        """After a hundred logouts, the pending aliases are kept and the file has the same size."""
        sizes = set()
        for number in range(100):
            log_out(layout, f"{number:08x}-0000-4000-8000-000000000000")
            sizes.add(os.path.getsize(layout.ledger))
        state = store.current()
        assert isinstance(state.ledger, Ledger)
        assert {each.anon_id for each in state.ledger.pending_aliases} == {ANON, OTHER_ANON}
        assert len(sizes) == 1

    def test_a_ledger_never_outgrows_its_limit(self, store: IdentityFiles, layout: Layout) -> None:
        """Pending aliases that exceed the limit are dropped, since a larger ledger would be malformed."""
        pending = tuple(
            PendingAlias(f"{n:08x}-0000-4000-8000-00000000000a", "p" * 200, frozenset({"s" * 510}))
            for n in range(10)
        )
        ledger = Ledger(
            ANON,
            HERE,
            first_stamp=STAMP,
            claimed_by=ALICE,
            reached=frozenset({SINK.key}),
            pending_aliases=pending,
        )
        assert LEDGER_LIMIT - 100 < len(codec.write_ledger(ledger)) <= LEDGER_LIMIT
        put(store, IdentityState(Anonymous(ANON), ledger))
        log_out(layout)
        assert store.current() == IdentityState(Anonymous(FRESH), Ledger(FRESH, HERE))


class TestLock:
    """The identity store's lock is used, and never blocks a logout for long."""

    def test_it_is_the_lock_of_filelock(self, store: IdentityFiles, layout: Layout) -> None:
        """A logout sees a lock that filelock holds, and continues after its limit."""
        with holding("filelock.FileLock", layout.identity_lock):
            descriptor = os.open(layout.identity_lock, os.O_RDWR)
            assert not identity_folder._try_lock(descriptor)
            os.close(descriptor)
            log_out(layout)
            assert store.current().anon_id == FRESH

    @pytest.mark.usefixtures("store")
    def test_no_other_process_changes_the_identity_meanwhile(
        self, layout: Layout, mocker: MockerFixture
    ) -> None:
        """During a logout, filelock cannot acquire the lock."""
        from filelock import FileLock, Timeout

        seen: list[bool] = []
        real = OwnedFolder.replace

        def look(folder: OwnedFolder, name: str, content: bytes, *, durable: bool) -> None:
            try:
                FileLock(layout.identity_lock).acquire(timeout=0).lock.release()
            except Timeout:
                seen.append(True)
            real(folder, name, content, durable=durable)

        mocker.patch.object(OwnedFolder, "replace", look)
        log_out(layout)
        assert seen == [True, True]
        FileLock(layout.identity_lock).acquire(timeout=0).lock.release()

    @pytest.mark.parametrize("what", ["a folder", "a link", "no lock service"])
    def test_there_is_no_lock(
        self, store: IdentityFiles, layout: Layout, mocker: MockerFixture, what: str
    ) -> None:
        """A logout rotates although it cannot lock; a link in place of the lock is not followed."""
        lock = Path(layout.identity_lock)
        lock.unlink()
        if what == "a folder":
            lock.mkdir()
        elif what == "a link":
            lock.symlink_to("elsewhere")
        else:
            mocker.patch("fcntl.flock", side_effect=os_error(errno.ENOLCK))
        log_out(layout)
        mocker.stopall()
        assert store.current().anon_id == FRESH
        assert not lock.with_name("elsewhere").exists()

    def test_the_disk_is_not_waited_for(
        self, store: IdentityFiles, layout: Layout, mocker: MockerFixture
    ) -> None:
        """A logout does not wait for the disk (fsync)."""
        mocker.patch("os.fsync", side_effect=os_error(errno.EIO))
        log_out(layout)
        assert store.current().anon_id == FRESH

    @pytest.mark.usefixtures("store")
    def test_the_lock_file_keeps_its_content(self, layout: Layout) -> None:
        """Foreign content of the lock file is not truncated."""
        Path(layout.identity_lock).write_text("theirs")
        log_out(layout)
        assert Path(layout.identity_lock).read_text() == "theirs"

    @pytest.mark.usefixtures("store")
    def test_a_folder_that_cannot_be_written_is_an_error(
        self, layout: Layout, config_dir: Path, mocker: MockerFixture
    ) -> None:
        """An unwritable folder is an error; the logout's delivery tries again."""
        deny_writing(mocker, config_dir)
        with pytest.raises(OSError, match="ermi"):
            log_out(layout)
