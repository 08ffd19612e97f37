"""The payload: what does not fit is left out, and what is cut is cut between words."""

import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.application.command import payload as payload_module
from arcade_usage.application.command.payload import (
    ERROR_MESSAGE_LIMIT,
    OPTION_NAME_LIMIT,
    OPTIONS_LIMIT,
    PAYLOAD_LIMIT,
    PROPERTIES_LIMIT,
    PayloadTooLargeError,
    describe_tool,
    encode_payload,
    fitting,
)

SNAPSHOT = {"usage": None, "ledger": None, "stamp": None}


def encoded(snapshot: dict[str, object] | None = None, **command: object) -> str:
    whole: dict[str, object] = {"name": "run", "error_message": None, "properties": None, **command}
    project = {"host": "https://localhost", "project_token": "phc_x"}
    tool = describe_tool(project=project, config_dir="/config", distribution="tool")
    return encode_payload(tool, snapshot or SNAPSHOT, whole)


def command_of(payload: str) -> dict[str, object]:
    command = json.loads(payload)["command"]
    assert isinstance(command, dict)
    return command


@given(st.text(max_size=6000), st.text(max_size=6000))
def test_a_payload_is_bounded(name: str, message: str) -> None:
    """Whatever the texts, at most 24 KiB of ASCII, the message at most 4 KiB of that."""
    payload = encoded(name=name, error_message=message)
    assert payload.isascii()
    assert len(payload) <= PAYLOAD_LIMIT
    assert len(json.dumps(command_of(payload)["error_message"])) <= ERROR_MESSAGE_LIMIT


@pytest.mark.parametrize("word", ["secret", "s" * 3000, "\N{GRINNING FACE}" * 500, "\x00" * 100], ids=len)
def test_a_message_is_cut_between_words(word: str) -> None:
    """Half a word could be half a secret, which nothing would recognise."""
    message = " ".join([word] * 2000)
    kept = command_of(encoded(error_message=message))["error_message"]
    assert isinstance(kept, str)
    assert set(kept.split(" ")) <= {word, ""}


def test_one_endless_word_is_dropped_whole() -> None:
    """There is no place to cut it."""
    assert command_of(encoded(error_message="x" * 100_000))["error_message"] == ""


def test_a_short_message_is_left_as_it_is() -> None:
    """Nothing is changed on the command path that need not be."""
    assert command_of(encoded(error_message="  no such\ttool \n"))["error_message"] == "  no such\ttool \n"


def test_properties_that_json_cannot_say_are_left_out() -> None:
    """The others stay."""
    cyclic: list[object] = []
    cyclic.append(cyclic)
    properties = {"good": 1, "set": {1}, "object": object(), "nan": float("nan"), "cyclic": cyclic, 5: "five"}
    assert command_of(encoded(properties=properties))["properties"] == {"good": 1}


def test_properties_are_kept_as_far_as_they_fit() -> None:
    """8 KiB, in the tool's order."""
    properties = {"first": "x" * 5000, "too much": "x" * 5000, "last": "fits"}
    kept = command_of(encoded(properties=properties))["properties"]
    assert kept == {"first": "x" * 5000, "last": "fits"}
    assert len(json.dumps(kept)) <= PROPERTIES_LIMIT


@pytest.mark.parametrize("properties", [5, "text", [("a", 1)], {1}], ids=repr)
def test_properties_that_are_no_mapping_are_none(properties: object) -> None:
    """A tool's mistake costs it the properties, not the event."""
    assert command_of(encoded(properties=properties))["properties"] == {}


def test_properties_go_before_the_message_and_the_message_before_the_event() -> None:
    """What matters most is kept longest."""
    crowded: dict[str, object] = {"usage": "x" * 13_000, "ledger": None, "stamp": None}
    full = {"properties": {"p": "y" * 8000}, "error_message": "word " * 700}
    command = command_of(encoded(crowded, **full))
    assert command["properties"] == {}
    assert command["error_message"]
    crowded["usage"] = "x" * 22_000
    assert command_of(encoded(crowded, **full))["error_message"] is None
    crowded["usage"] = "x" * 30_000
    with pytest.raises(PayloadTooLargeError):
        encoded(crowded, **full)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=30,
)


@given(JSON)
def test_what_fits_is_never_left_out(value: object) -> None:
    """However it is made; sizes are estimated before anything is written, and never too large."""
    assert fitting({"x": value}) == {"x": value}


@pytest.mark.parametrize(
    "value", ["x" * 10**8, ["x" * 10**4] * 10**4, {"x": [[0] * 10**4] * 10**4}], ids=["text", "list", "dict"]
)
def test_what_is_far_too_large_is_not_written_to_find_that_out(
    value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller waits for that."""

    def never(*_: object, **__: object) -> str:
        raise AssertionError("it was written")

    monkeypatch.setattr(payload_module, "_encode_finite", never)
    assert fitting({"big": value}) == {}


def test_what_is_inside_itself_is_left_out() -> None:
    """It has no size."""
    nested: list[object] = []
    nested += [nested, nested]
    assert fitting({"nested": nested, "fine": 1}) == {"fine": 1}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_it_is_the_json_that_the_json_package_writes(value: object) -> None:
    """The encoder in C is used by itself; without it, the package does the same."""
    written = json.dumps(value, separators=(",", ":"))
    assert payload_module._encode(value) == payload_module._encode_finite(value) == written
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "_json", None)
        assert payload_module._encoder(allow_nan=True)(value) == written


@pytest.mark.parametrize("without", [(), ("_json",)], ids=["with the encoder in C", "without"])
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, object(), {1, 2}, b"bytes"], ids=["nan", "inf", "object", "set", "bytes"]
)
def test_what_json_cannot_say_is_refused(
    value: object, without: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By both ways of writing it, with the errors that properties are left out for."""
    for name in without:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises((TypeError, ValueError)):
        payload_module._encoder(allow_nan=False)(value)


@given(st.lists(st.text(min_size=55, max_size=65), max_size=40))
def test_options_are_bounded(names: list[str]) -> None:
    """The first 32, each with its first 60 characters; the payload never fails for them."""
    options = command_of(encoded(options=names, properties={"text": "x" * 8000}))["options"]
    assert options == [name[:OPTION_NAME_LIMIT] for name in names[:OPTIONS_LIMIT]]


@pytest.mark.parametrize("options", [None, "force", 5, {"force": 1}])
def test_options_that_are_no_list_are_none(options: object) -> None:
    """Nothing on the command path fails for them."""
    assert command_of(encoded(options=options))["options"] == []
