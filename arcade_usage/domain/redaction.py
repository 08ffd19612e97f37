"""Takes secrets and personal names out of text before it is stored or sent.

Owns the invariant that no text leaves that redaction did not see. When in doubt whether a string is a
secret, it is. A text is returned only once every rule leaves it as it is, so redacting twice changes
nothing. Every pattern works in linear time: what repeats without a bound is tried once per run.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from attrs import field, frozen

MESSAGE_LIMIT = 300  # characters of a redacted text
SCAN_LIMIT = 8 * 1024  # characters of a text that are looked at
DEPTH_LIMIT = 4  # containers inside each other, the outermost included
WIDTH_LIMIT = 50  # items of one container
ITEMS_LIMIT = 500  # values of one structure, containers included
INTEGER_LIMIT = 2**63  # larger integers are no JSON number to most readers
REDACTED, EMAIL, USER, ID, HOME = "<redacted>", "<email>", "<user>", "<id>", "~"

_PASSES = 8  # a text that is not settled by then is withheld
_KEEP = rf"\g<keep>{REDACTED}"

# Names that say nothing of a person, or that would tear placeholders apart.
_GENERIC_NAMES = frozenset(
    {"admin", "administrator", "build", "docker", "email", "guest", "home", "host", "localhost", "nobody"}
    | {"redacted", "root", "runner", "ubuntu", "user", "users", "vagrant", "vscode"}
)

# What a value ends before: up to three closing marks, so that quotes and sentences stay in one piece.
_END = r"""(?=["'`)\]},.;:]{0,3}(?:\s|\Z))"""
_QUOTED = r"""[bruf]{0,2}\\{0,4}(?:"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?)"""
_NESTED = r"(?:\w{0,24}[\[({]|[|>][-+]?[ \t]*\n)[\s\S]*"  # where it ends is anyone's guess: all of it
_VALUE = rf"(?:{_QUOTED}|{_NESTED}|\S+?{_END})"
_SCHEMED_VALUE = rf"(?:(?:basic|bearer|digest|token|negotiate|api-?key)[ \t]{{1,4}})?{_VALUE}"
_ASSIGNS = (
    r"""(?:[ \t]{0,40}(?:(?::=|=>|->|={1,3}|:(?!:|//)|\uff1a|%3[ad])[ \t]{0,8}(?:\n[ \t]{0,16})?"""
    r"""|[|\u2502][ \t]{1,40}(?=[\w"']))|>(?=[^\s<]))"""
)

# Values of these may hold spaces, commas and the like: all that is left of the line goes.
_LINE_NAMES = (
    r"pass(?:word|wort|wd|phrase|code)|(?<![a-z])pass(?![a-z])|(?-i:Pass(?![a-z]))|pwd|pswd|kennwort|contrase"
    r"|senha|mot de passe|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9|\u043f\u0430\u0440\u043e\u043b\u044c"
    r"|authori[sz]ation|cookie|mnemonic|(?:seed|recovery)[ _-]?(?:phrase|code|key)"
)
_SECRET_NAMES = (
    rf"{_LINE_NAMES}|secret|token(?!iz)|credential|auth(?!or)|session|signature|webhook|connection[ _-]?str"
    r"|(?<![a-z])(?:creds?|sess|sid|sig|otp|totp|pin|mfa|jwt|dsn|csrf|xsrf|nonce|salt)(?![a-z])"
    r"|(?:api|access|account|auth|license|master|private|secret|service|shared|signing|ssh)[ _.-]?key"
    r"|[_-]keys?(?![a-z])|(?-i:(?<=[a-z0-9])Keys?(?![a-z]))"
)
# The name of an exception suggests no secret: what follows it is its message.
_NO_EXCEPTION = r"(?!(?-i:[\w-]{0,32}(?:Error|Exception|Warning|Failure|NotFound|Expired|Denied|Failed)))"
_REST_OF_NAME = (
    rf"{_NO_EXCEPTION}[\w-]{{0,32}}(?: (?:is|was|are|provided|given|used|supplied|value))?"
    r"""[\\"'`)\]}]{0,4}"""
)
# The words of a message that tells of a secret's state, and statuses of HTTP, are not the secret.
_NO_STATE = (
    r"(?!(?:[1-5]\d\d|true|false|none|null|nil|empty|unset|expired|invalid|missing|required|requires|unknown|"
    r"unexpected|unsupported|not|no|permission|denied|failed|failure|unauthorized|forbidden|rejected|revoked|"
    r"could|cannot|can|unable|must|should|does|needs|is|was|are|were|has|have|and|or|to|for|in|on|from|if|with|"
    r"connection|request|option|flag|argument|error|timeout|timed)(?:[\s,.;:)\]}\"']|\Z))"
)

_STRONG_PREFIXES = (
    r"(?:sk|pk|rk)_(?:live|test)_|gh[opsur]_|github_pat_|gl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent)-|xox[a-z]-|xapp-|AIza|ya29\.|ph[cxs]_"
    r"|do[a-z]_v1_|shp[a-z]{2}_|sq0[a-z]{3}-|dckr_[a-z]{3}_|lin_api_|AT(?:ATT|CTT|BB)|whsec_|AGE-SECRET-KEY-"
    r"|hv[sbr]\.|EAA[A-Z]|sntr[yu]s_"
)
_WEAK_PREFIXES = r"(?:arc|key|npm|hf|r8|sk|pk|rk|pat|tok|pypi|xai|gsk|tvly|SG|secret|ntn|pplx|nvapi)[-_.]"
# A token may follow an escape that redaction sees spelled out, such as \n or %3D.
_STARTS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

_SLASH = r"(?:[\\/]|%2[Ff]|%5[Cc]){1,4}"
_FOLDER = r"(?:(?!%2[Ff]|%5[Cc])[^\s\\/:;,\"'`<>|()\[\]{}]){1,64}"
_PORT = r"\d{1,5}(?![\w@%!$&*+=~^-])"
_VERSION = r"v?\d+(?:\.\d+){0,2}(?:-(?:alpha|beta|rc|dev|next|canary|pre)[\w.-]*)?(?![\w.-]{0,64}\w)"
_TAG = r"(?:latest|next|main|master|head|stable|canary|alpha|beta)\b"

_RUN_CHARACTERS = r"A-Za-z0-9+/_.%\-"
_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_DIGITS_MEET_LETTERS = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")


def _is_random_word(word: str) -> bool:
    """Whether letters change case or meet digits more often than in names that people think up."""
    joins = len(_HUMP.findall(word)) - 1
    meetings = len(_DIGITS_MEET_LETTERS.findall(word))
    return meetings >= 4 or (joins >= 2 and joins * 9 >= len(word) * 2) or len(word) >= 40


def _without_randomness(match: "re.Match[str]") -> str:
    run = match.group()
    if sum(len(word) for word in _WORD.findall(run) if _is_random_word(word)) < 18:
        return run
    return REDACTED + run[len(run.rstrip(".")) :]


@frozen
class Rule:
    """What to look for and what to put in its place."""

    name: str
    pattern: "re.Pattern[str]"
    replacement: "str | Callable[[re.Match[str]], str]"


def _rule(name: str, pattern: str, replacement: str = REDACTED, *, any_case: bool = True) -> Rule:
    return Rule(name, re.compile(pattern, re.IGNORECASE if any_case else 0), replacement)


_CLEANING = (
    _rule("terminal colours", r"\x1b\[[0-9;:?]*[@-~]?", ""),
    _rule("invisible characters", r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]", ""),
    _rule("line ends", r"\r\n?", "\n"),
    _rule("control characters", r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " "),
    _rule("lone surrogates", r"[\ud800-\udfff]", "\ufffd"),
)

RULES = (
    _rule("key block", r"-{4,5} ?BEGIN [\s\S]*?(?:-{4,5} ?END[^-]{0,64}-{4,5}|\Z)"),
    _rule("webhook", r"(?P<keep>hooks\.slack\.com/|discord(?:app)?\.com/api/[\w/]{0,8}webhooks/)\S+", _KEEP),
    _rule("encoded URL", r"%3a(?:%2f){2}\S*"),
    _rule("URL user", r"://[^\s/?#@]*@(?=[^\s@]*(?:\s|\Z))", f"://{REDACTED}@"),
    _rule("URL password", rf"://[^\s:/?#@\[]*:(?=[^\s/])(?!{_PORT})\S+?{_END}", f"://{REDACTED}"),
    _rule("URL users", rf"://(?!{REDACTED}@[^\s@]*(?:\s|\Z))[^\s/?#@]*@\S*", f"://{REDACTED}"),
    _rule("URL query", rf"(?P<keep>://[^\s?#]{{0,1000}}[?#])\S+?{_END}", _KEEP),
    _rule("query", rf"\?(?=[\w.%\[\]-]{{1,64}}=)\S+?{_END}", f"?{REDACTED}"),
    _rule(
        "named line",
        rf"(?P<keep>(?:{_LINE_NAMES}){_REST_OF_NAME}{_ASSIGNS})(?:{REDACTED}|{_QUOTED}|{_NESTED}|\S[^\n]*)",
        _KEEP,
    ),
    _rule(
        "named value",
        rf"(?P<keep>(?:{_SECRET_NAMES}){_REST_OF_NAME}{_ASSIGNS}){_NO_STATE}{_SCHEMED_VALUE}",
        _KEEP,
    ),
    _rule(
        "option",
        rf"(?P<keep>(?<![\w-])--?[\w-]{{0,40}}?(?:{_SECRET_NAMES})[\w-]{{0,32}}[ \t]{{1,4}})"
        rf"(?!--|[|\u2502]){_NO_STATE}{_VALUE}",
        _KEEP,
    ),
    _rule("option user", rf"(?P<keep>(?<!\S)(?:-u|--(?:proxy-)?user)[ =]{{0,2}})[^\s:]+:\S+?{_END}", _KEEP),
    _rule("login", rf"(?P<keep>\blogin\s{{1,8}}\S+\s{{1,8}}password\s{{1,8}}){_VALUE}", _KEEP),
    _rule(
        "scheme",
        rf"(?P<keep>\b(?:bearer|SharedAccessSignature)\s{{1,4}})(?!(?:tokens?|auth\w*|scheme|header)\b(?![-=./+]))"
        rf"{_NO_STATE}{_VALUE}",
        _KEEP,
    ),
    _rule(
        "scheme and token",
        r"(?P<keep>\b(?:basic|digest|token|negotiate|ntlm|api-?key)\s{1,4})"
        rf"(?=\S{{0,64}}(?:[\d=]|(?-i:[a-z][A-Z])))\S{{8,}}?{_END}",
        _KEEP,
    ),
    _rule(
        "told value",
        r"(?P<keep>\b(?<!expected )(?:pass(?:word|phrase|code)|token|secret|credential|signature|(?:api[ _-]?)?key)s?"
        r"(?: (?:is|was|of|provided|given|value))?[ :]{1,3})"
        r"(?:[\"'`][^\"'`\n]{4,}[\"'`]|[\"'`(\[]?(?=\S{0,64}\d)(?=\S{0,64}[a-z])\S{6,}?"
        rf"{_END})",
        _KEEP,
    ),
    _rule("JWT", r"eyJ[\w-]{5,}={0,2}(?:\.[\w=-]*)*", any_case=False),
    _rule("known prefix", rf"{_STARTS}(?:{_STRONG_PREFIXES})[\w=+/.~-]{{5,}}", any_case=False),
    _rule("AWS key id", r"A(?:KI|SI|RO|ID|BI|CC)A[A-Z0-9]{8,}", any_case=False),
    _rule(
        "likely prefix",
        rf"{_STARTS}{_WEAK_PREFIXES}(?=[\w.-]{{0,64}}\d|[A-Za-z0-9]{{16}})[\w.-]{{8,}}",
        any_case=False,
    ),
    _rule("bot token", r"(?<!\d)\d{6,12}:A[\w-]{20,}", any_case=False),
    _rule("UUID", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){2,3}(?:-[0-9a-f]{1,64})?", ID),
    _rule("long hex", r"(?<![0-9a-f])[0-9a-f]{32,}"),
    _rule(
        "user at host",
        r"(?<![^\s\"'`(=,<\[])[^\s:@/\"'`(=,<\[]{1,64}:[^\s@/]{1,128}@(?=[\w\[])",
        f"{REDACTED}@",
    ),
    _rule(
        "e-mail",
        rf"(?<![\w.%+!#$&*-])(?!git@)[\w.%+!#$&*-]+(?:@|%40)(?!{_VERSION}|{_TAG})[^\W_][\w-]*(?:\.[\w-]+)*",
        EMAIL,
    ),
    _rule(
        "Windows home",
        rf"\b[a-z](?::|%3a){_SLASH}(?:users|documents and settings){_SLASH}"
        rf"(?:{_FOLDER}(?: {_FOLDER}){{1,3}}(?={_SLASH})|{_FOLDER})",
        HOME,
    ),
    _rule("home", rf"{_SLASH}(?:home|Users){_SLASH}{_FOLDER}", HOME, any_case=False),
    _rule("root's home", r"(?<![\w.~-])/root(?![\w-])", HOME, any_case=False),
)
_RANDOM_RUN = Rule(
    "random run",
    re.compile(rf"(?<![{_RUN_CHARACTERS}])[{_RUN_CHARACTERS}]{{20,}}={{0,2}}"),
    _without_randomness,
)
_SECRET_NAME = re.compile(rf"{_SECRET_NAMES}|\Akeys?\Z", re.IGNORECASE)

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


@frozen
class Dropped:
    """In place of a value that cannot be kept: not JSON, too deep, or one too many."""


DROPPED = Dropped()


@frozen
class Redactor:
    """Redacts text, knowing the home folders and the login and host names of this user."""

    home: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    _rules: tuple[Rule, ...] = field(init=False, repr=False, eq=False)

    @_rules.default
    def _rules_for_this_user(self) -> tuple[Rule, ...]:
        homes = [pattern for home in _longest_first(self.home) if (pattern := _home_pattern(home))]
        names = [re.escape(name) for name in _longest_first(self.names) if _is_telling(name)]
        return (
            *([_rule("own home", "|".join(homes), HOME, any_case=False)] if homes else []),
            *RULES,
            *([_rule("own name", rf"(?<![^\W_])(?:{'|'.join(names)})(?![^\W_])", USER)] if names else []),
            _RANDOM_RUN,
        )

    def __call__(self, text: str) -> str:
        """The text without secrets, at most MESSAGE_LIMIT long."""
        text = _clean(text)
        for _ in range(_PASSES):
            before = text
            for rule in self._rules:
                text = rule.pattern.sub(rule.replacement, text)
            text = _cut(text)
            if text == before:
                return text
        return REDACTED

    def redact_value(self, value: object) -> "JsonValue | Dropped":
        """The value with every text in it redacted, keys included; what is not JSON is left out.

        Returns `DROPPED` where nothing can be kept of the value itself.
        """
        return self._redact_value(value, DEPTH_LIMIT, iter(range(ITEMS_LIMIT)))

    def _redact_value(self, value: object, depth: int, budget: Iterator[int]) -> "JsonValue | Dropped":
        if next(budget, None) is None:
            return DROPPED
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, int):
            return int(value) if -INTEGER_LIMIT <= value < INTEGER_LIMIT else DROPPED
        if isinstance(value, float):
            return float(value) if abs(value) < float("inf") else DROPPED
        if isinstance(value, list) and depth:
            items = (self._redact_value(item, depth - 1, budget) for item in value[:WIDTH_LIMIT])
            return [item for item in items if not isinstance(item, Dropped)]
        if isinstance(value, dict) and depth:
            return self._redact_items(value, depth - 1, budget)
        return DROPPED

    def _redact_items(self, values: dict[object, object], depth: int, budget: Iterator[int]) -> "JsonValue":
        kept: dict[str, JsonValue] = {}
        for _, (name, value) in zip(range(WIDTH_LIMIT), values.items(), strict=False):
            if not isinstance(name, str):
                continue
            is_secret = _SECRET_NAME.search(_clean(name)) is not None
            redacted = REDACTED if is_secret else self._redact_value(value, depth, budget)
            if not isinstance(redacted, Dropped):
                kept.setdefault(self(name), redacted)
        return kept


def _clean(text: str) -> str:
    """The part of a text that is looked at, as plain characters that UTF-8 can encode."""
    if len(text) > SCAN_LIMIT:
        # The last word may be one half of a secret, which no rule would know.
        words = text[:SCAN_LIMIT].rsplit(maxsplit=1)
        text = f"{words[0]} {REDACTED}" if len(words) > 1 else REDACTED
    for rule in _CLEANING:
        text = rule.pattern.sub(rule.replacement, text)
    return text


def _cut(text: str) -> str:
    """The beginning of a redacted text, without a part of a placeholder at its end."""
    if len(text) <= MESSAGE_LIMIT:
        return text
    end = MESSAGE_LIMIT - 1
    for placeholder in (REDACTED, EMAIL, USER, ID):
        start = text.rfind(placeholder, 0, end + len(placeholder) - 1)
        if start >= 0 and start + len(placeholder) > end:
            end = start
    return text[:end] + "…"


def _longest_first(texts: tuple[str, ...]) -> list[str]:
    return sorted({_clean(text) for text in texts}, key=len, reverse=True)


def _is_telling(name: str) -> bool:
    """Whether a name is rare enough to be replaced wherever it stands."""
    return len(name.strip()) >= 3 and name.strip().casefold() not in _GENERIC_NAMES


def _home_pattern(home: str) -> str:
    """Matches a home folder however its slashes are written; empty for a folder that is no one's own."""
    parts = [re.escape(part).replace(r"\ ", r"(?:\\? |%20)") for part in re.split(r"[\\/]+", home) if part]
    if len(parts) < 2:
        return ""
    pattern = (_SLASH if home[0] in "\\/" else "") + _SLASH.join(parts) + r"(?![\w-])"
    return f"(?i:{pattern})" if ":" in parts[0] else pattern
