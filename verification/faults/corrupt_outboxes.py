"""An outbox with anything in it: its own events go out all the same, and nobody else's do."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import evolve

from arcade_usage.adapters.storage import codec
from arcade_usage.domain.event import Event
from tests.e2e.world import World
from verification.faults.command_runs import (
    expect_what_was_written,
    keep_waiting,
    outbox_of,
    recover,
    run_commands,
    without_permission,
)
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

ALICE = "principal-alice"
GROUP = "A corrupt outbox"
FOREIGN = "not-to-be-sent"  # in everything that is laid into an outbox
OWN_UUID, OTHER_UUID = (f"0dd0dd00-0000-4000-8000-00000000000{digit}" for digit in "12")
AS_A_RECORD = f"000000000000005-0000000000-{OWN_UUID}.event.json"

Lay = Callable[[Path, bytes], Any]  # something at a path; with a record that would be sent if it were ours


def _spoilt(**changes: object) -> Lay:
    return lambda path, record: path.write_text(json.dumps({**json.loads(record), **changes}))


def _link_to_a_record(path: Path, record: bytes) -> None:
    elsewhere = path.parent.parent / "another tool's"
    elsewhere.write_bytes(record)
    path.symlink_to(elsewhere)


def _link_to_a_secret(path: Path, _: bytes) -> None:
    secret = path.parent.parent / "secret"
    secret.write_text(FOREIGN)
    path.symlink_to(secret)


def _huge(path: Path, _: bytes) -> None:
    path.touch()
    os.truncate(path, 50_000_000)


def _unreadable(path: Path, record: bytes) -> None:
    path.write_bytes(record)
    path.chmod(0)


def _copies(path: Path, record: bytes) -> None:
    """Of the records that wait, under other names; and one that says another uuid than its name."""
    for number, own in enumerate(path.parent.glob("*.event.json")):
        shutil.copy(own, path.parent / f"copy of {own.name}")
        shutil.copy(own, path.parent / own.name.replace(own.name[:15], f"{number:015d}"))
    path.with_name(path.name.replace(OWN_UUID, OTHER_UUID)).write_bytes(record)


IMPOSTORS: dict[str, Lay] = {
    "empty": lambda path, _: path.touch(),
    "truncated": lambda path, record: path.write_bytes(record[: len(record) // 2]),
    "no text": lambda path, _: path.write_bytes(bytes(range(256))),
    "50 MB": _huge,
    "nested deeply": lambda path, _: path.write_text("[" * 60_000),
    "a pipe": lambda path, _: os.mkfifo(path),
    "a link to nowhere": lambda path, _: path.symlink_to("nowhere"),
    "a link to a secret": _link_to_a_secret,
    "unreadable": _unreadable,
    "a link to itself": lambda path, _: path.symlink_to(path.name),
    "a folder": lambda path, _: (path / FOREIGN).mkdir(parents=True),
}
RECORDS: dict[str, Lay] = {
    **IMPOSTORS,
    "of another version": _spoilt(version=2),
    "of wrong types": _spoilt(is_logout=1),
    "without an event": _spoilt(event=None),
    "for everybody": _spoilt(attribution={"distinct_id": "anonymous", "personless": False}),
    "a link to a record": _link_to_a_record,
    "copies": _copies,
    "a record by another name": lambda path, record: path.with_name("x.event.json").write_bytes(record),
}


@experiment(GROUP, "strangers in the places of records", rounds=len(RECORDS), quick=2)
def strangers_among_records(lab: Lab, rounds: int) -> Figures:
    return _corrupt(lab, dict(list(RECORDS.items())[-rounds:]), AS_A_RECORD)


@experiment(GROUP, "logbook.json replaced", rounds=len(IMPOSTORS), quick=1)
def no_logbook(lab: Lab, rounds: int) -> Figures:
    return _corrupt(lab, dict(list(IMPOSTORS.items())[-rounds:]), "logbook.json")


@experiment(GROUP, "sink.json replaced", rounds=len(IMPOSTORS), quick=0)
def no_sink(lab: Lab, rounds: int) -> Figures:
    return _corrupt(lab, dict(list(IMPOSTORS.items())[-rounds:]), "sink.json")


def _corrupt(lab: Lab, ways: dict[str, Lay], name: str) -> Figures:
    """Events wait, something else comes to lie there, and the next command's delivery sends them all."""
    for number, (way, lay) in enumerate(ways.items()):
        world, owners = _begin(lab, number)
        waiting = f"waiting {number}"
        lab.expect(waiting, *owners)
        keep_waiting(lab, world, waiting)
        path = Path(outbox_of(world).folder) / name
        record = _record_like(world, waiting)
        path.unlink(missing_ok=True)
        lay(path, record)
        lab.expect(f"new {number}", *owners)
        run_commands(lab, world, f"new {number}", prefix=without_permission())
        assert {waiting, f"new {number}"} <= world.events.keys(), f"did not go out: {way}"
        _check_nothing_foreign_was_sent(lab, way)
    return lab.judge(len(ways), ", ".join(ways))


def _begin(lab: Lab, number: int) -> tuple[World, list[str]]:
    """Every second home is that of somebody who logged in."""
    world, owners = lab.home(), [ALICE] * (number % 2)
    if owners:
        lab.expect(f"login {number}", ALICE)
        world.log_in(ALICE, name=f"login {number}")
        world.settle()
    return world, owners


def _record_like(world: World, name: str) -> bytes:
    """A record of an event that is not to be sent, as whole as that of the command `name`."""
    (record,) = (
        each for each in outbox_of(world).queue.pending() if each.event.properties["command_name"] == name
    )
    event: Event = evolve(record.event, uuid=OWN_UUID, properties={"command_name": FOREIGN})
    return codec.write_record(evolve(record, event=event))


def _check_nothing_foreign_was_sent(lab: Lab, way: str) -> None:
    for request in lab.receiver.requests:
        assert FOREIGN.encode() not in request.body, f"sent: {way}"
        assert OWN_UUID.encode() not in request.body, f"sent: {way}"


PLACES: dict[str, tuple[str, Lay]] = {
    "sender.lock a folder": ("sender.lock", IMPOSTORS["a folder"]),
    "sender.lock a link to itself": ("sender.lock", IMPOSTORS["a link to itself"]),
    "the outbox a file": ("", IMPOSTORS["empty"]),
    "the outbox a link to nowhere": ("", IMPOSTORS["a link to nowhere"]),
    "the outbox a link to itself": ("", IMPOSTORS["a link to itself"]),
    "the outbox a pipe": ("", IMPOSTORS["a pipe"]),
}


@experiment(GROUP, "its folder or its lock replaced, and put back", rounds=len(PLACES), quick=0)
def no_outbox(lab: Lab, rounds: int) -> Figures:
    """Events wait, or can't be written down, until all is as it was."""
    kept = 0
    for number, (name, lay) in enumerate(list(PLACES.values())[:rounds]):
        world, owners = _begin(lab, number)
        keep_waiting(lab, world, f"waiting {number}")
        lab.expect(f"waiting {number}", *owners)
        path = Path(os.path.normpath(f"{outbox_of(world).folder}/{name}"))
        path.rename(world.scratch / "aside")
        lay(path, b"")
        run_commands(lab, world, f"replaced {number}")
        kept += expect_what_was_written(lab, world, f"replaced {number}", owners=owners)
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (world.scratch / "aside").rename(path)
        recover(lab, world, f"restored {number}", *owners)
    return lab.judge(
        rounds, f"{', '.join(PLACES)}; {kept} of {rounds} commands could be written down meanwhile"
    )
