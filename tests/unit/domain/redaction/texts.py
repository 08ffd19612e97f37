"""Texts for property tests: any characters at all, and pieces that rules look for."""

from hypothesis import strategies as st

from arcade_usage.domain.redaction import REDACTED
from tests.unit.domain.redaction.keys import TOKENS
from tests.unit.domain.redaction.messages import SECRETS
from tests.unit.domain.redaction.plain import PLAIN


def any_text() -> st.SearchStrategy[str]:
    """Any characters at all, and pieces that rules look for."""
    pieces = [
        "password=",
        "Bearer ",
        "://",
        "@",
        "%40",
        "eyJ",
        "-----BEGIN ",
        "\\",
        '"',
        "'",
        "/home/",
        "C:\\Users\\",
    ]
    pieces += [
        "?",
        "#",
        "--token ",
        REDACTED,
        "<email>",
        "<user>",
        "<id>",
        "~",
        "…",
        "\x1b[",
        ":",
        "=",
        ".",
        "{",
        "\n",
    ]
    pieces += [
        *TOKENS.values(),
        *(message for message, _ in SECRETS.values()),
        *PLAIN.values(),
        " ",
        "jane",
        "x",
    ]
    anything = st.text(st.characters(exclude_categories=()), max_size=30)
    return st.lists(st.one_of(st.sampled_from(pieces), anything), max_size=20).map("".join)
