"""Files of a newer version: each store leaves them alone."""

import json
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.adapters.storage.outbox import FolderOutbox, find_projects
from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.application.delivery.retention import Retention
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import EVENTS_LIMIT, LossReason
from arcade_usage.testing.in_memory import FixedInstallation
from tests.samples import ANON, FRESH, HERE, SINK, anonymous

NEWER = 9  # later than the version of any format


@pytest.fixture
def outbox(tmp_path: Path) -> FolderOutbox:
    """An outbox with one event."""
    outbox = FolderOutbox(str(tmp_path / SINK.key), SINK, durable=False)
    outbox.queue.add(anonymous(1))
    return outbox


def make_newer(outbox: FolderOutbox, name: str, **content: object) -> Path:
    path = Path(outbox.folder, name)
    path.write_text(json.dumps({"version": NEWER, **content}), encoding="utf-8")
    return path


def test_a_newer_logbook_is_neither_read_nor_written(outbox: FolderOutbox) -> None:
    """Reading, writing and clearing a newer logbook.json raise, and the file does not change."""
    path = make_newer(outbox, "logbook.json")
    before = path.read_bytes()
    for touch in (outbox.log.read, lambda: outbox.log.write(Logbook()), outbox.log.clear):
        with pytest.raises(NewerFormatError, match=r"logbook\.json: written by a newer version"):
            touch()
    assert path.read_bytes() == before


def test_an_event_beside_a_newer_logbook_is_as_old_as_it_says(outbox: FolderOutbox) -> None:
    """The elapsed time in a newer logbook.json dates new records; with 0 they would expire too soon."""
    make_newer(outbox, "logbook.json", observed={"seconds": 5_000_000.5})
    another = FolderOutbox(outbox.folder, SINK, durable=False)
    another.queue.add(anonymous(2))
    assert sorted(waiting.since for waiting in another.queue.waiting()) == [0.0, 5_000_000.0]


def test_the_limits_hold_beside_a_newer_logbook(outbox: FolderOutbox) -> None:
    """The oldest events over the limit are dropped and counted; none expires, since the time is unknown."""
    for number in range(2, EVENTS_LIMIT + 3):
        outbox.queue.add(anonymous(number))
    make_newer(outbox, "logbook.json")
    Retention(outbox).enforce_without_log()
    assert len(outbox.queue.waiting()) == EVENTS_LIMIT
    assert outbox.log.losses().counts == {LossReason.TOO_MANY.value: 2}


def test_clearing_a_logbook_keeps_nothing(outbox: FolderOutbox) -> None:
    """Clearing drops unknown fields, which may contain ids."""
    path = Path(outbox.folder, "logbook.json")
    outbox.log.write(Logbook())
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "of_newer": ANON}), encoding="utf-8")
    outbox.log.write(outbox.log.read())
    assert json.loads(path.read_bytes())["of_newer"] == ANON
    outbox.log.clear()
    assert "of_newer" not in json.loads(path.read_bytes())


def test_a_newer_project_file_is_left_alone(outbox: FolderOutbox, tmp_path: Path) -> None:
    """A newer project file is neither used nor replaced."""
    assert find_projects(str(tmp_path)) == [SINK]
    path = make_newer(outbox, "sink.json", host=SINK.host, project_token=SINK.project_token)
    before = path.read_bytes()
    FolderOutbox(outbox.folder, SINK, durable=False).queue.add(anonymous(2))
    assert (find_projects(str(tmp_path)), path.read_bytes()) == ([], before)


def test_newer_copies_stay_in_their_file(outbox: FolderOutbox) -> None:
    """Newer copies are not shown, and later copies are appended to them."""
    path = make_newer(outbox, "sent.jsonl", at=1.0, message={})
    newer = path.read_bytes()
    copies = FileCopies(outbox.folder)
    copies.keep([{"event": "x"}], 2.0)
    assert [copy.at for copy in copies.all()] == [2.0]
    assert path.read_bytes().split(b"\n")[0] == newer


def test_an_identity_beside_a_newer_ledger_is_not_changed(tmp_path: Path) -> None:
    """With a newer ledger, the identity is neither rotated nor erased."""
    (tmp_path / "usage").mkdir(mode=0o700)
    usage = json.dumps({"anon_id": ANON, "linked_principal_id": None})
    ledger = json.dumps({"version": 2, "anon_id": ANON})
    (tmp_path / "usage.json").write_text(usage, encoding="utf-8")
    (tmp_path / "usage" / "ledger.json").write_text(ledger, encoding="utf-8")
    store = IdentityFiles(Layout(str(tmp_path)), FixedInstallation(HERE))
    with pytest.raises(NewerFormatError):
        store.change(lambda state: (state.rotated(FRESH, HERE), None))
    with pytest.raises(NewerFormatError):
        store.erase()
    assert (tmp_path / "usage.json").read_text(encoding="utf-8") == usage
    assert (tmp_path / "usage" / "ledger.json").read_text(encoding="utf-8") == ledger
