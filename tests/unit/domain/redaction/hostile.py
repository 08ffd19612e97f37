"""Texts made to keep redaction busy: what a rule begins with, over and over, and never the end of it."""

from collections.abc import Iterator
from itertools import islice

PIECES = (
    "a", "A", "0", "Aa", "aB3", "a1", "eyJ.", "eyJ", "://", "://u:x", "://u:x@", "://a@", "a@", "a@b.", "a:b@", "@", "=", "=a:",
    ":", "a:", "%", "%40", "%40a", "%22", "%3a%2f%2f", "-----BEGIN ", "-", "--a", "--token ", "-p ", "-u a -p ", "-u ", "password=",
    "password", "password: ", "password|", "token='", 'token="', 'token=\\"', "token", "token :", "token\t", "token[0]", "token_",
    "token \u2502 ", "key ", "key=", "key: ", "Key", "Bearer ", "bearer realm=", "basic ", "digest ", "login a ", "login(", "login('a',",
    "docker login -p ", "echo ", "echo x |", "AUTH a ", "name=", "name=token value=", "'auth','", '"auth":', "('", "/", "/home/", "~",
    "~a", "~a/", "\\", "C:\\Users\\a ", "C:\\docume~1\\", "user a\\", "?a", "?a=", "#", "<", "<redacted>", "<redacted>-", ".", "a.",
    "_", "a-", "a-b_c.", "ABCDE-12345-", "A3T4-", "aB1-", "aB1/", "xoxb-", "sk-", "sk_live_", "npm_", "ghp_", "1:A", "12345678:",
    "12345678-1234-", "$", "$1$", "!", " ", "\n", "\t", "\r", "\x1b[", "\x1b[0;", "\u200b", "\ud800", "é", "é\u0301", "(", "[", "{",
    '"', "'", "`", "|", ",", ";", ")", "token=)", "'a:a", "password\\", "token is ", "secret is ", "password for a b c ", "deadbeef",
    "jane", "/data/people/", "jdbc:oracle:a:", "hooks.a/", "http://a/webhook/", "could not be cast to integer value as '", "=>", ">\n",
    "|\n", "x\n", "a,password\nb,c\n", "a,", "password  a  ", "insert into a(password", "identified by ", "parameters: ('", "&quot;", "\\u0070",
    "mysql -p", "-u a -p", "ldapsearch ", "-U a%", "/user:a ", "net use ", "\uff50", "\u043f\u0430\u0440\u043e\u043b\u044c", "wachtwoord is ", "\u5bc6\u7801",
    "p\na\ns\ns", "passwor", "\u201ca", "USER a ", "credentials a/", "password\n", "user a password ", "\ufdfa", "tried abcdef/", "password 1234 ", "a'b",
    "connect('a',", "mnemonic abc ", "abc,password,", "a::", "tried a/", "with abcdefg", "secret>=1",
    "ABCD-", "AB1D-EFGH-", "12345-", "dentfied by 'a", "parol ", "kod de ", "securestring ", "password a1!", "a1!", "password -n 1", "usage: a ",
    "password \u0430\u0431\u0432", "\u043a\u043e\u0434 ",
)  # fmt: skip


def mixed(limit: int) -> Iterator[str]:
    """Combinations of two or three pieces, the same ones in every run."""
    count = len(PIECES)
    numbers = (number * 2_654_435_761 % 2**32 for number in range(limit))
    for number in islice(numbers, limit):
        first, second, third = number % count, number // count % count, number // count**2 % count
        yield PIECES[first] + PIECES[second] + (PIECES[third] if number % 2 else "")


def filled(piece: str, length: int) -> str:
    """A text of this length that repeats a piece."""
    return (piece * (length // len(piece) + 1))[:length]
