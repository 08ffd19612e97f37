"""The rule for secrets in sentences: "tried anna and millwright", "the password millwright was refused".

Invariant: a text that mentions a secret or a login keeps only ordinary words, names and codes.
"""

import re
from collections.abc import Callable
from unicodedata import normalize

from arcade_usage.domain.redaction.languages import in_english
from arcade_usage.domain.redaction.rule import REDACTED, Rule
from arcade_usage.domain.redaction.vocabulary import is_ordinary, is_usual

_MENTIONS = (
    r"pass(?:word|wd|phrase|code|key)|pwd|secret|credential|cookie|unlock|unseal|decrypt|authenticat"
    r"|(?<![a-z])pass(?![a-z_]| (?:-|\d|the |an? |your |it |in |to |all |one |either |this |only ))"
    r"|(?<![a-z])(?:pw|psk|pin|otp|totp|creds?|auth|login|logon|nonce|tried|trying|token)(?![a-z])"
    r"|(?<![a-z])(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -](?:in|on)(?![a-z])"
    r"|session[ _-]?id|signature|authori[sz]ation|(?<![a-z])keys?[ ](?:is )?(?=\S{0,64}\d)|(?:api|access"
    r"|secret|private|encryption|master|licen[cs]e|product)[ _-]?key"
    r"|(?:recovery|security|backup|activation|verification|confirmation)[ _-]?(?:key|code)|securestring"
)
# fmt: off
_MARKS = ("pass", "pw", "secret", "cred", "cook", "sess", "nonce", "psk", "pin", "otp", "auth", "log",
          "sign", "tr", "token", "code", "secure",
          "unlock", "unseal", "crypt", "key")
# fmt: on
_WORD = re.compile(
    r"<(?:redacted|email|user|id)>|(?:(?<=[a-z])'(?=[a-z])|[^\s\"'`\u2018-\u201f\u00ab\u00bb()\[\]{}<>|,;:=&])+"
)
_CLOSING = ".!?…"
_CONTRACTION = re.compile(r"(?:n't|'[a-z]{1,2})\Z")
_CHUNK = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CODE = re.compile(
    r"\d+(?:[a-z]{0,2}|T\d+Z?)|(?:[A-Z]{1,4}|AADSTS|NETSDK|SQLSTATE)\d+|[A-Za-z]{2,5}v\d|0x[\dA-Fa-f]{1,16}"
)
_NUMBERED = re.compile(r"[A-Za-z]+\d{1,2}")
# A user's, module's or image's name follows these words; `_NAMED` matches the text after a name.
_BEHIND = 40
_NAMING = re.compile(
    r"(?i)(?:\b(?:user(?:name)?|account|host(?:name)?|database|schema|role|column|table|module|package|repository|image"
    r"|namespace|bucket|command|function|method|class|tool|toolkit|attribute|named|called|variable|server|domain"
    r"|(?:access|pull|push) denied (?:for|to))[^\w:=,;]{1,3}|\w::|\w->)\Z"
)
_NAMED = re.compile(r"::\w|[=<>~!]{1,2}\d+\.")
# A program's name precedes its subcommand; an error's name is at the beginning of a line.
_PROGRAM = re.compile(r"(?:\A|\n|`|\b(?:[Uu]sage|[Rr]un):? [`'\"]?)\Z")
_DOES = re.compile(r": | (?:log(?:in|on|out|off)|auth|token|config|secrets?|\[?-{1,2}[a-z])\b")
_EAST_ASIAN = "\u3000"  # from here on, a number is part of the word before it
# No language has these: a letter, a digit and a mark in one word, or non-Latin letters next to digits.
_ODD = re.compile(
    r"(?=\S*\d)(?=\S*[A-Za-z])(?!\$\w+\Z|[A-Za-z]+#\d+\Z)[\w'-]*[#!$*?][\w'#!$^*~?+-]*|[^\W\d_A-Za-z]{3,}\d+"
)
# A secret follows these words directly; a word that is common in secrets is not exempt there.
_ANNOUNCEMENT = re.compile(
    r"(?i)(?<![a-z-])(?:(?:pass(?:word|wd|phrase|code)|pwd|pw|psk|pin|(?:api|access|secret|licen[cs]e"
    r"|recovery|master) key)(?: for \S{1,32})?(?: (?:is|was|to))?"
    r"|(?:token|secret) (?:is|was)|with|using|tried|trying|typed|/)"
    r"[:,]?\s{1,2}[\"'`(\[<\u2018-\u201f\u00ab]?\Z"
)
# Names of secrets that may be numbers, the words within which the number follows, and exempting words.
_HAS_CODE = re.compile(r"(?:\w*_)?(?:pass(?:word|wd|phrase|code)|pwd|pw|pin|secret|otp|totp|credentials?)s?")
_NEAR = 4
_ALONE = re.compile(r"\d{4,12}[^\W\d_A-Za-z]*")
_PORT_DIGITS = 5  # the value of `-p` may be a port
_COUNTING = re.compile(
    r"(?:port|line|column|position|error|code|status|least|most|than|after|in|of|limit|length|uid|pid)"
)
# Options, paths, files, variables and names of errors.
_NO_WORD = re.compile(
    r"--?[a-z].*|-[A-Z]{1,2}[a-z][\w-]*|(?:\.{0,2}|~|[a-z]:)[\\/].*|\.[a-z]\w*|\$[A-Z_]+|%[a-z]|[A-Z]{2,8}|[A-Z]+\d*(?:_[A-Z\d]+)+"
    r"|(?:[a-z_]\w*\.)*(?:[A-Z]\w*(?:Error|Exception|Warning|Failure|Expired|Denied|NotFound|Missing))"
    r"|(?:[\w-]*/)*[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|py|js|json|ya?ml|toml|txt|pem|key|log|conf|cfg|ini|xml|html"
    r"|md|lock|sh|ts|rs|go|java|c|h|cpp|gz|zip|whl|exe|dll|so)(?:/.*)?"
)


def _may_be_secret(word: str, text: str, start: int, end: int) -> bool:
    """Whether the word, given its context, is neither ordinary nor a name."""
    if is_usual(word.lower()) or _NO_WORD.fullmatch(word):
        return False
    if _ODD.fullmatch(word) and word[0] < _EAST_ASIAN:
        return True
    behind = text[max(0, start - _BEHIND) : start]
    is_known = is_usual if _ANNOUNCEMENT.search(behind) else is_ordinary
    if not word.isascii():
        if is_known is is_ordinary:
            return False
        word = normalize("NFD", word).encode("ascii", "ignore").decode()
    if is_known(word.lower()):
        return False
    known = [_is_known(chunk, is_known) for chunk in _CHUNK.findall(word)]
    allowed = 0 if is_known is is_usual else known.count(True) // (1 if "_" in word else 2)
    if known.count(False) <= allowed or in_english(word) != word:
        return False
    is_name = _NAMING.search(behind) and re.fullmatch(r"[\w./-]+", word)
    return not is_name and not _NAMED.match(text, end) and not _is_program(word, behind, text, end)


def _is_program(word: str, behind: str, text: str, end: int) -> bool:
    """Whether the word is a program with a subcommand, or an error's name at the beginning of a line."""
    if not (word.isalpha() and _PROGRAM.search(behind)):
        return False
    return word.isupper() or (word.islower() and _DOES.match(text, end) is not None)


def _is_known(chunk: str, is_known: "Callable[[str], bool]") -> bool:
    """Whether this part of a word consists of ordinary words, a number or a code such as E501."""
    if is_known(chunk.lower()) or _CODE.fullmatch(chunk):
        return True
    if any(character.isdigit() for character in chunk):
        return (
            is_known is is_ordinary
            and _NUMBERED.fullmatch(chunk) is not None
            and is_known(chunk.rstrip("0123456789").lower())
        )
    return all(is_known(hump.lower()) for hump in _HUMP.findall(chunk))


def _without_unknown_words(match: "re.Match[str]") -> str:
    text = match.group()
    kept, end, before, near = "", 0, "", 0
    for found in _WORD.finditer(text):
        word = _CONTRACTION.sub("", found[0].rstrip(_CLOSING))
        is_code = near > 0 and _ALONE.fullmatch(word) and not _COUNTING.fullmatch(before)
        if len(before) == 2 and before[0] == "-" and word.isdigit():
            is_code = is_code or len(word) > _PORT_DIGITS
        if word[:1] != "<" and (is_code or _may_be_secret(word, text, found.start(), found.end())):
            kept += text[end : found.start()] + REDACTED
            end = found.start() + len(word)
        before = word.lower()
        near = _NEAR if _HAS_CODE.fullmatch(before) else near - 1
    return kept + text[end:]


SENTENCE = Rule("sentence", rf"(?is)\A(?=.*?(?:{_MENTIONS})).+", _without_unknown_words, _MARKS)
