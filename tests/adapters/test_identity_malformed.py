"""Malformed identity files: kept as evidence and replaced, without an exception."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState, Malformed
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import FixedInstallation
from tests.samples import ANON, FRESH, HERE, write_huge


@pytest.fixture
def store(config_dir: Path) -> IdentityFiles:
    return IdentityFiles(Layout(str(config_dir)), FixedInstallation(HERE))


@pytest.fixture
def usage_json(config_dir: Path) -> Path:
    config_dir.mkdir()
    return config_dir / "usage.json"


@pytest.fixture
def ledger_json(usage_json: Path) -> Path:
    usage_json.write_text(json.dumps({"anon_id": ANON, "linked_principal_id": None}))
    folder = usage_json.parent / "usage"
    folder.mkdir()
    return folder / "ledger.json"


def rotate(store: IdentityFiles) -> None:
    store.change(lambda state: (state.rotated(FRESH, HERE), None))


Make = Callable[[Path], Any]

REPLACEMENTS: dict[str, Make] = {
    "empty": Path.touch,
    "truncated": lambda path: path.write_text('{"anon_id": "'),
    "not UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x00\x01"),
    "wrong types": lambda path: path.write_text(json.dumps({"anon_id": 5, "born": [], "x": None})),
    "a list": lambda path: path.write_text("[]"),
    "nested deeply": lambda path: path.write_text("[" * 2000),
    "50 MB": write_huge,
}

# Anything but a regular file, which the library never creates there.
FOREIGN_FILES: dict[str, Make] = {
    "a folder": Path.mkdir,
    "a folder with something in it": lambda path: (path / "theirs").mkdir(parents=True),
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to a folder": lambda path: path.symlink_to("."),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("make", FOREIGN_FILES.values(), ids=FOREIGN_FILES)
@pytest.mark.parametrize("name", ["usage.json", "usage/ledger.json"])
def test_what_is_no_file_stays(store: IdentityFiles, ledger_json: Path, name: str, make: Make) -> None:
    """Anything but a regular file stays, and the identity can be neither read nor changed until it is removed."""
    place = ledger_json.parent.parent / name
    place.unlink(missing_ok=True)
    make(place)
    before = describe(place)
    for call in (store.current, lambda: rotate(store)):
        with pytest.raises(StoreError) as caught:
            within(20.0, call)
        assert isinstance(caught.value.__cause__, NotOwnedError)
    assert describe(place) == before


@pytest.mark.parametrize("make", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_a_malformed_usage_json_is_replaced(store: IdentityFiles, usage_json: Path, make: Make) -> None:
    """A malformed usage.json is moved to usage/malformed, and a new identity is written."""
    make(usage_json)
    before = describe(usage_json)
    assert store.current().identity == Malformed()
    within(20.0, lambda: rotate(store))
    assert store.current() == IdentityState(Anonymous(FRESH), Ledger(FRESH, HERE))
    evidence = usage_json.parent / "usage" / "malformed" / "usage.json"
    assert describe(evidence) == before


@pytest.mark.parametrize("make", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_a_malformed_ledger_is_replaced(store: IdentityFiles, ledger_json: Path, make: Make) -> None:
    """A malformed ledger is moved to usage/malformed, and a new ledger is written."""
    make(ledger_json)
    before = describe(ledger_json)
    assert store.current() == IdentityState(Anonymous(ANON), Malformed())
    within(20.0, lambda: rotate(store))
    assert store.current() == IdentityState(Anonymous(FRESH), Ledger(FRESH, HERE))
    assert describe(ledger_json.parent / "malformed" / "ledger.json") == before


@pytest.mark.parametrize("make", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_looking_touches_nothing(store: IdentityFiles, usage_json: Path, make: Make) -> None:
    """Reading a malformed file, or a change without an effect, leaves it in place."""
    make(usage_json)
    before = describe(usage_json)
    store.current()
    store.change(lambda state: (state, None))
    assert describe(usage_json) == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"theirs": 1}', '{"anon_id": 5}'])
def test_what_a_link_leads_to_stays(
    store: IdentityFiles, usage_json: Path, tmp_path: Path, content: str
) -> None:
    """The target of a link may be any file of the user's: it is not moved, replaced or erased."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(content)
    usage_json.symlink_to(elsewhere)
    before = elsewhere.stat()
    for call in (
        store.current,
        lambda: rotate(store),
        store.erase,
    ):
        with pytest.raises(StoreError) as caught:
            call()
        assert "is a link to a file without an anon_id" in str(caught.value.__cause__)
    assert (elsewhere.stat(), elsewhere.read_text(), usage_json.is_symlink()) == (before, content, True)


def test_the_last_evidence_of_a_kind_is_kept(store: IdentityFiles, usage_json: Path) -> None:
    """New evidence replaces the old one of the same file, so it does not accumulate."""
    for content in ("first", "second", "third"):
        usage_json.write_text(content)
        rotate(store)
    evidence = usage_json.parent / "usage" / "malformed"
    assert {path.name: path.read_text() for path in evidence.iterdir()} == {"usage.json": "third"}


@pytest.mark.parametrize("make", FOREIGN_FILES.values(), ids=FOREIGN_FILES)
@pytest.mark.parametrize("name", ["usage/malformed", "usage/malformed/usage.json"])
def test_evidence_that_can_not_be_kept_is_no_obstacle(
    store: IdentityFiles, usage_json: Path, name: str, make: Make
) -> None:
    """If evidence cannot be stored, the malformed file is replaced anyway."""
    place = usage_json.parent / name
    place.parent.mkdir(parents=True)
    make(place)
    before = describe(place)
    usage_json.write_text("{")
    rotate(store)
    assert (describe(place), store.current().anon_id) == (before, FRESH)


def test_keys_of_others_stay_in_a_file_whose_ids_are_wrong(store: IdentityFiles, usage_json: Path) -> None:
    """Keys of other tools survive the replacement of invalid ids."""
    usage_json.write_text(json.dumps({"anon_id": None, "linked_principal_id": None, "theirs": 1}))
    rotate(store)
    assert json.loads(usage_json.read_text())["theirs"] == 1


def test_a_key_of_others_that_can_not_be_written_again_is_no_obstacle(
    store: IdentityFiles, usage_json: Path
) -> None:
    """The identity can be changed however deeply a foreign key is nested."""
    for depth in (10, 500, *range(900, 1000)):
        usage_json.write_text(f'{{"anon_id": "{ANON}", "theirs": {"[" * depth + "]" * depth}}}')
        rotate(store)
        assert store.current().anon_id == FRESH


def describe(path: Path) -> object:
    status = path.lstat()
    if path.is_symlink():
        return "link", os.readlink(path)
    if path.is_file():
        return "file", status.st_size, path.read_bytes()[:100]
    return status.st_mode, status.st_ino
