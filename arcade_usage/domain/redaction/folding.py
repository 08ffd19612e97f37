"""Normalizes a text for a second search if the rules found nothing in the text itself.

Escapes are decoded, look-alike letters and quotes are replaced by ASCII ones, the list of a command's words
becomes a command line, and words for a password are translated into English. The normalized text is sent only
if the rules find something in it.
"""

import re
from unicodedata import normalize

from arcade_usage.domain.redaction.languages import in_english

_NAMED = {
    "quot": '"',
    "apos": "'",
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "nbsp": " ",
    "colon": ":",
    "equals": "=",
}
_ESCAPE = (
    rf"&(?:#(?P<decimal>\d{{1,7}})|#[xX](?P<hex>[0-9A-Fa-f]{{1,6}})|(?P<named>{'|'.join(_NAMED)}));"
    r"|\\(?:u(?P<four>[0-9A-Fa-f]{4})|x(?P<two>[0-9A-Fa-f]{2})|(?P<letter>[nrt]))"
    r"|%(?P<url>[2-7][0-9A-Fa-f])"
)
_LETTERS = {"n": "\n", "r": "\n", "t": "\t"}

_UNSEEN = dict.fromkeys(
    [
        173,
        847,
        1564,
        4447,
        4448,
        6068,
        6069,
        6158,
        12644,
        65279,
        65440,
        *range(8203, 8208),
        *range(8234, 8239),
        *range(8288, 8304),
        *range(65024, 65040),
    ]
)
_PUNCTUATION = str.maketrans(
    "\u00ab\u00bb\u201c\u201d\u201e\u201f\u300c\u300d\u300e\u300f\u301d\u301e\u301f"  # double
    "\u2018\u2019\u201a\u201b\u2039\u203a\u00b4\u2032"  # single
    "\u2010\u2011\u2012\u2013\u2014\u2212\u02d0\ua789\u2236",
    '"' * 13 + "'" * 8 + "-" * 6 + ":" * 3,
)
_CYRILLIC_AND_GREEK = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u0501\u051d\u043a\u0442\u043d\u0432\u0433"
    "\u0410\u0415\u041e\u0420\u0421\u0425\u0405\u0406\u041a\u0422\u041d\u0412\u041c"
    "\u03b1\u03bf\u03c1\u03c5\u03b9\u03ba\u03bd\u0391\u0395\u039f\u03a1\u03a4\u0399\u039a\u039d\u0131",
    "aeopcyxsijdwktnbrAEOPCXSIKTHBMaopuiknAEOPTIKNi",
)
_MIXED_WORD = r"\w*(?:[A-Za-z][^\W\d_A-Za-z]|[^\W\d_A-Za-z][A-Za-z])\w*"

# Terminals and mail programs break lines in the middle of a word.
_BREAK = r"(?:[ \t]*\\?\n[ \t]*)?"
_BROKEN_WORD = "(?i)" + "|".join(
    _BREAK.join(word) for word in ("password", "passwd", "secret", "token", "api_key")
)


# As in the text of subprocess.CalledProcessError; a word may be redacted already.
_ITEM = r"""b?'[^'\n]{0,200}'|b?"[^"\n]{0,200}"|<\w{1,10}>"""
_LIST = rf"[\[(](?:{_ITEM})(?:, ?(?:{_ITEM})){{1,100}},?[\])]"


def fold(text: str) -> str:
    """The text in normal form; longer than the original only by translated words."""
    text = re.sub(_ESCAPE, _spelled_out, text)
    if not text.isascii():
        text = normalize("NFC", text).translate(_UNSEEN).translate(_PUNCTUATION)
        text = "".join(map(_plain, text))
        text = re.sub(_MIXED_WORD, lambda word: word[0].translate(_CYRILLIC_AND_GREEK), text)
    text = re.sub(_BROKEN_WORD, lambda word: "".join(word[0].replace("\\", "").split()), text)
    text = re.sub(_LIST, lambda words: " ".join(map(_bare, re.findall(_ITEM, words[0]))), text)
    return in_english(text)


def _bare(item: str) -> str:
    """A word of a list without its quotes, unless it has blanks."""
    bare = item.removeprefix("b")[1:-1] if item[-1] in "\"'" else item
    return bare if bare and not re.search(r"\s", bare) else item


def _spelled_out(escape: "re.Match[str]") -> str:
    if escape["named"]:
        return _NAMED[escape["named"]]
    if escape["letter"]:
        return _LETTERS[escape["letter"]]
    number = escape["decimal"]
    code = (
        int(number) if number else int(escape["hex"] or escape["four"] or escape["two"] or escape["url"], 16)
    )
    character = chr(code) if code < 0x110000 else ""
    if character in "\"'":
        return "\\" + character  # the escape can occur inside a text in the same quotes
    return character if character.isprintable() or character in "\t\n" else escape[0]


def _plain(character: str) -> str:
    """The ASCII form of a full-width or mathematical letter, if it is one character."""
    plain = normalize("NFKC", character)
    return plain if len(plain) == 1 else character
