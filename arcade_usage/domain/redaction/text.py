"""Bounds a text before redaction and after it.

Invariant: the scanned and the returned text are bounded, and the result can be encoded.
"""

from arcade_usage.domain.redaction.rule import EMAIL, ID, REDACTED, USER, Rule

MESSAGE_LIMIT = 300  # characters of a redacted text
SCAN_LIMIT = 2 * 1024  # characters of a text that are scanned

_CLEANING = (
    Rule("terminal colours", r"\x1b\[[0-9;:?]*[@-~]?", ""),
    # Between other letters these characters can be meaningful.
    Rule(
        "invisible characters",
        r"(?<=[!-~])[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+(?=[!-~])",
        "",
    ),
    Rule("line ends", r"\r\n?", "\n"),
    Rule("control characters", r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " "),
    Rule("lone surrogates", r"[\ud800-\udfff]", "\ufffd"),
)


def clean(text: str) -> str:
    """The beginning of a text, SCAN_LIMIT characters at most, that UTF-8 can encode."""
    if len(text) > SCAN_LIMIT:
        # The last word may be half of a secret, which no rule recognizes.
        words = text[:SCAN_LIMIT].rsplit(maxsplit=1)
        text = f"{words[0]} {REDACTED}" if len(words) > 1 else REDACTED
    if not text.isprintable():
        for rule in _CLEANING:
            text = rule.apply(text)
    return text


def cut(text: str) -> str:
    """The beginning of a redacted text, without a truncated placeholder at its end."""
    if len(text) <= MESSAGE_LIMIT:
        return text
    end = MESSAGE_LIMIT - 1
    for placeholder in (REDACTED, EMAIL, USER, ID):
        start = text.rfind(placeholder, 0, end + len(placeholder) - 1)
        if start >= 0 and start + len(placeholder) > end:
            end = start
    return text[:end] + "…"


def shorten(text: str) -> str:
    """A text that needs no redaction, without control characters, at most MESSAGE_LIMIT characters long."""
    return cut(clean(text))
