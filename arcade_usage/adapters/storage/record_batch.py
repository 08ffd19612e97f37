"""The JSON of a file of several records, which have the same snapshot.

A server's events are stored by the hundred: a file for each would take most of an event's CPU. One record
alone is written as earlier versions read it, by codec.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attrs import evolve

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.record_files import BATCH_VERSION
from arcade_usage.application.command.payload import encode_json
from arcade_usage.domain.event import Event
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution

_RECORDS = "records"  # each with its event and its attribution; all other fields are the same


def shared_fields(record: Record) -> tuple[object, ...]:
    """What the records of one file have in common."""
    return record.snapshot, record.is_logout, record.machine, record.is_refresh, record.daily_limit


def write_batch(records: Sequence[Record], key: str) -> bytes:
    """`records`: with the same `shared_fields`. `key`: identifies the file."""
    shared = codec.unstructure(records[0])
    entries = [{"event": each.event, "attribution": each.attribution} for each in records]
    shared = {name: value for name, value in shared.items() if name not in entries[0]}
    return _encode({"version": BATCH_VERSION, "key": key, **shared}, codec.unstructure(entries))


def read_batch(content: bytes) -> tuple[str, list[Record]]:
    """The file's key and its records. Raises MalformedError."""
    stored = codec.load_version(content, BATCH_VERSION)
    first, *others = _entries(stored)
    record = codec.structure({**stored, **first}, Record)  # the other ones share its snapshot, parsed once
    return str(stored.get("key")), [record, *(_with_entry(record, entry) for entry in others)]


def with_attribution(content: bytes, record: Record) -> bytes:
    """The content with one record's attribution; all else stays as it is. Raises MalformedError."""
    stored = codec.load_version(content, BATCH_VERSION)
    attribution = {"attribution": codec.unstructure(record.attribution)}
    entries = [
        {**entry, **attribution} if _uuid(entry) == record.event.uuid else entry for entry in _entries(stored)
    ]
    return _encode(stored, entries)


def without_events(content: bytes, uuids: Collection[object]) -> tuple[bytes, int, int]:
    """The content without these events, how many these were, and how many are left. Raises MalformedError."""
    stored = codec.load_version(content, BATCH_VERSION)
    entries = _entries(stored)
    left = [entry for entry in entries if _uuid(entry) not in uuids]
    return _encode(stored, left), len(entries) - len(left), len(left)


def _with_entry(record: Record, entry: Mapping[str, object]) -> Record:
    return evolve(
        record,
        event=codec.structure(entry.get("event"), Event),
        attribution=codec.structure_or_none(entry.get("attribution"), Attribution),
    )


def _entries(stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = stored.get(_RECORDS)
    if not isinstance(entries, list) or not entries or not all(isinstance(each, dict) for each in entries):
        raise codec.MalformedError("not a list of records")
    return entries


def _uuid(entry: Mapping[str, Any]) -> object:
    event = entry.get("event")
    return event.get("uuid") if isinstance(event, dict) else None


def _encode(stored: Mapping[str, object], entries: Sequence[object]) -> bytes:
    return encode_json({**stored, _RECORDS: entries}).encode()
