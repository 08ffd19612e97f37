"""The payload of a delivery process: read completely or refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.payload_reader import PATH_LIMIT, ParsedPayload, read_payload
from arcade_usage.application.command.payload import MALFORMED as UNUSABLE
from arcade_usage.application.command.payload import PAYLOAD_LIMIT, describe_tool, encode_payload
from arcade_usage.application.errors import InvalidPayloadError
from arcade_usage.domain.event import Command
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState, Malformed, Snapshot
from arcade_usage.domain.outcome import ERROR
from arcade_usage.domain.project import Project
from tests.samples import ALICE, ANON, FULL_LEDGER, STAMP

COMMAND: dict[str, Any] = {
    "name": "toolkit.run",
    "outcome": "error",
    "error_message": "naïve ☃",
    "error_type": "ValueError",
    "exit_code": 3,
    "has_safe_message": True,
    "as_is": ["tools"],
    "duration_ms": 0,
    "monotonic_start": 1.5,
    "monotonic_end": None,
    "is_login": False,
    "is_logout": True,
    "properties": {"tools": 3, "nested": {"list": [1, None]}},
    "ended_at": 1_800_000_000.25,
}
SNAPSHOT = {
    "usage": {"anon_id": ANON, "linked_principal_id": None},
    "ledger": json.loads(codec.write_ledger(FULL_LEDGER)),
    "stamp": [STAMP.device, STAMP.inode, STAMP.size, STAMP.mtime_ns, STAMP.ctime_ns],
}
VALID: dict[str, Any] = json.loads(
    encode_payload(
        describe_tool(
            project={"host": "https://posthog.example/", "project_token": "phc_x"},
            config_dir="/home/someone/.arcade",
            distribution="arcade-mcp",
        ),
        SNAPSHOT,
        COMMAND,
    )
)


def changed(*path: str, to: object) -> str:
    """The valid payload with another value at a path."""
    payload = json.loads(json.dumps(VALID))
    node = payload
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = to
    return json.dumps(payload)


def without(*path: str) -> str:
    payload = json.loads(json.dumps(VALID))
    node = payload
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return json.dumps(payload)


def test_a_payload_is_what_the_command_path_meant() -> None:
    """A payload of the command path becomes domain values."""
    assert read_payload(json.dumps(VALID)) == ParsedPayload(
        project=Project("https://posthog.example", "phc_x"),
        config_dir="/home/someone/.arcade",
        distribution="arcade-mcp",
        snapshot=Snapshot(IdentityState(Anonymous(ANON), FULL_LEDGER), STAMP),
        command=Command(
            name="toolkit.run",
            outcome=ERROR,
            ended_at=1_800_000_000.25,
            duration_ms=0.0,
            error_message="naïve ☃",
            error_type="ValueError",
            exit_code=3,
            has_safe_message=True,
            as_is=frozenset({"tools"}),
            monotonic_start=1.5,
            is_logout=True,
            properties={"tools": 3, "nested": {"list": [1, None]}},
        ),
    )


@pytest.mark.parametrize(
    ("snapshot", "state"),
    [
        ({"usage": None, "ledger": None, "stamp": None}, IdentityState(None, None)),
        ({}, IdentityState(None, None)),
        ({"usage": UNUSABLE, "ledger": UNUSABLE, "stamp": None}, IdentityState(Malformed(), Malformed())),
    ],
    ids=["nothing", "nothing said", "malformed"],
)
def test_a_snapshot_says_what_the_files_said(snapshot: dict[str, object], state: IdentityState) -> None:
    """Malformed or missing identity files do not make the payload malformed."""
    assert read_payload(changed("snapshot", to=snapshot)).snapshot == Snapshot(state, None)


TEXTS = {
    "empty": "",
    "no JSON": "{",
    "null": "null",
    "a list": "[]",
    "a text": '"{}"',
    "a number": "1",
    "an empty object": "{}",
    "nested deeply": "[" * 20_000,
    "a lone surrogate": "\udcff",
    "too large": json.dumps({**VALID, "more": "x" * PAYLOAD_LIMIT}),
}

CHANGES: list[tuple[tuple[str, ...], tuple[object, ...]]] = [
    (("version",), (0, 3, "2", 2.0, True, None, [2])),
    (("config_dir",), ("", ".arcade", "./x", "~/.arcade", "/a\0b", None, 5, ["/"], "/" + "x" * PATH_LIMIT)),
    (("distribution",), (None, 5, ["arcade-mcp"])),
    (("sink",), (None, "https://posthog.example", [], {})),
    (("sink", "host"), (None, "", "posthog.example", "ftp://posthog.example", 5, "https://" + "x" * 600)),
    (("sink", "project_token"), (None, "", "  ", 5, "x" * 300)),
    (("snapshot",), (None, "{}", [], 5)),
    (("snapshot", "usage"), (5, [{}], ["{}"], False)),
    (("snapshot", "ledger"), (5, [{}], ["{}"], False)),
    (("snapshot", "stamp"), ([], [1, 2, 3, 4], [1, 2, 3, 4, "5"], [1, 2, 3, 4, 5.0], {}, 5, "12345", False)),
    (("command",), (None, "toolkit.run", [], {})),
    (("command", "name"), (None, 5, ["toolkit.run"])),
    (("command", "outcome"), (None, "", "won", 5, [])),
    (("command", "error_message"), (5, [], {})),
    (("command", "error_type"), (5, [], {})),
    (("command", "exit_code"), ("3", 3.0, True)),
    (("command", "has_safe_message"), (None, 1, "yes")),
    (("command", "as_is"), (None, "tools", [1], {})),
    (("command", "duration_ms"), ("0", [], True, {})),
    (("command", "monotonic_start"), ("0", [], True)),
    (("command", "monotonic_end"), ("0", [], True)),
    (("command", "ended_at"), (None, "now", [], True, 10**400)),
    (("command", "is_login"), (None, 0, 1, "yes")),
    (("command", "is_logout"), (None, 0, 1, "yes")),
    (("command", "properties"), (None, [], "x", 5)),
]
MALFORMED = {
    **TEXTS,
    **{f"{'.'.join(path)} {value!r:.20}": changed(*path, to=value) for path, values in CHANGES for value in values},
    **{
        f"no {'.'.join(path)}": without(*path)
        for path in [("version",), ("config_dir",), ("distribution",), ("sink",), ("sink", "host"), ("snapshot",),
                     ("sink", "project_token"), ("command",), ("command", "name"), ("command", "outcome"),
                     ("command", "ended_at")]
    },
}  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_payload_is_one_error(text: str) -> None:
    """Each invalid payload raises InvalidPayloadError; nothing is guessed."""
    with pytest.raises(InvalidPayloadError):
        read_payload(text)


def test_an_error_does_not_repeat_what_it_read() -> None:
    """The error message contains nothing of the payload, which may contain secrets."""
    with pytest.raises(InvalidPayloadError) as caught:
        read_payload(changed("command", "duration_ms", to=ALICE))
    assert ALICE not in str(caught.value)


def test_a_key_of_a_newer_release_is_no_harm() -> None:
    """Unknown keys are ignored."""
    assert read_payload(json.dumps({**VALID, "newer": 1})) == read_payload(json.dumps(VALID))


def read(text: str) -> ParsedPayload | None:
    try:
        return read_payload(text)
    except InvalidPayloadError:
        return None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
_paths = st.sampled_from(
    [("version",), ("sink",), ("config_dir",), ("distribution",), ("snapshot",), ("command",)]
    + [("sink", key) for key in VALID["sink"]]
    + [("snapshot", key) for key in VALID["snapshot"]]
    + [("command", key) for key in VALID["command"]]
)


class TestAnything:
    """Properties for any input."""

    @given(text=st.text())
    def test_any_text(self, text: str) -> None:
        """Any text is a payload or one error."""
        read(text)

    @given(value=_json)
    def test_any_json(self, value: object) -> None:
        """Arbitrary JSON is an error."""
        assert read(json.dumps(value)) is None

    @given(path=_paths, value=_json)
    def test_any_value_in_any_place(self, path: tuple[str, ...], value: object) -> None:
        """With any value in any place, the result is a payload of checked values or one error."""
        parsed = read(changed(*path, to=value))
        if parsed is not None:
            assert isinstance(parsed.command, Command)
            assert isinstance(parsed.snapshot, Snapshot)
            assert type(parsed.command.is_logout) is bool

    @given(start=st.integers(0, 3000), length=st.integers(1, 40))
    def test_any_cut(self, start: int, length: int) -> None:
        """A payload without some of its text is a payload or one error."""
        text = json.dumps(VALID)
        read(text[:start] + text[start + length :])
