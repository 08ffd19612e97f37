"""Takes secrets and personal names out of text before it is stored or sent.

Owns the invariant that no text leaves that redaction did not see. When in doubt whether a string is a
secret, it is. A text is returned only once every rule leaves it as it is, so redacting twice changes
nothing. Patterns work in linear time: what repeats without a bound is tried once per run. They are
compiled when a text first needs them, since this runs on the command path.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from attrs import field, frozen

MESSAGE_LIMIT = 300  # characters of a redacted text
SCAN_LIMIT = 4 * 1024  # characters of a text that are looked at
DEPTH_LIMIT = 4  # containers inside each other, the outermost included
WIDTH_LIMIT = 50  # items of one container
ITEMS_LIMIT = 500  # values of one structure, containers included
INTEGER_LIMIT = 2**63  # beyond it most readers of JSON lose digits
REDACTED, EMAIL, USER, ID, HOME = "<redacted>", "<email>", "<user>", "<id>", "~"

_PASSES = 8  # a text that is not settled by then is withheld

# Names that say nothing of a person, or that would tear placeholders apart.
_GENERIC_NAMES = frozenset(
    {"admin", "administrator", "build", "docker", "email", "guest", "home", "host", "localhost", "nobody"}
    | {"redacted", "root", "runner", "ubuntu", "user", "users", "vagrant", "vscode"}
)

# A value ends before up to three closing marks, so that quotes and sentences stay in one piece.
_END = r"""(?=["'`)\]},.;:]{0,3}(?:\s|\Z))"""
_QUOTED = r"""[bruf]{0,2}\\{0,4}(?:"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?)"""
_NESTED = r"(?:\w{0,24}[\[({]|[|>][-+]?[ \t]*\n)[\s\S]*"  # where it ends is anyone's guess: all of it
_DONE = rf"{REDACTED}(?!\w)"
_VALUE = rf"(?:{_DONE}|{_QUOTED}|{_NESTED}|\S+?{_END})"
_LINE = rf"(?:{_DONE}|{_QUOTED}|{_NESTED}|\S[^\n]*)"
_SCHEME = r"(?:(?:basic|bearer|digest|token|negotiate|api-?key)[ \t]{1,4})?"

# Values of these may hold spaces, commas and the like: all that is left of the line goes.
_LINE_NAMES = (
    r"pass(?:word|wort|wd|phrase|code)|(?<![a-z])pass(?![a-z])|(?-i:Pass(?![a-z]))|pwd|pswd|kennwort|contrase"
    r"|senha|mot de passe|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9|\u043f\u0430\u0440\u043e\u043b\u044c"
    r"|authori[sz]ation|cookie|mnemonic|(?:seed|recovery)[ _-]?(?:phrase|code|key)|input_value"
)
_NAMES = (
    rf"{_LINE_NAMES}|secret|token(?!iz)|credential|auth(?!or)|session|signature|webhook|connection[ _-]?str"
    r"|(?<![a-z])(?:creds?|sess|sid|sig|otp|totp|pin|mfa|jwt|dsn|csrf|xsrf|nonce|salt|key(?==))(?![a-z])"
    r"|(?:api|access|account|auth|license|master|private|secret|service|shared|signing|ssh)[ _.-]?key"
    r"|[_-]keys?(?![a-z])|(?-i:(?<=[a-z0-9])Keys?(?![a-z]))"
)
_TOLD_NAMES = r"\b(?<!expected )(?:pass(?:word|phrase|code)|token|secret|credential|signature|api[ _-]?key)s?"
_TOLD_MARKS = ("pass", "token", "secret", "credential", "signature", "key")
_TELLS = r"(?: (?:is|was|of|provided|given|value))?[ :]{1,3}"
# The name of an exception suggests no secret: what follows it is its message.
_IS = (
    r"(?!(?-i:[\w-]{0,32}(?:Error|Exception|Warning|Failure|NotFound|Expired|Denied|Failed)))[\w-]{0,32}"
    r"(?: (?:is|was|are|provided|given|used|supplied|value)| for(?: [^\s:=]{1,64}){1,3})?"
    r"""[\\"'`)\]}]{0,4}(?:[ \t]{0,40}(?:(?::=|=>|->|={1,3}|:(?!:|//)|\uff1a|%3[ad])[ \t]{0,8}"""
    r"""(?:\n[ \t]{0,16})?|[|\u2502][ \t]{1,40}(?=[\w"']))"""
    r"""|(?<=["']),[ \t]?(?=[bruf]{0,2}\\?["'])|>(?=[^\s<]))"""
)
_IS_MARKS = (":", "=", ">", "|", ",", "\u2502", "\uff1a", "%3")
# Words that tell of a secret's state, and statuses of HTTP, are not the secret.
_NO_STATE = (
    r"(?!(?:[1-5]\d\d|true|false|none|null|nil|empty|unset|expired|invalid|missing|required|requires|unknown|"
    r"unexpected|unsupported|not|no|permission|denied|failed|failure|unauthorized|forbidden|rejected|revoked|"
    r"could|cannot|can|unable|must|should|does|needs|is|was|are|were|has|have|and|or|to|for|in|on|from|if|with|"
    r"connection|request|option|flag|argument|error|timeout|timed|wrong|incorrect|too|already|still|valid|set)"
    r"(?:[\s,.;:)\]}\"']|\Z))"
)

_STRONG_PREFIXES = (
    r"(?:sk|pk|rk)_(?:live|test)_|gh[opsur]_|github_pat_|gl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent)-|xox[a-z]-"
    r"|xapp-|AIza|ya29\.|ph[cxs]_|do[a-z]_v1_|shp[a-z]{2}_|sq0[a-z]{3}-|dckr_[a-z]{3}_|lin_api_|whsec_"
    r"|AT(?:ATT|CTT|BB)|AGE-SECRET-KEY-|hv[sbr]\.|EAA[A-Z]|sntr[yu]s_"
)
# These begin plain names too: what follows has to have a digit, or be long and without a break.
_WEAK_PREFIXES = r"(?:arc|key|npm|hf|r8|sk|pk|rk|pat|tok|pypi|xai|gsk|tvly|SG|secret|ntn|pplx|nvapi)[-_.]"
# A token may follow an escape that redaction sees spelled out, such as \n or %3D.
_STARTS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

_SLASH = r"(?:[\\/]|%2[Ff]|%5[Cc]){1,4}"
_FOLDER = r"(?:(?!%2[Ff]|%5[Cc])[^\s\\/:;,\"'`<>|()\[\]{}]){1,64}"
_PORT = r"\d{1,5}(?![\w@%!$&*+=~^-])"
_VERSION = r"v?\d+(?:\.\d+){0,2}(?:-(?:alpha|beta|rc|dev|next|canary|pre)[\w.-]*)?(?![\w.-]{0,64}\w)"
_MAILBOX = r"\w.%+!#$&*\-"
_DOMAIN = r"[^\W_][\w-]*(?:\.[\w-]+)*"
_TAG = r"(?:latest|next|main|master|head|stable|canary|alpha|beta)\b"

_WORD = r"[A-Za-z0-9]+"
_HUMP = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"
_DIGIT_MEETS_LETTER = r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])"


def _is_random(word: str) -> bool:
    """Whether letters change case or meet digits more often than in names that people think up."""
    joins = len(re.findall(_HUMP, word)) - 1
    meetings = len(re.findall(_DIGIT_MEETS_LETTER, word))
    return meetings >= 4 or (joins >= 2 and joins * 9 >= len(word) * 2) or len(word) >= 40


def _without_randomness(match: "re.Match[str]") -> str:
    run = match.group()
    if sum(len(word) for word in re.findall(_WORD, run) if _is_random(word)) < 18:
        return run
    return REDACTED + run[len(run.rstrip(".")) :]


@frozen
class Rule:
    """What to look for, what to put in its place, and what every match has one of (in lower case)."""

    name: str
    pattern: str
    replacement: "str | Callable[[re.Match[str]], str]" = REDACTED
    marks: tuple[str, ...] = ("",)

    def apply(self, text: str) -> str:
        folded = text.casefold()
        if not any(mark in folded for mark in self.marks):
            return text
        return re.sub(self.pattern, self.replacement, text)


def _after(name: str, before: str, secret: str, *marks: str) -> Rule:
    """A rule that keeps what stands before a secret."""
    return Rule(name, rf"(?i)(?P<keep>{before}){secret}", rf"\g<keep>{REDACTED}", marks or ("",))


_CLEANING = (
    Rule("terminal colours", r"\x1b\[[0-9;:?]*[@-~]?", ""),
    Rule("invisible characters", r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]", ""),
    Rule("line ends", r"\r\n?", "\n"),
    Rule("control characters", r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " "),
    Rule("lone surrogates", r"[\ud800-\udfff]", "\ufffd"),
)

# fmt: off
RULES = (
    Rule("key block", r"-{4,5} ?BEGIN [\s\S]*?(?:-{4,5} ?END[^-]{0,64}-{4,5}|\Z)", marks=("----",)),
    _after("webhook", r"hooks\.slack\.com/|discord(?:app)?\.com/api/[\w/]{0,8}webhooks/", r"\S+", "hooks"),
    Rule("encoded URL", r"(?i)%3a(?:%2f){2}\S*", marks=("%3a",)),
    Rule("URL user", r"://[^\s/?#@]*@(?=[^\s@]*(?:\s|\Z))", f"://{REDACTED}@", ("://",)),
    Rule("URL password", rf"://[^\s:/?#@\[]*:(?=[^\s/])(?!{_PORT})\S+?{_END}", f"://{REDACTED}", ("://",)),
    Rule("URL users", rf"://(?!{REDACTED}@[^\s@]*(?:\s|\Z))[^\s/?#@]*@\S*", f"://{REDACTED}", ("://",)),
    _after("URL query", r"://[^\s?#:]*(?::(?!//)[^\s?#:]*)*[?#]", rf"\S+?{_END}", "://"),
    Rule("query", rf"\?(?=[\w.%\[\]-]{{1,64}}=)\S+?{_END}", f"?{REDACTED}", ("?",)),
    _after("named line", rf"(?:{_LINE_NAMES}){_IS}", _LINE, *_IS_MARKS),
    _after("named value", rf"(?:{_NAMES}){_IS}", _NO_STATE + _SCHEME + _VALUE, *_IS_MARKS),
    _after("option", rf"(?<![\w-])--?[\w-]{{0,40}}?(?:{_NAMES})[\w-]{{0,32}}[ \t]{{1,4}}",
           rf"(?!--|[|\u2502]){_NO_STATE}{_VALUE}", "-"),
    _after("option user", r"(?<!\S)(?:-u|--(?:proxy-)?user)[ =]{0,2}", rf"[^\s:]+:\S+?{_END}", "-u", "--"),
    _after("option -p", r"\b(?:login|sshpass|mysql\w{0,9})\b[^\n]{0,200}?\s-p[ =]?", _VALUE, "-p"),
    _after("login", r"\blogin\s{1,8}\S+\s{1,8}password\s{1,8}", _VALUE, "password"),
    _after("scheme", r"\b(?:bearer|SharedAccessSignature)\s{1,4}",
           rf"(?!(?:tokens?|auth\w*|scheme|header)\b(?![-=./+])){_NO_STATE}{_VALUE}",
           "bearer", "sharedaccess"),
    _after("scheme and token", r"\b(?:basic|digest|token|negotiate|ntlm|api-?key)\s{1,4}",
           rf"(?=\S{{0,64}}(?:[\d=]|(?-i:[a-z][A-Z])))\S{{8,}}?{_END}",
           "basic", "digest", "token", "negotiate", "ntlm", "key"),
    _after("told password", r"\b(?:pass(?:word|phrase|code)|secret) (?:is|was) ", _NO_STATE + _VALUE,
           *_TOLD_MARKS),
    _after("told in quotes", _TOLD_NAMES + _TELLS,
           r"([\"'`])(?!(?-i:[A-Z]+_[A-Z_]+)\2)[^\"'`\n]{4,}\2", *_TOLD_MARKS),
    _after("told", rf"(?:{_TOLD_NAMES}|\bkeys?){_TELLS}",
           rf"[\"'`(\[]?(?=\S{{0,64}}\d)(?=\S{{0,64}}[a-z])\S{{6,}}?{_END}", *_TOLD_MARKS),
    Rule("JWT", r"eyJ[\w-]{5,}={0,2}(?:\.[\w=-]*)*", marks=("eyj",)),
    Rule("known prefix", rf"{_STARTS}(?:{_STRONG_PREFIXES})[\w=+/.~-]{{5,}}"),
    Rule("likely prefix", rf"{_STARTS}{_WEAK_PREFIXES}(?=[\w.-]{{0,64}}\d|[A-Za-z0-9]{{16}})[\w.-]{{8,}}"),
    Rule("AWS key id", r"A(?:KI|SI|RO|ID|BI|CC)A[A-Z0-9]{8,}"),
    Rule("bot token", r"(?<!\d)\d{6,12}:A[\w-]{20,}", marks=(":a",)),
    Rule("UUID", r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){2,3}(?:-[0-9a-f]{1,64})?", ID, ("-",)),
    Rule("long hex", r"(?i)(?<![0-9a-f])[0-9a-f]{32,}"),
    Rule("user at host", r"(?<![^\s\"'`(=,<\[])[^\s:@/\"'`(=,<\[]{1,64}:[^\s@/]{1,128}@(?=[\w\[])",
         f"{REDACTED}@", ("@",)),
    Rule("e-mail", rf"(?i)(?<![{_MAILBOX}])(?!git@)[{_MAILBOX}]+(?:@|%40)(?!{_VERSION}|{_TAG}){_DOMAIN}",
         EMAIL, ("@", "%40")),
    Rule("Windows home", rf"(?i)\b[a-z](?::|%3a){_SLASH}(?:users|documents and settings){_SLASH}"
         rf"(?:{_FOLDER}(?: {_FOLDER}){{1,3}}(?={_SLASH})|{_FOLDER})", HOME, ("users", "documents")),
    Rule("home", rf"{_SLASH}(?:home|Users){_SLASH}{_FOLDER}", HOME, ("home", "users")),
    Rule("root's home", r"(?<![\w.~-])/root(?![\w-])", HOME, ("/root",)),
)
# fmt: on
_RANDOM_RUN = Rule("random run", r"(?<![A-Za-z0-9+/_.%\-])[A-Za-z0-9+/_.%\-]{20,}={0,2}", _without_randomness)

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
        names = "|".join(re.escape(name) for name in _longest_first(self.names) if _is_telling(name))
        return (
            *([Rule("own home", "|".join(homes), HOME)] if homes else []),
            *RULES,
            *([Rule("own name", rf"(?i)(?<![^\W_])(?:{names})(?![^\W_])", USER)] if names else []),
            _RANDOM_RUN,
        )

    def __call__(self, text: str) -> str:
        """The text without secrets, at most MESSAGE_LIMIT long."""
        text = _clean(text)
        for _ in range(_PASSES):
            before = text
            for rule in self._rules:
                text = rule.apply(text)
            text = _cut(text)
            if text == before:
                return text
        return REDACTED

    def redact_value(self, value: object) -> "JsonValue | Dropped":
        """The value with every text in it redacted, keys included, and without what is not JSON."""
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
            redacted = REDACTED if _names_a_secret(name) else self._redact_value(value, depth, budget)
            if not isinstance(redacted, Dropped):
                kept.setdefault(self(name), redacted)
        return kept


def _names_a_secret(name: str) -> bool:
    return re.search(rf"(?i){_NAMES}|\Akeys?\Z", _clean(name)) is not None


def _clean(text: str) -> str:
    """The part of a text that is looked at, in characters that UTF-8 can encode."""
    if len(text) > SCAN_LIMIT:
        # The last word may be one half of a secret, which no rule would know.
        words = text[:SCAN_LIMIT].rsplit(maxsplit=1)
        text = f"{words[0]} {REDACTED}" if len(words) > 1 else REDACTED
    if not text.isprintable():
        for rule in _CLEANING:
            text = rule.apply(text)
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
    return sorted({_clean(text).strip() for text in texts}, key=len, reverse=True)


def _is_telling(name: str) -> bool:
    """Whether a name is rare enough to be replaced wherever it stands."""
    return len(name) >= 3 and name.casefold() not in _GENERIC_NAMES


def _home_pattern(home: str) -> str:
    """Matches a home folder however its slashes are written; empty for a folder that is no one's own."""
    parts = [re.escape(part).replace(r"\ ", r"(?:\\? |%20)") for part in re.split(r"[\\/]+", home) if part]
    if len(parts) < 2:
        return ""
    pattern = (_SLASH if home[0] in "\\/" else "") + _SLASH.join(parts) + r"(?![\w-])"
    return f"(?i:{pattern})" if ":" in parts[0] else pattern
