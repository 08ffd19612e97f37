"""Rules for what URLs carry: users and passwords, queries, and paths that are secrets themselves.

Owns the invariant that of a URL no more than its scheme, host and path come through.
"""

from arcade_usage.domain.redaction.rule import END, REDACTED, Rule, after

_PORT = r"\d{1,5}(?![\w@%!$&*+=~^-])"

# fmt: off
RULES = (
    after("webhook", r"hooks\.slack\.com/|discord(?:app)?\.com/api/[\w/]{0,8}webhooks/", r"\S+", "hooks"),
    Rule("encoded URL", r"(?i)%3a(?:%2f){2}\S*", marks=("%3a",)),
    Rule("URL user", r"://[^\s/?#@]*@(?=[^\s@]*(?:\s|\Z))", f"://{REDACTED}@", ("://",)),
    Rule("URL password", rf"://[^\s:/?#@\[]*:(?=[^\s/])(?!{_PORT})\S+?{END}", f"://{REDACTED}", ("://",)),
    Rule("URL users", rf"://(?!{REDACTED}@[^\s@]*(?:\s|\Z))[^\s/?#@]*@\S*", f"://{REDACTED}", ("://",)),
    after("URL query", r"://[^\s?#:]*(?::(?!//)[^\s?#:]*)*[?#]", rf"\S+?{END}", "://"),
    Rule("query", rf"\?(?=[\w.%\[\]-]{{1,64}}=)\S+?{END}", f"?{REDACTED}", ("?",)),
)
# fmt: on
