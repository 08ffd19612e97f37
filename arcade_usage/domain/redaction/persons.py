"""Rules for personal data: mail addresses, home folders, and the names of this user and machine.

Invariant: a name is replaced if it is a whole word, and anywhere inside the path of a home folder.
"""

import re
from unicodedata import normalize

from arcade_usage.domain.redaction.rule import EMAIL, HOME, REDACTED, USER, Rule
from arcade_usage.domain.redaction.text import clean

# Names that don't identify a person, or that occur inside placeholders.
_GENERIC_NAMES = frozenset(
    {"admin", "administrator", "build", "docker", "email", "guest", "home", "host", "localhost", "nobody"}
    | {"redacted", "root", "runner", "ubuntu", "user", "users", "vagrant", "vscode"}
)

_SLASH = r"(?:[\\/]|%2[Ff]|%5[Cc]){1,4}"
_FOLDER = r"(?:(?!%2[Ff]|%5[Cc])[^\s\\/:;,\"'`<>|()\[\]{}]){1,64}"
_VERSION = r"v?\d+(?:\.\d+){0,2}(?:-(?:alpha|beta|rc|dev|next|canary|pre)[\w.-]*)?(?![\w.-]{0,64}\w)"
_MAILBOX = r"\w.%+!#$&*\-"
_MAILBOX_NAME = rf"(?:[{_MAILBOX}]|(?<=\w)'(?=\w))+"
_DOMAIN = r"[^\W_][\w-]*(?:\.[\w-]+)*(?:\.\(none\))?"  # "(none)": git without a domain
_TAG = r"(?:sha\d{1,3}:|(?:latest|next|main|master|head|stable|canary|alpha|beta)\b)"

# fmt: off
RULES = (
    Rule("user at host", r"(?<![^\s\"'`(=,<\[])(?!mailto:)[^\s:@/\"'`(=,<\[]{1,64}:[^\s@/]{1,128}@(?=[\w\[])",
         f"{REDACTED}@", ("@",)),
    Rule("e-mail", rf"(?i)(?<![{_MAILBOX}])(?!git@){_MAILBOX_NAME}(?:@|%40)(?!{_VERSION}|{_TAG}){_DOMAIN}",
         EMAIL, ("@", "%40")),
    Rule("Windows home", rf"(?i)\b[a-z](?::|%3a){_SLASH}(?:users|documents and settings|docume~\d){_SLASH}"
         rf"(?:{_FOLDER}(?: {_FOLDER}){{1,3}}(?={_SLASH})|{_FOLDER})", HOME, ("users", "docume")),
    Rule("home", rf"{_SLASH}(?:home|Users){_SLASH}{_FOLDER}", HOME, ("home", "users")),
    Rule("tilde", rf"(?<![\w.~/\\-])~[\w.-]{{1,64}}(?={_SLASH})", HOME, ("~",)),
    Rule("Windows user",
         r"(?i)(\b(?:user(?:name)?|login|account)s?[ :=]{1,3}[\"'`]?[\w.-]{1,32}\\{1,2})[\w.$-]{1,64}",
         rf"\1{USER}", ("\\",)),
    Rule("root's home", r"(?<![\w.~-])/root(?![\w-])", HOME, ("/root",)),
)
# fmt: on


def own_homes(homes: tuple[str, ...]) -> tuple[Rule, ...]:
    """A rule that replaces these folders anywhere in a text; empty if none belongs to a single user."""
    patterns = [pattern for home in _longest_first(homes) if (pattern := _home_pattern(home))]
    return (Rule("own home", "|".join(patterns), HOME),) if patterns else ()


def own_names(names: tuple[str, ...]) -> tuple[Rule, ...]:
    """A rule that replaces these names; empty if all of them are generic."""
    distinctive = "|".join(re.escape(name) for name in _longest_first(names) if _is_distinctive(name))
    return (Rule("own name", rf"(?i)(?<![^\W_])(?:{distinctive})(?![^\W_])", USER),) if distinctive else ()


def _longest_first(texts: tuple[str, ...]) -> list[str]:
    """The texts with composed and decomposed accents: macOS stores folder names decomposed."""
    spelled = {normalize(form, clean(text).strip()) for text in texts for form in ("NFC", "NFD")}
    return sorted(sorted(spelled), key=len, reverse=True)


def _is_distinctive(name: str) -> bool:
    """Whether a name is rare enough to be replaced everywhere."""
    return len(name) >= 3 and name.casefold() not in _GENERIC_NAMES


def _home_pattern(home: str) -> str:
    """A pattern for the home folder with any kind of slashes; empty if it is a folder of one component."""
    parts = [re.escape(part).replace(r"\ ", r"(?:\\? |%20)") for part in re.split(r"[\\/]+", home) if part]
    if len(parts) < 2:
        return ""
    pattern = (_SLASH if home[0] in "\\/" else "") + _SLASH.join(parts) + r"(?![\w-])"
    return f"(?i:{pattern})" if ":" in parts[0] else pattern
