"""Snapshots of the command path, and the creation of the first identity."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from pytest_mock import MockerFixture

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import FolderSnapshots, Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.application.ports import Installation
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, Snapshot
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import FixedInstallation
from tests.adapters.contenders import contend
from tests.adapters.credentials_file import stamp_of
from tests.adapters.disk import deny, deny_writing, mode_of, os_error
from tests.adapters.files import FirstIdentityWriter, listing
from tests.samples import ALICE, ANON, FRESH, FULL_LEDGER, HERE, KNOWNS, OTHER_ANON


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    return Layout(str(config_dir))


def take(layout: Layout, installation: Installation = FixedInstallation(HERE)) -> Mapping[str, object] | None:  # noqa: B008
    source = FolderSnapshots(layout, FirstIdentityWriter(layout, FRESH, installation))

    def look_and_report() -> Mapping[str, object] | None:
        taken = source.take()
        return None if taken is None else source.identify(taken)

    return within(10.0, look_and_report)


def look(layout: Layout) -> Snapshot:
    """The snapshot as the delivery process parses it."""
    return codec.read_snapshot(json.loads(json.dumps(take(layout))))


class TestFirst:
    """A folder without usage.json."""

    @pytest.mark.usefixtures("no_umask")
    def test_an_identity_is_made(self, layout: Layout, config_dir: Path) -> None:
        """usage.json and its ledger are created, private, and equal the snapshot."""
        assert look(layout) == Snapshot(
            IdentityState(Anonymous(FRESH), Ledger(FRESH, HERE, first=True)), None
        )
        assert json.loads((config_dir / "usage.json").read_text()) == {
            "anon_id": FRESH,
            "linked_principal_id": None,
        }
        assert {name: mode_of(config_dir / name) for name in listing(config_dir)} == {
            "usage": 0o700,
            "usage.json": 0o600,
            "usage/ledger.json": 0o600,
        }

    def test_the_store_reads_what_was_made(self, layout: Layout) -> None:
        """The delivery process reads the identity that the command path created."""
        state = look(layout).state
        assert IdentityFiles(layout, FixedInstallation(HERE)).current() == state

    def test_what_is_left_of_a_first_command_that_was_killed_is_used(
        self, layout: Layout, config_dir: Path
    ) -> None:
        """An unused ledger without usage.json, from a killed or a parallel first command, is used."""
        self._leave(config_dir, {"anon_id": ANON, "born": HERE, "first": True})
        assert look(layout).state == IdentityState(Anonymous(ANON), Ledger(ANON, HERE, first=True))

    @pytest.mark.parametrize(
        "ledger",
        [
            json.loads(codec.write_ledger(FULL_LEDGER)),
            {"anon_id": ANON, "born": HERE, "reached": ["sink"]},
            {"anon_id": ANON, "born": HERE, "claim": ALICE},
        ],
        ids=["linked", "reached", "claimed"],
    )
    def test_the_id_of_a_ledger_that_was_used_is_not(
        self, layout: Layout, config_dir: Path, ledger: object
    ) -> None:
        """The id of a used ledger is not used: usage.json was deleted, so the next event starts over."""
        self._leave(config_dir, ledger)
        assert look(layout).state.anon_id is None
        state = IdentityFiles(layout, FixedInstallation(HERE)).current()
        assert (state.anon_id, state.is_consistent) == (FRESH, False)

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", "null", '"text"', "[" * 4000, "{}", '{"born": "here"}', '{"anon_id": null}', '{"anon_id": 5}',
         '{"anon_id": [], "born": {}}', "x" * 9000],
    )  # fmt: skip
    def test_a_malformed_ledger_is_no_obstacle(self, layout: Layout, config_dir: Path, text: str) -> None:
        """An identity is created, and the malformed ledger is left to the delivery process."""
        self._leave(config_dir, text)
        snapshot = look(layout)
        assert not snapshot.state.is_consistent
        assert IdentityFiles(layout, FixedInstallation(HERE)).current().anon_id == FRESH
        assert isinstance(snapshot.state.ledger, Malformed)
        assert (config_dir / "usage" / "ledger.json").read_text() == text

    def test_the_fingerprint_is_taken_once_only(self, layout: Layout) -> None:
        """The fingerprint is only read by the first command."""
        taken: list[str] = []

        class Counting(FixedInstallation):
            def fingerprint(self) -> str:
                taken.append(self.value)
                return self.value

        for _ in range(3):
            take(layout, Counting(HERE))
        assert taken == [HERE]

    def test_an_identity_created_in_between_is_used(self, layout: Layout) -> None:
        """If another first command created an identity in between, it is used."""
        source = FolderSnapshots(layout, FirstIdentityWriter(layout, FRESH))
        taken = source.take()
        made = IdentityState(Anonymous(ANON), Ledger(ANON, HERE, first=True))
        store = IdentityFiles(layout, FixedInstallation(HERE))
        store.change(lambda _: (made, None))
        assert taken is not None
        assert self._read(source.identify(taken)).state == made

    def test_what_came_since_the_look_is_not_what_the_command_saw(self, layout: Layout) -> None:
        """If a login linked the first identity in between, the snapshot has its unlinked form."""
        source = FolderSnapshots(layout, FirstIdentityWriter(layout, FRESH))
        taken = source.take()
        linked = IdentityState(Linked(ANON, ALICE), evolve(FULL_LEDGER, first=True))
        IdentityFiles(layout, FixedInstallation(HERE)).change(lambda _: (linked, None))
        assert taken is not None
        first = IdentityState(Anonymous(ANON), Ledger(ANON, HERE, first=True))
        assert self._read(source.identify(taken)) == Snapshot(first, None)

    @pytest.mark.parametrize(
        "state",
        [KNOWNS["linked"].rotated(FRESH, HERE), IdentityState(Anonymous(ANON), None)],
        ids=["rotated", "older"],
    )
    def test_an_identity_that_is_not_the_first_is_not_taken(
        self, layout: Layout, state: IdentityState
    ) -> None:
        """If another identity followed in between, it is not used: the event is Unattributable."""
        source = FolderSnapshots(layout, FirstIdentityWriter(layout, OTHER_ANON))
        taken = source.take()
        IdentityFiles(layout, FixedInstallation(HERE)).change(lambda _: (state, None))
        assert taken is not None
        assert self._read(source.identify(taken)).state.anon_id is None

    @staticmethod
    def _read(snapshot: Mapping[str, object] | None) -> Snapshot:
        assert snapshot is not None
        return codec.read_snapshot(snapshot)

    @staticmethod
    def _leave(config_dir: Path, ledger: object) -> None:
        (config_dir / "usage").mkdir(parents=True)
        text = ledger if isinstance(ledger, str) else json.dumps(ledger)
        (config_dir / "usage" / "ledger.json").write_text(text)


class TestLater:
    """A folder with usage.json."""

    @pytest.mark.parametrize("state", KNOWNS.values(), ids=KNOWNS)
    def test_an_existing_identity_is_returned(self, layout: Layout, state: IdentityState) -> None:
        """Identity and ledger are those of the store."""
        IdentityFiles(layout, FixedInstallation(HERE)).change(lambda _: (state, None))
        assert look(layout).state == state

    def test_nothing_is_touched(self, layout: Layout, config_dir: Path) -> None:
        """With a usage.json, nothing is created."""
        config_dir.mkdir()
        (config_dir / "usage.json").write_bytes(codec.write_identity(Anonymous(ANON), {}))
        before = config_dir.stat().st_mtime_ns
        assert look(layout).state == IdentityState(Anonymous(ANON), None)
        assert (listing(config_dir), config_dir.stat().st_mtime_ns) == (["usage.json"], before)

    @pytest.mark.parametrize(
        "make",
        [Path.touch, lambda path: path.write_text("{")],
        ids=["empty", "truncated"],
    )
    def test_a_malformed_usage_json_is_reported_and_left(
        self, layout: Layout, config_dir: Path, make: Callable[[Path], Any]
    ) -> None:
        """A malformed usage.json is reported and left to the delivery process."""
        config_dir.mkdir()
        make(config_dir / "usage.json")
        assert look(layout) == Snapshot(IdentityState(Malformed(), None), None)
        assert listing(config_dir) == ["usage.json"]

    def test_the_stamp_is_that_of_the_credentials(self, layout: Layout, config_dir: Path) -> None:
        """The stamp comes from one stat; the credentials are not opened."""
        config_dir.mkdir()
        credentials = config_dir / "credentials.yaml"
        os.mkfifo(credentials)
        assert look(layout).stamp == stamp_of(credentials)
        credentials.unlink()
        assert look(layout).stamp is None


class TestUnusable:
    """An unusable folder: no snapshot, so nothing is sent, and nothing is raised."""

    def test_no_permission_to_read(self, layout: Layout, config_dir: Path, mocker: MockerFixture) -> None:
        """An unreadable folder has no snapshot."""
        look(layout)
        deny(mocker, config_dir)
        assert take(layout) is None

    def test_no_permission_to_write(self, layout: Layout, config_dir: Path, mocker: MockerFixture) -> None:
        """In a read-only folder no identity is created; an existing one is read."""
        config_dir.mkdir()
        deny_writing(mocker, config_dir)
        assert take(layout) is None
        mocker.stopall()
        state = look(layout).state
        deny_writing(mocker, config_dir)
        assert look(layout).state == state

    @pytest.mark.parametrize("what", ["a file", "a link to nowhere", "usage is a file"])
    def test_a_folder_that_is_none(self, layout: Layout, config_dir: Path, what: str) -> None:
        """A foreign file in place of a folder stays."""
        if what == "a file":
            config_dir.touch()
        elif what == "a link to nowhere":
            config_dir.symlink_to("nowhere")
        else:
            config_dir.mkdir()
            (config_dir / "usage").touch()
        assert take(layout) is None
        assert take(layout) is None

    @pytest.mark.parametrize("step", ["write", "mkdir"])
    def test_a_disk_that_is_full(
        self, layout: Layout, config_dir: Path, mocker: MockerFixture, step: str
    ) -> None:
        """A full disk leaves no partial identity."""
        mocker.patch(f"os.{step}", side_effect=os_error(28))
        assert take(layout) is None
        assert not [name for name in listing(config_dir) if name.endswith("json")]

    def test_a_place_where_no_folder_can_ever_be(self) -> None:
        """A config folder on a missing drive raises nothing."""
        assert take(Layout("/proc/nowhere/config")) is None


_FIRST = """
import json
from arcade_usage.adapters.storage.config_folder import FolderSnapshots, Layout
from arcade_usage.composition.command import FolderWriter
from arcade_usage.testing.in_memory import FixedInstallation

folder, number = sys.argv[1:]
seen = []
for round in range(8):
    layout = Layout(f"{folder}/{round}")
    source = FolderSnapshots(layout, FolderWriter(layout))
    ready()
    seen.append(source.identify(source.take()))
for snapshot in seen:
    print(snapshot["usage"]["anon_id"])
"""


def test_of_many_first_commands_one_makes_the_identity(path: Path) -> None:
    """Four parallel first commands in each of eight new folders see one id, with a consistent ledger."""
    seen = contend(_FIRST, 4, [str(path.parent)], rounds=8)
    for turn, ids in enumerate(zip(*seen, strict=True)):
        state = IdentityFiles(Layout(str(path.parent / str(turn))), FixedInstallation(HERE)).current()
        assert (set(ids), state.is_consistent) == ({state.anon_id}, True)
