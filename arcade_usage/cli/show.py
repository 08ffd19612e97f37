"""`show`: shows the event that the next command would send."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.application.console.preview import Preview
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import (
    OFF_OR_WAITING,
    Cell,
    facts,
    headline,
    print_json,
    print_lines,
    reasons_as_json,
    reporting_errors,
    table,
)
from arcade_usage.composition import console
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.event import SDK_FIELDS
from arcade_usage.domain.properties import FIELDS

_SDK = "PostHog's SDK adds it to every event"
_STARTED = time.monotonic()

CommandName = Annotated[
    str, typer.Argument(metavar="[COMMAND]", help="The command, as a dotted path.", show_default=False)
]
Error = Annotated[
    str | None,
    typer.Option(
        "--error",
        metavar="TEXT",
        help="Show the event of a failure with this error message, after redaction.",
        show_default=False,
    ),
]
Distribution = Annotated[
    str | None,
    typer.Option(
        "--distribution",
        metavar="NAME",
        help="Installed package whose version is reported; by default, the version of the last event.",
        show_default=False,
    ),
]


def show(
    context: typer.Context,
    command: CommandName = "usage.show",
    error: Error = None,
    distribution: Distribution = None,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show the exact event that the next command would send, its identity, and the reason for each property.

    Makes no request and writes no file. The uuid, times and duration are those of this `show` command.

    Exits with 0, with 3 if nothing would be sent because tracking is off, with 1 if the config folder can't
    be used.
    """
    scope = find_scope(context, config_dir, host, token)
    with reporting_errors(scope):
        elapsed = time.monotonic() - _STARTED
        preview, known = console.show(scope, command, error, distribution, elapsed)
    off = scope.reasons()
    declared = scope.tool.properties if scope.tool is not None else ()
    if as_json:
        print_json({"would_send": not off, **reasons_as_json(off),
                  "to": preview.project.host if known else None,
                  "as": preview.whose.value, "as_text": preview.whose.text,
                  "event": preview.message,
                  "may_add": {each.name: each.reason for each in declared}})  # fmt: skip
    else:
        _print(preview, known, off)
        if declared:
            rows = [
                (Text(each.name, style="cyan"), each.kind, Text(each.reason, style="dim"))
                for each in declared
            ]
            print_lines("", Text("The tool may add:"), table(("property", "kind", "why it is sent"), rows))
    raise typer.Exit(OFF_OR_WAITING if off else 0)


def _print(preview: Preview, known: bool, off: Sequence[Reason]) -> None:
    to = preview.project.host if known else "a tool's PostHog project (no tool has reported from here yet)"
    if off:
        print_lines(
            headline("Nothing would be sent: tracking is off.", "yellow"),
            *(Text(f"  {each.text}") for each in off),
        )
        print_lines(Text(f"If it were on, the next command would send this to {to},"))
    else:
        print_lines(Text.assemble("The next command would send this to ", (to, "bold"), ","))
    print_lines(Text.assemble("as ", (preview.whose.text, "bold"), ". Nothing was sent."), "")
    message = preview.message
    distinct_id = message.get("distinct_id")
    print_lines(
        facts(
            [
                ("event", Text(str(message.get("event")), style="bold")),
                ("distinct_id", "not known yet" if distinct_id is None else str(distinct_id)),
                ("timestamp", str(message.get("timestamp"))),
                ("uuid", str(message.get("uuid"))),
            ]
        ),
        "",
        table(("property", "value", "why it is sent"), _properties(message.get("properties"))),
    )


def _properties(properties: object) -> Iterator[tuple[Cell, Cell, Cell]]:
    for name, value in properties.items() if isinstance(properties, Mapping) else ():
        why = (
            FIELDS.get(name) or SDK_FIELDS.get(name) or (_SDK if name.startswith("$") else "the tool adds it")
        )
        yield Text(name, style="cyan" if name in FIELDS else "dim"), _value(value), Text(why, style="dim")


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
