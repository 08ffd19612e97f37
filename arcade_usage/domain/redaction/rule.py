"""The two kinds of redaction rules, and pattern parts that the rules share.

Invariant: a rule's marks occur in every text that its pattern can change. Patterns run in linear time:
unbounded repetition is tried once per run. They are compiled on first use, because this module may run on the
command path.
"""

import re
from collections.abc import Callable

from attrs import frozen

REDACTED, EMAIL, USER, ID, HOME = "<redacted>", "<email>", "<user>", "<id>", "~"

# A value ends before up to three closing characters, so that quotes and sentences stay intact.
END = r"""(?=["'`)\]},.;:]{0,3}(?:\s|\Z))"""


@frozen
class Rule:
    """Replaces each match of `pattern`. `marks`: lower-case texts; every match contains one of them."""

    name: str
    pattern: str
    replacement: "str | Callable[[re.Match[str]], str]" = REDACTED
    marks: tuple[str, ...] = ("",)

    def apply(self, text: str) -> str:
        return re.sub(self.pattern, self.replacement, text) if _has_one(self.marks, text) else text


@frozen
class After:
    """Replaces a secret and keeps the text before it. `unless`: whether the match is no secret.

    `before` and `secret` are separate patterns, because most rules share `secret`, which is compiled once.
    """

    name: str
    before: str
    secret: str
    marks: tuple[str, ...] = ("",)
    unless: "Callable[[re.Match[str]], bool] | None" = None
    joint: str = ""  # pattern between `before` and `secret`, if several rules share it

    def apply(self, text: str) -> str:
        if not _has_one(self.marks, text):
            return text
        before, secret = re.compile(f"(?i){self.before}"), re.compile(f"(?i){self.secret}")
        joint = re.compile(f"(?i){self.joint}")
        kept, end, at = "", 0, 0
        while found := before.search(text, at):
            at = found.start() + 1
            joined = joint.match(text, found.end()) if self.joint else found
            if joined is None or (self.unless and self.unless(joined)):
                continue
            if value := secret.match(text, joined.end()):
                kept += text[end : joined.end()] + REDACTED
                end = at = value.end()
        return kept + text[end:]


def _has_one(marks: tuple[str, ...], text: str) -> bool:
    folded = text.casefold()
    return any(mark in folded for mark in marks)


def after(
    name: str,
    before: str,
    secret: str,
    *marks: str,
    unless: "Callable[[re.Match[str]], bool] | None" = None,
    joint: str = "",
) -> After:
    """Makes a rule that keeps the text before a secret."""
    return After(name, before, secret, marks or ("",), unless, joint)
