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
from arcade_usage.domain.properties import FAILED, FIELDS, SUCCEEDED
from arcade_usage.domain.server_event import SERVER_FIELDS

_KINDS = {"id": "an id", "number": "a number", "flag": "true or false", "text": "a text, redacted"}


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


def write_markdown(sections: Sequence[Section]) -> str:
    """The sections as headings, notes and tables."""
    return "\n".join(line for section in sections for line in _section_lines(section))


def _section_lines(section: Section) -> list[str]:
    rows = [f"| `{name}` | {reason.replace('|', chr(92) + '|')} |" for name, reason in section.fields.items()]
    notes = [section.note, ""] if section.note else []
    head = ["| property | why it is sent |", "| --- | --- |"]
    return [f"## {section.heading}", "", *notes, *head, *rows, ""]
