"""Payloads and records of version 1, whose snapshots had the files' texts: read as they were written."""

import json

import pytest

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.adapters.storage.payload_reader import read_payload
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution
from tests.samples import ALICE, ANON, FULL_LEDGER, SINK, STAMP, make_event

USAGE = (
    r'"{\"anon_id\": \"aaaaaaaa-0000-4000-8000-00000000000a\", \"linked_principal_id\": \"principal-alice\"}"'
)
LEDGER = (
    r'"{\"version\": 1, \"anon_id\": \"aaaaaaaa-0000-4000-8000-00000000000a\", \"born\": \"this machine\", '
    r"\"seen\": [1, 22, 333, 4444444444444444444, 5555555555555555555], "
    r"\"reached\": [\"653c8bd118e39819\", \"91664faa24405648\"], \"claim\": \"principal-alice\", "
    r"\"accepted\": [\"653c8bd118e39819\"], "
    r"\"confirmed\": [1, 22, 333, 4444444444444444444, 5555555555555555555], "
    r"\"latest\": [1, 22, 333, 4444444444444444444, 5555555555555555555], "
    r"\"owed\": [{\"anon_id\": \"bbbbbbbb-0000-4000-8000-00000000000b\", "
    r"\"principal_id\": \"principal-bob\", \"sinks\": [\"91664faa24405648\"]}], \"first\": false}"
    '"'
)
NAME = "001773500967535-0000000000-00000001-1111-4111-8111-111111111111.event.json"

# Each pair of texts, and what it says.
SAID = {
    "linked": ((USAGE, LEDGER), IdentityState(Linked(ANON, ALICE), FULL_LEDGER)),
    "nothing": (("null", "null"), IdentityState(None, None)),
    "malformed": (('""', '"{"'), IdentityState(Malformed(), Malformed())),
    "no object": (('"[]"', r'"{} {}"'), IdentityState(Malformed(), Malformed())),
    "a newer ledger": (
        (USAGE.replace(r"\"principal-alice\"", "null"), r'"{\"version\": 2, \"new\": [1]}"'),
        IdentityState(Anonymous(ANON), NewerLedger({"version": 2, "new": [1]})),
    ),
}


def snapshot_of(usage: str, ledger: str) -> str:
    return (
        f'{{"usage": {usage}, "ledger": {ledger}, '
        '"stamp": [1, 22, 333, 4444444444444444444, 5555555555555555555]}'
    )


def record_of(usage: str, ledger: str) -> bytes:
    text = (
        '{"version": 1, "event": {"uuid": "00000001-1111-4111-8111-111111111111", '
        '"name": "CLI execution succeeded", "timestamp": "2026-03-14T15:09:27.535000+00:00", '
        '"properties": {"command_name": "toolkit.run", "duration_ms": 0.0}}, '
        f'"snapshot": {snapshot_of(usage, ledger)}, "is_logout": false, "attribution": null, "machine": ""}}'
    )
    return text.encode()


@pytest.mark.parametrize(("texts", "state"), SAID.values(), ids=SAID)
def test_a_payload_is_read(texts: tuple[str, str], state: IdentityState) -> None:
    """A tool that was running while the library was updated loses no event."""
    payload = (
        '{"version":1,"sink":{"host":"https://posthog.example/","project_token":"phc_x"},'
        '"config_dir":"/home/someone/.arcade","distribution":"arcade-mcp","adapters":null,'
        f'"snapshot":{snapshot_of(*texts)},'
        '"command":{"name":"toolkit.run","outcome":"success","error_message":null,"duration_ms":0,'
        '"monotonic_start":1.5,"monotonic_end":null,"is_login":false,"is_logout":true,'
        '"properties":{"tools":3},"ended_at":1800000000.25}}'
    )
    assert read_payload(payload).snapshot == Snapshot(state, STAMP)


@pytest.mark.parametrize(("texts", "state"), SAID.values(), ids=SAID)
def test_a_record_is_read(texts: tuple[str, str], state: IdentityState) -> None:
    """An event that waited during the update is attributed as ever."""
    assert codec.read_record(record_of(*texts)) == Record(make_event(), Snapshot(state, STAMP))


def test_a_record_gets_its_verdict_and_stays_what_it_is(tmp_path: object) -> None:
    """The verdict alone is added, so the version that wrote the record still reads it."""
    folder = FolderOutbox(f"{tmp_path}/{SINK.key}", SINK, durable=False)
    folder.queue.add(Record(make_event(2), Snapshot(IdentityState(None, None), None)))
    before, path = record_of(USAGE, LEDGER), f"{folder.folder}/{NAME}"
    with open(path, "wb") as file:
        file.write(before)
    (record,) = (each for each in folder.queue.pending() if each.event == make_event())
    verdict = Attribution(ALICE, personless=False)
    folder.queue.freeze(record.attributed(verdict))
    with open(path, "rb") as file:
        after = json.loads(file.read())
    assert {**after, "attribution": None} == json.loads(before)
    assert after["attribution"] == {"distinct_id": ALICE, "personless": False}
