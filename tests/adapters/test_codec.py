"""JSON forms of domain values: a round trip keeps them, and input is checked."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.adapters.storage import codec, delivery_log, sent_json
from arcade_usage.application.command.payload import Content, parse
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import Malformed, NewerLedger, Snapshot
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.record import Record
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.verdict import Attribution
from tests.samples import ALICE, ANON, FULL_LEDGER, HERE, KNOWNS, SINK, SNAPSHOTS, make_event, of

UNMERGEABLE = (
    "anonymous", "guest", "distinct_id", "distinctid", "id", "not_authenticated", "email", "undefined",
    "true", "false", "null", "none", "NaN", "0", "[object Object]", "'guest'", '"None"', "Anonymous", " ", "''",
)  # fmt: skip

MALFORMED_USAGE: dict[str, object] = {
    "no anon_id": {"linked_principal_id": None},
    "anon_id null": {"anon_id": None},
    "anon_id a number": {"anon_id": 5},
    "anon_id a list": {"anon_id": [ANON]},
    "anon_id empty": {"anon_id": ""},
    "anon_id true": {"anon_id": True},
    "anon_id not a uuid": {"anon_id": "me"},
    "anon_id in braces": {"anon_id": f"{{{ANON}}}"},
    "anon_id without dashes": {"anon_id": ANON.replace("-", "")},
    "anon_id with a line break": {"anon_id": f"{ANON}\n"},
    "anon_id nil": {"anon_id": "00000000-0000-0000-0000-000000000000"},
    "principal a number": {"anon_id": ANON, "linked_principal_id": 7},
    "principal false": {"anon_id": ANON, "linked_principal_id": False},
    "principal a list": {"anon_id": ANON, "linked_principal_id": [ALICE]},
    "principal an object": {"anon_id": ANON, "linked_principal_id": {"id": ALICE}},
    "principal empty": {"anon_id": ANON, "linked_principal_id": ""},
    "principal of 400 characters": {"anon_id": ANON, "linked_principal_id": "p" * 400},
    "principal of 201 characters": {"anon_id": ANON, "linked_principal_id": "p" * 201},
    "principal with a line break": {"anon_id": ANON, "linked_principal_id": "alice\n"},
    "principal with a zero byte": {"anon_id": ANON, "linked_principal_id": "alice\0"},
    "principal the anonymous id": {"anon_id": ANON, "linked_principal_id": ANON},
    "a list": [ANON],
    "a text": ANON,
    "a number": 5,
    "null": None,
    **{f"principal {name!r}": {"anon_id": ANON, "linked_principal_id": name} for name in UNMERGEABLE},
}


class TestUsageJson:
    """usage.json: two keys of ours, and keys of other tools."""

    @pytest.mark.parametrize("value", MALFORMED_USAGE.values(), ids=MALFORMED_USAGE)
    def test_a_wrong_value_is_malformed(self, value: object) -> None:
        """No value is converted: many installations would share the same converted id."""
        assert codec.read_identity(parse(json.dumps(value))) == Malformed()

    def test_nothing_is_no_identity(self) -> None:
        """A missing file is not malformed."""
        assert codec.read_identity(None) is None

    @pytest.mark.parametrize(
        ("value", "identity"),
        [
            ({"anon_id": ANON, "linked_principal_id": None}, Anonymous(ANON)),
            ({"anon_id": ANON}, Anonymous(ANON)),
            ({"anon_id": ANON.upper(), "linked_principal_id": None}, Anonymous(ANON.upper())),
            ({"anon_id": ANON, "linked_principal_id": ALICE}, Linked(ANON, ALICE)),
            ({"anon_id": ANON, "linked_principal_id": "p" * 200}, Linked(ANON, "p" * 200)),
            ({"anon_id": ANON, "linked_principal_id": ALICE, "theirs": [1]}, Linked(ANON, ALICE)),
        ],
        ids=["anonymous", "never linked", "upper case", "linked", "200 characters", "keys of others"],
    )
    def test_an_identity_is_read(self, value: Content, identity: object) -> None:
        """Files of older and newer tools are read."""
        assert codec.read_identity(value) == identity

    @pytest.mark.parametrize("identity", [Anonymous(ANON), Linked(ANON, ALICE)])
    def test_what_is_written_has_two_keys_and_those_of_others(self, identity: Anonymous | Linked) -> None:
        """Both keys are written, keys of other tools stay, and former keys of ours are removed."""
        before = {"theirs": {"nested": [1, None, "☃"]}, "anon_id": "old", "linked_principal_id": "old"}
        written = codec.write_identity(identity, before)
        assert json.loads(written) == {
            "anon_id": ANON,
            "linked_principal_id": ALICE if isinstance(identity, Linked) else None,
            "theirs": {"nested": [1, None, "☃"]},
        }
        assert codec.read_identity(json.loads(written)) == identity


def _changed(**changes: object) -> dict[str, Any]:
    return {**json.loads(codec.write_ledger(FULL_LEDGER)), **changes}


MALFORMED_LEDGERS: dict[str, object] = {
    "a list": [],
    "no id": {"born": HERE},
    "no birth": {"anon_id": ANON},
    "an id of a wrong type": _changed(anon_id=5),
    "a birth of a wrong type": _changed(born=None),
    "a stamp of four numbers": _changed(seen=[1, 2, 3, 4]),
    "a stamp of six numbers": _changed(seen=[1, 2, 3, 4, 5, 6]),
    "a stamp of texts": _changed(seen=["1", "2", "3", "4", "5"]),
    "a stamp of fractions": _changed(confirmed=[1.0, 2.0, 3.0, 4.0, 5.0]),
    "a stamp with true in it": _changed(confirmed=[True, 2, 3, 4, 5]),
    "a stamp that is an object": _changed(seen={"device": 1}),
    "a claim of a wrong type": _changed(claim=7),
    "sinks that are one text": _changed(accepted="sink"),
    "sinks of numbers": _changed(reached=[1]),
    "sinks that are null": _changed(reached=None),
    "pending aliases that are a text": _changed(owed=""),
    "pending aliases that are an object": _changed(owed={}),
    "a pending alias without principal": _changed(owed=[{"anon_id": ANON, "sinks": []}]),
    "a pending alias of a wrong type": _changed(owed=[ANON]),
    "a pending alias of a reserved id": _changed(
        owed=[{"anon_id": ANON, "principal_id": "anonymous", "sinks": []}]
    ),
    "a pending alias of an empty id": _changed(owed=[{"anon_id": ANON, "principal_id": " ", "sinks": []}]),
    "a pending alias of no installation": _changed(
        owed=[{"anon_id": "x", "principal_id": ALICE, "sinks": []}]
    ),
    "a claim of a reserved id": _changed(claim="null"),
    "an id that is none": _changed(anon_id="None"),
}


class TestLedger:
    """ledger.json: one wrong part makes all of it malformed."""

    @pytest.mark.parametrize("value", MALFORMED_LEDGERS.values(), ids=MALFORMED_LEDGERS)
    def test_a_wrong_value_is_malformed(self, value: object) -> None:
        """No part is guessed or converted."""
        assert codec.read_ledger(parse(json.dumps(value))) == Malformed()

    @pytest.mark.parametrize("name", ["anonymous", "linked"])
    def test_what_is_written_comes_back(self, name: str) -> None:
        """A ledger survives a round trip."""
        ledger = KNOWNS[name].ledger
        assert ledger is not None
        assert codec.read_ledger(json.loads(codec.write_ledger(ledger))) == ledger  # type: ignore[arg-type]

    def test_what_is_written_is_always_the_same(self) -> None:
        """Sets are sorted: equal ledgers have equal files."""
        first = json.loads(codec.write_ledger(FULL_LEDGER))
        assert first["reached"] == sorted(first["reached"])

    def test_a_key_of_a_newer_release_is_no_harm(self) -> None:
        """An unknown key does not make the ledger malformed."""
        assert codec.read_ledger(_changed(newer=1)) == FULL_LEDGER

    def test_a_newer_version_is_kept_as_it_is(self) -> None:
        """The rest of a newer version's ledger is not parsed."""
        content: Content = {"version": 2, "born": []}
        assert codec.read_ledger(content) == NewerLedger({"version": 2, "born": []})

    @pytest.mark.parametrize("version", [0, -1, True, "2", None, 1.0])
    def test_a_version_that_is_none_is_malformed(self, version: object) -> None:
        """A version is an integer from 1."""
        assert codec.read_ledger(_changed(version=version)) == Malformed()

    def test_without_a_version_it_is_the_first(self) -> None:
        """A ledger without a version is of version 1."""
        without = {key: value for key, value in _changed().items() if key != "version"}
        assert codec.read_ledger(without) == FULL_LEDGER

    def test_an_unknown_field_stays_with_its_id(self) -> None:
        """An unknown field is kept for the same id and dropped for another, since it may describe a person."""
        before = _changed(of_newer={"a": 1}, previous={})
        written = json.loads(codec.write_ledger(FULL_LEDGER, before))
        assert written == {**_changed(), "of_newer": {"a": 1}}
        assert "of_newer" not in json.loads(codec.write_ledger(FULL_LEDGER, {**before, "anon_id": HERE}))


def _record_with(**changes: object) -> bytes:
    stored = json.loads(codec.write_record(of(ALICE)))
    for path, value in changes.items():
        *above, last = path.split("__")
        node = stored
        for key in above:
            node = node[key]
        node[last] = value
    return json.dumps(stored).encode()


MALFORMED_RECORDS = {
    "of another version": _record_with(version=1000),
    "of version null": _record_with(version=None),
    "of version 0": _record_with(version=0),
    "of version true": _record_with(version=True),
    "without its event": _record_with(event=None),
    "a uuid of a wrong type": _record_with(event__uuid=5),
    "a time without its zone": _record_with(event__timestamp="2026-03-14T15:09:26"),
    "a time that is a number": _record_with(event__timestamp=1_800_000_000),
    "a time that is none": _record_with(event__timestamp="yesterday"),
    "properties that are a list": _record_with(event__properties=[]),
    "a snapshot that is a text": _record_with(snapshot="{}"),
    "a snapshot of a wrong stamp": _record_with(snapshot__stamp=[1]),
    "a snapshot of a wrong content": _record_with(snapshot__usage=[]),
    "a mark of a wrong type": _record_with(is_logout="no"),
    "a verdict without an id": _record_with(attribution={"personless": True}),
    "an unmergeable principal": _record_with(attribution={"distinct_id": "anonymous", "personless": False}),
    "an anonymous id that is none": _record_with(attribution={"distinct_id": ALICE, "personless": True}),
    "truncated": codec.write_record(of(ALICE))[:-1],
    "not UTF-8": b'{"version": "\xff"}',
    "empty": b"",
}


class TestRecord:
    """Records in the outbox."""

    @pytest.mark.parametrize("content", MALFORMED_RECORDS.values(), ids=MALFORMED_RECORDS)
    def test_a_wrong_content_is_malformed(self, content: bytes) -> None:
        """Each kind of damage raises the same error."""
        with pytest.raises(codec.MalformedError):
            codec.read_record(content)

    @pytest.mark.parametrize("snapshot", SNAPSHOTS.values(), ids=SNAPSHOTS)
    def test_what_is_written_comes_back(self, snapshot: Snapshot) -> None:
        """Event, snapshot, logout and refresh marks, and verdict survive a round trip."""
        record = Record(
            make_event(), snapshot, is_logout=True, attribution=Attribution(ANON, True), is_refresh=True
        )
        assert codec.read_record(codec.write_record(record)) == record

    def test_a_verdict_leaves_all_else_as_it_is(self) -> None:
        """Adding a verdict keeps unknown fields, at any depth."""
        before = _record_with(attribution=None, of_newer=1, event__of_newer=[2], snapshot__of_newer=3)
        verdict = Attribution(ANON, True)
        after = codec.with_attribution(before, verdict)
        assert codec.read_record(after).attribution == verdict
        assert {**json.loads(after), "attribution": None} == json.loads(before)

    @given(content=st.binary(max_size=200))
    def test_any_bytes_are_a_record_or_malformed(self, content: bytes) -> None:
        """No content raises another error."""
        with pytest.raises(codec.MalformedError):
            codec.read_record(content)


def test_a_sink_survives_its_file() -> None:
    """Host and token survive a round trip."""
    sink = codec.read_project(codec.write_project(SINK))
    assert (sink, sink.key) == (SINK, SINK.key)


@pytest.mark.parametrize(
    "value",
    [None, {}, {"host": SINK.host}, {"host": "ftp://x", "project_token": "t"}, {"host": 5, "project_token": "t"},
     {"host": SINK.host, "project_token": " "}, {"host": SINK.host, "project_token": None}],
    ids=["nothing", "empty", "no token", "a scheme of no use", "a number", "a blank token", "a null token"],
)  # fmt: skip
def test_a_wrong_sink_is_malformed(value: object) -> None:
    """An invalid host or token is malformed, so no event is sent there."""
    with pytest.raises(codec.MalformedError):
        codec.read_project(json.dumps(value).encode())


FORMATS = {
    "ledger": codec.write_ledger(FULL_LEDGER),
    "record": codec.write_record(of(ALICE)),
    "logbook": delivery_log.write_logbook(Logbook()),
    "sink.json": codec.write_project(SINK),
    "copy": sent_json.write_sent(Sent(1.0, {})),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_carries_its_version(name: str) -> None:
    """Each stored format has a version, so that other versions can recognize it."""
    assert json.loads(FORMATS[name])["version"] == (2 if name == "record" else 1)


NEWER: dict[str, Callable[[bytes], object]] = {
    "record": codec.read_record,
    "logbook": delivery_log.read_logbook,
    "copy": sent_json.read_sent,
}


@pytest.mark.parametrize("name", NEWER)
def test_a_newer_version_is_not_malformed(name: str) -> None:
    """A newer version is reported as newer, not as malformed."""
    content = json.dumps({**json.loads(FORMATS[name]), "version": 9}).encode()
    with pytest.raises(codec.NewerVersionError):
        NEWER[name](content)
