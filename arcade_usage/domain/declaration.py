"""The properties that a tool declares: name, kind and reason, and which values are sent as they are.

Invariant: a text is sent without redaction only if it has the shape of a declared id or is a declared choice.
Runs on the command path of a tool that declares properties: imports nothing.
"""

TYPE_CHECKING = False  # not typing's: importing typing takes longer than building a tracker
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Literal, TypeAlias

    Kind: TypeAlias = Literal["id", "choice", "number", "flag", "text"]

KINDS = ("id", "choice", "number", "flag", "text")
PROPERTIES_LIMIT = 50  # declared properties
NAME_LIMIT = 64  # characters
REASON_LIMIT = 200  # characters
CHOICES_LIMIT = 100  # choices of one property
CHOICE_LIMIT = 64  # characters
ID_LIMIT = 64  # characters
ID_PART_LIMIT = 27  # characters between `-` and `_`: those of a KSUID; keys without a prefix are longer
_UUID_LENGTH = 32  # hexadecimal digits without dashes
NUMBER_LIMIT = 2**63  # most JSON readers lose digits beyond it

_SEPARATORS = str.maketrans("-. ", "___")  # of a property's name
_HEX = frozenset("0123456789abcdef")
# Beginnings of common keys and tokens. Redaction knows more of them, but they need regular expressions.
_KEY_PREFIXES = (
    *("sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "arc_", "phc_", "phx_", "phs_", "ghp_", "gho_", "ghu_"),
    *("ghs_", "ghr_", "github_pat_", "gl-", "glpat-", "xox", "xapp-", "akia", "asia", "aiza", "ya29", "eyj"),
    *("hf_", "npm_", "pypi-", "dop_v1_", "shpat_", "whsec_", "sq0", "key-", "key_", "pat-", "pat_", "gsk_"),
    *("xai-", "tvly-", "r8_", "lin_api_", "dckr_", "age-secret", "secret-", "secret_", "token-", "token_"),
)


class Property:
    """One property that a tool adds to its events.

    name: 1 to 64 ASCII letters, digits, `_`, `-`, `.` and blanks; a letter or `_` first.
    kind: which values are sent as they are:
        "id": a text of at most 64 ASCII letters, digits, `-` and `_`, with at least one digit, that begins
            and ends with a letter or digit and does not look like a key: it has no common prefix of keys
            (`sk_`, `ghp_` ...), and no part between `-` and `_` is longer than 27 characters, except for the
            32 hexadecimal digits of a UUID. An e-mail address, a URL, a path or a sentence is no id.
        "choice": one of `choices`.
        "number": an integer or a finite float.
        "flag": True or False.
        "text": no text; texts are redacted.
    A value of another shape is redacted like text, and the logger `arcade_usage` says so at DEBUG. Numbers
    and booleans are sent as they are in any case.
    reason: why the property is sent, one line; shown by `show` and `fields`.
    choices: for the kind "choice" only: at most 100 texts of your own.

    A wrong argument turns tracking off, as one of `Tool` does.
    """

    __slots__ = ("choices", "kind", "name", "reason")

    def __init__(self, name: str, *, kind: "Kind", reason: str, choices: "Collection[str]" = ()) -> None:
        self.name = name
        self.kind = kind
        self.reason = reason
        self.choices = choices

    def __repr__(self) -> str:
        choices = f", choices={self.choices!r}" if self.choices else ""
        return f"Property({self.name!r}, kind={self.kind!r}, reason={self.reason!r}{choices})"

    def fits(self, value: object) -> bool:
        """Whether a value is of this kind, so that it may be sent as it is; False for the kind "text"."""
        is_text = issubclass(type(value), str)  # isinstance would ask a proxy for the class of its object
        if self.kind in ("id", "choice"):
            return is_text and (_is_id(value) if self.kind == "id" else value in self.choices)  # type: ignore[arg-type]
        return is_number(value) if self.kind == "number" else self.kind == "flag" and type(value) is bool

    def find_problem(self) -> str | None:
        """What is wrong with the declaration; None if nothing is."""
        if type(self.name) is not str or not _is_name(self.name):
            return (
                f"name must be 1 to {NAME_LIMIT} ASCII letters, digits, blanks, _ - . and begin with a letter"
            )
        if self.kind not in KINDS:
            return f"{self.name}: kind must be one of {', '.join(KINDS)}"
        if type(self.reason) is not str or not 0 < len(self.reason.strip()) <= REASON_LIMIT:
            return f"{self.name}: reason must be 1 to {REASON_LIMIT} characters"
        if not self.reason.isprintable():
            return f"{self.name}: reason must be one line"
        if (self.kind == "choice") is not bool(self.choices):
            return f"{self.name}: choices belong to the kind choice, and it needs them"
        if not isinstance(self.choices, tuple | list | frozenset | set) or len(self.choices) > CHOICES_LIMIT:
            return f"{self.name}: choices must be a tuple of at most {CHOICES_LIMIT} texts"
        if not all(type(each) is str and 0 < len(each) <= CHOICE_LIMIT for each in self.choices):
            return f"{self.name}: each choice must be a text of 1 to {CHOICE_LIMIT} characters"
        return None


def find_problem(properties: object) -> str | None:
    """What is wrong with the properties of a tool; None if nothing is."""
    if not isinstance(properties, tuple | list) or not all(type(each) is Property for each in properties):
        return "properties must be a tuple of arcade_usage.Property(name, kind=..., reason=...)"
    if len(properties) > PROPERTIES_LIMIT:
        return f"properties has more than {PROPERTIES_LIMIT} entries, and an event can't have more"
    names = [each.name for each in properties]
    for each in properties:
        if (problem := each.find_problem()) is not None:
            return f"properties: {problem}"
        if names.count(each.name) > 1:
            return f"properties: {each.name} is declared twice"
    return None


def is_number(value: object) -> bool:
    """Whether a value is a number that JSON can carry; booleans are none."""
    if type(value) is int:
        return -NUMBER_LIMIT <= value < NUMBER_LIMIT
    return type(value) is float and value - value == 0  # not NaN or infinite


def _is_name(name: str) -> bool:
    is_word = name.isascii() and name.translate(_SEPARATORS).isidentifier()
    return len(name) <= NAME_LIMIT and is_word and name == name.strip()


def _is_id(value: str) -> bool:
    if len(value) > ID_LIMIT or not value.isascii():
        return False
    parts = value.lower().replace("-", "_").split("_")
    return (
        bool(parts[0] and parts[-1])
        and all(_is_id_part(part) for part in parts if part)
        and any(character.isdigit() for character in value)
        and not value.lower().startswith(_KEY_PREFIXES)
    )


def _is_id_part(part: str) -> bool:
    return part.isalnum() and (
        len(part) <= ID_PART_LIMIT or (len(part) == _UUID_LENGTH and _HEX.issuperset(part))
    )
