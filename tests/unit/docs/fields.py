"""Writes docs/fields.md from the code: each property that is sent, and why (`make docs`)."""

from pathlib import Path

from arcade_usage.adapters.otlp.spans import PREFIX
from arcade_usage.application.console.fields import list_sections, write_markdown
from arcade_usage.domain.agents import AGENTS
from arcade_usage.domain.redaction import MESSAGE_LIMIT

PAGE = Path(__file__).parents[3] / "docs" / "fields.md"

_HEAD = f"""# What is sent, field by field

`make docs` generates this page from the code; a test fails if they differ. `arcade-usage show --why` shows the same for
your own next event, and `arcade-usage log` what was sent.

Each event has a name, a random `uuid`, the time when the command ended or the server captured it, and a
`distinct_id`: the id of the account, once PostHog has accepted that this installation belongs to it, and a random id
otherwise. Text from outside is redacted before it is stored or sent, and is at most {MESSAGE_LIMIT} characters long.
After `arcade-usage on --without-errors`, no event has `error_message`.
"""

_ADDRESSES = """The link of a random id to an account carries `$ip`, `$ignore_sent_at`, `$geoip_disable`, `$lib`,
`$lib_version` and the two ids, and nothing else.

**Addresses.** For an event without `$ip`, PostHog stores the address that the request came from. Every event and link
has `$ip` set to `0.0.0.0`, so the address is not stored. The request itself still comes from that address, as any
request does. The PostHog project setting "Discard client IP data" removes `$ip` from every event of the project,
whichever program sent it; then not even `0.0.0.0` is stored.

**Times.** An event has the time of the clock that recorded it. PostHog would change it by the difference between its
own clock and the sender's at delivery, which may be days later and under a clock that was set meanwhile: the event
would move, and a repeat of it could fall on another day and count twice. `$ignore_sent_at` turns this off. So an event
that was recorded under a wrong clock keeps that wrong time; one that is more than 23 hours ahead of PostHog's clock
gets the time of its arrival. `device_start_timestamp` and `device_end_timestamp` do not depend on the clock.
"""

_REDACTION = """## What redaction finds, and what it misses

Redaction replaces these parts of a text:

- home folders, and the names of this user and this machine;
- e-mail addresses, UUIDs, and the users, passwords and queries of URLs;
- keys and tokens of known shapes, and random strings;
- the text after a word for a secret (in about forty languages), after an option, below a column's name, and in a
  statement of SQL;
- in a text that names a secret or a login: each word that ordinary messages do not have, which may be a user's name.

Escapes, look-alike letters and invisible characters make no difference. In doubt, redaction replaces. A text without
a match stays the same. Numbers and booleans that a tool passes as values are never changed.

Redaction can miss a secret in a new kind of sentence. It was measured on 200 messages with secrets and 200 ordinary
messages, all written without knowledge of its rules: 4 % of the secrets came through, and 2 % of the ordinary messages
were changed. It misses

- a secret that is a word in a text that names no secret (`could not open with millwright`);
- in a sentence, a secret that is an ordinary word or has three letters or fewer;
- in a sentence, a secret in letters other than a to z, unless it has a digit, is in quotes, or follows a colon or an
  equals sign after the word for a secret.

It does not look for IP addresses, phone numbers, postal addresses, full names of people, names of other users outside
a path or an address, names of projects, hosts or files, or card and account numbers.
"""


_OWN = """## What the tool adds

The tool's `properties`. A tool declares each with a kind and a reason: `my-tool usage fields` and `my-tool usage show`
list them. Names that begin with `$`, and those that the library gives to the same event, are left out.

| kind | sent as it is |
| --- | --- |
| `id` | a text of at most 64 ASCII letters, digits, `-` and `_`, with a digit, that does not look like a key |
| `choice` | one of the texts that the tool declares |
| `number`, `flag` | numbers and booleans; undeclared ones too |
| `text` | no text: texts are redacted |

A value of another shape, and an undeclared text, is redacted. An id must not begin as keys do (`sk_`, `ghp_` and
others). Between `-` and `_` it has at most 27 characters, or the 32 digits of a UUID. So an e-mail address, a URL, a path,
an IP address, a word and most keys are not taken for an id. A key without a known beginning that is as short, or that has
32 hexadecimal digits, cannot be told from an id.

A tool may name exceptions of its own whose texts are sent as they are (`safe_errors`), and exceptions whose texts are
never sent (`private_errors`).
"""


_COLLECTOR = f"""## What a collector of the user's gets

A tool with `adapters="arcade_usage.otlp:adapters"` gives each event that PostHog accepted to the collector that
`OTEL_EXPORTER_OTLP_ENDPOINT` names too, as a span. The names are those of OpenTelemetry's conventions for command-line
programs:

| in the event | in the span |
| --- | --- |
| the name and `command_name` | the span's name: of a command `tool command_name`, otherwise the event's |
| `uuid` | `traceId` and, by its second half, `spanId` |
| the time and `duration_ms` | the span's end, and its start |
| `error_message` | the text of the status, which is an error if the command failed |
| `tool` | `process.executable.name` of a command; `service.name` of the resource |
| `exit_code` | `process.exit.code`, 0 on success |
| `error_type`, else `outcome` | `error.type` |
| `cli_version`, `server_version` | `service.version` of the resource |
| `runtime_language`, `runtime_version` | `process.runtime.name`, `process.runtime.version` of the resource |
| `os_type`, `os_release`, `arch` | `os.type`, `os.version`, `host.arch` of the resource |
| every other property | the same name after `{PREFIX}` |

It gets no `distinct_id`, no property that begins with `$`, and no link to an account. `process.pid`, which the conventions
require, is not recorded.
"""


_AGENTS = """## Coding agents

`agent` is one of these values, or missing. Only variables count that an agent sets for the commands that it runs
itself. `AI_AGENT`, `CLAUDECODE`, `CURSOR_TRACE_ID` and similar do not count: editors set them in terminals where a person
types. Their values are not sent.
"""


def _list_agents() -> str:
    rows = [
        f"| `{agent}` | {', '.join(f'`{variable}`' for variable in variables)} |"
        for agent, variables in AGENTS.items()
    ]
    return "\n".join([_AGENTS, "| `agent` | if one of these is set |", "| --- | --- |", *rows, ""])


def write_page() -> str:
    return "\n".join(
        [_HEAD, write_markdown(list_sections()), _ADDRESSES, _list_agents(), _OWN, _COLLECTOR, _REDACTION]
    )


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
