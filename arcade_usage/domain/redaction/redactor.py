"""Applies every rule to a text, or to every text of a structure, until nothing changes.

Invariants: every text passes the redactor. A string that may be a secret is treated as one. Redacting twice
changes nothing, because a text is returned only after no rule changes it.
"""

from collections.abc import Iterator
from typing import TypeAlias

from attrs import field, frozen

from arcade_usage.domain.properties import INTEGER_LIMIT
from arcade_usage.domain.redaction import commands, named, persons, sentences, shapes, tables, urls
from arcade_usage.domain.redaction.folding import fold
from arcade_usage.domain.redaction.rule import REDACTED, After, Rule
from arcade_usage.domain.redaction.text import clean, cut
from arcade_usage.domain.redaction.words import names_a_secret

DEPTH_LIMIT = 4  # nested containers, including the outermost
WIDTH_LIMIT = 50  # items of one container
ITEMS_LIMIT = 500  # values of one structure, containers included

_PASSES = 8  # a text that still changes after them is replaced entirely

RULES = (
    shapes.KEY_BLOCK,
    *urls.RULES,
    *tables.RULES,
    *commands.RULES,
    *named.RULES,
    sentences.SENTENCE,
    *shapes.RULES,
    *persons.RULES,
)

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


@frozen
class Omitted:
    """Placeholder for a value that is dropped: not JSON, nested too deeply, or beyond a limit."""


OMITTED = Omitted()


@frozen
class Redactor:
    """Redacts text. `home`: home folders of this user; `names`: login and host names."""

    home: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    _rules: "tuple[Rule | After, ...]" = field(init=False, repr=False, eq=False)

    @_rules.default
    def _rules_for_this_user(self) -> "tuple[Rule | After, ...]":
        return (
            *persons.own_homes(self.home),
            *RULES,
            *persons.own_names(self.names),
            shapes.RANDOM_RUN,
            shapes.REST,
        )

    def __call__(self, text: str) -> str:
        """The text without secrets, at most MESSAGE_LIMIT characters long."""
        return _apply_until_stable(clean(text), self._rules)

    def redact_name(self, text: str) -> str:
        """Redacts the name of a command, an event or a property, as the tool's author wrote it.

        The sentence rule is skipped, because a name may contain words that ordinary messages don't.
        """
        return _apply_until_stable(
            clean(text), tuple(rule for rule in self._rules if rule is not sentences.SENTENCE)
        )

    def redact_value(self, value: object) -> "JsonValue | Omitted":
        """The value with all texts redacted, keys included, and non-JSON values dropped."""
        return self._redact_value(value, DEPTH_LIMIT, iter(range(ITEMS_LIMIT)))

    def _redact_value(self, value: object, depth: int, budget: Iterator[int]) -> "JsonValue | Omitted":
        if next(budget, None) is None:
            return OMITTED
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, int):
            return int(value) if -INTEGER_LIMIT <= value < INTEGER_LIMIT else OMITTED
        if isinstance(value, float):
            return float(value) if abs(value) < float("inf") else OMITTED
        if isinstance(value, list) and depth:
            items = (self._redact_value(item, depth - 1, budget) for item in value[:WIDTH_LIMIT])
            return [item for item in items if not isinstance(item, Omitted)]
        if isinstance(value, dict) and depth:
            return self._redact_items(value, depth - 1, budget)
        return OMITTED

    def _redact_items(self, values: dict[object, object], depth: int, budget: Iterator[int]) -> "JsonValue":
        kept: dict[str, JsonValue] = {}
        for _, (name, value) in zip(range(WIDTH_LIMIT), values.items(), strict=False):
            if not isinstance(name, str):
                continue
            redacted, shown = self._redact_value(value, depth, budget), self.redact_name(name)
            if isinstance(redacted, (str, list, dict)) and any(
                map(names_a_secret, (clean(name), clean(shown)))
            ):
                redacted = REDACTED
            if not isinstance(redacted, Omitted):
                kept.setdefault(shown, redacted)
        return kept


def _apply_until_stable(text: str, rules: "tuple[Rule | After, ...]") -> str:
    for _ in range(_PASSES):
        before = text
        text = _without_secrets(text, rules)
        folded = fold(text)
        if folded != text and (found := _without_secrets(folded, rules)) != cut(folded):
            text = found
        if text == before:
            return text
    return REDACTED


def _without_secrets(text: str, rules: "tuple[Rule | After, ...]") -> str:
    for rule in rules:
        text = rule.apply(text)
    return cut(text)
