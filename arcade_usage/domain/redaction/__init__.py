"""Removes secrets and personal names from text before it is stored or sent."""

from arcade_usage.domain.redaction.redactor import (
    DEPTH_LIMIT,
    ITEMS_LIMIT,
    OMITTED,
    RULES,
    WIDTH_LIMIT,
    JsonValue,
    Omitted,
    Redactor,
)
from arcade_usage.domain.redaction.rule import EMAIL, HOME, ID, REDACTED, USER, After, Rule
from arcade_usage.domain.redaction.text import MESSAGE_LIMIT, SCAN_LIMIT, shorten

__all__ = [
    "DEPTH_LIMIT",
    "EMAIL",
    "HOME",
    "ID",
    "ITEMS_LIMIT",
    "MESSAGE_LIMIT",
    "OMITTED",
    "REDACTED",
    "RULES",
    "SCAN_LIMIT",
    "USER",
    "WIDTH_LIMIT",
    "After",
    "JsonValue",
    "Omitted",
    "Redactor",
    "Rule",
    "shorten",
]
