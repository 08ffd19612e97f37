"""Rules for secrets that are known by their shape alone: blocks, prefixes, and randomness.

Owns the invariant that a key needs no word beside it to be found.
"""

import re

from arcade_usage.domain.redaction.rule import ID, REDACTED, Rule

_STRONG_PREFIXES = (
    r"(?:sk|pk|rk)_(?:live|test)_|gh[opsur]_|github_pat_|gl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent)-|xox[a-z]-"
    r"|xapp-|AIza|ya29\.|ph[cxs]_|do[a-z]_v1_|shp[a-z]{2}_|sq0[a-z]{3}-|dckr_[a-z]{3}_|lin_api_|whsec_"
    r"|AT(?:ATT|CTT|BB)|AGE-SECRET-KEY-|hv[sbr]\.|EAA[A-Z]|sntr[yu]s_"
)
# These begin plain names too: what follows has to have a digit, or be long and without a break.
_WEAK_PREFIXES = r"(?:arc|key|npm|hf|r8|sk|pk|rk|pat|tok|pypi|xai|gsk|tvly|SG|secret|ntn|pplx|nvapi)[-_.]"
# A token may follow an escape that redaction sees spelled out, such as \n or %3D.
_STARTS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

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


# fmt: off
KEY_BLOCK = Rule("key block", r"-{4,5} ?BEGIN [\s\S]*?(?:-{4,5} ?END[^-]{0,64}-{4,5}|\Z)", marks=("----",))
RULES = (
    Rule("JWT", r"eyJ[\w-]{5,}={0,2}(?:\.[\w=-]*)*", marks=("eyj",)),
    Rule("known prefix", rf"{_STARTS}(?:{_STRONG_PREFIXES})[\w=+/.~-]{{5,}}"),
    Rule("likely prefix", rf"{_STARTS}{_WEAK_PREFIXES}(?=[\w.-]{{0,64}}\d|[A-Za-z0-9]{{16}})[\w.-]{{8,}}"),
    Rule("AWS key id", r"A(?:KI|SI|RO|ID|BI|CC)A[A-Z0-9]{8,}"),
    Rule("bot token", r"(?<!\d)\d{6,12}:A[\w-]{20,}", marks=(":a",)),
    Rule("UUID", r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){2,3}(?:-[0-9a-f]{1,64})?", ID, ("-",)),
    Rule("long hex", r"(?i)(?<![0-9a-f])[0-9a-f]{32,}"),
)
# fmt: on
RANDOM_RUN = Rule("random run", r"(?<![A-Za-z0-9+/_.%\-])[A-Za-z0-9+/_.%\-]{20,}={0,2}", _without_randomness)
