"""What must not come through, and what must."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.redaction import MESSAGE_LIMIT, SCAN_LIMIT, Redactor
from tests.unit.domain.redaction.keys import TOKENS, UUID
from tests.unit.domain.redaction.messages import ROOT_HOME, SECRETS
from tests.unit.domain.redaction.plain import PLAIN


def test_secret_does_not_come_through() -> None:
    """What makes the message a secret is gone, and a placeholder says so."""
    redacted = {name: Redactor()(message) for name, (message, _) in SECRETS.items()}
    assert [name for name, (message, secret) in SECRETS.items() if secret not in message] == []
    assert [name for name, (_, secret) in SECRETS.items() if secret in redacted[name]] == []
    assert [
        name for name, text in redacted.items() if not re.search(r"<redacted>|<email>|<user>|<id>|~", text)
    ] == []


def test_plain_message_comes_through() -> None:
    """A message without secrets is not changed, even where names of this user are known."""
    redact = Redactor(home=("/home/jane",), names=("jane", "devbox"))
    assert {name: redact(message) for name, message in PLAIN.items()} == PLAIN


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("GET https://api.example.com/v1?key=abc failed", "GET https://api.example.com/v1?<redacted> failed"),
        ("'https://bob:pw@db.example.com/x' is down", "'https://<redacted>@db.example.com/x' is down"),
        ("token=abc, retries=3", "token=<redacted>, retries=3"),
        ('{"password": "a b", "retries": 3}', '{"password": <redacted>, "retries": 3}'),
        ("login --token abc --retries 3", "login --token <redacted> --retries 3"),
        ("mail jane@example.com now", "mail <email> now"),
        (f"run {UUID} failed", "run <id> failed"),
        ("no file /home/jane/x.py", "no file ~/x.py"),
        ("no file C:\\Users\\Jane\\x.py", "no file ~\\x.py"),
        (f"no file {ROOT_HOME}/x.py", "no file ~/x.py"),
        (f"bad key {TOKENS['github-classic']}: revoked", "bad key <redacted>: revoked"),
    ],
)
def test_rest_of_the_message_stays(message: str, expected: str) -> None:
    """Around a secret the message can still be read."""
    assert Redactor()(message) == expected


def windows(token: str) -> list[str]:
    """Every part of a token that is long enough to be of use."""
    return [token[start : start + 12] for start in range(max(1, len(token) - 11))]


@given(
    st.text(max_size=400),
    st.sampled_from(
        [" ", "\n", "\t", "'", '"', "(", "[", "{", "<", ",", ";", "=", ": ", "|", "`", "\\n", "%3D"]
    ),
    st.sampled_from(sorted(TOKENS.values())),
    st.sampled_from(["", " ", "\n", "'", '"', ")", "]", "}", ">", ",", ";", "`", "…", "\\n", "&", "?"]),
    st.text(max_size=400),
)
def test_token_is_found_anywhere(before: str, opening: str, token: str, closing: str, after: str) -> None:
    """No usable part of a token comes through, whatever stands around it."""
    redacted = Redactor()(before + opening + token + closing + after)
    assert not [part for part in windows(token) if part in redacted]


@given(st.integers(0, 2 * MESSAGE_LIMIT), st.sampled_from(sorted(TOKENS.values())))
def test_token_at_the_cut_is_gone(words: int, token: str) -> None:
    """A token that the length limit falls on leaves no part behind, nor does its placeholder."""
    redacted = Redactor()("ab " * (words // 3) + "c" * (words % 3) + f" {token} " + "d e " * MESSAGE_LIMIT)
    assert not [part for part in windows(token) if part in redacted]
    assert not re.search(r"<\w*…", redacted)


@given(st.integers(0, 120), st.sampled_from(sorted(TOKENS.values())))
def test_token_at_the_end_of_the_scan_is_gone(offset: int, token: str) -> None:
    """A token that is cut in half where the scan ends is not taken for plain text."""
    filler = f"-----BEGIN x{'-' * 5}{' ' * (SCAN_LIMIT - 100 - offset)}{'-' * 5}END x{'-' * 5}"
    redacted = Redactor()(f"{filler} {token} {'x' * SCAN_LIMIT}")
    assert token[:12] not in redacted
