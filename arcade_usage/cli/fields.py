"""`fields`: lists the properties of events, with the reason for each."""

from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.application.console.fields import list_sections, write_markdown
from arcade_usage.cli.options import AsJson, find_scope
from arcade_usage.cli.screen import headline, print_json, print_lines, print_text, table

Markdown = Annotated[
    bool, typer.Option("--markdown", help="Print Markdown, for the documentation of a tool.")
]


def fields(context: typer.Context, markdown: Markdown = False, as_json: AsJson = False) -> None:
    """List the properties that events may have, and why each is sent; a tool's own included.

    Mounted in a tool, the command lists the properties that the tool declares too.
    """
    tool = find_scope(context, None).tool
    declared = tool.properties if tool is not None else ()
    sections = list_sections(declared)
    if as_json:
        own = [
            {"name": each.name, "kind": each.kind, "choices": sorted(each.choices), "reason": each.reason}
            for each in declared
        ]
        print_json({**{each.identifier: dict(each.fields) for each in sections}, "tool": own})
    elif markdown:
        print_text(write_markdown(sections))
    else:
        for section in sections:
            rows = [
                (Text(name, style="cyan"), reason.replace("`", "")) for name, reason in section.fields.items()
            ]
            print_lines(headline(section.heading.replace("`", ""), "cyan"))
            print_lines(*([Text(section.note.replace("`", ""))] if section.note else []))
            print_lines(table(("property", "why it is sent"), rows), "")
