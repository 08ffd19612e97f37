"""`log`: what was sent."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_place
from arcade_usage.cli.screen import Cell, put, put_failures, put_json, reporting_errors, table
from arcade_usage.composition import console
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.status import shorten

SHOWN = 50  # events on a terminal, unless another number is asked for

Last = Annotated[
    int | None,
    typer.Option(
        "--last",
        "-n",
        min=1,
        metavar="N",
        help=f"How many; by default {SHOWN}, and all as JSON.",
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
    """Show what was sent, the newest last: a copy of each event that PostHog accepted, the last 500 of them.

    With --json each one whole, as it was on the wire. The copies stay when tracking is turned off;
    `forget` erases them.

    Exits with 0, with 1 if the config folder, or something in it, can't be read.
    """
    place = find_place(context, config_dir, host, token)
    with reporting_errors(place):
        copies, unread = console.sent(place)
    shown = copies[-last:] if last is not None else copies if as_json else copies[-SHOWN:]
    if as_json:
        put_json(
            [{"sent_at": words.iso(copy.at), "to": to.host, "message": copy.message} for to, copy in shown]
        )
    elif not copies:
        put(Text("Nothing was sent from here that a copy is kept of.", style="dim"))
    else:
        several = len({to for to, _ in copies}) > 1
        heads = ("sent", "what", "took", "as", *(("to",) if several else ()), "")
        put(table(heads, _rows(shown, several)))
        if len(shown) < len(copies):
            put(Text(f"The last {len(shown)} of {len(copies)}; -n {len(copies)} shows all.", style="dim"))
    put_failures("Not read", unread)


def _rows(shown: list[tuple[Project, Sent]], several: bool) -> Iterator[list[Cell]]:
    for to, copy in shown:
        what, took, who, how = _cells(copy)
        when = Text(words.local(copy.at), style="dim")
        yield [when, what, took, who, *([to.host] if several else []), how]


def _cells(copy: Sent) -> tuple[Cell, Cell, Cell, Cell]:
    """What it was, how long it took, as whom it was sent, and how it ended."""
    who = Text(shorten(copy.distinct_id), style="" if copy.anonymous else "bold")
    if copy.linked_to is not None:
        link = Text.assemble("is ", (shorten(copy.linked_to), "bold"))
        return Text("the random id is linked", style="cyan"), "", who, link
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
