"""An event without free text is on disk before anything is imported that takes long, and outlasts a kill right there."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage import Property
from arcade_usage.adapters.storage.codec import read_record
from arcade_usage.adapters.storage.early_record import DROPPED, write_record
from arcade_usage.domain.properties import is_plain_name
from arcade_usage.domain.redaction import Redactor
from tests.e2e.deliveries import run_here, sender_at_work
from tests.e2e.world import World

# What is imported when the record is there, apart from what any Python imports for `-m`; not typing, not re.
NEVER = {
    "attr",
    "attrs",
    "cattrs",
    "filelock",
    "httpx",
    "posthog",
    "json",
    "re",
    "typing",
    "hashlib",
    "logging",
}

KILL = """
import importlib.abc, os, signal, sys
class Killing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "arcade_usage.composition.delivery":
            with open({listed!r}, "w") as file: file.write(" ".join(sys.modules))
            os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["arcade_usage"]
for name in set(sys.modules) & {never!r}: del sys.modules[name]
sys.meta_path.insert(0, Killing())
import runpy
runpy.run_module("arcade_usage", run_name="__main__")
"""


def deliver_and_kill(world: World, payload: str) -> set[str]:
    """Run a delivery up to where it imports the rest of itself; returns the modules that it has by then."""
    listed = world.scratch / "modules"
    lines = KILL.format(listed=str(listed), never=NEVER)
    environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": payload}
    done = subprocess.run([sys.executable, "-c", lines], env=environment, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    return set(listed.read_text(encoding="utf-8").split())


DECLARED = (
    Property("org_id", kind="id", reason="which organizations use it"),
    Property("auth_type", kind="choice", choices=("oauth2", "none"), reason="how users log in"),
    Property("p95", kind="number", reason="how slow it is"),
)
OWN = {
    "org_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "auth_type": "oauth2",
    "p95": 1.5,
    "secrets_count": 3,
    "auth_token_present": True,
}

PLAIN: dict[str, dict[str, Any]] = {
    "success": {},
    "measured": {"duration_ms": 1.5, "monotonic_start": 1.0, "monotonic_end": 2.5},
    "failure without a word": {"success": False},
    "login": {"is_login": True},
    "logout": {"is_logout": True},
    "properties that are declared, or numbers and booleans": {"properties": OWN},
}


@pytest.mark.parametrize("facts", PLAIN.values(), ids=PLAIN)
def test_a_kill_right_after_leaves_a_record_that_is_delivered_once(
    world: World, facts: dict[str, Any]
) -> None:
    """The next sender delivers it, under its own uuid, as what the user did."""
    world.declared = DECLARED
    payload = world.payload("toolkit.run", **facts)
    modules = deliver_and_kill(world, payload)
    assert modules & NEVER == set()
    (record,) = world.waiting
    assert record["attribution"] is None
    run_here(world, "next")
    assert world.waiting == []
    assert set(world.events) == {"toolkit.run", "next"}
    assert world.events["toolkit.run"].uuid == record["event"]["uuid"]
    assert facts.get("properties", {}).items() <= world.events["toolkit.run"].properties.items()


def test_a_process_beside_a_sender_ends_before_the_slow_imports(world: World) -> None:
    """The event waits, and the next sender delivers it once."""
    run_here(world, "first")
    payload = world.payload("beside")
    with sender_at_work(world):
        lines = KILL.format(listed=str(world.scratch / "modules"), never=NEVER)
        environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": payload}
        done = subprocess.run([sys.executable, "-c", lines], env=environment, timeout=60, check=False)
    assert done.returncode == 0
    assert [record["event"]["properties"]["command_name"] for record in world.waiting] == ["beside"]
    run_here(world, "next")
    assert (world.waiting, set(world.events)) == ([], {"first", "beside", "next"})


def test_a_delivery_that_goes_on_sends_that_very_record_once(world: World) -> None:
    """Nobody is killed: one event, one attempt, nothing left."""
    world.run("toolkit.run")
    sent = [event for batch in world.receiver.batches() for event in batch["batch"]]
    assert [event["properties"]["command_name"] for event in sent] == ["toolkit.run"]
    assert world.waiting == []


@pytest.mark.parametrize(
    "facts",
    [{}, {"duration_ms": 2.25}, {"success": False}, {"properties": OWN}, {"properties": {"one": 1}}],
    ids=str,
)
def test_it_is_the_record_that_a_delivery_would_write(world: World, facts: dict[str, Any]) -> None:
    """Except for its uuid it is, byte for byte, what the domain's values describe."""
    import arcade_usage.composition.delivery as delivery

    world.declared = DECLARED
    payload = world.payload("toolkit.run", **facts)
    written = write_record(payload)
    assert written is not None
    record = read_record(written)
    read = delivery._read(payload)
    assert read is not None
    described = delivery._describe(read)
    assert (record.event.name, record.event.timestamp) == (described.name, described.timestamp)
    assert record.event.properties == described.properties
    assert record.snapshot == read.snapshot
    assert record.machine == delivery.make_adapters(read).identity_store.here


FREE: dict[str, dict[str, Any]] = {
    "a message": {"success": False, "error_message": "mail me@example.org"},
    "an undeclared text": {"properties": {"note": "plain"}},
    "a text that is no id": {"properties": {"org_id": "mail me@example.org"}},
    "a name that redaction has to see": {"properties": {"me@example.org": 3}},
    "a name of ours": {"properties": {"is_ci": True}},
    "more than an event takes": {
        "properties": {f"n{letter}{vowel}": 1 for letter in "bcdfghjklmn" for vowel in "aeiou"}
    },
}


@pytest.mark.parametrize("facts", FREE.values(), ids=FREE)
def test_what_redaction_has_to_see_is_not_written_first(world: World, facts: dict[str, Any]) -> None:
    """Nothing is on disk before the text was redacted."""
    world.declared = DECLARED
    deliver_and_kill(world, world.payload("toolkit.run", **facts))
    assert world.waiting == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda payload: {**payload, "version": 1000},
        lambda payload: {**payload, "config_dir": "somewhere"},
        lambda payload: {**payload, "sink": {"host": "file:///x", "project_token": "phc_x"}},
        lambda payload: {**payload, "snapshot": {"usage": 5}},
        lambda payload: {**payload, "snapshot": {"stamp": [1, 2, 3, 4, True]}},
        lambda payload: {**payload, "command": {**payload["command"], "ended_at": 1e300}},
        lambda payload: {**payload, "command": {**payload["command"], "duration_ms": True}},
        lambda payload: {**payload, "command": {**payload["command"], "outcome": "splendid"}},
        lambda payload: {**payload, "command": {**payload["command"], "is_login": "yes"}},
        lambda payload: {**payload, "command": {**payload["command"], "name": "x" * 300}},
        lambda payload: {**payload, "command": {**payload["command"], "options": "force"}},
        lambda payload: {**payload, "command": {**payload["command"], "options": [5]}},
        lambda payload: {
            **payload,
            "command": {**payload["command"], "options": ["ghp-16C7e42F292c6912E7710c838"]},
        },
        lambda payload: {**payload, "command": {**payload["command"], "is_tty": 1}},
        lambda payload: {**payload, "command": {**payload["command"], "error_type": 5}},
        lambda payload: {**payload, "command": {**payload["command"], "exit_code": True}},
        lambda payload: {**payload, "command": {**payload["command"], "properties": [1]}},
        lambda payload: {**payload, "command": {**payload["command"], "as_is": "org_id"}},
    ],
)
def test_what_is_malformed_is_not_written(world: World, damage: Callable[[Any], Any]) -> None:
    """Nothing in a payload is trusted; what becomes of a malformed one, the delivery decides."""
    payload = json.loads(world.payload("toolkit.run"))
    assert write_record(json.dumps(damage(payload), separators=(",", ":"))) is None
    assert world.waiting == []


def test_off_is_seen_before_and_after(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An `off` that comes before, or while the record is being written, leaves none."""
    from arcade_usage.adapters.storage import early_record

    payload = world.payload("toolkit.run")
    answers = iter((True, False))
    monkeypatch.setattr(early_record, "is_on", lambda *_: next(answers))
    assert write_record(payload) == DROPPED
    monkeypatch.setattr(early_record, "is_on", lambda *_: False)
    assert write_record(payload) is None
    assert world.waiting == []


def test_what_was_forgotten_meanwhile_is_not_written(world: World) -> None:
    """Nothing is left under an identity that was erased after the command."""
    payload = world.payload("toolkit.run")
    Path(world.folder / "usage.json").unlink()
    assert write_record(payload) == DROPPED
    assert world.waiting == []


def forget(world: World) -> None:
    Path(world.folder / "usage.json").unlink()
    world.ledger_path.unlink()


@pytest.mark.parametrize("facts", [{}, {"success": False, "error_message": "no such project"}], ids=str)
def test_what_was_forgotten_is_not_sent_beside_a_new_identity(world: World, facts: dict[str, Any]) -> None:
    """Another command has created one before the event of the erased identity is stored: that event is dropped."""
    run_here(world, "first")
    payload = world.payload("forgotten", **facts)
    forget(world)
    run_here(world, "new")
    environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": payload}
    subprocess.run([sys.executable, "-m", "arcade_usage"], env=environment, timeout=60, check=True)
    run_here(world, "last")
    assert world.waiting == []
    assert set(world.events) == {"first", "new", "last"}


def test_what_a_command_leaves_to_a_process_is_not_of_a_forgotten_identity(world: World) -> None:
    """The command looks itself at what the identity is now, since that process judges the event as it stands."""
    run_here(world, "first")
    payload = world.payload("forgotten")
    forget(world)
    run_here(world, "new")
    assert write_record(payload, durable=False) == DROPPED
    assert world.waiting == []
    assert write_record(world.payload("next"), durable=False)


def test_a_first_identity_that_came_back_was_not_erased(world: World) -> None:
    """An older CLI replaced usage.json, without the ledger, and a link that was under way restored it."""
    run_here(world, "first")
    before = (world.folder / "usage.json").read_bytes()
    (world.folder / "usage.json").write_text(
        '{"anon_id": "5f1c2a52-6d0b-4d2c-9f3a-0c8a3b7d1e44", "linked_principal_id": null}'
    )
    payload = world.payload("between")
    (world.folder / "usage.json").write_bytes(before)
    assert write_record(payload, durable=False) not in (None, DROPPED)


def test_an_event_that_was_sent_before_it_was_forgotten_is_not_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is written and sent by another process, and the identity erased: nobody gives it another uuid."""
    from arcade_usage.adapters.storage import config_folder, early_record

    payload = world.payload("toolkit.run")
    is_on, answers = config_folder.is_on, iter((True, False))

    def sent_and_forgotten(*_: Any) -> bool:
        if next(answers):
            return True
        monkeypatch.setattr(early_record, "is_on", is_on)
        run_here(world, "sender")
        forget(world)
        return True

    monkeypatch.setattr(early_record, "is_on", sent_and_forgotten)
    assert write_record(payload) == DROPPED
    assert set(world.events) == {"toolkit.run", "sender"}


KEYLIKE = [
    "hvs",
    "hvb",
    "dp",
    "pt",
    "api",
    "live",
    "secret",
    "token",
    "password",
    "key",
    "auth",
    "login",
    "eyj",
    "sk",
    "ghp",
    "npm",
    "arc",
    "root",
    "home",
    "example",
    "com",
    "io",
]
WORDS = st.one_of(st.sampled_from(KEYLIKE), st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=13))


@given(st.lists(WORDS, min_size=1, max_size=8).map(".".join))
def test_redaction_leaves_a_plain_name_as_it_is(name: str) -> None:
    """So a plain name may be written before redaction could see it."""
    own = ("gwendolen", "laptop")
    if is_plain_name(name, own):
        assert Redactor(home=("/home/gwendolen",), names=own).redact_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "toolkit run", "toolkit.Run", "run.2", "x" * 13, ".run", "run.", "run.gwendolen", "rgwendolen", "tö.run",
     "ghp_tokens", "rubygems-search", "dp.pt.abcdef", "a." * 40 + "a", "me@example.org", "~", "run*"],
)  # fmt: skip
def test_in_doubt_a_name_is_not_plain(name: str) -> None:
    """Digits, capitals, other signs, long words, and the names of this user and machine."""
    assert not is_plain_name(name, ("Gwendolen", ""))


def test_plain_options_are_written_first(world: World) -> None:
    """As the delivery itself would describe them."""
    import arcade_usage.composition.delivery as delivery

    payload = json.loads(world.payload("toolkit.run"))
    payload["command"] |= {"options": ["dry-run", "api_key"], "is_tty": True}
    text = json.dumps(payload, separators=(",", ":"))
    written, read = write_record(text), delivery._read(text)
    assert written is not None
    assert read is not None
    properties = read_record(written).event.properties
    assert properties == delivery._describe(read).properties
    assert (properties["options"], properties["is_tty"]) == (["dry-run", "api_key"], True)
