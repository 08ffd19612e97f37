"""A message with secrets in it, written as a shape so that no file holds anything that looks like a live key.

What stands between « and », or ⟦ and ⟧ where a message has such quotes itself, is secret; there `[0-9a-f]{32}` means 32 characters of that alphabet, chosen by a
hash, the same in every run. What stands outside is public: a key's fixed prefix, a host, the words around it.
"""

import hashlib
import re
from collections.abc import Mapping

from attrs import frozen

RUN = 6  # characters of a secret in a row that are too many
_SECRET = re.compile("«(.*?)»", re.DOTALL)
_SECRET_BESIDE_QUOTES = re.compile("⟦(.*?)⟧", re.DOTALL)
_CLASS = re.compile(r"\[((?:[^\]\\]|\\.)+)\](?:\{(\d+)\})?")


@frozen
class Sample:
    """A message, the secrets in it, and the scanner's rule that knows their shape ("own": none does)."""

    rule: str
    message: str
    secrets: tuple[str, ...]

    def comes_through(self, redacted: str) -> list[str]:
        """Every run of RUN characters of a secret, or a whole shorter one, that a redacted text still has."""
        runs = {
            secret[at : at + RUN] for secret in self.secrets for at in range(max(1, len(secret) - RUN + 1))
        }
        return sorted(run for run in runs if run in redacted)


def samples_of(messages: Mapping[str, str], prefix: str = "") -> dict[str, Sample]:
    """The samples of a table of shapes, by the rule that each stands for."""
    return {prefix + name: _sample(prefix + name, shape) for name, shape in messages.items()}


def is_held_out(name: str) -> bool:
    """Whether a message belongs to the fifth that nobody looked at while rules were tuned."""
    return hashlib.sha256(name.encode()).digest()[0] % 5 == 0


def _sample(rule: str, shape: str) -> Sample:
    secrets: list[str] = []

    def spell(match: "re.Match[str]") -> str:
        secrets.append(_spelled(f"{rule} {len(secrets)}", match[1]))
        return secrets[-1]

    message = (_SECRET_BESIDE_QUOTES if "⟦" in shape else _SECRET).sub(spell, shape)
    return Sample(rule, message, tuple(secrets))


def _spelled(seed: str, shape: str) -> str:
    def run(match: "re.Match[str]") -> str:
        alphabet, length = _alphabet(match[1]), int(match[2] or 1)
        chosen = hashlib.shake_256(f"{seed} {match.start()}".encode()).digest(4 * length)
        numbers = (int.from_bytes(chosen[at : at + 4], "big") for at in range(0, 4 * length, 4))
        return "".join(alphabet[number % len(alphabet)] for number in numbers)

    return _CLASS.sub(run, shape)


def _alphabet(ranges: str) -> str:
    """The characters of a class such as `0-9a-f_-`: the last `-` is itself."""
    characters = ""
    for first, last, single in re.findall(r"(\w)-(\w)|\\?(.)", ranges):
        characters += "".join(map(chr, range(ord(first), ord(last) + 1))) if first else single
    return characters
