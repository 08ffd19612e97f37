"""`log`: shows the copies of sent events."""

import time
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import (
    TABLE_WIDTH,
    Cell,
    fits,
    print_json,
    print_lines,
    report_failures,
    reporting_errors,
    stacked,
    table,
)
from arcade_usage.composition import console
from arcade_usage.domain.daily_limit import COUNTED
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.status import shorten

SHOWN = 50  # events, without --last and --json
_LINKED = Text("random id linked", style="cyan")
_OK = "ok"
_NOT_SENT = "not sent"

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
Failed = Annotated[bool, typer.Option("--failed", help="Only commands that failed.")]
Command = Annotated[
    str | None,
    typer.Option(
        "--command",
        metavar="NAME",
        help="Only this command, or the commands of this group, as a dotted path.",
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="Only what was sent since then: 30m, 2h or 3d ago, or a date such as 2026-11-01.",
        show_default=False,
    ),
]


def log(
    context: typer.Context,
    last: Last = None,
    failed: Failed = False,
    command: Command = None,
    since: Since = None,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show the sent events, newest last: a copy of each event that PostHog accepted.

    The copies are those of the last 90 days, and take 2 MiB for each PostHog project at most.

    With the choice `local`, events are recorded here and not sent; they are shown as "not sent". With --json,
    each event is complete, as it was sent. Turning tracking off keeps the copies; `forget` erases them.

    Exits with 0, or with 1 if the config folder or a file in it can't be read.
    """
    scope = find_scope(context, config_dir, host, token)
    start = _parse_since(since)
    with reporting_errors(scope):
        copies, unread = console.sent(scope)
    found = [
        (to, copy)
        for to, copy in copies
        if copy.at >= start and (copy.failed or not failed) and (command is None or copy.is_of(command))
    ]
    shown = found[-last:] if last is not None else found if as_json else found[-SHOWN:]
    if as_json:
        print_json(
            [
                {
                    "sent_at": None if copy.is_local else words.iso(copy.at),
                    "recorded_at": words.iso(copy.at) if copy.is_local else None,
                    "to": to.shown_host,
                    "message": copy.message,
                }
                for to, copy in shown
            ]
        )
    elif not found:
        text = "No sent event matches." if copies else "There are no copies of sent events here."
        print_lines(Text(text, style="dim"))
    else:
        _print(shown)
        if len(shown) < len(found):
            total = len(found)
            print_lines(Text(f"The last {len(shown)} of {total} events; -n {total} shows all.", style="dim"))
    report_failures("Not read", unread)


def _parse_since(since: str | None) -> float:
    """A Unix time; 0 without one. Raises typer.BadParameter."""
    try:
        return 0.0 if since is None else words.parse_moment(since, time.time())
    except ValueError:
        raise typer.BadParameter(
            "use 30m, 2h, 3d, or a date such as 2026-11-01", param_hint="--since"
        ) from None


def _print(shown: list[tuple[Project, Sent]]) -> None:
    """A table with the columns that have content, or stacked rows on a terminal that is too narrow."""
    rows = list(_rows(shown))
    if not fits(TABLE_WIDTH):
        print_lines(stacked(_stack(row) for row in rows))
        return
    empty = [] if any(row["tool"] for row in rows) else ["tool"]
    empty += [] if len({to for to, _ in shown}) > 1 else ["to"]
    columns = [name for name in rows[0] if name not in empty]
    print_lines(table(columns, ([row[name] for name in columns] for row in rows)))


def _stack(row: dict[str, Cell]) -> list[Cell]:
    """Time and event, then short facts in one line; a long result gets lines of its own."""
    head, result = Text.assemble(row["sent"], "  ", row["event"]), Text.assemble(row["result"])
    if row["event"] is _LINKED:
        return [head, result]
    shown = (result if str(result) == _OK else "", row["duration"], row["sent as"], row["tool"])
    facts = Text(", ").join(Text.assemble(each) for each in shown if each)
    return [head, facts, "" if str(result) == _OK else result]


def _rows(shown: list[tuple[Project, Sent]]) -> Iterator[dict[str, Cell]]:
    for to, copy in shown:
        yield {
            "sent": Text(words.local(copy.at, seconds=True), style="dim"),
            "event": Text(copy.command_name or copy.name) if copy.link is None else _LINKED,
            "duration": "" if copy.duration_ms is None else f"{copy.duration_ms:,.0f} ms",
            "sent as": Text(_NOT_SENT, style="yellow")
            if copy.is_local
            else Text(shorten(copy.distinct_id), style="" if copy.anonymous else "bold"),
            "tool": str(copy.properties.get("tool") or ""),
            "to": to.shown_host,
            "result": _result(copy),
        }


def _result(copy: Sent) -> Text:
    if copy.link is not None:
        anon_id, principal_id = copy.link
        return Text.assemble(shorten(anon_id), " to ", (shorten(principal_id), "bold"))
    if copy.name == COUNTED:
        return Text(f"{copy.properties.get('succeeded')} on {copy.properties.get('day')}")
    if copy.name == SUCCEEDED:
        return Text(_OK, style="green")
    return Text(words.failure(copy.properties), style="red")
