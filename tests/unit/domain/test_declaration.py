"""Declarations of a tool's own properties, and the values that are sent as they are."""

from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.declaration import (
    CHOICE_LIMIT,
    CHOICES_LIMIT,
    ID_LIMIT,
    NAME_LIMIT,
    PROPERTIES_LIMIT,
    REASON_LIMIT,
    Property,
    find_problem,
)
from tests.unit.domain.redaction.keys import B62, HEX, JWT, LOWER, TOKENS

ORG = Property("org_id", kind="id", reason="which organizations use it")
AUTH = Property("auth_type", kind="choice", choices=("oauth2", "api_key"), reason="how users log in")

IDS = {
    "a UUID": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "a UUID in capitals": "3F2504E0-4F89-41D3-9A0C-0305E82C3301",
    "a UUID without dashes": "3f2504e04f8941d39a0c0305e82c3301",
    "a prefix and a UUID": "proj_3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "a ULID": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "a prefix and a KSUID": "org_2NNEqL2nrIRdJ194ndJqAHwEfxC",
    "an ObjectId": "507f1f77bcf86cd799439011",
    "a number": "42",
}
NO_IDS = {
    "nothing": "",
    "a word": "acme",
    "a sentence": "project 7 of acme",
    "an address": "dana7@example.com",
    "a URL": "https://example.com/7",
    "a path": "/home/dana7",
    "an IP address": "192.168.0.17",
    "an option": "-p1",
    "a line end": "org7\n",
    "a digit of another script": "org\u0667",
    "a long one": "a1-" * 21 + "ab",
    "bytes": b"org_1",
    "a number": 42,
    "a UUID": UUID(IDS["a UUID"]),
}


@pytest.mark.parametrize("value", IDS.values(), ids=IDS)
def test_an_id_is_sent_as_it_is(value: str) -> None:
    """Ids of the common makers pass."""
    assert ORG.fits(value)


@pytest.mark.parametrize("value", NO_IDS.values(), ids=NO_IDS)
def test_what_is_no_id_is_redacted(value: object) -> None:
    """Text that may name a person, a machine or a file is no id."""
    assert not ORG.fits(value)


def test_the_length_of_an_id_is_limited() -> None:
    """One character more is too long."""
    longest = ("a1-" * ID_LIMIT)[: ID_LIMIT - 1] + "b"
    assert ORG.fits(longest)
    assert not ORG.fits(f"{longest}b")


@given(st.uuids())
def test_every_uuid_is_an_id(value: UUID) -> None:
    """In all three common forms."""
    if any(character.isdigit() for character in str(value)):
        assert ORG.fits(str(value))
        assert ORG.fits(value.hex)
        assert ORG.fits(f"org_{value}")


# Their shapes are those of ids: a UUID without dashes, and short parts of letters and digits.
NOT_TOLD_APART = {"long-hex", "long-hex-upper", "base36", "base64-url", "licence-key"}


@pytest.mark.parametrize("kind", TOKENS.keys() - NOT_TOLD_APART)
def test_a_key_is_no_id(kind: str) -> None:
    """A key that a tool passes by mistake is redacted."""
    assert not ORG.fits(TOKENS[kind])


@given(st.sampled_from([B62, HEX + LOWER, JWT]), st.integers(28, 31))
def test_a_long_part_is_no_id(key: str, length: int) -> None:
    """Keys without a known prefix have more letters and digits in a row than ids do."""
    assert not ORG.fits(key[:length])


class Auth(str, Enum):
    """A tool's own enumeration."""

    OAUTH2 = "oauth2"


@pytest.mark.parametrize(
    ("declared", "value", "fits"),
    [
        (AUTH, "oauth2", True),
        (AUTH, Auth.OAUTH2, True),
        (AUTH, "OAuth2", False),
        (AUTH, ["oauth2"], False),
        (AUTH, 1, False),
        (Property("count", kind="number", reason="x"), 3, True),
        (Property("count", kind="number", reason="x"), -2.5, True),
        (Property("count", kind="number", reason="x"), 2**63, False),
        (Property("count", kind="number", reason="x"), float("nan"), False),
        (Property("count", kind="number", reason="x"), float("inf"), False),
        (Property("count", kind="number", reason="x"), True, False),
        (Property("count", kind="number", reason="x"), "3", False),
        (Property("new", kind="flag", reason="x"), False, True),
        (Property("new", kind="flag", reason="x"), 0, False),
        (Property("note", kind="text", reason="x"), "plain", False),
    ],
)
def test_a_value_fits_its_kind_or_not(declared: Property, value: object, fits: bool) -> None:
    """A choice is one of the declared ones, a number is finite, a flag is a boolean, and text never fits."""
    assert declared.fits(value) is fits


REASON: dict[str, Any] = {"reason": "because"}
PROBLEMS: dict[str, tuple[object, str]] = {
    "no sequence": (5, "must be a tuple"),
    "a name": (("org_id",), "must be a tuple of arcade_usage.Property"),
    "too many": (tuple(Property(f"p{n}", kind="flag", **REASON) for n in range(PROPERTIES_LIMIT + 1)), "50"),
    "twice": ((ORG, Property("org_id", kind="text", **REASON)), "org_id is declared twice"),
    "a blank": ((Property("org id", kind="id", **REASON),), "name must be"),
    "PostHog's": ((Property("$org", kind="id", **REASON),), "name must be"),
    "no text": ((Property(5, kind="id", **REASON),), "name must be"),  # type: ignore[arg-type]
    "a long name": ((Property("n" * (NAME_LIMIT + 1), kind="id", **REASON),), "name must be"),
    "another kind": ((Property("a", kind="uuid", **REASON),), "a: kind must be"),  # type: ignore[arg-type]
    "no reason": ((Property("a", kind="id", reason=" "),), "a: reason must be"),
    "a long reason": ((Property("a", kind="id", reason="r" * (REASON_LIMIT + 1)),), "a: reason must be"),
    "two lines": ((Property("a", kind="id", reason="r\nr"),), "a: reason must be one line"),
    "no choices": ((Property("a", kind="choice", **REASON),), "a: choices"),
    "choices of an id": ((Property("a", kind="id", choices=("x",), **REASON),), "a: choices"),
    "one text": ((Property("a", kind="choice", choices="xyz", **REASON),), "a: choices must be a tuple"),
    "a long choice": (
        (Property("a", kind="choice", choices=("x" * (CHOICE_LIMIT + 1),), **REASON),),
        "each choice",
    ),
    "a number": ((Property("a", kind="choice", choices=(1,), **REASON),), "each choice"),  # type: ignore[arg-type]
    "many choices": (
        (Property("a", kind="choice", choices=[str(n) for n in range(CHOICES_LIMIT + 1)], **REASON),),
        "at most 100 texts",
    ),
}


@pytest.mark.parametrize(("properties", "text"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_wrong_declaration_is_found(properties: object, text: str) -> None:
    """With words for the developer."""
    problem = find_problem(properties)
    assert problem is not None
    assert text in problem


@pytest.mark.parametrize(
    "properties", [(), (ORG, AUTH), [ORG], (Property("é".encode().hex(), kind="id", **REASON),)]
)
def test_a_right_declaration_has_no_problem(properties: object) -> None:
    """A tuple or a list; hexadecimal digits that begin with a letter are a name."""
    assert find_problem(properties) is None
