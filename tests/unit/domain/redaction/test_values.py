"""Structures: JSON keeps its shape, every text in it is redacted, and all of it is bounded."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arcade_usage.domain.redaction import DEPTH_LIMIT, OMITTED, REDACTED, WIDTH_LIMIT, Redactor
from tests.unit.domain.redaction.texts import any_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (-1.5, -1.5),
        ("token=abc", "token=<redacted>"),
        (["jane@example.com", 1], ["<email>", 1]),
        ({"n": {"m": ["jane@example.com"]}}, {"n": {"m": ["<email>"]}}),
        ({"password": "abc"}, {"password": REDACTED}),
        ({"apiKey": {"a": 1}}, {"apiKey": REDACTED}),
        ({"session_id": 12, "otp": 1.5}, {"session_id": 12, "otp": 1.5}),
        ({"secrets_count": 3, "auth_token_present": True}, {"secrets_count": 3, "auth_token_present": True}),
        ({"password": None, "token": [1]}, {"password": None, "token": REDACTED}),
        ({"key": "abc"}, {"key": REDACTED}),
        ({"author": "x", "keyboard": "y"}, {"author": "x", "keyboard": "y"}),
        ({"jane@example.com": 1}, {"<email>": 1}),
        ({"a@example.com": 1, "b@example.com": 2}, {"<email>": 1}),
        ({1: "x", "a": "y"}, {"a": "y"}),
        ([1, math.nan, math.inf, object(), 2], [1, 2]),
        ({"a": -math.inf, "b": b"x", "c": 1}, {"c": 1}),
        ([2**63 - 1, 2**63, 10**5000], [2**63 - 1]),
    ],
)
def test_value_is_redacted(value: object, expected: object) -> None:
    """JSON keeps its shape, its texts are redacted, and what is not JSON is left out."""
    assert Redactor().redact_value(value) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, b"x", object(), {1}, ("a",), 1j, 2**64])
def test_value_that_is_not_json_is_dropped(value: object) -> None:
    """A value of which nothing can be kept gives the sign for that."""
    assert Redactor().redact_value(value) is OMITTED


def test_deep_values_are_dropped() -> None:
    """Containers come through to the depth limit and not beyond."""
    deepest: object = [1]
    for _ in range(DEPTH_LIMIT):
        deepest = [deepest, "x"]
    assert Redactor().redact_value(deepest) == [[[["x"], "x"], "x"], "x"]


def test_wide_values_are_cut() -> None:
    """Of a container no more than the first items are kept."""
    assert Redactor().redact_value(list(range(1000))) == list(range(WIDTH_LIMIT))
    assert Redactor().redact_value({str(n): n for n in range(1000)}) == {
        str(n): n for n in range(WIDTH_LIMIT)
    }


def test_wide_and_deep_values_are_bounded() -> None:
    """The whole of a structure is bounded too, not only each part."""
    value: object = "x"
    for _ in range(DEPTH_LIMIT):
        value = [value] * 1000
    assert str(Redactor().redact_value(value)).count("x") < 500


def test_value_that_contains_itself_is_done() -> None:
    """A structure that has no end is cut at the depth limit."""
    endless: list[object] = ["x"]
    endless.append(endless)
    assert Redactor().redact_value(endless) == ["x", ["x", ["x", ["x"]]]]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(any_text(), inner, max_size=4)),
    max_leaves=10,
)


@given(JSON)
@example({"令牌00Bearer ": []})
def test_values_are_idempotent(value: object) -> None:
    """Redacting a redacted value changes nothing."""
    redacted = Redactor(names=("jane",)).redact_value(value)
    if redacted is not OMITTED:
        assert Redactor(names=("jane",)).redact_value(redacted) == redacted
