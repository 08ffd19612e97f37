"""The words that tell of a secret, what joins them to it, and how far its value goes.

Owns the invariant that in doubt where a value ends, it ends late.
"""

import re

from arcade_usage.domain.redaction.rule import END, REDACTED

# Values of these may hold spaces, commas and the like: all that is left of the line goes.
LINE_NAMES = (
    r"pass(?:word|wort|wd|phrase|code)|(?<![a-z])pass(?![a-z])|(?-i:Pass(?![a-z]))|pwd|pswd|[_-]pw(?![a-z])"
    r"|kennwort|contrase|senha|mot de passe|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c|authori[sz]ation|cookie|mnemonic"
    r"|(?:seed|recovery)[ _-]?(?:phrase|code|key)|input_value"
)
# How many tokens a model took, and of which type one is, is no secret.
_COUNTED = r"token(?!iz|_(?:type|count|limit|ur[il])|s[\"']?[ \t]{0,4}[:=][ \t]{0,4}\d{1,7}\b)"
NAMES = (
    rf"{LINE_NAMES}|{_COUNTED}|secret(?!ar)|credential|(?<!www-)auth(?!or)|session|signature|webhook"
    r"|connection[ _-]?str"
    r"|(?<![a-z])(?:creds?|sess|sid|sig|otp|totp|pin|mfa|jwt|dsn|csrf|xsrf|nonce|salt|key(?==))(?![a-z])"
    r"|(?:api|access|account|auth|license|master|private|secret|service|shared|signing|ssh)[ _.-]?key"
    r"|(?:security|access|auth|pin)[ _-]?code|[_-]keys?(?![a-z])|(?-i:(?<=[a-z0-9])Keys?(?![a-z]))"
)
A_NAME = rf"[\w.-]{{0,40}}?(?:{NAMES})[\w.-]{{0,32}}"

# Those that are followed by a secret in plain words: "the password for jane is ...".
TOLD_NAMES = (
    r"(?:(?<![a-z0-9])|(?-i:(?<=[a-z0-9])(?=[A-Z])))(?<!expected )"
    r"(?:pass(?:word|wd|phrase|code)|(?<=_)pass(?![a-z])|pwd|token|secret|credential|signature"
    r"|(?:api|access|secret|licen[cs]e|signing|encryption|master)[ _-]?key)s?"
)
TELLS = r"(?: for(?: [^\s:=]{1,64}){1,3})?(?: (?:is|was|of|provided|given|value))?[ :\t]{1,16}"
TOLD_MARKS = ("pass", "pwd", "token", "secret", "credential", "signature", "key")

# The name of an exception suggests no secret: what follows it is its message.
NO_ERROR = r"(?!(?-i:[\w-]{0,32}(?:Error|Exception|Warning|Failure|NotFound|Expired|Denied|Failed)))"
IS = (
    rf"{NO_ERROR}[\w-]{{0,32}}"
    r"(?: (?:is|was|are|provided|given|used|supplied|value)| for(?: [^\s:=]{1,64}){1,3})?"
    r"""(?:\[\w{0,16}\])?(?:[\\"'`)\]}%]|%2[27]){0,4}"""
    r"(?:[ \t]{0,40}(?:(?::=|=>|->|!?={1,3}|:(?!:|//)|\uff1a|%3[ad])[ \t]{0,8}"
    r"(?:\n[ \t]{0,16}(?![\w-]{1,40}:(?:\s|\Z)))?"  # a name on the next line has a value of its own
    r"""|[|\u2502][ \t]{1,40}(?=[\w"']))|>(?=[^\s<]))"""
)
IS_MARKS = (":", "=", ">", "|", "\u2502", "\uff1a", "%3")

QUOTE = r"(?:\\{0,4}[\"'])"
QUOTED = r"""[bruf]{0,2}\\{0,4}(?:"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?)"""
_NESTED = r"(?:\w{0,24}[\[({]|[|>][-+]?[ \t]*(?:\n|\\n))[\s\S]*"  # where it ends is anyone's guess: all of it
_DONE = rf"{REDACTED}(?!\w)"
VALUE = rf"(?:{_DONE}|{QUOTED}|{_NESTED}|\S+?{END})"
LINE = rf"(?:{_DONE}|{QUOTED}|{_NESTED}|\S[^\n]*)"
# Words that tell of a secret's state, and statuses of HTTP, are not the secret.
NO_STATE = (
    r"(?!(?:[1-5]\d\d|yes|true|false|none|null|nil|empty|unset|expired|invalid|missing|required|requires|unknown|"
    r"unexpected|unsupported|not|no|permission|denied|failed|failure|unauthorized|forbidden|rejected|revoked|"
    r"could|cannot|can|unable|must|should|does|needs|is|was|are|were|has|have|and|or|to|for|in|on|from|if|with|"
    r"connection|request|option|flag|argument|error|timeout|timed|wrong|incorrect|too|already|still|valid|set|"
    r"the|a|an|this|your|only)"
    r"(?:[\s,.;:)\]}\"']|\Z))"
)
# The name of a variable in quotes names a secret, and is none.
NO_VARIABLE = rf"(?!{QUOTE}(?-i:[A-Z]+_[A-Z_]+){QUOTE})"


def names_a_secret(name: str) -> bool:
    """Whether what goes by this name is a secret, whatever it is."""
    return re.search(rf"(?i){NAMES}|\Akeys?\Z", name) is not None
