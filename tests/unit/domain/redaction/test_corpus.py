"""The corpus: none of its secrets comes through, most of its plain messages do, and it is what it claims to be."""

import re

from attrs import evolve

from arcade_usage.domain.redaction import MESSAGE_LIMIT, Redactor
from tests.unit.domain.corpus import PLAIN, SECRETS, WORDS
from tests.unit.domain.corpus.persons import HOME, NAMES
from tests.unit.domain.corpus.sample import Sample, is_held_out, samples_of

REDACT = Redactor(home=HOME, names=NAMES)
ALL = {**SECRETS, **WORDS}
WHOLE = 0.99  # of the plain messages, at least
SCANNERS = ("gitleaks", "trufflehog", "detect-secrets", "semgrep", "noseyparker")


def test_no_secret_comes_through() -> None:
    """Of what is secret in a message no six characters in a row are left, and something stands in its place."""
    redacted = {name: REDACT(sample.message) for name, sample in ALL.items()}
    assert [name for name, sample in ALL.items() if sample.comes_through(redacted[name])] == []
    assert [
        name for name, text in redacted.items() if not re.search(r"<redacted>|<email>|<user>|<id>|~", text)
    ] == []


def test_no_secret_comes_through_a_representation() -> None:
    """Nor are they left where a tool prints the message's representation instead of itself."""
    assert [name for name, sample in SECRETS.items() if _comes_through_a_representation(sample)] == []


def _comes_through_a_representation(sample: Sample) -> bool:
    if "\\" in sample.message:
        return False
    spelled = evolve(sample, secrets=tuple(repr(secret)[1:-1] for secret in sample.secrets))
    return bool(spelled.comes_through(REDACT(repr(sample.message))))


def test_plain_messages_come_whole() -> None:
    """Nearly all plain messages are what they were, up to the limit."""
    changed = [message for message in PLAIN if REDACT(message) != _cut(message)]
    assert len(changed) <= (1 - WHOLE) * len(PLAIN), changed


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + "…"


def test_it_is_large_enough() -> None:
    """At least 200 messages have secrets, at least 200 are plain, and each stands there once."""
    assert len(SECRETS) >= 200
    assert len({sample.message for sample in SECRETS.values()}) == len(SECRETS)
    assert len(WORDS) >= 400
    assert len(PLAIN) >= 200
    assert len(set(PLAIN)) == len(PLAIN)


def test_at_least_half_stand_for_rules_of_scanners() -> None:
    """More than half of the messages with secrets, and of the 200, come from published rule sets."""
    of_scanners = [name for name in SECRETS if name.startswith(SCANNERS)]
    assert len(of_scanners) >= max(100, len(SECRETS) / 2)


def test_a_secret_stands_only_where_it_is_marked() -> None:
    """A message has its secrets, and nothing of them elsewhere, so that finding them means a leak."""
    assert [name for name, sample in ALL.items() if not _is_marked(sample)] == []


def _is_marked(sample: Sample) -> bool:
    rest = sample.message
    for secret in sorted(sample.secrets, key=len, reverse=True):
        rest = rest.replace(secret, "\0")
    in_message = all(secret in sample.message for secret in sample.secrets)
    is_spelled = not re.search(r"[⟦⟧]", sample.message)
    return bool(sample.secrets) and in_message and is_spelled and not sample.comes_through(rest)


def test_a_run_of_a_secret_comes_through() -> None:
    """Six characters of a long secret are too many, of a short one all of it."""
    sample = samples_of({"y": "key «abcdefgh» of «ann»"})["y"]
    assert sample.comes_through("key abcdef of ann") == ["abcdef", "ann"]
    assert sample.comes_through("key abcde of an") == []


def test_shapes_are_spelled_the_same_in_every_run() -> None:
    """A shape gives characters of its alphabet, as many as it says, the same ones for the same rule."""
    shapes = {"one": "«[a-c_-]{40}» «[0-9]{8}-[A-F]{2}»"}
    sample = samples_of(shapes)["one"]
    assert re.fullmatch(r"[a-c_-]{40} [0-9]{8}-[A-F]{2}", sample.message)
    assert set(sample.secrets[0]) == set("abc_-")
    assert samples_of(shapes)["one"] == sample
    assert samples_of({"two": shapes["one"]})["two"].message != sample.message


def test_about_a_fifth_is_held_out() -> None:
    """Some of either kind are set apart, and by nothing but their name."""
    assert 0.1 < sum(map(is_held_out, SECRETS)) / len(SECRETS) < 0.3
    assert 0.1 < sum(map(is_held_out, PLAIN)) / len(PLAIN) < 0.3
