"""The domain's values as JSON and back: usage.json, ledger, payload, record.

Owns the invariant that nothing comes in that the domain's own checks have not passed: a wrong type is
never converted, it is malformed.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import cattrs
from attrs import frozen
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from arcade_usage.adapters.storage.config_folder import LEDGER_VERSION, MALFORMED, Content, is_newer, parse
from arcade_usage.adapters.storage.record_files import LOGBOOK_VERSION, PROJECT_VERSION, RECORD_VERSION
from arcade_usage.application.command.payload import encode_json
from arcade_usage.domain.backoff import Backoff, Pause
from arcade_usage.domain.event import Command
from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger, PendingAlias, Stamp
from arcade_usage.domain.logbook import Delivered, Failed, Logbook
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import Losses, LossReason, Observed
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

# What logbooks of earlier versions count by.
_EARLIER_REASONS = {
    "more than 1,000 were waiting": LossReason.TOO_MANY,
    "more than 1 MiB was waiting": LossReason.TOO_LARGE,
    "it waited for 30 days": LossReason.TOO_OLD,
    "PostHog refused it": LossReason.REFUSED,
    "a server had more to report than it could write down, or reported what is no event": (
        LossReason.NOT_TAKEN
    ),
}

ANON_ID_KEY = "anon_id"
PRINCIPAL_KEY = "linked_principal_id"


class MalformedError(ValueError):
    """A text is not what it should be."""


class NewerVersionError(MalformedError):
    """A text is of a later version of its format. Where it is a file, it is left alone."""


MOMENTS_END = 1e10  # seconds; times of a logbook are written with ten digits


def _exactly(*kinds: type) -> Any:
    def structure(value: object, _: type) -> object:
        if type(value) not in kinds:
            raise TypeError(f"{type(value).__name__} where {kinds[-1].__name__} is due")
        return value

    return structure


def _number(value: object, _: type) -> float:
    if type(value) not in (int, float):
        raise TypeError("not a number")
    return float(value)  # type: ignore[arg-type]


def _strings(value: object, _: type) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("not a list of strings")
    return frozenset(value)


def _pending_aliases(value: object, _: type) -> tuple[PendingAlias, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError("not a list of debts")
    return tuple(_converter.structure(debt, PendingAlias) for debt in value)


def _stamp(value: object, _: type) -> Stamp:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 5
        or any(type(number) is not int for number in value)
    ):
        raise TypeError("not the five numbers of a stamp")
    return Stamp(*value)


def _moment(value: object, _: type) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise TypeError("not a moment with its time zone")
    return moment


def _make_converter() -> cattrs.BaseConverter:
    converter = cattrs.BaseConverter()
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook_func(lambda kind: kind == frozenset[str], _strings)
    converter.register_structure_hook_func(
        lambda kind: kind == Mapping[str, object], lambda value, _: read_object(value)
    )
    converter.register_structure_hook_func(lambda kind: kind == tuple[PendingAlias, ...], _pending_aliases)
    converter.register_structure_hook(Stamp, _stamp)
    converter.register_structure_hook(Snapshot, lambda value, _: read_snapshot(value))
    converter.register_unstructure_hook(Snapshot, lambda snapshot: write_snapshot(snapshot))
    converter.register_structure_hook(datetime, _moment)
    converter.register_unstructure_hook_func(lambda kind: kind == frozenset[str], sorted)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(
        Stamp, lambda stamp: [stamp.device, stamp.inode, stamp.size, stamp.mtime_ns, stamp.ctime_ns]
    )
    for value_type, keys in _KEYS.items():
        renamed: dict[str, Any] = {name: override(rename=key) for name, key in keys.items()}
        read: Any = make_dict_structure_fn(value_type, converter, **renamed)
        write: Any = make_dict_unstructure_fn(value_type, converter, **renamed)
        converter.register_structure_hook(value_type, read)
        converter.register_unstructure_hook(value_type, write)
    return converter


_converter = _make_converter()


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
    content = load_object(text)
    _check_version(content, known)
    return content


def _check_version(content: Mapping[str, Any], known: int) -> None:
    if is_newer(content, known):
        raise NewerVersionError("of a newer version")
    if type(content.get("version", 1)) is not int or content.get("version", 1) < 1:
        raise MalformedError("not a version")


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
    except Exception as error:  # cattrs raises groups, and whatever a constructor raises
        raise MalformedError(f"not a {kind.__name__}") from error


def read_identity(content: Content) -> Identity | Malformed | None:
    """What usage.json says; None where it says nothing about an identity, or there is none."""
    if not isinstance(content, dict):
        return None if content is None else Malformed()
    if not content.keys() & {ANON_ID_KEY, PRINCIPAL_KEY}:
        return None  # what forgetting leaves where others keep something in this file
    anon_id, principal_id = content.get(ANON_ID_KEY), content.get(PRINCIPAL_KEY)
    try:
        return Anonymous(anon_id) if principal_id is None else Linked(anon_id, principal_id)  # type: ignore[arg-type]
    except ValueError:
        return Malformed()


def write_identity(identity: Identity, keep: Mapping[str, object]) -> bytes:
    """usage.json for an identity, with what else stood there."""
    return encode_json({**keep, **_usage(identity)}).encode()


def _usage(identity: Identity) -> dict[str, object]:
    principal_id = identity.principal_id if isinstance(identity, Linked) else None
    return {ANON_ID_KEY: identity.anon_id, PRINCIPAL_KEY: principal_id}


def without_identity(content: Mapping[str, object]) -> bytes | None:
    """usage.json without an identity; None where nothing else stood there."""
    others = {key: value for key, value in content.items() if key not in (ANON_ID_KEY, PRINCIPAL_KEY)}
    return encode_json(others).encode() if others else None


def read_ledger(content: Content) -> Ledger | Malformed | NewerLedger | None:
    """What the ledger's file says; None where there is none."""
    if not isinstance(content, dict):
        return None if content is None else Malformed()
    try:
        _check_version(content, LEDGER_VERSION)
        ledger = structure(content, Ledger)
    except NewerVersionError:
        return NewerLedger(content)
    except MalformedError:
        return Malformed()
    if "previous" not in content:
        return ledger
    try:  # what a logout left to be read here: the ledger that this one succeeds
        return structure(content["previous"], Ledger).succeeded_by(ledger.anon_id, ledger.installation, None)
    except MalformedError:
        return ledger


def write_ledger(ledger: Ledger, replaced: Mapping[str, object] | None = None) -> bytes:
    """`replaced`: the JSON that this ledger follows; what is unknown there stays if it is about this id."""
    kept = replaced if replaced is not None and replaced.get(ANON_ID_KEY) == ledger.anon_id else {}
    others = {key: value for key, value in kept.items() if key != "previous"}
    return _dump(others, LEDGER_VERSION, ledger)


def _dump(kept: Mapping[str, object], version: int, value: object) -> bytes:
    return encode_json({**kept, **_versioned(version, value)}).encode()


def _versioned(version: int, value: object) -> dict[str, object]:
    return {"version": version, **_converter.unstructure(value)}


def read_object(value: object) -> dict[str, object]:
    """Raises MalformedError."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise MalformedError("not an object")
    return dict(value)


def read_snapshot(value: object) -> Snapshot:
    """A snapshot as in a payload or a record. Raises MalformedError."""
    usage, ledger, stamp = map(read_object(value).get, ("usage", "ledger", "stamp"))
    if not isinstance(usage, dict | str | None) or not isinstance(ledger, dict | str | None):
        raise MalformedError("not a snapshot")
    state = IdentityState(read_identity(usage), read_ledger(ledger))
    return Snapshot(state, None if stamp is None else structure(stamp, Stamp))


@lru_cache(maxsize=1)  # a server's events come by the hundred with the same one
def write_snapshot(snapshot: Snapshot) -> Mapping[str, object]:
    """A snapshot as in a payload or a record."""
    identity, ledger, stamp = snapshot.state.identity, snapshot.state.ledger, snapshot.stamp
    return {
        "usage": _usage(identity) if isinstance(identity, Identity) else identity and MALFORMED,
        "ledger": _ledger(ledger),
        "stamp": None if stamp is None else _converter.unstructure(stamp),
    }


def read_project(value: object) -> Project:
    """Raises MalformedError."""
    return structure(value, Project)


def read_command(value: object) -> Command:
    """Raises MalformedError."""
    return structure(value, Command)


def read_record(content: bytes) -> Record:
    """Raises MalformedError."""
    return structure(upgraded(load_version(content, RECORD_VERSION)), Record)


def write_record(record: Record) -> bytes:
    return _dump({}, RECORD_VERSION, record)


def with_attribution(content: bytes, attribution: Attribution | None) -> bytes:
    """A record's JSON with its verdict; all else stays as it is. Raises MalformedError."""
    stored = load_version(content, RECORD_VERSION)
    return encode_json({**stored, "attribution": _converter.unstructure(attribution)}).encode()


@frozen(eq=False, repr=False)
class _StoredLogbook:
    """A logbook as it lies on disk."""

    pauses: Mapping[str, object]
    observed: Observed
    losses: Mapping[str, object]
    delivered: Delivered | None = None  # since these are kept, older files have none
    failed: Failed | None = None
    unanswered: Failed | None = None


def read_logbook(content: bytes) -> Logbook:
    """Raises MalformedError."""
    stored = structure(load_version(content, LOGBOOK_VERSION), _StoredLogbook)
    pauses = tuple((name, structure(pause, Pause)) for name, pause in stored.pauses.items())
    counts: Counter[str] = Counter()
    for name, count in stored.losses.items():
        counts[_EARLIER_REASONS.get(name, name)] += structure(count, int)
    moments = [
        stored.observed.seconds,
        stored.observed.looked_at or 0.0,
        *(pause.due_at for _, pause in pauses),
        *(last.at for last in (stored.delivered, stored.failed, stored.unanswered) if last is not None),
    ]
    if not all(0.0 <= moment < MOMENTS_END for moment in moments):  # JSON here knows NaN and Infinity
        raise MalformedError("not a time")
    return Logbook(
        Backoff(pauses),
        stored.observed,
        Losses(dict(counts)),
        stored.delivered,
        stored.failed,
        stored.unanswered,
    )


def write_logbook(logbook: Logbook, replaced: Mapping[str, object] | None = None) -> bytes:
    """`replaced`: the JSON that this logbook follows; what is unknown there stays."""
    pauses = {name: _converter.unstructure(pause) for name, pause in logbook.backoff.by_name}
    stored = _StoredLogbook(
        pauses,
        logbook.observed,
        logbook.losses.counts,
        logbook.delivered,
        logbook.failed,
        logbook.unanswered,
    )
    return _dump(replaced or {}, LOGBOOK_VERSION, stored)


def write_project(sink: Project) -> bytes:
    return _dump({}, PROJECT_VERSION, sink)


def _ledger(ledger: Ledger | Malformed | NewerLedger | None) -> Content:
    if isinstance(ledger, NewerLedger):
        return dict(ledger.content)
    if isinstance(ledger, Ledger):
        return _versioned(LEDGER_VERSION, ledger)
    return None if ledger is None else MALFORMED
