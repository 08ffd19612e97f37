"""Values in few words, for schedules that people read."""

from collections.abc import Callable
from typing import Any

from attrs import fields

from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.identity import Anonymous, Linked, Rotated
from arcade_usage.domain.ledger import Ledger, Stamp
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Found
from verification.interleavings.processes import Start


def words(value: object) -> str:
    in_words = _IN_WORDS.get(type(value))
    if in_words is not None:
        return in_words(value)
    if isinstance(value, str) and value[8:9] == "-":
        return value[:8]
    return str(value)


def _ledger(ledger: Ledger) -> str:
    said = []
    for each in fields(Ledger):
        value = getattr(ledger, each.name)
        if value and each.name not in ("anon_id", "reached"):
            said.append(f"{each.name} {words(tuple(value) if isinstance(value, frozenset) else value)}")
    return f"{ledger.anon_id[:8]} ({', '.join(said)})"


def _record(record: Record) -> str:
    verdict = record.attribution
    return f"{record.event.uuid[:8]} {'undecided' if verdict is None else f'as {verdict.distinct_id[:8]}'}"


def _counts(count: DailyCount) -> str:
    said = [f"{count.admitted} to send", f"{count.succeeded} counted"]
    said += [
        f"{name} {words(tuple(sorted(ids)))}"
        for name in ("to_send", "to_remove")
        if (ids := getattr(count, name))
    ]
    return f"{count.day or 'no day'} ({', '.join(said)})"


def _stamp(stamp: Stamp) -> str:
    return f"stamp {stamp.inode}{f' of home {stamp.device}' if stamp.device else ''}"


_IN_WORDS: dict[type, Callable[[Any], str]] = {
    Linked: lambda linked: f"{linked.anon_id[:8]} linked to {linked.principal_id}",
    Anonymous: lambda anonymous: f"{anonymous.anon_id[:8]}, anonymous",
    Rotated: lambda rotated: f"{rotated.anon_id[:8]}, anonymous",
    Ledger: _ledger,
    Record: _record,
    Stamp: _stamp,
    DailyCount: _counts,
    Start: lambda start: str(start.program.__name__),
    Found: lambda found: str(found.principal_id),
    Backoff: lambda backoff: ", ".join(backoff.by_name) or "nothing paused",
    tuple: lambda values: f"[{', '.join(map(words, values))}]",
}
