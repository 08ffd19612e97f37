"""Rules for secrets that the words before them tell of: `password=`, `--token`, `Bearer`, "the password is".

Owns the invariant that those words stay, so that one can still read what went wrong.
"""

from arcade_usage.domain.redaction.rule import END, after
from arcade_usage.domain.redaction.words import (
    A_NAME,
    IS,
    IS_MARKS,
    LINE,
    LINE_NAMES,
    NAMES,
    NO_ERROR,
    NO_STATE,
    NO_VARIABLE,
    QUOTE,
    QUOTED,
    TELLS,
    TOLD_MARKS,
    TOLD_NAMES,
    VALUE,
)

_SCHEME = r"(?:(?:basic|bearer|digest|token|negotiate|api-?key)[ \t]{1,4})?"
_SETS = rf"{QUOTE}?[ \t]{{0,4}}[=:][ \t]{{0,4}}"
# What is called with a user and a password.
_CALLS = r"basicauth|networkcredential|directoryentry|opendsobject|(?<![a-z])(?:login|log_in|sign_?in)"
_HAS_DIGIT = r"(?=\S{0,64}\d)"

# fmt: off
RULES = (
    after("named apart",
          rf"\b(?:key|name|id|field|variable){_SETS}{QUOTE}?{A_NAME}{QUOTE}?[\s,;]{{1,20}}{QUOTE}?value{_SETS}",
          VALUE, "value"),
    after("pair", rf"{QUOTE}{A_NAME}{QUOTE},[ \t]?(?=[bruf]{{0,2}}{QUOTE})", NO_VARIABLE + VALUE, ","),
    after("call", rf"(?:{NAMES}|{_CALLS}){NO_ERROR}\w{{0,32}}\((?=[bruf]{{0,2}}{QUOTE})",
          rf"{NO_VARIABLE}(?:{QUOTED}|[^)\"'\n])*", "("),
    after("named line", rf"(?:{LINE_NAMES}){IS}", rf"(?!(?:yes|no)\)){LINE}", *IS_MARKS),
    after("named value", rf"(?:{NAMES}){IS}", NO_STATE + _SCHEME + VALUE, *IS_MARKS),
    after("option", rf"(?<![\w-])--?[\w-]{{0,40}}?(?:{NAMES})[\w-]{{0,32}}[ \t]{{1,4}}",
          rf"(?!--|[|\u2502(]){NO_STATE}{VALUE}", "-"),
    after("option -u", r"(?<!\S)(?:-u|--(?:proxy-)?user)[ =]{0,2}", rf"[^\s:]+:\S+?{END}", "-u", "--"),
    after("option -p", r"(?:\b(?:login|sshpass|psexec|mysql\w{0,9})\b[^\n]{0,200}?|\s-u[ =]?\S{1,64})"
          r"[\s\"']-p(?:[\"'],)?[ =]?", VALUE, "-p"),
    after("piped", r"\becho[ \t]{1,4}", r"[^|\n]{1,200}(?=\|[^|\n]{0,80}(?:sudo|passw|login))", "echo"),
    after("login", r"\blogin\s{1,8}\S+\s{1,8}password\s{1,8}", VALUE, "password"),
    after("command AUTH", r"(?-i:\bAUTH) (?:\w{1,64} )?", rf"{_HAS_DIGIT}\S{{6,}}", "auth"),
    after("scheme", r"\b(?:bearer|SharedAccessSignature)\s{1,4}",
          rf"(?!(?:tokens?|auth\w*|scheme|header)\b(?![-=./+])|(?:realm|error|scope)=){NO_STATE}{VALUE}",
          "bearer", "sharedaccess"),
    after("scheme and token", r"\b(?:basic|digest|token|negotiate|ntlm|api-?key)\s{1,4}",
          rf"(?=\S{{0,64}}(?:[\d=]|(?-i:[a-z][A-Z])))\S{{8,}}?{END}",
          "basic", "digest", "token", "negotiate", "ntlm", "key"),
    after("told password", r"(?<![a-z0-9])(?:pass(?:word|wd|phrase|code)|pwd|secret) (?:is|was) ",
          NO_STATE + VALUE, *TOLD_MARKS),
    after("told in quotes", TOLD_NAMES + TELLS,
          r"([\"'`])(?!(?-i:[A-Z]+_[A-Z_]+)\2)[^\"'`\n]{4,}\2", *TOLD_MARKS),
    after("told", rf"(?:{TOLD_NAMES}|(?<!registry )\bkeys?){TELLS}",
          rf"[\"'`(\[]?{_HAS_DIGIT}(?=\S{{0,64}}[a-z])\S{{6,}}?{END}", *TOLD_MARKS),
)
# fmt: on
