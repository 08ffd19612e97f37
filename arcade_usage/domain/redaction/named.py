"""Rules for secrets announced by a name: `password=`, `--token`, `Bearer`, "the password is".

Invariant: the name stays, so that the error remains readable.
"""

import re

from arcade_usage.domain.redaction.rule import END, after
from arcade_usage.domain.redaction.words import (
    A_NAME,
    IS,
    IS_MARKS,
    LINE,
    LINE_NAMES,
    NAMES,
    NO_ERROR,
    NO_VARIABLE,
    PROSE_LINKS,
    PROSE_MARKS,
    PROSE_NAMES,
    QUOTE,
    QUOTED,
    VALUE,
    VALUE_NAMES,
    is_state,
    is_state_line,
    is_unnamed,
)

_SCHEME = r"(?:(?:basic|bearer|digest|token|negotiate|api-?key)[ \t]{1,4})?"
_IS = rf"{IS}(?!(?:yes|no)\)){_SCHEME}"
_SETS = rf"{QUOTE}?[ \t]{{0,4}}[=:][ \t]{{0,4}}"
# Functions that are called with a user and a password.
_CALLS = r"basicauth|networkcredential|directoryentry|opendsobject|(?<![a-z])(?:login|log_in|sign_?in)"

_CALL = r"(?<![\w-])(?P<name>[\w-]{1,80})"


def _is_no_call(before: "re.Match[str]") -> bool:
    return re.search(rf"(?i)(?:{NAMES}|{_CALLS}){NO_ERROR}", before["name"]) is None


def _is_signature(before: "re.Match[str]") -> bool:
    """Whether the brackets contain parameter names, as in `login(user, password)`."""
    inside = before.string[before.end() :].partition(")")[0]
    return _is_no_call(before) or re.search(rf"(?i){NAMES}|\bself\b|, timeout", inside) is not None


def _is_no_option(before: "re.Match[str]") -> bool:
    return is_unnamed(before) or is_state(before)


# fmt: off
RULES = (
    after("named apart",
          rf"\b(?:key|name|id|field|variable){_SETS}{QUOTE}?{A_NAME}{QUOTE}?[\s,;]{{1,20}}{QUOTE}?value{_SETS}",
          VALUE, "value", unless=is_unnamed),
    after("pair",
          rf"{QUOTE}{A_NAME}{QUOTE},[ \t]?(?=[bruf]{{0,2}}{QUOTE}){NO_VARIABLE}"
          rf"(?!{QUOTE}\w{{1,40}}{QUOTE} ?:)", VALUE, ",", unless=is_unnamed),
    after("call", rf"{_CALL}\((?=[bruf]{{0,2}}{QUOTE})",
          rf"{NO_VARIABLE}(?:{QUOTED}|[^)\"'\n])*", "(", unless=_is_no_call),
    after("bare call", rf"{_CALL}[ =:]{{0,3}}\((?=[\w.-]{{1,64}}, [^\s)]{{1,64}}\))",
          r"[^)\n]*", "(", unless=_is_signature),
    after("connection", r"(?:__construct|connect|bind|log_?[io]n)\((?=[^\n]{0,80}?['\"])",
          r"(?:[^,()\n]{0,80},){2,8}[^)\n]*", "__construct(", "connect(", "bind(", "log"),
    after("named line", LINE_NAMES, LINE, *IS_MARKS, unless=is_state_line, joint=_IS),
    after("named value", VALUE_NAMES, VALUE, *IS_MARKS, unless=is_state, joint=_IS),
    after("option", r"(?<![^\s\"'`(\[=,|])--?(?P<name>[\w-]{1,72})(?:[ \t]|[\"']?,[ \t]{0,4})"
          r"(?!--|-\w\b|[|\u2502(]|[\"'`]-)", VALUE, "-", unless=_is_no_option),
    after("option -u", r"(?<!\S)(?:-u|--(?:proxy-)?user)[ =]{0,2}", rf"[^\s:]+:\S+?{END}", "-u", "--"),
    after("httpie", r"\b(?:https?|xhs?)[ \t][^\n]{0,80}?(?<!\S)-a[ =]{0,2}", rf"[^\s:]+:\S+?{END}", "-a"),
    after("piped",
          r"\becho[ \t]{1,4}", r"[^|\n]{1,200}(?=\|[^|\n]{0,80}(?:sudo|passw|login|kinit|gpg|openssl"
                               r"|cryptsetup|luks))", "echo"),
    after("protocol",
          r"(?-i:\bUSER )\S{1,64}\s{1,16}(?-i:PASS )|(?-i:\bIDENTIFY )|(?-i:(?:\A|\n|[>:] ?)\w{1,8} LOGIN )"
          r"\S{1,64} |(?-i:\bLOGIN )(?:[\"']\S{1,64}[\"'] (?=[\"'])|(?-i:[a-z]\w{0,63}) )",
          VALUE, "pass ", "identify", " login ", unless=is_state),
    after("setting", r"(?:(?<=\n)|\A|[;:] )[ \t]{0,16}(?:(?:require|smtp|master|db|user|store)(?:pass|auth)"
          r"|[\w-]{1,32}[_-](?:pass|passwd|password|pw|secret))[ \t]{1,16}", r"\S+?(?=[ \t]*(?:\n|\Z|:))",
          "pass", "pw", "secret", "auth", unless=is_state),
    after("pgpass",
          r"\bpgpass\b[^\n:]{0,40}: ?[^\s:]{1,80}:[\d*]{1,5}:[^\s:]{1,64}:[^\s:]{1,64}:", VALUE, "pgpass"),
    after("secret string", r"\bSecret(?:Str|Bytes)\(|SecureString (?:-String )?(?=[\"'])", VALUE, "secret",
          "secure"),
    after("scheme", r"\b(?:bearer|SharedAccessSignature)\s{1,4}"
          r"(?!(?:tokens?|auth\w*|scheme|header)\b(?![-=./+])|(?:realm|error|scope)=)", VALUE,
          "bearer", "sharedaccess", unless=is_state),
    after("scheme and token", r"\b(?:basic|digest|token|negotiate|ntlm|api-?key)\s{1,4}",
          rf"(?=\S{{0,64}}(?:[\d=]|(?-i:[a-z][A-Z])))\S{{8,}}?{END}",
          "basic", "digest", "token", "negotiate", "ntlm", "key"),
    after("code",
          r"\b(?:pin|otp|totp|mfa|2fa|(?:one-time|two-factor|verification|security|access|unlock|login"
          r"|backup|recovery|sms|pin|your) (?:code|pin|password))"
          r"(?: (?:is|was|code))?[ :]{1,3}", r"\d[\d -]{2,12}\d(?!\w)", "pin", "otp", "fa ", "code"),
    after("told in quotes", PROSE_NAMES + PROSE_LINKS,
          r"(?:\\?([\"'`]))\1?(?!(?-i:[A-Z]+_[A-Z_]+)\1)[^\"'`\n]{4,}\1"
          r"(?! (?:not found|is forbidden|already exists|is required|is not (?:defined|set)|is "
          r"missing|does not exist|is invalid: \w+[.\[]))", *PROSE_MARKS),
)
# fmt: on
