"""`forget`: erase what is kept here, and tell what to ask PostHog's keepers to erase."""

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from arcade_usage.application.console.erasure import Forgotten
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, find_place
from arcade_usage.cli.screen import (
    FAILED,
    headline,
    on_terminal,
    put,
    put_failures,
    put_json,
    reporting_errors,
)
from arcade_usage.composition import console

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


def forget(
    context: typer.Context, config_dir: ConfigDir = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Erase the ids of this installation, what waits to be sent, and the copies of what was sent.

    Prints the ids that PostHog may hold events under, to be named in an erasure request. Your credentials,
    and whether tracking is off, stay as they are; while it is on, the next command makes a new random id.

    Exits with 0 when it is erased, with 1 if not, or not all of it, with 2 if nobody can be asked and --yes
    is not given.
    """
    place = find_place(context, config_dir)
    with reporting_errors(place):
        eraser = console.make_eraser(place)
        if not yes:
            _ask(eraser.look(), place.layout.config_dir)
        forgotten = eraser.forget()
        left = console.name_what_is_left(place, forgotten.left)
    if as_json:
        put_json(
            {
                "erased": {"events_waiting": forgotten.waiting, "copies": forgotten.copies},
                "principal_ids": list(forgotten.traces.principals),
                "anonymous_ids": list(forgotten.traces.anonymous),
                "senders_at_work": forgotten.at_work,
                "left": list(left),
            }
        )
    else:
        _put(forgotten, left)
    put_failures("Not erased", left)


def _put(forgotten: Forgotten, left: tuple[str, ...]) -> None:
    done = headline("Not all of it is forgotten.", "yellow") if left else headline("Forgotten.", "green")
    put(done.append(f" {_told(forgotten)}"), *_ids(forgotten))
    if forgotten.at_work:
        put(Text("A process that was sending has not ended yet.", style="yellow"))


def _ask(found: Forgotten, config_dir: str) -> None:
    """Raises typer.Exit, and typer.BadParameter where there is nobody to ask."""
    if not on_terminal():
        raise typer.BadParameter("nobody can be asked here; --yes does it without asking")
    put(Text(f"In {config_dir}: {_told(found)}"))
    if not typer.confirm("Erase it?"):
        put(Text("Nothing was erased.", style="yellow"))
        raise typer.Exit(FAILED)


def _told(found: Forgotten) -> str:
    ids = len(found.traces.anonymous) + len(found.traces.principals)
    return (
        f"{words.count(ids, 'id')}, {words.count(found.waiting, 'event')} waiting, "
        f"{words.count(found.copies, 'copy').replace('copys', 'copies')} of what was sent."
    )


def _ids(forgotten: Forgotten) -> list[RenderableType]:
    traces = forgotten.traces
    if not traces:
        return [Text("PostHog holds nothing of this installation that is known here.", style="dim")]
    told: list[RenderableType] = [
        "",
        Text("PostHog may hold events under these ids; name them to have those erased:"),
    ]
    told += [Text.assemble("  ", (an_id, "bold"), ("  your account", "dim")) for an_id in traces.principals]
    told += [Text.assemble("  ", an_id, ("  random", "dim")) for an_id in traces.anonymous]
    told.append(Text("They are not kept anywhere here any more.", style="dim"))
    return told
