"""`fields`: the properties of a tool's events with the reason for each, for the tool's own documentation."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from arcade_usage.domain.daily_limit import COUNT_FIELDS, COUNTED
from arcade_usage.domain.declaration import Property
from arcade_usage.domain.event import SDK_FIELDS
from arcade_usage.domain.mcp_event import (
    ANALYTICS_CALL,
    ANALYTICS_FIELDS,
    MCP_FIELDS,
    SERVER_STARTED,
    TOOL_CALLED,
)
from arcade_usage.domain.persons import ALIAS_EVENT
from arcade_usage.domain.properties import FAILED, FIELDS, SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.server_event import SERVER_FIELDS

_KINDS = {"id": "an id", "number": "a number", "flag": "true or false", "text": "a text, redacted"}

# The fields of each message, outside of its properties.
MESSAGE_FIELDS: Mapping[str, str] = {
    "event": "what happened",
    "distinct_id": "as whom: an account, or a random id",
    "timestamp": "when it happened",
    "uuid": "an event that is sent again counts once",
}
_ALIAS_FIELDS = {
    "distinct_id": "the id that is kept",
    "alias": "the id that is attached: what was done under it belongs to the account",
}
_OF_EVENTS: Mapping[str, Mapping[str, str]] = {
    SUCCEEDED: FIELDS,
    FAILED: FIELDS,
    SERVER_STARTED: {**SERVER_FIELDS, **MCP_FIELDS},
    TOOL_CALLED: {**SERVER_FIELDS, **MCP_FIELDS},
    ANALYTICS_CALL: {**SERVER_FIELDS, **ANALYTICS_FIELDS},
    ALIAS_EVENT: _ALIAS_FIELDS,
}


@frozen
class Section:
    """Properties that belong together, with their reasons. `heading`, `note`: Markdown."""

    identifier: str
    heading: str
    note: str
    fields: Mapping[str, str]


def list_sections(declared: Sequence[Property] = ()) -> tuple[Section, ...]:
    """What the library sends, and what the tool declares."""
    own = Section(
        "tool",
        "What this tool adds",
        "Each event may also have these properties.",
        {each.name: f"{each.reason}; {describe_kind(each)}" for each in declared},
    )
    return (
        Section("command", f"`{SUCCEEDED}`, `{FAILED}`", "", FIELDS),
        *((own,) if declared else ()),
        Section(
            "counts",
            f"`{COUNTED}`",
            "Successes beyond the daily limit are counted, and the counts of a day are sent in one event.\n"
            "It has an id of its own, since several people may have run the commands.",
            COUNT_FIELDS,
        ),
        Section("server", "Events of a server", "The server gives the event its name.", SERVER_FIELDS),
        Section(
            "mcp",
            f"`{SERVER_STARTED}`, `{TOOL_CALLED}`",
            "The events of a server that `tool.track_mcp` tracks have these properties, and those of every\n"
            "server's event. A tool's arguments and results are never sent.",
            MCP_FIELDS,
        ),
        Section(
            "mcp_analytics",
            f"`{ANALYTICS_CALL}`",
            "If the server's author switches PostHog's MCP analytics on, each call is also this event.",
            ANALYTICS_FIELDS,
        ),
        Section("posthog", "What is added for PostHog", "", SDK_FIELDS),
    )


def describe_kind(declared: Property) -> str:
    """The values that a declared property may have."""
    if declared.kind == "choice":
        return f"one of {', '.join(f'`{each}`' for each in sorted(declared.choices))}"
    return _KINDS[declared.kind]


def explain(name: str, event: str, declared: Mapping[str, str]) -> str:
    """Why a field or a property of an event is sent. `declared`: the reasons for the tool's own, by name."""
    ours = _OF_EVENTS.get(event, SERVER_FIELDS)
    added = "PostHog's SDK adds it to every event" if name.startswith("$") else "the tool adds it"
    for reasons in (ours, SDK_FIELDS, declared):
        if name in reasons:
            return reasons[name].replace("`", "")
    return added


def explain_message(sent: Sent, declared: Mapping[str, str]) -> list[tuple[str, object, str]]:
    """Each field of a message, and each of its properties: name, value, reason."""
    head = {**dict.fromkeys(name for name in MESSAGE_FIELDS if name in sent.message), **sent.message}
    head.pop("properties", None)
    rows = [
        (name, value, MESSAGE_FIELDS.get(name) or explain(name, sent.name, declared))
        for name, value in head.items()
    ]
    return rows + [
        (name, value, explain(name, sent.name, declared)) for name, value in sent.properties.items()
    ]


def write_markdown(sections: Sequence[Section]) -> str:
    """The sections as headings, notes and tables."""
    return "\n".join(line for section in sections for line in _section_lines(section))


def _section_lines(section: Section) -> list[str]:
    rows = [f"| `{name}` | {reason.replace('|', chr(92) + '|')} |" for name, reason in section.fields.items()]
    notes = [section.note, ""] if section.note else []
    head = ["| property | why it is sent |", "| --- | --- |"]
    return [f"## {section.heading}", "", *notes, *head, *rows, ""]
