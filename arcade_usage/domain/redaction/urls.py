"""Rules for secrets in URLs: users, passwords, queries, and secret paths.

Invariant: of a URL only scheme, host and path remain.
"""

from arcade_usage.domain.redaction.rule import END, REDACTED, Rule, after

_PORT = r"\d{1,5}(?![\w@%!$&*+=~^-])"

# fmt: off
RULES = (
    after("webhook", r"\b(?:web)?hooks?\.[\w.-]{1,80}/|://[\w.-]{1,80}/[\w/]{0,16}webhook\w{0,4}/", r"\S+",
          "hook"),
    Rule("encoded URL", r"(?i)%3a(?:%2f){2}\S*", marks=("%3a",)),
    Rule("URL user", r"://[^\s/?#@]*@(?=[^\s@]*(?:\s|\Z))", f"://{REDACTED}@", ("://",)),
    Rule("URL password", rf"://[^\s:/?#@\[]*:(?=[^\s/])(?!{_PORT})\S+?{END}", f"://{REDACTED}", ("://",)),
    Rule("URL users", rf"://(?!{REDACTED}@[^\s@]*(?:\s|\Z))[^\s/?#@]*@\S*", f"://{REDACTED}", ("://",)),
    after("URL query", r"://[^\s?#:]*(?::(?!//)[^\s?#:]*)*[?#]",
          rf"(?!(?<=#)[a-z]+(?:[-.][a-z]+)+{END})\S+?{END}", "://"),  # except a page's heading
    after("Oracle", r"\bjdbc:oracle:\w{1,8}:", r"[^\s@]{1,128}(?=@)", "jdbc"),
    # urllib's message for a password that contains a slash or a hash.
    after("port", r"could not be cast to integer value as ", r"(['\"])(?!\d+\1)[^'\"]*\1", "cast to"),
    Rule("query", rf"\?(?=[\w.%\[\]-]{{1,64}}=)\S+?{END}", f"?{REDACTED}", ("?",)),
)
# fmt: on
