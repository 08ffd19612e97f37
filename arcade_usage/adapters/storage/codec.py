"""The domain's values as JSON and back: usage.json, ledger, payload, record.

Owns the invariant that nothing comes in that the domain's own checks have not passed: a wrong type is
never converted, it is malformed.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import cattrs
from attrs import astuple, fields

from arcade_usage.adapters.storage.config_folder import LEDGER_VERSION
from arcade_usage.adapters.storage.record_files import PROJECT_VERSION, RECORD_VERSION
from arcade_usage.application.command.payload import MALFORMED, Content, encode_json, is_newer, parse
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger, PendingAlias, Stamp
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution

T = TypeVar("T")

# Attributes whose keys on disk are shorter: ledgers of earlier versions keep their meaning.
_KEYS: Mapping[type, Mapping[str, str]] = {
    Ledger: {
        "installation": "born",
        "first_stamp": "seen",
        "last_stamp": "latest",
        "claimed_by": "claim",
        "pending_aliases": "owed",
    },
    PendingAlias: {"projects": "sinks"},
}

ANON_ID_KEY = "anon_id"
PRINCIPAL_KEY = "linked_principal_id"
MOMENTS_END = 1e10  # seconds; times in names of files have ten digits


class MalformedError(ValueError):
    """A text is not what it should be."""


class NewerVersionError(MalformedError):
    """A text is of a later version of its format. Where it is a file, it is left alone."""


def _check(value: Any, *kinds: type) -> Any:
    """The value if it is of one of these types, and of no subclass: true is no number."""
    if type(value) not in kinds:
        raise TypeError(f"{type(value).__name__} where {kinds[-1].__name__} is due")
    return value


def _items(value: object, kind: type) -> Iterator[Any]:
    return (_check(item, kind) for item in _check(value, list, tuple))


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_check(value, str))
    if moment.tzinfo is None:
        raise TypeError("not a moment with its time zone")
    return moment


def load_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object that a text is. Raises MalformedError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON") from error
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object")
    return value


def load_version(text: str | bytes, known: int) -> dict[str, Any]:
    """The JSON object of a format whose latest known version is `known`. Raises MalformedError."""
    return _check_version(load_object(text), known)


def _check_version(content: dict[str, Any], known: int) -> dict[str, Any]:
    if is_newer(content, known):
        raise NewerVersionError("of a newer version")
    if type(content.get("version", 1)) is not int or content.get("version", 1) < 1:
        raise MalformedError("not a version")
    return content


def upgraded(content: dict[str, Any]) -> dict[str, Any]:
    """A payload or a record in its current form: in version 1 a snapshot had the files' texts."""
    snapshot = content.get("snapshot")
    if content.get("version", 1) != 1 or not isinstance(snapshot, dict):
        return content
    texts = {name: text for name in ("usage", "ledger") if isinstance(text := snapshot.get(name), str)}
    return {**content, "snapshot": {**snapshot, **{name: parse(text) for name, text in texts.items()}}}


def structure(value: object, kind: type[T]) -> T:
    """A value of the domain from JSON. Raises MalformedError."""
    try:
        return _converter.structure(value, kind)
    except Exception as error:  # cattrs raises groups, and constructors raise anything
        raise MalformedError(f"not a {kind.__name__}") from error


def structure_or_none(value: object, kind: type[T]) -> T | None:
    """A value of the domain from JSON; None from null. Raises MalformedError."""
    return None if value is None else structure(value, kind)


def unstructure(value: object) -> Any:
    """A value of the domain as JSON."""
    return _converter.unstructure(value)


def read_identity(content: Content) -> Identity | Malformed | None:
    """The identity in usage.json; None if it has none, or is missing."""
    if not isinstance(content, dict):
        return None if content is None else Malformed()
    if not content.keys() & {ANON_ID_KEY, PRINCIPAL_KEY}:
        return None  # `forget` leaves the keys of other programs
    anon_id, principal_id = content.get(ANON_ID_KEY), content.get(PRINCIPAL_KEY)
    try:
        return Anonymous(anon_id) if principal_id is None else Linked(anon_id, principal_id)  # type: ignore[arg-type]
    except ValueError:
        return Malformed()


def write_identity(identity: Identity, keep: Mapping[str, object]) -> bytes:
    """usage.json for an identity, with its other keys."""
    return encode_json({**keep, **_usage(identity)}).encode()


def _usage(identity: Identity) -> dict[str, object]:
    principal_id = identity.principal_id if isinstance(identity, Linked) else None
    return {ANON_ID_KEY: identity.anon_id, PRINCIPAL_KEY: principal_id}


def without_identity(content: Mapping[str, object]) -> bytes | None:
    """usage.json without an identity; None if it has no other keys."""
    others = {key: value for key, value in content.items() if key not in (ANON_ID_KEY, PRINCIPAL_KEY)}
    return encode_json(others).encode() if others else None


def read_ledger(content: Content) -> Ledger | Malformed | NewerLedger | None:
    """The ledger of a file's content; None if the file is missing."""
    if not isinstance(content, dict):
        return None if content is None else Malformed()
    try:
        ledger = structure(_check_version(content, LEDGER_VERSION), Ledger)
    except NewerVersionError:
        return NewerLedger(content)
    except MalformedError:
        return Malformed()
    try:  # the ledger that this one succeeds: a logout leaves the merging to readers
        previous = structure(content["previous"], Ledger)
    except (KeyError, MalformedError):
        return ledger
    return previous.succeeded_by(ledger.anon_id, ledger.installation, None)


def write_ledger(ledger: Ledger, replaced: Mapping[str, object] | None = None) -> bytes:
    """`replaced`: the JSON that this ledger follows; its unknown members stay if it is about this id."""
    kept = replaced if replaced is not None and replaced.get(ANON_ID_KEY) == ledger.anon_id else {}
    others = {key: value for key, value in kept.items() if key != "previous"}
    return dump(others, LEDGER_VERSION, ledger)


def dump(kept: Mapping[str, object], version: int, value: object) -> bytes:
    """A value of the domain as JSON. `kept`: members that stay unless the value has them too."""
    return encode_json({**kept, "version": version, **_converter.unstructure(value)}).encode()


def read_snapshot(value: object) -> Snapshot:
    """A snapshot as in a payload or a record. Raises MalformedError, TypeError."""
    usage, ledger, stamp, context = map(_check(value, dict).get, ("usage", "ledger", "stamp", "context"))
    if not isinstance(usage, dict | str | None) or not isinstance(ledger, dict | str | None):
        raise MalformedError("not a snapshot")
    state = IdentityState(read_identity(usage), read_ledger(ledger))
    return Snapshot(state, structure_or_none(stamp, Stamp), structure_or_none(context, str))


def _ledger(ledger: Ledger | Malformed | NewerLedger | None) -> Content:
    if isinstance(ledger, NewerLedger):
        return dict(ledger.content)
    if isinstance(ledger, Ledger):
        return {"version": LEDGER_VERSION, **_converter.unstructure(ledger)}
    return None if ledger is None else MALFORMED


@lru_cache(maxsize=1)  # a server's events come by the hundred with the same one
def write_snapshot(snapshot: Snapshot) -> Mapping[str, object]:
    """A snapshot as in a payload or a record."""
    identity, ledger, stamp = snapshot.state.identity, snapshot.state.ledger, snapshot.stamp
    return {
        "usage": _usage(identity) if isinstance(identity, Identity) else identity and MALFORMED,
        "ledger": _ledger(ledger),
        "stamp": None if stamp is None else _converter.unstructure(stamp),
        "context": snapshot.context,
    }


def _event(event: Event) -> dict[str, object]:
    """Written out, since cattrs would go through each property: that takes a fifth of a server's event."""
    moment = event.timestamp.isoformat()
    return {"uuid": event.uuid, "name": event.name, "timestamp": moment, "properties": event.properties}


def read_record(content: bytes) -> Record:
    """Raises MalformedError."""
    return structure(upgraded(load_version(content, RECORD_VERSION)), Record)


def write_record(record: Record) -> bytes:
    return dump({}, RECORD_VERSION, record)


def with_attribution(content: bytes, attribution: Attribution | None) -> bytes:
    """A record's JSON with its verdict; all else stays as it is. Raises MalformedError."""
    verdict = _converter.unstructure(attribution)
    return encode_json({**load_version(content, RECORD_VERSION), "attribution": verdict}).encode()


def read_project(content: bytes) -> Project:
    """Raises MalformedError."""
    return structure(load_version(content, PROJECT_VERSION), Project)


def write_project(project: Project) -> bytes:
    return dump({}, PROJECT_VERSION, project)


def _make_converter() -> cattrs.BaseConverter:
    converter = cattrs.BaseConverter()
    read, read_generic = converter.register_structure_hook, converter.register_structure_hook_func
    write = converter.register_unstructure_hook
    for kind in (str, int, bool):
        read(kind, _check)
    read(float, lambda value, _: float(_check(value, int, float)))
    read_generic(lambda due: due == frozenset[str], lambda value, _: frozenset(_items(value, str)))
    read_generic(lambda due: due == tuple[str, ...], lambda value, _: tuple(_items(value, str)))
    read_generic(lambda due: due == Mapping[str, object], lambda value, _: dict(_check(value, dict)))
    read_generic(
        lambda due: due == Mapping[str, int],
        lambda value, _: {name: _check(number, int) for name, number in _check(value, dict).items()},
    )
    read_generic(
        lambda due: due == tuple[PendingAlias, ...],
        lambda value, _: tuple(converter.structure(item, PendingAlias) for item in _items(value, dict)),
    )
    read(Stamp, lambda value, _: Stamp(*_items(value, int)))
    read(datetime, lambda value, _: _moment(value))
    read(Snapshot, lambda value, _: read_snapshot(value))
    converter.register_unstructure_hook_func(lambda kind: kind == frozenset[str], sorted)
    write(Stamp, astuple)
    write(datetime, datetime.isoformat)
    write(Snapshot, write_snapshot)
    write(Event, _event)
    for value_type in _KEYS:
        read(value_type, lambda value, kind: converter.structure_attrs_fromdict(_named(value, kind), kind))
        write(value_type, lambda value: _keyed(converter.unstructure_attrs_asdict(value), type(value)))
    return converter


def _named(content: object, kind: Any) -> dict[str, Any]:
    """The members on disk by the names of the attributes. cattrs would generate code for it at each start."""
    known = _check(content, dict)
    keys = {field.name: _KEYS[kind].get(field.name, field.name) for field in fields(kind)}
    return {name: known[key] for name, key in keys.items() if key in known}


def _keyed(members: dict[str, Any], kind: type) -> dict[str, Any]:
    return {_KEYS[kind].get(name, name): value for name, value in members.items()}


_converter: cattrs.BaseConverter = _make_converter()
