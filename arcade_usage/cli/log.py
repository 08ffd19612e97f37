"""`log`: shows the copies of sent events."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import Cell, print_json, print_lines, report_failures, reporting_errors, table
from arcade_usage.composition import console
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.status import shorten

SHOWN = 50  # events, without --last and --json

Last = Annotated[
    int | None,
    typer.Option(
        "--last",
        "-n",
        min=1,
        metavar="N",
        help=f"How many events; by default {SHOWN}, all with --json.",
        show_default=False,
    ),
]


def log(
    context: typer.Context,
    last: Last = None,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show the sent events, newest last: a copy of each event that PostHog accepted, at most the last 500.

    With --json, each event is complete, as it was sent. Turning tracking off keeps the copies; `forget`
    erases them.

    Exits with 0, or with 1 if the config folder or a file in it can't be read.
    """
    scope = find_scope(context, config_dir, host, token)
    with reporting_errors(scope):
        copies, unread = console.sent(scope)
    shown = copies[-last:] if last is not None else copies if as_json else copies[-SHOWN:]
    if as_json:
        print_json(
            [{"sent_at": words.iso(copy.at), "to": to.host, "message": copy.message} for to, copy in shown]
        )
    elif not copies:
        print_lines(Text("There are no copies of sent events here.", style="dim"))
    else:
        several = len({to for to, _ in copies}) > 1
        heads = ("sent", "event", "duration", "sent as", *(("to",) if several else ()), "result")
        print_lines(table(heads, _rows(shown, several)))
        if len(shown) < len(copies):
            total = len(copies)
            print_lines(Text(f"The last {len(shown)} of {total} events; -n {total} shows all.", style="dim"))
    report_failures("Not read", unread)


def _rows(shown: list[tuple[Project, Sent]], several: bool) -> Iterator[list[Cell]]:
    for to, copy in shown:
        what, took, who, how = _cells(copy)
        when = Text(words.local(copy.at), style="dim")
        yield [when, what, took, who, *([to.host] if several else []), how]


def _cells(copy: Sent) -> tuple[Cell, Cell, Cell, Cell]:
    """The event, its duration, the id it was sent under, and its result."""
    who = Text(shorten(copy.distinct_id), style="" if copy.anonymous else "bold")
    if copy.link is not None:
        anon_id, principal_id = copy.link
        link = Text.assemble(shorten(anon_id), " to ", (shorten(principal_id), "bold"))
        return Text("random id linked", style="cyan"), "", who, link
    took = copy.properties.get("duration_ms")
    return (
        str(copy.properties.get("command_name") or copy.name),
        f"{took:,.0f} ms" if isinstance(took, int | float) else "",
        who,
        _outcome(copy),
    )


def _outcome(copy: Sent) -> Text:
    if copy.name == SUCCEEDED:
        return Text("ok", style="green")
    outcome, message = copy.properties.get("outcome"), copy.properties.get("error_message")
    return Text(": ".join(str(each) for each in (outcome, message) if each), style="red")
