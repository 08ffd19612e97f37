"""Rules for secrets recognized by their shape: blocks, prefixes, and randomness.

Invariant: a key is found without a name next to it.
"""

import re

from arcade_usage.domain.redaction.rule import ID, REDACTED, Rule

# From the lists of gitleaks, trufflehog and similar scanners.
_STRONG_PREFIXES = (
    r"(?:sk|pk|rk|rzp|shippo|duffel)_(?:live|test|prod)_|gh[opsur]_|github_pat_|GR1348941|AIza|ya29\.|1//0|GOCSPX-"
    r"|gl(?:pat|dt|rt|ptt|ft|fft|ffct|soat|cbt|imt|oas|agent|sa)[-_]|glc_(?=[A-Za-z0-9+/]{16})|xox[a-z][-.]|xapp-"
    r"|ph[cxs]_|do[a-z]_v1_|shp[a-z]{2}_|sq0[a-z]{3}-|sqco_|sq[apu]_|dckr_[a-z]{3}_|lin_api_|whsec_|BBDC-"
    r"|AT(?:ATT|CTT|BB)|A3-(?=[A-Z0-9]{6}-)|AGE-SECRET-KEY-|hv[sbr]\.|EAA[A-Z]|EZ[AT]K|sntry[su]_|ops_ey|LTAI|AKCp"
    r"|cmVm|ABSK|FLW(?:SECK|PUBK)|HRKU-|PMAK-|CFPAT-|CLOJARS_|CCI(?:PAT|PRJ)_|NR(?:AK|II|IQ|JS|RA)-|amzn\.mws\."
    r"|x(?:keys|smtps)ib-|lsv2_|tskey-|pcsk_|pscale_|api_org_|apify_api_|api_live[_.]|bedrock-api-key-|dt0c01\."
    r"|dp\.(?:pt|st|ct|sa|said|scim|audit)\.|sgp_|slk_|sbp_|sb_secret_|fig[doup]_|bkua_|p8e-|fio-u-|f[om][12][ar]?_"
    r"|ramp_sec_|rubygems_|rdme_|rootly_|wandb_v1_|tgp_v1_|nvapi-|sm_[aps]at_|sha256~|da2-(?=[a-z0-9]{16})|cfk_"
)
# Ordinary names have these prefixes too, so the rest must contain a digit or 16 unbroken characters.
_WEAK_PREFIXES = (
    r"(?:arc|key|npm|hf|r8|sk|pk|rk|[ou]?ak|pat|sat|tok|pypi|xai|gsk|tvly|SG|secret|ntn|pplx|dapi|ico|pul|pnu|tfp"
    r"|tk-us)[-_.]"
)
# A token may follow an escape such as \n or %3D.
_STARTS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

_WORD = r"[A-Za-z0-9]+"
_HUMP = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"
_DIGIT_MEETS_LETTER = r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])"
_ADDRESS = r"0x[0-9A-Fa-f]{1,16}"  # an object's address is no secret
_CAMEL_CASE = r"(?:[A-Z]?[a-z]{1,15}|[A-Z]{2,8})(?:[A-Z][a-z]{1,15}|[A-Z]{2,8}(?![a-z]))*"
# The digest of an image's layer or of a commit.
_NO_DIGEST = (
    r"(?!(?:(?<=sha256:)[0-9a-f]{64}|(?<=sha512:)[0-9a-f]{128}|(?<=commit )[0-9a-f]{40}"
    r"|(?<=object )[0-9a-f]{40}"
    r"|(?<=revision )[0-9a-f]{40}|(?<=tree: )[0-9a-f]{40})(?![\w~$!/+-]))"
)
_SEED = r"(?i)mnemonic|seed|recovery|backup phrase|bip-?39|wallet"
_LONG = 40  # characters; no name is longer, except in camel case
_KEY_WORD = 14  # characters of a word that may be a key by itself
_RANDOM = 18  # characters of random words that make a key together
_GROUPS = 12  # the same for the groups of a licence key


def _meetings(word: str) -> int:
    """How often a letter is next to a digit."""
    return len(re.findall(_DIGIT_MEETS_LETTER, word))


def _is_random(word: str) -> bool:
    """Whether case changes and digits are more frequent than in names written by people."""
    joins = len(re.findall(_HUMP, word)) - 1
    if _meetings(word) >= 4 or (joins >= 2 and joins * 9 >= len(word) * 2):
        return True
    return len(word) >= _LONG and not re.fullmatch(_CAMEL_CASE, word)


def _is_group(word: str) -> bool:
    """Whether a word may be a group of a licence key: capitals and digits, unlike SHA256."""
    least = 1 if word[0].isdigit() else 2
    return word == word.upper() and 4 <= len(word) < _GROUPS and _meetings(word) >= least


def _is_key(run: str) -> bool:
    """Whether a run contains a key: one word, or several random words or groups together."""
    words = [word for word in re.findall(_WORD, run) if not re.fullmatch(_ADDRESS, word)]
    return (
        any(len(word) >= _KEY_WORD and _meetings(word) >= 4 for word in words)
        or sum(len(word) for word in words if _is_random(word)) >= _RANDOM
        or sum(len(word) for word in words if _is_group(word)) >= _GROUPS
    )


def _without_randomness(match: "re.Match[str]") -> str:
    run = match.group()
    return REDACTED + run[len(run.rstrip(".!")) :] if _is_key(run) else run


def _without_seed(match: "re.Match[str]") -> str:
    """The replacement for a dozen short words in a row if the text mentions a seed phrase."""
    return REDACTED if re.search(_SEED, match.string) else match[0]


# fmt: off
KEY_BLOCK = Rule("key block", r"-{4,5} ?BEGIN [\s\S]*?(?:-{4,5} ?END[^-]{0,64}-{4,5}|\Z)", marks=("----",))
RULES = (
    Rule("JWT", r"eyJ[\w-]{5,}={0,2}(?:\.[\w=-]*)*", marks=("eyj",)),
    Rule("known prefix", rf"{_STARTS}(?:{_STRONG_PREFIXES})[\w=+/.~-]{{5,}}"),
    Rule("likely prefix", rf"{_STARTS}{_WEAK_PREFIXES}(?=[\w.-]{{0,64}}\d|[A-Za-z0-9]{{16}})[\w.-]{{8,}}"),
    Rule("AWS key id", r"A(?:KI|SI|RO|ID|BI|CC)A[A-Z0-9]{8,}"),
    Rule("bot token", r"(?<!\d)\d{6,12}:A[\w-]{20,}", marks=(":a",)),
    Rule("UUID", r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){2,3}(?:-[0-9a-f]{1,64})?", ID, ("-",)),
    Rule("long hex", rf"(?i)(?<![0-9a-f]){_NO_DIGEST}[0-9a-f]{{32,}}"),
    Rule("assigned word",
         rf"(?<=[=:])([ \t]?[\"'`]?){_NO_DIGEST}(?=[a-z0-9]*[a-z][0-9]+[a-z])[a-z0-9]{{14,}}(?![\w~$+/%-])",
         rf"\1{REDACTED}", ("=", ":")),
    Rule("app token", r"(?<!\d)\d{15,16}[|%][\w-]{27,40}"),
    Rule("pair of hex", r"(?<![\w:])[0-9a-f]{8}:[0-9a-f]{8}(?![\w:])", marks=(":",)),
    Rule("licence key",
         r"(?<![\w-])(?:(?=[A-Z-]{0,24}\d)(?:[A-Z0-9]{4}(?:-[A-Z0-9]{4}){2,}|[A-Z0-9]{5}(?:-[A-Z0-9]{5}){2,}"
         r"|[A-Z0-9]{6}(?:-[A-Z0-9]{6}){2,})|\d{5,6}(?:-\d{5,6}){3,})(?![\w-])", marks=("-",)),
    Rule("seed",
         r"(?<![\w-])(?:[a-z]{3,8},? ){11,}[a-z]{3,8}(?!\w)", _without_seed,
         ("mnemonic", "seed", "recovery", "phrase", "bip", "wallet")),
    Rule("hash of a password", r"\$(?:[1568y]|2[abxy]|argon2\w{1,2}|scrypt|pbkdf2-\w{1,9})\$[\w./=,$+-]{8,}",
         marks=("$",)),
)
# fmt: on
RANDOM_RUN = Rule(
    "random run",
    rf"(?<![A-Za-z0-9+/_.%~$!-]){_NO_DIGEST}[A-Za-z0-9+/_.%~$!-]{{14,}}={{0,2}}",
    _without_randomness,
)
# The rest of a key that another rule replaced in part.
REST = Rule("rest of a key", rf"{REDACTED}[-_~$!\w][\w~$!.-]*", marks=(REDACTED,))
