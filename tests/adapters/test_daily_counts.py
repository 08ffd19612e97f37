"""counts.json in the outbox: what a file may be, and what becomes of it."""

import json
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.daily_counts import FileCountStore
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import NewerFormatError, StoreError
from arcade_usage.domain.daily_limit import DailyCount
from tests.contracts.test_count_store import COUNT
from tests.samples import MALFORMED_TEXTS, ONE_OFF, SINK, anonymous

# Members that no counts have.
WRONG: tuple[dict[str, object], ...] = (
    {"day": "some day"},
    {"day": "", "uuid": "", "others": 1},
    {"uuid": "x"},
    {"admitted": "3"},
    {"admitted": True},
    {"admitted": -1},
    {"others": -1},
    {"commands": {"x": -1}},
    {"commands": {"x": 1.5}},
    {"commands": []},
    {"to_send": [1]},
    {"version": 0},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / SINK.key
    FolderOutbox(str(folder), SINK, durable=False).queue.add(anonymous(1))
    return folder / "counts.json"


def store(path: Path) -> FileCountStore:
    return FileCountStore(str(path.parent))


def test_counts_as_they_are_on_disk(path: Path) -> None:
    """Other versions read them: names and types stay."""
    store(path).write(COUNT, durable=False)
    assert json.loads(path.read_bytes()) == {
        "version": 1,
        "day": "2026-11-28",
        "uuid": ONE_OFF,
        "admitted": 3,
        "commands": {"toolkit.run": 2, "bü.ild": 1},
        "others": 4,
        "tool": "my-tool",
        "to_send": [*COUNT.to_send],
        "to_remove": [*COUNT.to_remove],
    }


@pytest.mark.parametrize(
    "content",
    [
        *(text.encode() for text in MALFORMED_TEXTS.values()),
        *(json.dumps({"day": "2026-11-28", "uuid": ONE_OFF, **wrong}).encode() for wrong in WRONG),
    ],
)
def test_malformed_counts_are_none_and_are_replaced(path: Path, content: bytes) -> None:
    """As a malformed logbook."""
    path.write_bytes(content)
    counts = store(path)
    assert counts.read() == DailyCount()
    counts.write(COUNT, durable=False)
    assert store(path).read() == COUNT


def test_unknown_fields_stay(path: Path) -> None:
    """Two versions of the library may take turns."""
    path.write_text(json.dumps({"day": "2026-11-28", "uuid": ONE_OFF, "of_newer": [1]}), encoding="utf-8")
    counts = store(path)
    counts.read()
    counts.write(COUNT, durable=False)
    assert json.loads(path.read_bytes())["of_newer"] == [1]
    assert store(path).read() == COUNT


def test_newer_counts_are_left_alone(path: Path) -> None:
    """Reading raises, so nothing is written; `forget` and `off` erase them."""
    path.write_text('{"version": 2}', encoding="utf-8")
    with pytest.raises(NewerFormatError, match=r"counts\.json"):
        store(path).read()
    store(path).clear()
    assert not path.exists()


def test_a_path_that_is_no_file_of_the_user_is_an_error(path: Path) -> None:
    """It stays."""
    path.mkdir()
    for call in (store(path).read, store(path).clear, lambda: store(path).write(COUNT, durable=False)):
        with pytest.raises(StoreError):
            call()
    assert path.is_dir()


def test_too_large_a_file_is_an_error(path: Path) -> None:
    """It is not read to its end."""
    path.write_bytes(b" " * (512 * 1024 + 1))
    with pytest.raises(StoreError):
        store(path).read()
