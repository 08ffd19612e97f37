"""What the snapshot source promises, in memory and on disk."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attrs import frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import FolderSnapshots, Layout
from arcade_usage.application.ports import SnapshotSource
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import MemorySnapshots
from tests.adapters.disk import deny
from tests.adapters.files import FirstIdentityWriter
from tests.samples import ANON, HERE


@frozen
class SnapshotSourceUnderTest:
    """A snapshot source, and how its folder becomes one that can't be used."""

    source: SnapshotSource
    shut: Callable[[], object]


def _in_memory() -> SnapshotSourceUnderTest:
    snapshot = {
        "usage": {"anon_id": ANON, "linked_principal_id": None},
        "ledger": {"anon_id": ANON, "born": HERE, "first": True},
        "stamp": None,
    }
    source = MemorySnapshots(snapshot)
    return SnapshotSourceUnderTest(source, lambda: setattr(source, "snapshot", None))


def _on_disk(config_dir: Path, mocker: MockerFixture) -> SnapshotSourceUnderTest:
    layout = Layout(str(config_dir))
    source = FolderSnapshots(layout, FirstIdentityWriter(layout))
    return SnapshotSourceUnderTest(source, lambda: deny(mocker, config_dir))


@pytest.fixture(params=["in memory", "on disk"])
def subject(
    request: pytest.FixtureRequest, config_dir: Path, mocker: MockerFixture
) -> SnapshotSourceUnderTest:
    return _in_memory() if request.param == "in memory" else _on_disk(config_dir, mocker)


def identified(source: SnapshotSource) -> Mapping[str, object]:
    """What a command that is reported has seen."""
    taken = source.take()
    assert taken is not None
    snapshot = source.identify(taken)
    assert snapshot is not None
    return snapshot


def test_a_snapshot_is_json_that_a_payload_carries(subject: SnapshotSourceUnderTest) -> None:
    """A snapshot survives being written and read as JSON, and says what it said."""
    snapshot = identified(subject.source)
    carried = json.loads(json.dumps(snapshot))
    assert codec.read_snapshot(carried) == codec.read_snapshot(snapshot)


def test_a_reported_snapshot_names_an_identity(subject: SnapshotSourceUnderTest) -> None:
    """The first command that is reported has an anonymous identity of this machine, with a ledger about it."""
    state = codec.read_snapshot(identified(subject.source)).state
    assert isinstance(state.identity, Anonymous)
    assert state.matching_ledger == Ledger(state.identity.anon_id, HERE, first=True)


def test_a_second_look_sees_the_same(subject: SnapshotSourceUnderTest) -> None:
    """Looking again changes nothing."""
    identified(subject.source)
    assert subject.source.take() == subject.source.take()


def test_the_stamp_is_that_of_the_look(subject: SnapshotSourceUnderTest) -> None:
    """Credentials that came since are not what the command ran with."""
    taken = {"usage": None, "ledger": None, "stamp": [1, 2, 3, 4, 5]}
    snapshot = subject.source.identify(taken)
    assert snapshot is not None
    assert snapshot["stamp"] == taken["stamp"]


def test_a_folder_that_cannot_be_used_gives_no_snapshot(subject: SnapshotSourceUnderTest) -> None:
    """Without a folder there is no snapshot, and nothing is raised: an id that changes is worse than none."""
    taken = {"usage": None, "ledger": None, "stamp": None}
    subject.shut()
    assert subject.source.take() is None
    assert subject.source.identify(taken) is None
