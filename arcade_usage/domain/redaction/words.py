"""The words that name a secret, the text between name and value, and the extent of the value.

Invariant: if the end of a value is ambiguous, the later one counts.
"""

import re

from arcade_usage.domain.redaction.rule import END, REDACTED

# Values of these may contain spaces and commas, so the rest of the line is redacted.
LINE_NAMES = (
    r"pass(?:word(?!less)|wd(?!(?<=\Apasswd): \S{1,64} )|phrase|code)|(?<![a-z])pass(?![a-z]"
    r"|: ?(?:\d{1,5}\b|(?-i:Test)))|(?-i:Pass(?![a-z]|: ?\d))|pwd|pswd"
    r"|(?:store|key|require|smtp|user|root|db|admin)pass(?![a-z])|(?:[_-]|(?<![a-z]))pw(?![a-z])"
    r"|authori[sz]ation|cookie(?!cutter| (?:banner|consent|domain|policy|notice))|mnemonic"
    r"|(?:seed|recovery)[ _-]?(?:phrase|code|key)"
    r"|input_value(?!=(?:-?\d{1,3}(?:\.\d+)?|-\d+|\{\}|\[\]), input_type)"
)
# The number of tokens that a model used and the type of a token are no secrets.
_COUNTED = r"token(?!iz|_(?:type|count|limit|ur[il])|s[\"']?[ \t]{0,4}[:=][ \t]{0,4}\d{1,7}\b)"
VALUE_NAMES = (
    rf"{_COUNTED}|secret(?!ar|smanager)|credential|(?<!www-)auth(?!or)|session|signature|webhook"
    r"|connection[ _-]?str"
    r"|(?<![a-z])(?:creds?|sess|sid|sig|otp|totp|pin|mfa|jwt|dsn|psk|csrf|xsrf|nonce|salt|key(?==))(?![a-z])"
    r"|(?:api|access|account|auth|license|master|private|secret|service|shared|signing|ssh)[ _.-]?key"
    r"|(?:security|access|auth|pin|unlock|verification|your|backup|activation|confirmation|licen[cs]e|product)"
    r"[ _-]?(?:code|key|serial)|[_-]keys?(?![a-z])"
    r"|(?-i:(?<=[a-z0-9])Keys?(?![a-z]))"
)
NAMES = f"{LINE_NAMES}|{VALUE_NAMES}"
A_NAME = r"(?<![\w.-])(?P<name>[\w.-]{1,80})"  # `is_unnamed` decides whether it names a secret

# A secret follows these in prose: "the password for jane is ...".
PROSE_NAMES = (
    r"(?:(?<![a-z0-9])|(?-i:(?<=[a-z0-9])(?=[A-Z])))(?<!expected )(?<!near )(?<!of (?=token))"
    r"(?:pass(?:word|wd|phrase|code)|(?<=_)pass(?![a-z])|pwd|token|secret|credential|signature|authori[sz]ation"
    r"|(?:api|access|secret|licen[cs]e|signing|encryption|master)[ _-]?key)s?"
)
PROSE_LINKS = (
    r"(?: for(?: [^\s:=]{1,64}){1,3}| (?:must|should|can|may) not be| (?:tried|used|entered|given))?"
    r"(?: (?:is|was|of|provided|given|value))?[ :\t]{1,16}"
)
PROSE_MARKS = ("pass", "pwd", "token", "secret", "credential", "signature", "key", "authori")

# Not names of secrets: an exception (its message follows), a count or a limit.
NO_ERROR = (
    r"(?!(?-i:[\w-]{0,32}(?:Error|Exception|Warning|Failure|NotFound|Expired|Denied|Failed))"
    r"|[\w-]{0,32}(?:count|length|len|limit|size|attempts|tries|timeout|ttl|age|days|min|max|seconds|left|index|number"
    r"|s|ed|present|enabled|required|set)[\"']?[ \t]{0,4}[:=][ \t]{0,4}(?:\d{1,7}|true|false)(?![\w.-])"
    r"| attempts)"
)
_SAID = (
    r"is|was|are|were|provided|given|used|supplied|value|entered|tried|sent|typed|received|rejected|refused|incorrect"
    r"|wrong|invalid|not accepted|does not match|mismatch"
)
# fmt: off
IS = (
    rf"{NO_ERROR}[\w-]{{0,32}}"
    rf"(?: (?:{_SAID})| for(?: [^\s:=]{{1,64}}){{1,3}}|(?:,? (?:{_SAID})){{2,3}})?"
    r"""(?:\[\w{0,16}\])?(?:[\\"'`)\]}%]|%2[27]){0,4}"""
    r"(?![ \t]{0,4}[=<>~]=[ \t]{0,4}v?\d+\.\d)"  # a package's version follows
    r"(?:[ \t]{0,40}(?:(?::=|=>|->|!?={1,3}|:(?!:|//)|\uff1a|%3[ad]|\.{3,80}:?)[ \t]{0,8}"
    r"(?:(?:\n[ \t]{0,16}){1,3}(?![\w-]{1,40}:(?:\s|\Z)))?"  # a name on the next line has its own value
    r"""|[|\u2502][ \t]{1,40}(?=[\w"'])| (?:i?like|in|<>)[ ]{1,4}(?=["'(]))"""
    r"|(?:</(?:t[dh]|dt)>\s{0,16}<(?:td|dd)[^>]{0,40})?>(?=[^\s<]))"
)
# fmt: on
IS_MARKS = (":", "=", ">", "|", "\u2502", "\uff1a", "%3", "...", "like", " in ")

QUOTE = r"(?:\\{0,4}[\"'])"
_OTHER_QUOTES = (
    r"[\u201c\u201d\u201e\u00ab\u00bb\u2018\u201a\u2039\u203a\u300c\u300e]"
    r"[^\u201c\u201d\u00ab\u00bb\u2018\u2019\u2039\u203a\u300d\u300f\n]{1,200}"
    r"[\u201c\u201d\u00ab\u00bb\u2018\u2019\u2039\u203a\u300d\u300f]"
)
QUOTED = (
    r"""(?:(?:[bruf]{0,2}|n)\\{0,4}(?:"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?)"""
    rf"|`[^`\n]{{1,200}}`|{_OTHER_QUOTES})"
)
_NESTED = r"(?:\w{0,24}[\[({]|[|>][-+]?[ \t]*(?:\n|\\n))[\s\S]*"  # its end is unknown, so all of it
_DONE = rf"{REDACTED}(?!\w)"
# A value may be wrapped at the end of a line.
_WRAPPED = r"(?:\n[ \t]{0,16}(?![\w.-]{1,40}[ \t]{0,4}[:=(]|[-|+>\u2500-\u257f])\S+)?"
VALUE = rf"(?:{_DONE}|{QUOTED}|{_NESTED}|\S+?{END}(?:(?<=\w)(?=\n){_WRAPPED})?)"
LINE = rf"(?:{_DONE}|{QUOTED}|{_NESTED}|\S[^\n]*{_WRAPPED})"
# Words about a secret's state or kind, and HTTP status codes, are not the secret.
_STATES = (
    "yes true false none null nil empty unset expired invalid missing required requires optional unknown "
    "undefined unexpected unsupported expected not no permission denied failed failure unauthorized "
    "forbidden rejected revoked could cannot can unable must should may might does did do need needs "
    "needed is was are were has have had been be timed wrong incorrect too already still valid set "
    "malformed mismatch blank bad disabled enabled locked short weak field this please ok"
)
_SMALL_WORDS = (
    "and or to for in on from if with by at of as than then the a an your only when while before after "
    "between into all any each every some other another because but so it its there here you we they i"
)
_THINGS = (
    "executable message connection request option flag argument error timeout identifier call val file "
    "path directory folder string number integer boolean value key name type token scope header parameter "
    "variable function method class object module operator keyword literal comma colon semicolon bracket "
    "brace punc eof end start user username client server provider host port database table column row "
    "record config configuration context format length size limit scheme method algorithm version "
    "environment command process template plugin package dependency extension service resource entry item "
    "list array bearer access refresh authentication authorization auth login logon logout session policy "
    "hash reset check prompt manager mismatch change attempt attempts strength encoding exchange opened "
    "closed open close created deleted updated loaded found lost using read write reading writing data "
    "minion package delivery verification validation signing rotation generation storage store helper "
    "lookup something nothing line field input output only one two three text backend middleware handler "
    "exec exit decoding parsing fetching loading opening cipher crypto dial rpc "
    "code fehlercode felkod kod kód код 错误码 エラーコード 错误码为 chybový"
)


_STATE = frozenset(_STATES.split())
_NO_SECRET = _STATE.union(_SMALL_WORDS.split(), _THINGS.split())

_WORD = re.compile(r"[\"'\[]{0,2}([^\s,.;:!?\u3002\uff01)\]}\"']+)")
_STATUS = re.compile(r"[1-5]\d\d")
_CAPITALS = re.compile(r"`[\s,.;)]|[A-Z]{3,12}(?:[ \t]|\Z)")
_LINE_OF_ANOTHER = re.compile(
    r"(?i)[\"'\[]{0,2}(?:command not found|(?:scheme|header|code|server|field|value|type) (?:is|was|not"
    r"|missing|must))"
    r"(?![^\s,.;:!?\u3002\uff01)\]}\"'])|(?-i:[A-Z][A-Z_-]{2,15}) {2}"
)


# Placeholders for secrets in the output of tools, and counts of attempts or characters.
_NO_VALUE = re.compile(
    r"(?i)[(<\[](?:sensitive|hidden|redacted|filtered|masked|omitted|known after)\b[\w ]{0,16}[)>\]]"
    r"|(?:function|default) argument\b"
    r"|\d{1,3} (?:more )?(?:attempts?|tries|times|characters?|chars|digits?|bytes|bits|days|hours|minutes"
    r"|seconds)\b"
)


def has_name(text: str) -> bool:
    """Whether a text contains a secret's name."""
    return any(re.search(f"(?i){names}", text) for names in (LINE_NAMES, VALUE_NAMES))


def is_unnamed(before: "re.Match[str]") -> bool:
    """Whether the text before names no secret."""
    return not has_name(before["name"])


def is_state(before: "re.Match[str]") -> bool:
    """Whether the next word is not a secret: a state, a kind, an HTTP status, or in capitals."""
    text, at = before.string, before.end()
    if _NO_VALUE.match(text, at):
        return True
    if not (found := _WORD.match(text, at)):
        return _CAPITALS.match(text, at) is not None
    word = found[1].lower()
    words = _NO_SECRET if found.start(1) == at else _STATE
    return (
        word in words
        or (found.start(1) == at and _STATUS.fullmatch(word) is not None)
        or _CAPITALS.match(text, at) is not None
    )


def is_state_line(before: "re.Match[str]") -> bool:
    """Whether the rest of the line is not a secret, judged by its beginning."""
    text, at = before.string, before.end()
    found = _WORD.match(text, at)
    return (
        (found is not None and found[1].lower() in _STATE)
        or _LINE_OF_ANOTHER.match(text, at) is not None
        or _NO_VALUE.match(text, at) is not None
    )


# A quoted variable name refers to a secret but is not one.
NO_VARIABLE = rf"(?!{QUOTE}(?-i:[A-Z]+_[A-Z_]+){QUOTE})"


def names_a_secret(name: str) -> bool:
    """Whether a property with this name holds a secret."""
    return has_name(name) or re.search(r"(?i)\Akeys?\Z", name) is not None
