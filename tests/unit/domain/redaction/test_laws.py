"""What holds for any text: bounded, encodable, settled, and cut where it may be."""

import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.redaction import MESSAGE_LIMIT, REDACTED, RULES, After, Redactor, Rule
from tests.unit.domain.redaction.texts import any_text


@given(any_text())
def test_total_bounded_encodable_and_idempotent(text: str) -> None:
    """Any text gives a text that UTF-8 can encode, within the limit, and that redaction leaves as it is."""
    redact = Redactor(home=("/data/people/jane",), names=("jane", "devbox"))
    redacted = redact(text)
    assert len(redacted) <= MESSAGE_LIMIT
    redacted.encode("utf-8")
    assert redact(redacted) == redacted
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", redacted)


def test_control_characters_are_spaces() -> None:
    """Control characters give spaces, but for newlines and tabs."""
    assert Redactor()("a\x00b\x07c\nd\te\r\nf") == "a b c\nd\te\nf"


def test_lone_surrogates_are_replaced() -> None:
    """A character that UTF-8 cannot encode gives the one that stands for those."""
    assert Redactor()("a\udce9b") == "a\ufffdb"


def test_long_text_is_cut() -> None:
    """A text beyond the limit ends in an ellipsis, which counts."""
    assert Redactor()("no " * 200) == ("no " * 200)[: MESSAGE_LIMIT - 1] + "…"


def test_text_at_the_limit_is_not_cut() -> None:
    """A text of just the limit is whole."""
    text = ("no " * 200)[:MESSAGE_LIMIT]
    assert Redactor()(text) == text


@pytest.mark.parametrize("offset", range(12))
def test_placeholder_is_not_cut(offset: int) -> None:
    """Where the cut falls on a placeholder, the whole of it goes."""
    text = ("no " * 200)[: MESSAGE_LIMIT - 1 - offset] + " token=abc" + " no" * 20
    assert not re.search(r"<\w*>?…", Redactor()(text).replace(f"{REDACTED}…", ""))


def test_secrets_go_before_the_cut() -> None:
    """What a long secret took up is free for the rest of the message."""
    assert Redactor()(f"token={'x' * 1000} and more") == "token=<redacted> and more"


@given(any_text(), st.sampled_from(RULES))
def test_marks_hide_no_match(text: str, rule: "Rule | After") -> None:
    """Looking for a rule's marks first never spares a text that its pattern would have changed."""
    assert rule.apply(text) == evolve(rule, marks=("",)).apply(text)


def test_rules_have_names() -> None:
    """Each rule can be told from the others by its name."""
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)


def test_redactors_are_values() -> None:
    """Redactors are values: equal where they know the same."""
    assert Redactor(names=("jane",)) == Redactor(names=("jane",))
    assert Redactor(names=("jane",)) != Redactor()
