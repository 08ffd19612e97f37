"""Rules for secrets without an adjacent name: table rows below a header, lists, parameters.

Invariant: a row that contains a secret is removed entirely, because its cell is unknown.
"""

import re

from arcade_usage.domain.redaction.rule import REDACTED, Rule, after
from arcade_usage.domain.redaction.words import A_NAME, NAMES, VALUE, has_name, is_state, is_unnamed

_EDGE = r"|\u2502\u2503"
_BETWEEN = rf"[ \t]{{0,40}}[,;{_EDGE}][ \t]{{0,40}}|\t+|[ ]{{2,40}}"
_CELL = r"[\"'`]?\w[\w.-]{0,40}(?: [\w.-]{1,20})?[\"'`]?"
_RULER = r"[-+=|:\s\u2500-\u257f]+"


_HEADER = (
    rf"(?i)(?:[^:]{{0,60}}: )?[ \t{_EDGE}]{{0,8}}(?:{_CELL}(?:{_BETWEEN})){{1,16}}{_CELL}[ \t{_EDGE}]{{0,40}}"
)


def _without_rows(match: "re.Match[str]") -> str:
    """Keeps the lines up to a header and redacts the rows below it that have at least as many cells."""
    lines = match.group().split("\n")
    for at, header in enumerate(lines):
        if has_name(header) and re.fullmatch(_HEADER, header):
            return "\n".join([*lines[: at + 1], *_redacted(lines[at + 1 :], _cells(header))])
    return match.group()


def _redacted(rows: list[str], cells: int) -> list[str]:
    kept: list[str] = []
    for at, row in enumerate(rows):
        if not re.fullmatch(_RULER, row) and row:
            # A row may start with its number, and a cell may contain a separator.
            if _cells(row) < cells:
                return [*kept, *rows[at:]]
            row = REDACTED
        kept.append(row)
    return kept


def _cells(line: str) -> int:
    return len(re.split(_BETWEEN, line.strip(f" \t{_EDGE}")))


_ROW = r"(?<![^\s,;:'\"()])[^\s,;:'\"()]+(?:,[^\s,;:'\"()]*){2,}"


def _without_lists(match: "re.Match[str]") -> str:
    """Redacts all lists except the list of columns, if one of the columns names a secret."""
    lists = re.findall(_ROW, match[0])
    columns = [
        cells
        for cells in lists
        if re.search(rf"(?i)(?:\A|,)[\w.-]{{0,40}}(?:{NAMES})[\w.-]{{0,40}}(?:,|\Z)", cells)
    ]
    if not columns or len(lists) == len(columns):
        return match[0]
    return re.sub(_ROW, lambda row: row[0] if row[0] in columns else REDACTED, match[0])


# fmt: off
RULES = (
    Rule("list beside columns", r"(?s).+", _without_lists, (",",)),
    Rule("column", r"(?s)\A.+\n.+", _without_rows, ("\n",)),
    after("identified by", r"\b(?:identified|\w{0,3}dent\w{2,9}(?=[^\n]{1,80}'))"
          r" (?:with \w{1,64} )?(?:b\w|as) (?:password )?", VALUE,
          "dent", unless=is_state),
    after("inserted", r"\binsert\s{1,8}into\s{1,8}[^\s(]{1,128}\s{0,8}\((?P<name>[^)]{0,1024})\)"
          r"\s{0,8}(?:output[^)]{0,80})?values?\s{0,8}", r"\([\s\S]*", "insert", unless=is_unnamed),
    after("parameters",
          r"\bparameters: ", r"(?=[^\n]{0,2000}['\"])(?:[\[({][\s\S]*|\$1[^\n]*)", "parameters"),
    after("failing row", r"\bFailing row contains ", r"\([^\n]*", "failing row"),
    after("rows",
          rf"{A_NAME}[\"']\],? [\"']?(?:rows|values|data)[\"']?: ", r"\[[\s\S]*", "rows", "values", "data",
          unless=is_unnamed),
)
# fmt: on
