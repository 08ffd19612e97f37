"""The rule for secrets in sentences: "tried anna and millwright", "the password millwright was refused".

Owns the invariant that a text that names a secret, or the act of logging in, keeps only ordinary words, names and codes.
"""

import re

from arcade_usage.domain.redaction.languages import in_english
from arcade_usage.domain.redaction.rule import REDACTED, Rule
from arcade_usage.domain.redaction.vocabulary import is_ordinary

_TELLING = (
    r"pass(?:word|wd|phrase|code|key)|pwd|secret|credential|cookie|unlock|unseal|decrypt|authenticat"
    r"|(?<![a-z])pass(?![a-z_]| (?:-|\d|the |an? |your |it |in |to |all |one |either |this |only ))"
    r"|(?<![a-z])(?:pw|psk|pin|otp|totp|creds?|auth|login|logon|nonce|tried|trying|token)(?![a-z])"
    r"|(?<![a-z])(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -](?:in|on)(?![a-z])"
    r"|session[ _-]?id|signature|authori[sz]ation|(?<![a-z])keys?[ ](?:is )?(?=\S{0,64}\d)|(?:api|access|secret|private|encryption|master|licen[cs]e|recovery|security)[ _-]?key"
)
# fmt: off
_MARKS = ("pass", "pw", "secret", "cred", "cook", "sess", "nonce", "psk", "pin", "otp", "auth", "log", "sign", "tr", "token",
          "unlock", "unseal", "crypt", "key")
# fmt: on
_WORD = re.compile(r"<(?:redacted|email|user|id)>|(?:(?<=[a-z])'(?=[a-z])|[^\s\"'`()\[\]{}<>|,;:=&])+")
_CLOSING = ".!?…"
_CONTRACTION = re.compile(r"(?:n't|'[a-z]{1,2})\Z")
_CHUNK = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CODE = re.compile(r"\d+(?:[a-z]{0,2}|T\d+Z?)|[A-Z]{1,4}\d+")
_NUMBERED = re.compile(r"[A-Za-z]+\d{1,2}")
# Whose next word is a name.
_NAMING = re.compile(
    r"(?:user(?:name)?|account|host(?:name)?|database|schema|role|column|table|module|package|repository|image"
    r"|namespace|bucket|command|function|method|class|tool|toolkit|attribute|named|called|variable|server|domain)"
)
# What may be a number, how many words it stands behind at most, and after which words it is another.
_HAS_CODE = re.compile(r"(?:\w*_)?(?:pass(?:word|wd|phrase|code)|pwd|pw|pin|secret|otp|totp|credentials?)s?")
_NEAR = 4
_ALONE = re.compile(r"\d{4,12}")
_COUNTING = re.compile(
    r"(?:port|line|column|position|error|code|status|least|most|than|after|in|of|limit|length|uid|pid)"
)
# Options, paths, files, variables, errors by their names.
_NO_WORD = re.compile(
    r"--?[a-z].*|(?:\.{0,2}|~|[a-z]:)[\\/].*|\$[A-Z_]+|%[a-z]|[A-Z]{2,5}|[A-Z]+\d*(?:_[A-Z\d]+)+"
    r"|(?:[a-z_]\w*\.)*(?:[A-Z]\w*(?:Error|Exception|Warning|Failure|Expired|Denied|NotFound|Missing))"
    r"|(?:[\w-]*/)*[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|py|js|json|ya?ml|toml|txt|pem|key|log|conf|cfg|ini|xml|html"
    r"|md|lock|sh|ts|rs|go|java|c|h|cpp|gz|zip|whl|exe|dll|so)(?:/.*)?"
)


def _may_be_secret(word: str) -> bool:
    if is_ordinary(word.lower()) or not word.isascii() or _NO_WORD.fullmatch(word):
        return False
    known = [_is_known(chunk) for chunk in _CHUNK.findall(word)]
    return known.count(False) > known.count(True) // 2 and in_english(word) == word


def _is_known(chunk: str) -> bool:
    """Whether this part of a word is ordinary words, a number or a code such as E501."""
    if is_ordinary(chunk.lower()) or _CODE.fullmatch(chunk):
        return True
    if any(character.isdigit() for character in chunk):
        return _NUMBERED.fullmatch(chunk) is not None and is_ordinary(chunk.rstrip("0123456789").lower())
    return all(is_ordinary(hump.lower()) for hump in _HUMP.findall(chunk))


def _without_unknown_words(match: "re.Match[str]") -> str:
    text = match.group()
    kept, end, before, near = "", 0, "", 0
    for found in _WORD.finditer(text):
        word = _CONTRACTION.sub("", found[0].rstrip(_CLOSING))
        is_name = _NAMING.fullmatch(before) and word.replace(".", "").isalnum()
        is_code = near > 0 and _ALONE.fullmatch(word) and not _COUNTING.fullmatch(before)
        if word[:1] != "<" and (is_code or (_may_be_secret(word) and not is_name)):
            kept += text[end : found.start()] + REDACTED
            end = found.start() + len(word)
        before = word.lower()
        near = _NEAR if _HAS_CODE.fullmatch(before) else near - 1
    return kept + text[end:]


SENTENCE = Rule("sentence", rf"(?is)\A(?=.*?(?:{_TELLING})).+", _without_unknown_words, _MARKS)
