"""Messages that redaction is measured by: with secrets in them, and plain ones."""

from tests.unit.domain.corpus import (
    access,
    gitleaks,
    persons,
    plain_hosts,
    plain_near,
    plain_python,
    plain_tools,
    scanners,
    sentences,
    words,
    words_held_out,
)
from tests.unit.domain.corpus.sample import Sample, samples_of

SECRETS: dict[str, Sample] = {
    **samples_of(gitleaks.MESSAGES, "gitleaks: "),
    **samples_of(scanners.MESSAGES),
    **samples_of(access.MESSAGES, "own: "),
    **samples_of(persons.MESSAGES, "own: "),
}
# Secrets that are words, which nothing but what is around them tells of.
WORDS: dict[str, Sample] = {
    **samples_of(words.MESSAGES, "word: "),
    **samples_of(words_held_out.MESSAGES, "word, new: "),
    **samples_of(sentences.MESSAGES, "sentence: "),
}
PLAIN: tuple[str, ...] = (
    *plain_python.MESSAGES,
    *plain_tools.MESSAGES,
    *plain_hosts.MESSAGES,
    *plain_near.MESSAGES,
    *sentences.PLAIN,
)
