"""The people, identities and records that the tests of ports and adapters speak of."""

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger, PendingAlias, Stamp
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution

ANON = "aaaaaaaa-0000-4000-8000-00000000000a"
OTHER_ANON = "bbbbbbbb-0000-4000-8000-00000000000b"
FRESH = "ffffffff-0000-4000-8000-00000000000f"
ONE_OFF = "99999999-0000-4000-8000-000000000009"
ALICE, BOB = "principal-alice", "principal-bob"
HERE = "this machine"
STAMP = Stamp(1, 22, 333, 4_444_444_444_444_444_444, 5_555_555_555_555_555_555)

SINK = Project("https://posthog.example", "phc_sample")
OTHER_SINK = Project("https://posthog.example", "phc_other")

FULL_LEDGER = Ledger(
    ANON,
    HERE,
    first_stamp=STAMP,
    reached=frozenset({SINK.key, OTHER_SINK.key}),
    claimed_by=ALICE,
    accepted=frozenset({SINK.key}),
    confirmed=STAMP,
    last_stamp=STAMP,
    pending_aliases=(PendingAlias(OTHER_ANON, BOB, frozenset({OTHER_SINK.key})),),
)

# Everything that a config folder can say, and that has to come back from it as it was.
KNOWNS = {
    "anonymous": IdentityState(Anonymous(ANON), Ledger(ANON, HERE)),
    "linked": IdentityState(Linked(ANON, ALICE), FULL_LEDGER),
    "a file of an older tool": IdentityState(Linked(ANON, ALICE), None),
    "not in agreement": IdentityState(Anonymous(OTHER_ANON), FULL_LEDGER),
}

# Every way in which a snapshot can be; a record has to keep each.
SNAPSHOTS = {
    "nothing": Snapshot(IdentityState(None, None), None),
    "malformed": Snapshot(IdentityState(Malformed(), Malformed()), STAMP),
    "newer": Snapshot(IdentityState(Anonymous(ANON), NewerLedger({"version": 2, "born": []})), STAMP),
    **{name: Snapshot(state, STAMP) for name, state in KNOWNS.items()},
}

# Texts that are no JSON object.
MALFORMED_TEXTS = {
    "empty": "",
    "blank": " \n",
    "truncated": json.dumps({"anon_id": ANON, "linked_principal_id": None})[:-1],
    "two of them": json.dumps({"anon_id": ANON}) * 2,
    "a byte order mark": "\ufeff" + json.dumps({"anon_id": ANON}),
    "YAML": f"anon_id: {ANON}",
    "single quotes": str({"anon_id": ANON}),
    "nested deeply": '{"anon_id":' * 2000 + "1" + "}" * 2000,
    "a huge number": '{"anon_id": 1' + "0" * 5000 + "}",
    "zero bytes": "\0" * 64,
}


def write_huge(path: Path) -> None:
    """Make a file that is larger than any of the library's, without content."""
    path.touch()
    os.truncate(path, 50_000_000)


_FIRST = datetime(2026, 3, 14, 15, 9, 26, 535_000, timezone.utc)


def make_event(number: int = 1, name: str = SUCCEEDED, **properties: object) -> Event:
    """An event of its own: the higher its number, the later, a second each."""
    return Event(
        uuid=f"{number:08x}-1111-4111-8111-111111111111",
        name=name,
        timestamp=_FIRST + timedelta(seconds=number),
        properties={"command_name": "toolkit.run", "duration_ms": 0.0, **properties},
    )


def undecided(number: int = 1, name: str = SUCCEEDED) -> Record:
    """A record that has no verdict yet."""
    return Record(make_event(number, name), SNAPSHOTS["anonymous"])


def anonymous(number: int = 1, anon_id: str = ANON, name: str = SUCCEEDED) -> Record:
    """A record under an anonymous id."""
    return undecided(number, name).attributed(Attribution(anon_id, personless=True))


def of(principal_id: str, number: int = 1, name: str = SUCCEEDED) -> Record:
    """A principal's record."""
    return undecided(number, name).attributed(Attribution(principal_id, personless=False))
