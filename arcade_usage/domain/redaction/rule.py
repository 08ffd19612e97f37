"""What one rule of redaction is, and the parts that patterns share.

Owns the invariant that looking for a rule's marks first never spares a text that its pattern would change.
Patterns work in linear time: what repeats without a bound is tried once per run. They are compiled when a
text first needs them, since this may run on the command path.
"""

import re
from collections.abc import Callable

from attrs import frozen

REDACTED, EMAIL, USER, ID, HOME = "<redacted>", "<email>", "<user>", "<id>", "~"

# A value ends before up to three closing marks, so that quotes and sentences stay in one piece.
END = r"""(?=["'`)\]},.;:]{0,3}(?:\s|\Z))"""


@frozen
class Rule:
    """What to look for, what to put in its place, and what every match has one of (in lower case)."""

    name: str
    pattern: str
    replacement: "str | Callable[[re.Match[str]], str]" = REDACTED
    marks: tuple[str, ...] = ("",)

    def apply(self, text: str) -> str:
        return re.sub(self.pattern, self.replacement, text) if _has_one(self.marks, text) else text


@frozen
class After:
    """What stays before a secret, the secret's own pattern, and when what follows is none.

    The two are apart since most rules share the secret's, which is compiled once.
    """

    name: str
    before: str
    secret: str
    marks: tuple[str, ...] = ("",)
    unless: "Callable[[re.Match[str]], bool] | None" = None
    joint: str = ""  # what is between the two, where several rules share it

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
    """A rule that keeps what stands before a secret."""
    return After(name, before, secret, marks or ("",), unless, joint)
