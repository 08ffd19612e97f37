"""Takes secrets and personal names out of text before it is stored or sent."""

from arcade_usage.domain.redaction.redactor import (
    DEPTH_LIMIT,
    DROPPED,
    INTEGER_LIMIT,
    ITEMS_LIMIT,
    RULES,
    WIDTH_LIMIT,
    Dropped,
    JsonValue,
    Redactor,
)
from arcade_usage.domain.redaction.rule import EMAIL, HOME, ID, REDACTED, USER, After, Rule
from arcade_usage.domain.redaction.text import MESSAGE_LIMIT, SCAN_LIMIT

__all__ = [
    "DEPTH_LIMIT",
    "DROPPED",
    "EMAIL",
    "HOME",
    "ID",
    "INTEGER_LIMIT",
    "ITEMS_LIMIT",
    "MESSAGE_LIMIT",
    "REDACTED",
    "RULES",
    "SCAN_LIMIT",
    "USER",
    "WIDTH_LIMIT",
    "After",
    "Dropped",
    "JsonValue",
    "Redactor",
    "Rule",
]
