"""A redactor for long-lived processes."""

from collections.abc import Callable
from functools import lru_cache, partial

from attrs import field, frozen

from arcade_usage.domain.redaction.redactor import Redactor

REMEMBERED_TEXTS = 1000  # short texts whose redaction is cached
SHORT_TEXT = 64  # characters


@frozen
class RememberingRedactor(Redactor):
    """Caches the redaction of short texts, because a server repeats names and most values."""

    _redact_short: Callable[[str], str] = field(init=False, repr=False, eq=False)
    _redact_known_name: Callable[[str], str] = field(init=False, repr=False, eq=False)

    @_redact_short.default
    def _cache_short_texts(self) -> Callable[[str], str]:
        return lru_cache(REMEMBERED_TEXTS)(partial(Redactor.__call__, self))

    @_redact_known_name.default
    def _cache_names(self) -> Callable[[str], str]:
        return lru_cache(REMEMBERED_TEXTS)(partial(Redactor.redact_name, self))

    def redact_name(self, text: str) -> str:
        return self._redact_known_name(text)

    def __call__(self, text: str) -> str:
        return self._redact_short(text) if len(text) <= SHORT_TEXT else Redactor.__call__(self, text)
