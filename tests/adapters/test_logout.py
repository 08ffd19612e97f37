"""A logout in the tool: a fresh id at once, whatever the files say and whoever holds the lock."""

import errno
import json
import os
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.files.owned_folder import OwnedFolder
from arcade_usage.adapters.storage import codec, logout
from arcade_usage.adapters.storage.config_folder import LEDGER_LIMIT, Layout
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
    mocker.patch.object(logout, "LOGOUT_LOCK_SECONDS", 0.05)
    return Layout(str(config_dir))


@pytest.fixture
def store(layout: Layout) -> IdentityFiles:
    store = IdentityFiles(layout, FixedInstallation(HERE))
    put(store, KNOWNS["linked"])
    return store


def put(store: IdentityFiles, state: IdentityState) -> None:
    store.change(lambda _: (state, None))


def log_out(layout: Layout, fresh: str = FRESH, *, had_credentials: bool = True) -> None:
    logout.log_out(layout, fresh, FixedInstallation(HERE), had_credentials=had_credentials)


class TestRotating:
    """What becomes of the identity."""

    def test_the_next_person_has_a_fresh_id(self, store: IdentityFiles, layout: Layout) -> None:
        """The id is new and nobody's; what the old one still owes is kept for it to be paid."""
        log_out(layout)
        state = store.current()
        assert state.identity == Anonymous(FRESH)
        assert isinstance(state.ledger, Ledger)
        debts = {(debt.anon_id, debt.principal_id) for debt in state.ledger.pending_aliases}
        assert debts == {(ANON, ALICE), (OTHER_ANON, BOB)}
        assert (state.ledger.claimed_by, state.ledger.first_stamp, state.ledger.first) == (None, None, False)

    def test_what_others_keep_in_usage_json_stays(self, store: IdentityFiles, layout: Layout) -> None:
        """Keys that are not ours are as they were."""
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
        """Nobody was here, so there is nobody to be separated from, and no file appears."""
        log_out(layout)
        assert not config_dir.exists()

    def test_what_forgetting_left_stays(self, layout: Layout, config_dir: Path) -> None:
        """A usage.json in which only others keep something names nobody."""
        config_dir.mkdir()
        (config_dir / "usage.json").write_text('{"theirs": 1}')
        log_out(layout)
        assert (config_dir / "usage.json").read_text() == '{"theirs": 1}'
        assert not (config_dir / "usage" / "ledger.json").exists()

    def test_an_older_clis_file_rotates(self, layout: Layout, config_dir: Path) -> None:
        """Without a ledger nothing tells that nobody ever logged in."""
        config_dir.mkdir()
        (config_dir / "usage.json").write_bytes(codec.write_identity(Anonymous(ANON), {}))
        log_out(layout, had_credentials=False)
        assert IdentityFiles(layout, FixedInstallation(HERE)).current() == IdentityState(
            Anonymous(FRESH), Ledger(FRESH, HERE)
        )

    def test_an_id_that_was_never_used_with_credentials_stays(
        self, store: IdentityFiles, layout: Layout
    ) -> None:
        """A logout of nobody costs no history; with credentials at its beginning it is somebody's."""
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
        """There is a fresh id all the same, and evidence."""
        (config_dir / file).write_text(malformed)
        log_out(layout, had_credentials=False)
        assert (store.current().anon_id, store.current().is_consistent) == (FRESH, True)
        assert (config_dir / "usage" / "malformed" / os.path.basename(file)).read_text() == malformed

    def test_a_previous_ledger_that_is_none_is_passed_over(self, layout: Layout, config_dir: Path) -> None:
        """JSON that is no ledger leaves nothing to inherit."""
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
        """It is told, and no half of an identity is left."""
        before = listing(config_dir)
        mocker.patch("os.write", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(OSError, match="No space left"):
            log_out(layout)
        assert (store.current(), listing(config_dir)) == (KNOWNS["linked"], before)


class TestMany:
    """Logouts that follow one another, and no delivery in between."""

    def test_what_is_owed_is_kept_and_the_ledger_does_not_grow(
        self, store: IdentityFiles, layout: Layout
    ) -> None:
        """After a hundred logouts the first one's debts are there, in a file of the same size."""
        sizes = set()
        for number in range(100):
            log_out(layout, f"{number:08x}-0000-4000-8000-000000000000")
            sizes.add(os.path.getsize(layout.ledger))
        state = store.current()
        assert isinstance(state.ledger, Ledger)
        assert {debt.anon_id for debt in state.ledger.pending_aliases} == {ANON, OTHER_ANON}
        assert len(sizes) == 1

    def test_a_ledger_never_outgrows_its_limit(self, store: IdentityFiles, layout: Layout) -> None:
        """What does not fit is given up: a ledger that is too large would be malformed."""
        owed = tuple(
            PendingAlias(f"{n:08x}-0000-4000-8000-00000000000a", "p" * 200, frozenset({"s" * 510}))
            for n in range(10)
        )
        ledger = Ledger(
            ANON,
            HERE,
            first_stamp=STAMP,
            claimed_by=ALICE,
            reached=frozenset({SINK.key}),
            pending_aliases=owed,
        )
        assert LEDGER_LIMIT - 100 < len(codec.write_ledger(ledger)) <= LEDGER_LIMIT
        put(store, IdentityState(Anonymous(ANON), ledger))
        log_out(layout)
        assert store.current() == IdentityState(Anonymous(FRESH), Ledger(FRESH, HERE))


class TestLock:
    """The lock is that of the identity store, and no obstacle."""

    def test_it_is_the_lock_of_filelock(self, store: IdentityFiles, layout: Layout) -> None:
        """While another process holds it, a logout sees it held, and goes ahead after its time."""
        with holding("filelock.FileLock", layout.identity_lock):
            descriptor = os.open(layout.identity_lock, os.O_RDWR)
            assert not logout._try_lock(descriptor)
            os.close(descriptor)
            log_out(layout)
            assert store.current().anon_id == FRESH

    @pytest.mark.usefixtures("store")
    def test_nobody_else_changes_the_identity_meanwhile(self, layout: Layout, mocker: MockerFixture) -> None:
        """While a logout is at it, filelock's lock is not to be had."""
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
        """A logout rotates without the lock where it is not to be had; a link in its place is not followed."""
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
        """A disk that is never done holds up what the delivery process changes, and no logout's tool."""
        mocker.patch("os.fsync", side_effect=os_error(errno.EIO))
        log_out(layout)
        assert store.current().anon_id == FRESH

    @pytest.mark.usefixtures("store")
    def test_the_lock_file_keeps_its_content(self, layout: Layout) -> None:
        """What somebody else wrote into it is not cut off."""
        Path(layout.identity_lock).write_text("theirs")
        log_out(layout)
        assert Path(layout.identity_lock).read_text() == "theirs"

    @pytest.mark.usefixtures("store")
    def test_a_folder_that_cannot_be_written_is_told(
        self, layout: Layout, config_dir: Path, mocker: MockerFixture
    ) -> None:
        """The tracker swallows it; the delivery of the logout tries again."""
        deny_writing(mocker, config_dir)
        with pytest.raises(OSError, match="ermi"):
            log_out(layout)
