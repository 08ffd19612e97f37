"""`show`: shows the event that the next command would send."""

import time
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from arcade_usage.application.console.fields import describe_kind, explain
from arcade_usage.application.console.preview import Preview
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import (
    NARROW_WIDTH,
    OFF_OR_WAITING,
    TABLE_WIDTH,
    facts,
    fits,
    headline,
    print_json,
    print_lines,
    reasons_as_json,
    reporting_errors,
    stacked,
    table,
)
from arcade_usage.composition import console
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.declaration import Property
from arcade_usage.domain.properties import FIELDS, SUCCEEDED

_STARTED = time.monotonic()

CommandName = Annotated[
    str, typer.Argument(metavar="COMMAND", help="The command, as a dotted path.", show_default=False)
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
Why = Annotated[bool, typer.Option("--why", help="Show why each property is sent.")]
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
    command: CommandName = "<command>",
    error: Error = None,
    why: Why = False,
    distribution: Distribution = None,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show the exact event that the next command would send, and its identity.

    With --why, also the reason for each property. Makes no request and writes no file. The uuid, times and
    duration are those of this `show` command.

    Exits with 0, with 3 if nothing would be sent because tracking is off or local, with 1 if the config
    folder can't be used.
    """
    scope = find_scope(context, config_dir, host, token)
    with reporting_errors(scope):
        elapsed = time.monotonic() - _STARTED
        preview, known = console.show(scope, command, error, distribution, elapsed)
    off = scope.reasons()
    declared = scope.tool.properties if scope.tool is not None else ()
    if as_json:
        print_json({"would_send": not off, **reasons_as_json(off),
                  "to": preview.project.shown_host if known else None,
                  "as": preview.whose.value, "as_text": preview.whose.text,
                  "event": preview.message,
                  "may_add": {each.name: each.reason for each in declared}})  # fmt: skip
    else:
        _print(preview, known, off, declared, why)
    raise typer.Exit(OFF_OR_WAITING if off else 0)


def _print(
    preview: Preview, known: bool, off: Sequence[Reason], declared: Sequence[Property], why: bool
) -> None:
    to = (
        preview.project.shown_host
        if known
        else "a tool's PostHog project (no tool has reported from here yet)"
    )
    if off:
        print_lines(
            headline(f"Nothing would be sent: tracking is {words.tracking(off)}.", "yellow"),
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
        _properties(message.get("properties"), declared, why),
    )
    if not why:
        print_lines("", Text("--why shows why each property is sent.", style="dim"))


def _properties(properties: object, declared: Sequence[Property], why: bool) -> RenderableType:
    """A table, or stacked rows on a terminal that is too narrow for it."""
    values = [
        (name, _value(value), explain(name, SUCCEEDED, {}))
        for name, value in (properties.items() if isinstance(properties, Mapping) else ())
    ]
    values += [(each.name, f"{describe_kind(each)}, if the tool gives it", each.reason) for each in declared]
    own = {*FIELDS, *(each.name for each in declared)}
    rows = [
        (Text(name, style="cyan" if name in own else "dim"), value, Text(reason, style="dim"))
        for name, value, reason in values
    ]
    if not fits(TABLE_WIDTH if why else NARROW_WIDTH):
        return stacked(
            (Text.assemble(name, "  ", value), reason if why else "") for name, value, reason in rows
        )
    heads = ("property", "value", "why it is sent")
    columns = len(heads) if why else 2
    return table(heads[:columns], (row[:columns] for row in rows))


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
