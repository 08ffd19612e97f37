"""Rules for secrets that the words before them tell of: `password=`, `--token`, `Bearer`, "the password is".

Owns the invariant that in doubt where such a value ends, it ends late.
"""

import re

from arcade_usage.domain.redaction.rule import END, REDACTED, after

_QUOTED = r"""[bruf]{0,2}\\{0,4}(?:"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?)"""
_NESTED = r"(?:\w{0,24}[\[({]|[|>][-+]?[ \t]*\n)[\s\S]*"  # where it ends is anyone's guess: all of it
_DONE = rf"{REDACTED}(?!\w)"
_VALUE = rf"(?:{_DONE}|{_QUOTED}|{_NESTED}|\S+?{END})"
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

# fmt: off
RULES = (
    after("named line", rf"(?:{_LINE_NAMES}){_IS}", _LINE, *_IS_MARKS),
    after("named value", rf"(?:{_NAMES}){_IS}", _NO_STATE + _SCHEME + _VALUE, *_IS_MARKS),
    after("option", rf"(?<![\w-])--?[\w-]{{0,40}}?(?:{_NAMES})[\w-]{{0,32}}[ \t]{{1,4}}",
           rf"(?!--|[|\u2502]){_NO_STATE}{_VALUE}", "-"),
    after("option user", r"(?<!\S)(?:-u|--(?:proxy-)?user)[ =]{0,2}", rf"[^\s:]+:\S+?{END}", "-u", "--"),
    after("option -p", r"\b(?:login|sshpass|mysql\w{0,9})\b[^\n]{0,200}?\s-p[ =]?", _VALUE, "-p"),
    after("login", r"\blogin\s{1,8}\S+\s{1,8}password\s{1,8}", _VALUE, "password"),
    after("scheme", r"\b(?:bearer|SharedAccessSignature)\s{1,4}",
           rf"(?!(?:tokens?|auth\w*|scheme|header)\b(?![-=./+])){_NO_STATE}{_VALUE}",
           "bearer", "sharedaccess"),
    after("scheme and token", r"\b(?:basic|digest|token|negotiate|ntlm|api-?key)\s{1,4}",
           rf"(?=\S{{0,64}}(?:[\d=]|(?-i:[a-z][A-Z])))\S{{8,}}?{END}",
           "basic", "digest", "token", "negotiate", "ntlm", "key"),
    after("told password", r"\b(?:pass(?:word|phrase|code)|secret) (?:is|was) ", _NO_STATE + _VALUE,
           *_TOLD_MARKS),
    after("told in quotes", _TOLD_NAMES + _TELLS,
           r"([\"'`])(?!(?-i:[A-Z]+_[A-Z_]+)\2)[^\"'`\n]{4,}\2", *_TOLD_MARKS),
    after("told", rf"(?:{_TOLD_NAMES}|\bkeys?){_TELLS}",
           rf"[\"'`(\[]?(?=\S{{0,64}}\d)(?=\S{{0,64}}[a-z])\S{{6,}}?{END}", *_TOLD_MARKS),
)
# fmt: on


def names_a_secret(name: str) -> bool:
    """Whether what goes by this name is a secret, whatever it is."""
    return re.search(rf"(?i){_NAMES}|\Akeys?\Z", name) is not None
