"""Foreign and corrupt files in an outbox: its own events are delivered, and nothing else is sent."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import evolve

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.record_files import RECORD_VERSION
from arcade_usage.domain.event import Event
from tests.e2e.world import World
from tests.samples import write_huge
from verification.faults.command_runs import (
    expect_written,
    outbox_of,
    queue_events,
    recover,
    run_commands,
    unprivileged_prefix,
)
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "A corrupt outbox"
FOREIGN = "not-to-be-sent"  # part of each file that is written into an outbox
OWN_UUID, OTHER_UUID = (f"0dd0dd00-0000-4000-8000-00000000000{digit}" for digit in "12")
AS_A_RECORD = f"000000000000005-0000000000-{OWN_UUID}.event.json"

Write = Callable[[Path, bytes], Any]  # creates a file at a path; gets a valid record that must not be sent


def _changed(**changes: object) -> Write:
    return lambda path, record: path.write_text(json.dumps({**json.loads(record), **changes}))


def _link_to_a_record(path: Path, record: bytes) -> None:
    elsewhere = path.parent.parent / "another tool's"
    elsewhere.write_bytes(record)
    path.symlink_to(elsewhere)


def _link_to_a_secret(path: Path, _: bytes) -> None:
    secret = path.parent.parent / "secret"
    secret.write_text(FOREIGN)
    path.symlink_to(secret)


def _unreadable(path: Path, record: bytes) -> None:
    path.write_bytes(record)
    path.chmod(0)


def _copies(path: Path, record: bytes) -> None:
    """Copies of the waiting records under other names, and a record with another uuid than its name."""
    for number, own in enumerate(path.parent.glob("*.event.json")):
        shutil.copy(own, path.parent / f"copy of {own.name}")
        shutil.copy(own, path.parent / own.name.replace(own.name[:15], f"{number:015d}"))
    path.with_name(path.name.replace(OWN_UUID, OTHER_UUID)).write_bytes(record)


REPLACEMENTS: dict[str, Write] = {
    "empty": lambda path, _: path.touch(),
    "truncated": lambda path, record: path.write_bytes(record[: len(record) // 2]),
    "not text": lambda path, _: path.write_bytes(bytes(range(256))),
    "50 MB": lambda path, _: write_huge(path),
    "deeply nested": lambda path, _: path.write_text("[" * 60_000),
    "a pipe": lambda path, _: os.mkfifo(path),
    "a link to nowhere": lambda path, _: path.symlink_to("nowhere"),
    "a link to a secret": _link_to_a_secret,
    "unreadable": _unreadable,
    "a link to itself": lambda path, _: path.symlink_to(path.name),
    "a folder": lambda path, _: (path / FOREIGN).mkdir(parents=True),
}
RECORDS: dict[str, Write] = {
    **REPLACEMENTS,
    "of another version": _changed(version=RECORD_VERSION + 1),
    "with wrong types": _changed(is_logout=1),
    "without an event": _changed(event=None),
    "with a reserved distinct id": _changed(attribution={"distinct_id": "anonymous", "personless": False}),
    "a link to a record": _link_to_a_record,
    "copies": _copies,
    "a record with another name": lambda path, record: path.with_name("x.event.json").write_bytes(record),
}


@experiment(GROUP, "foreign files with the names of records", rounds=len(RECORDS), quick=2)
def foreign_records(testbed: Testbed, rounds: int) -> Figures:
    return _corrupt(testbed, dict(list(RECORDS.items())[-rounds:]), AS_A_RECORD)


@experiment(GROUP, "logbook.json replaced", rounds=len(REPLACEMENTS), quick=1)
def no_logbook(testbed: Testbed, rounds: int) -> Figures:
    return _corrupt(testbed, dict(list(REPLACEMENTS.items())[-rounds:]), "logbook.json")


@experiment(GROUP, "sink.json replaced", rounds=len(REPLACEMENTS), quick=0)
def no_sink(testbed: Testbed, rounds: int) -> Figures:
    return _corrupt(testbed, dict(list(REPLACEMENTS.items())[-rounds:]), "sink.json")


def _corrupt(testbed: Testbed, ways: dict[str, Write], name: str) -> Figures:
    """Replace `name` in an outbox with waiting events, each time in another way; the next delivery sends them all."""
    for number, (way, write) in enumerate(ways.items()):
        world, owners = _begin(testbed, number)
        waiting = f"waiting {number}"
        testbed.expect(waiting, *owners)
        queue_events(testbed, world, waiting)
        path = Path(outbox_of(world).folder) / name
        record = _record_like(world, waiting)
        path.unlink(missing_ok=True)
        write(path, record)
        testbed.expect(f"new {number}", *owners)
        run_commands(testbed, world, f"new {number}", prefix=unprivileged_prefix())
        assert {waiting, f"new {number}"} <= world.events.keys(), f"not delivered: {way}"
        _check_nothing_foreign_was_sent(testbed, way)
    return testbed.judge(len(ways), ", ".join(ways))


def _begin(testbed: Testbed, number: int) -> tuple[World, list[str]]:
    """A home and the owners of its events; in every second one, Alice logs in."""
    world, owners = testbed.home(), [ALICE] * (number % 2)
    if owners:
        testbed.expect(f"login {number}", ALICE)
        world.log_in(ALICE, name=f"login {number}")
        world.settle()
    return world, owners


def _record_like(world: World, name: str) -> bytes:
    """A valid record of an event that must not be sent, made from the record of the command `name`."""
    (record,) = (
        each for each in outbox_of(world).queue.pending() if each.event.properties["command_name"] == name
    )
    event: Event = evolve(record.event, uuid=OWN_UUID, properties={"command_name": FOREIGN})
    return codec.write_record(evolve(record, event=event))


def _check_nothing_foreign_was_sent(testbed: Testbed, way: str) -> None:
    for request in testbed.receiver.requests:
        assert FOREIGN.encode() not in request.body, f"sent: {way}"
        assert OWN_UUID.encode() not in request.body, f"sent: {way}"


PLACES: dict[str, tuple[str, Write]] = {
    "sender.lock a folder": ("sender.lock", REPLACEMENTS["a folder"]),
    "sender.lock a link to itself": ("sender.lock", REPLACEMENTS["a link to itself"]),
    "the outbox a file": ("", REPLACEMENTS["empty"]),
    "the outbox a link to nowhere": ("", REPLACEMENTS["a link to nowhere"]),
    "the outbox a link to itself": ("", REPLACEMENTS["a link to itself"]),
    "the outbox a pipe": ("", REPLACEMENTS["a pipe"]),
}


@experiment(GROUP, "the folder or its lock replaced, and restored", rounds=len(PLACES), quick=0)
def no_outbox(testbed: Testbed, rounds: int) -> Figures:
    """Events wait, or cannot be written, until the original is back."""
    kept = 0
    for number, (file_name, write) in enumerate(list(PLACES.values())[:rounds]):
        world, owners = _begin(testbed, number)
        queue_events(testbed, world, f"waiting {number}")
        testbed.expect(f"waiting {number}", *owners)
        path = Path(os.path.normpath(f"{outbox_of(world).folder}/{file_name}"))
        path.rename(world.scratch / "aside")
        write(path, b"")
        run_commands(testbed, world, f"replaced {number}")
        kept += expect_written(testbed, world, f"replaced {number}", owners=owners)
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (world.scratch / "aside").rename(path)
        recover(testbed, world, f"restored {number}", *owners)
    return testbed.judge(
        rounds, f"{', '.join(PLACES)}; {kept} of {rounds} events could be written in the meantime"
    )
