"""Removes secrets and personal names from text before it is stored or sent."""

from arcade_usage.domain.redaction.redactor import DEPTH_LIMIT, OMITTED, RULES, WIDTH_LIMIT, Redactor
from arcade_usage.domain.redaction.rule import REDACTED, After, Rule
from arcade_usage.domain.redaction.text import MESSAGE_LIMIT, SCAN_LIMIT, shorten

__all__ = [
    "DEPTH_LIMIT",
    "MESSAGE_LIMIT",
    "OMITTED",
    "REDACTED",
    "RULES",
    "SCAN_LIMIT",
    "WIDTH_LIMIT",
    "After",
    "Redactor",
    "Rule",
    "shorten",
]
