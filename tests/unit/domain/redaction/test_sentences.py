"""A text that names a secret keeps ordinary words, names and codes; any other word may be the secret."""

import pytest

from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.redaction.vocabulary import is_ordinary, is_usual


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("tried admin/snowboard, then toboggan", "tried <redacted>, then <redacted>"),
        ("snowboard is not the password", "<redacted> is not the password"),
        (
            "The password was refused.\nYou typed snowboard.",
            "The password was refused.\nYou typed <redacted>.",
        ),
        ("the password isn't snowboard", "the password isn't <redacted>"),
        ("password Admin2024 is too weak", "password <redacted> is too weak"),
        ("PIN 4930 is wrong", "PIN <redacted> is wrong"),
        ("the password you gave was 482913", "the password you gave was <redacted>"),
    ],
)
def test_unknown_words_go(message: str, expected: str) -> None:
    """Words that no ordinary message has, and numbers close behind a word for a secret, are replaced."""
    assert Redactor()(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "snowboard is not a file",
        "password of user snowboard has expired",
        "no password in config/settings.toml",
        "pass --token-file, or set SNOWBOARD_TOKEN",
        "SnowboardError: login failed",
        "password authentication failed on port 5432, error code 28000",
        "password column of table snowboard: E501",
    ],
)
def test_the_rest_stays(message: str) -> None:
    """Names of users, files, options, variables and errors stay, as do codes, and texts that name no secret."""
    assert Redactor()(message) == message


@pytest.mark.parametrize("word", ["refuse", "refused", "refusing", "refuses", "unrefused", "the", "timed"])
def test_an_ordinary_word_may_have_a_beginning_and_an_ending(word: str) -> None:
    """A word is ordinary with beginnings and endings of English too, and if it is short."""
    assert is_ordinary(word)


def test_right_behind_password_fewer_words_are_ordinary() -> None:
    """A word that other messages have is a secret there, but not one that is said of passwords."""
    assert Redactor()("password window: close the window") == "password <redacted>: close the window"
    assert Redactor()("password history: close the window") == "password history: close the window"
    assert is_ordinary("window")
    assert not is_usual("window")


@pytest.mark.parametrize("word", ["snowboard", "snowboards", "ing1", "red-hot"])
def test_other_words_are_not_ordinary(word: str) -> None:
    """An ending alone makes no word ordinary."""
    assert not is_ordinary(word)
