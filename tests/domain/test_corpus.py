"""The corpus that redaction is measured by: large, varied, and sure of what in it is secret."""

import re

import pytest

from tests.domain.corpus import PLAIN, SECRETS
from tests.domain.corpus.sample import Sample, is_held_out, samples_of

SCANNERS = ("gitleaks", "trufflehog", "detect-secrets", "semgrep", "noseyparker")


def test_it_is_large_enough() -> None:
    """At least 200 messages have secrets, at least 200 are plain, and each stands there once."""
    assert len(SECRETS) >= 200
    assert len({sample.message for sample in SECRETS.values()}) == len(SECRETS)
    assert len(PLAIN) >= 200
    assert len(set(PLAIN)) == len(PLAIN)


def test_at_least_half_stand_for_rules_of_scanners() -> None:
    """More than half of the messages with secrets, and of the 200, come from published rule sets."""
    of_scanners = [name for name in SECRETS if name.startswith(SCANNERS)]
    assert len(of_scanners) >= max(100, len(SECRETS) / 2)


@pytest.mark.parametrize("sample", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_stands_only_where_it_is_marked(sample: Sample) -> None:
    """A message has its secrets, and nothing of them elsewhere, so that finding them means a leak."""
    assert sample.secrets
    rest = sample.message
    for secret in sorted(sample.secrets, key=len, reverse=True):
        assert secret in sample.message
        rest = rest.replace(secret, "\0")
    assert not sample.comes_through(rest)
    assert not re.search(r"[«»]", sample.message)


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
