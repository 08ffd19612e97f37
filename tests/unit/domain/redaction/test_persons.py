"""Home folders and names: this user's, and others'."""

import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arcade_usage.domain.redaction import Redactor

DISTINCT_NAMES = st.text(string.ascii_lowercase + string.digits, min_size=3, max_size=12).filter(
    lambda name: name not in Redactor(names=(name,))(name)
)


def whole_word(word: str) -> "re.Pattern[str]":
    return re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)


@pytest.mark.parametrize(
    ("home", "message", "expected"),
    [
        ("/data/people/jane", "no /data/people/jane/x", "no ~/x"),
        ("/data/people/jane", "no /data/people/janet/x", "no /data/people/janet/x"),
        ("/data/people/jane", "no -I/data/people/jane", "no -I~"),
        ("/home/corp/jane", "no /home/corp/jane/x", "no ~/x"),
        ("D:\\People\\Jane", "no d:/people/jane/x", "no ~/x"),
        ("D:\\People\\Jane", "no 'D:\\\\People\\\\Jane\\\\x'", "no '~\\\\x'"),
        ("D:\\People\\Jane Doe", "no file:///D:/People/Jane%20Doe/x", "no file:///~/x"),
        ("/data/jos\u00e9", "no /data/jose\u0301/x, /data/jos\u00e9/y", "no ~/x, ~/y"),
        ("/", "no /usr/bin/x", "no /usr/bin/x"),
        ("", "no /usr/bin/x", "no /usr/bin/x"),
    ],
)
def test_own_home_is_replaced(home: str, message: str, expected: str) -> None:
    """A home folder in an unusual place is known, however its path is written."""
    assert Redactor(home=(home,))(message) == expected


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        ("jane", "user jane has no access", "user <user> has no access"),
        ("jane", "JANE's key", "<user>'s key"),
        ("jane", "janet and sujane", "janet and sujane"),
        ("jane", "run_jane_1", "run_<user>_1"),
        ("CORP\\jane", "no CORP\\jane", "no <user>"),
        ("jane", "no CORP\\jane, CORP/Jane", "no CORP\\<user>, CORP/<user>"),
        ("jane", "no CORP\\\\jane", "no CORP\\\\<user>"),
        ("jane", "jane@devbox: denied", "<email>: denied"),
        ("devbox", "http://devbox:8080/x", "http://<user>:8080/x"),
        ("devbox", "[root@devbox ~]#", "[<email> ~]#"),
        ("jane", "JaneDoe, janes, jane2", "JaneDoe, janes, jane2"),
        ("jane", "/opt/jane/x and /opt/janet/x", "/opt/<user>/x and /opt/janet/x"),
        ("jane", "uid=1000(jane),jane;jane", "uid=1000(<user>),<user>;<user>"),
        ("jos\u00e9", "jose\u0301 JOSE\u0301 Jos\u00e9 jose", "<user> <user> <user> jose"),
        ("jose\u0301", "jose\u0301 Jos\u00e9 jose", "<user> <user> jose"),
        ("devbox.local", "host devbox.local is down", "host <user> is down"),
        ("jo", "jo has no access to /home/jo/x", "jo has no access to ~/x"),
        ("runner", "runner failed in /home/runner/work", "runner failed in ~/work"),
        ("ubuntu", "ubuntu of /Users/ubuntu/x", "ubuntu of ~/x"),
        ("redacted", "token=abc", "token=<redacted>"),
        ("", "nothing here", "nothing here"),
        ("   ", "a    b", "a    b"),
    ],
)
def test_own_name_is_replaced(name: str, message: str, expected: str) -> None:
    """A telling name goes wherever it is a word of its own, any other only where it names a folder."""
    assert Redactor(names=(name,))(message) == expected


def test_longest_name_wins() -> None:
    """A name that is part of another one leaves nothing of that one."""
    assert Redactor(names=("jane", "jane-laptop"))("on jane-laptop") == "on <user>"


@given(st.text(max_size=60), DISTINCT_NAMES, st.text(max_size=60))
def test_own_name_is_never_in_the_output(before: str, name: str, after: str) -> None:
    """Wherever a telling name stands in a text, it is gone as a word."""
    assert not whole_word(name).search(Redactor(names=(name,))(f"{before} {name}/{after}"))


@given(
    st.text(" \n\t'\"(:;,.=!<é", max_size=60),
    st.sampled_from(["/home/{}", "/Users/{}", "C:\\Users\\{}", "C:\\\\Users\\\\{}", "/var/home/{}"]),
    DISTINCT_NAMES,
    st.sampled_from(["", "/x", "\\x", "'", ":", ")", " !"]),
)
def test_name_of_a_home_is_never_in_the_output(before: str, home: str, name: str, after: str) -> None:
    """Whoever's home a path names, the name is gone as a word."""
    assume(not whole_word(name).search(home))
    assert not whole_word(name).search(Redactor()(f"{before} {home.format(name)}{after}"))
