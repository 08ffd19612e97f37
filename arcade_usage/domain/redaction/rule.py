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
        folded = text.casefold()
        if not any(mark in folded for mark in self.marks):
            return text
        return re.sub(self.pattern, self.replacement, text)


def after(name: str, before: str, secret: str, *marks: str) -> Rule:
    """A rule that keeps what stands before a secret."""
    return Rule(name, rf"(?i)(?P<keep>{before}){secret}", rf"\g<keep>{REDACTED}", marks or ("",))
