"""docs/fields.md, from the code: every property that is ever sent, and why. `make docs` writes it."""

from collections.abc import Mapping
from pathlib import Path

from arcade_usage.domain.event import FIELDS, SDK_FIELDS
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.domain.redaction import MESSAGE_LIMIT
from arcade_usage.domain.server_event import SERVER_FIELDS

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"

_HEAD = f"""# What is sent, field by field

Made from the code by `make docs`; a test fails where the two differ. `arcade-usage show` shows the same of your
own next event, and `arcade-usage log` what was sent.

Each event has a name, a random `uuid`, the time when what it tells of had ended, and a `distinct_id`: the
principal's id, once PostHog has accepted that this installation is theirs; else a random one. Every text that
comes from outside is redacted before it is written or sent, and at most {MESSAGE_LIMIT} characters long.
"""

_REDACTION = """## What redaction does, and what it does not

In a text it replaces home folders, this user's and this machine's names, e-mail addresses, UUIDs, what URLs carry
(users, passwords, queries), keys and tokens that are known by their shape, random strings, and what stands after a
word for a secret (in some forty languages), an option, a column's name or a statement in SQL. Escapes, look-alike
letters and invisible characters make no difference. In a text that names a secret or a login it also replaces each
word that ordinary messages don't have, which may be a user's name. Where it is in doubt, it replaces. A text in which
nothing is found stays as it was. Numbers and booleans that a tool passes as values are never changed.

It cannot know a secret that is a word in a text that names none (`could not open with millwright`), nor, in a
sentence, one that is an ordinary word itself or has three letters or fewer, nor one in letters other than a to z,
unless it has a digit, is in quotes or follows a colon or an equals sign behind the word for a secret.
It does not look for IP addresses, phone numbers, postal addresses, full names of people, names of other users outside
of a path or an address, names of projects, hosts or files, nor card or account numbers.
"""


def write_page() -> str:
    return "\n".join(
        [
            _HEAD,
            f"## `{SUCCEEDED}`, `{FAILED}`\n",
            _table(FIELDS),
            "## Events of a server\n",
            "By whatever name the server gives them.\n",
            _table(SERVER_FIELDS),
            "## What PostHog's SDK adds to each\n",
            _table(SDK_FIELDS),
            "## What the tool adds\n",
            "What a tool passes in `properties`, redacted. Names that begin with `$`, and those above, are refused;"
            " what they are and why, its own documentation says.\n",
            _REDACTION,
        ]
    )


def _table(fields: Mapping[str, str]) -> str:
    rows = [f"| `{name}` | {reason} |" for name, reason in fields.items()]
    return "\n".join(["| property | why it is sent |", "| --- | --- |", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
