"""Files of the identity store: content, order of writes, and what stays unchanged."""

import json
import os
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.machine.installation import FolderInstallation
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.disk import deny, deny_writing, mode_of, os_error
from tests.adapters.files import listing
from tests.samples import ALICE, ANON, FRESH, HERE, KNOWNS


@pytest.fixture
def store(config_dir: Path) -> IdentityFiles:
    return IdentityFiles(Layout(str(config_dir)), FixedInstallation(HERE))


@pytest.fixture
def usage_json(config_dir: Path) -> Path:
    config_dir.mkdir()
    return config_dir / "usage.json"


def rotate(store: IdentityFiles) -> None:
    store.change(lambda state: (state.rotated(FRESH, HERE), None))


def put(store: IdentityFiles, state: IdentityState) -> None:
    store.change(lambda _: (state, None))


class TestWriting:
    """Files after a change."""

    @pytest.mark.usefixtures("no_umask")
    def test_the_files_are_private_and_nothing_else_is_there(
        self, store: IdentityFiles, config_dir: Path
    ) -> None:
        """usage.json, ledger and lock file have mode 0600, new folders 0700; there are no other files."""
        put(store, KNOWNS["linked"])
        assert {name: mode_of(config_dir / name) for name in listing(config_dir)} == {
            "usage": 0o700,
            "usage.json": 0o600,
            "usage/identity.lock": 0o600,
            "usage/ledger.json": 0o600,
        }
        assert mode_of(config_dir) == 0o700

    def test_an_existing_config_folder_stays_as_it_is(self, store: IdentityFiles, config_dir: Path) -> None:
        """An existing config folder keeps its mode and its files."""
        config_dir.mkdir(mode=0o755)
        config_dir.chmod(0o755)
        (config_dir / "credentials.yaml").write_text("theirs")
        put(store, KNOWNS["linked"])
        assert mode_of(config_dir) == 0o755
        assert (config_dir / "credentials.yaml").read_text() == "theirs"

    @pytest.mark.parametrize(
        ("state", "principal_id"),
        [(KNOWNS["anonymous"], None), (KNOWNS["linked"], ALICE)],
        ids=["anonymous", "linked"],
    )
    def test_usage_json_has_its_two_keys(
        self, store: IdentityFiles, config_dir: Path, state: IdentityState, principal_id: str | None
    ) -> None:
        """usage.json has exactly the two keys that other tools read."""
        put(store, state)
        written = json.loads((config_dir / "usage.json").read_text())
        assert written == {"anon_id": ANON, "linked_principal_id": principal_id}

    def test_keys_of_others_stay(self, store: IdentityFiles, usage_json: Path) -> None:
        """Keys of other tools in usage.json survive each change."""
        theirs = {"theirs": {"a": [1, "☃", None]}, "more": True}
        usage_json.write_text(json.dumps({"anon_id": ANON, "linked_principal_id": ALICE, **theirs}))
        rotate(store)
        assert json.loads(usage_json.read_text()) == {"anon_id": FRESH, "linked_principal_id": None, **theirs}

    def test_a_decision_that_changes_nothing_writes_nothing(
        self, store: IdentityFiles, config_dir: Path
    ) -> None:
        """Files whose content does not change are not written."""
        put(store, KNOWNS["linked"])
        before = {name: (config_dir / name).stat().st_ino for name in listing(config_dir)}
        store.change(lambda state: (state, None))
        assert {name: (config_dir / name).stat().st_ino for name in listing(config_dir)} == before

    def test_files_of_killed_processes_are_removed(self, store: IdentityFiles, config_dir: Path) -> None:
        """The next change removes old temporary files of ours, but neither recent nor foreign ones."""
        put(store, KNOWNS["anonymous"])
        names = {".tmp-1-0123456789abcdef", ".tmp-theirs", ".tmp-1-theirs", "tmp-1-0123456789abcdef"}
        for folder in (config_dir, config_dir / "usage"):
            for name in names:
                (folder / name).touch()
                os.utime(folder / name, (1, 1))
            (folder / ".tmp-2-0123456789abcdef").touch()
        rotate(store)
        for folder in (config_dir, config_dir / "usage"):
            assert not (folder / ".tmp-1-0123456789abcdef").exists()
            assert {path.name for path in folder.glob("*tmp-*")} == names - {".tmp-1-0123456789abcdef"} | {
                ".tmp-2-0123456789abcdef"
            }

    @pytest.mark.parametrize("target", ["{dotfiles}/kept.json", "../dotfiles/kept.json"])
    def test_a_linked_usage_json_stays_one(
        self, store: IdentityFiles, config_dir: Path, tmp_path: Path, target: str
    ) -> None:
        """If usage.json is a link to a file with an anon_id, that file is updated and the link stays."""
        put(store, KNOWNS["anonymous"])
        elsewhere = tmp_path / "dotfiles"
        elsewhere.mkdir()
        usage_json = config_dir / "usage.json"
        usage_json.rename(elsewhere / "kept.json")
        usage_json.symlink_to(target.format(dotfiles=elsewhere))
        rotate(store)
        assert usage_json.is_symlink()
        assert json.loads((elsewhere / "kept.json").read_text())["anon_id"] == FRESH
        assert store.current().is_consistent


class TestOrder:
    """The ledger is written first, so that an interrupted change can be detected."""

    @pytest.mark.parametrize("before", ["anonymous", "linked"])
    def test_a_kill_in_between_leaves_a_pair_that_does_not_agree(
        self, store: IdentityFiles, mocker: MockerFixture, before: str
    ) -> None:
        """After a kill between both writes the state is inconsistent; the next change repairs it."""
        put(store, KNOWNS[before])
        self._replace_only(mocker, times=1)
        with pytest.raises(StoreError):
            rotate(store)
        torn = store.current()
        assert (torn.identity, torn.is_consistent) == (KNOWNS[before].identity, False)
        assert isinstance(torn.ledger, Ledger)
        assert torn.ledger.anon_id == FRESH
        mocker.stopall()
        rotated = "eeeeeeee-0000-4000-8000-00000000000e"
        store.change(lambda state: (state.rotated(rotated, HERE), None))
        assert (store.current().anon_id, store.current().is_consistent) == (rotated, True)

    def test_a_kill_before_leaves_everything_as_it_was(
        self, store: IdentityFiles, mocker: MockerFixture
    ) -> None:
        """If the ledger cannot be written, nothing changes."""
        put(store, KNOWNS["linked"])
        self._replace_only(mocker, times=0)
        with pytest.raises(StoreError):
            rotate(store)
        assert store.current() == KNOWNS["linked"]

    @staticmethod
    def _replace_only(mocker: MockerFixture, times: int) -> None:
        replace = os.replace
        done: list[str] = []

        def call(source: str, target: str, **folders: int) -> None:
            if len(done) == times:
                raise os_error(5)
            done.append(target)
            replace(source, target, **folders)

        mocker.patch("os.replace", call)


class TestNotPermitted:
    """An unusable folder stays unchanged; a new id for each command would be worse than none."""

    def test_no_permission_to_read_is_not_malformed(
        self, store: IdentityFiles, usage_json: Path, mocker: MockerFixture
    ) -> None:
        """An unreadable file is an error and stays."""
        put(store, KNOWNS["linked"])
        before = (usage_json.read_bytes(), listing(usage_json.parent))
        deny(mocker, usage_json.parent)
        for call in (store.current, lambda: rotate(store)):
            with pytest.raises(StoreError):
                call()
        mocker.stopall()
        assert (usage_json.read_bytes(), listing(usage_json.parent)) == before

    def test_a_read_only_folder_can_be_read(
        self, store: IdentityFiles, config_dir: Path, mocker: MockerFixture
    ) -> None:
        """In a read-only folder, reading works, and a change is an error."""
        put(store, KNOWNS["linked"])
        deny_writing(mocker, config_dir)
        with pytest.raises(StoreError):
            rotate(store)
        assert store.current() == KNOWNS["linked"]

    @pytest.mark.parametrize("what", ["a file", "a link to nowhere"])
    def test_a_config_folder_that_is_none_is_an_error(
        self, store: IdentityFiles, config_dir: Path, what: str
    ) -> None:
        """A file or dangling link in place of the config folder is an error, and stays."""
        if what == "a file":
            config_dir.write_text("theirs")
        else:
            config_dir.symlink_to("nowhere")
        with pytest.raises(StoreError):
            rotate(store)
        assert config_dir.is_symlink() or config_dir.read_text() == "theirs"

    def test_a_missing_config_folder_is_made(self, store: IdentityFiles, config_dir: Path) -> None:
        """A missing config folder reads as no identity, and the first change creates it."""
        assert store.current() == IdentityState(None, None)
        assert not config_dir.exists()
        put(store, KNOWNS["linked"])
        assert store.current().identity == Linked(ANON, ALICE)

    def test_an_error_of_the_system_is_translated(
        self, store: IdentityFiles, usage_json: Path, mocker: MockerFixture
    ) -> None:
        """An OSError becomes a StoreError that names its cause."""
        usage_json.write_bytes(codec.write_identity(Anonymous(ANON), {}))
        mocker.patch("os.read", side_effect=os_error(5))
        with pytest.raises(StoreError) as caught:
            store.current()
        assert isinstance(caught.value.__cause__, OSError)


def test_the_installation_of_an_older_clis_folder_is_the_same_from_the_first_event_on(
    usage_json: Path,
) -> None:
    """It has no usage/, on which the fingerprint depends: its first event must not seem another machine's."""
    usage_json.write_bytes(codec.write_identity(Anonymous(ANON), {}))
    layout = Layout(str(usage_json.parent))
    looking, delivering = (
        IdentityFiles(layout, FolderInstallation(layout.folder), makes_folder)
        for makes_folder in (False, True)
    )
    assert looking.here != looking.here
    assert listing(usage_json.parent) == ["usage.json"]
    assert delivering.here == delivering.here
