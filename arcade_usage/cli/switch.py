"""`off` and `on`: a person's choice."""

import typer
from rich.text import Text

from arcade_usage.application.console.opt_out import TurnedOff
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, find_place
from arcade_usage.cli.screen import NOT_SO, headline, put, put_failures, put_json, reporting_errors
from arcade_usage.composition import console


def off(context: typer.Context, config_dir: ConfigDir = None, as_json: AsJson = False) -> None:
    """Turn usage tracking off, and drop what waits to be sent.

    The choice is a file in the config folder; one in ~/.arcade counts for every config folder.
    What was sent already stays in `log`; `forget` erases that too.

    Exits with 0 when it is off, with 1 if the choice can't be stored, or if what waits can't be dropped.
    """
    place = find_place(context, config_dir)
    with reporting_errors(place):
        turned_off = console.turn_off(place)
    if as_json:
        put_json({"tracking": "off", "dropped": turned_off.dropped, "senders_at_work": turned_off.at_work,
                  "left": list(turned_off.left)})  # fmt: skip
    else:
        _put_off(turned_off, place.layout.choice_off)
    put_failures("Not dropped", turned_off.left)


def _put_off(turned_off: TurnedOff, choice: str) -> None:
    dropped = turned_off.dropped
    put(
        headline("Usage tracking is off.", "yellow"),
        Text(f"{words.count(dropped, 'event')} that waited {'was' if dropped == 1 else 'were'} dropped.")
        if dropped
        else Text("Nothing waited to be sent.", style="dim"),
        Text(f"Stored as {choice}; `on` takes it back.", style="dim"),
    )
    if turned_off.at_work:
        put(Text("A process that was sending has not ended yet; it sends nothing more.", style="yellow"))


def on(context: typer.Context, config_dir: ConfigDir = None, as_json: AsJson = False) -> None:
    """Turn usage tracking on again, if it was `off` that turned it off.

    An environment variable, or a choice stored in another folder, goes on saying off; it is named then.

    Exits with 0 when it is on, with 3 if something else still says off, with 1 if the choice can't be
    taken back.
    """
    place = find_place(context, config_dir)
    with reporting_errors(place):
        was_off = console.turn_on(place)
    still = words.reasons(place.reasons(), place.off_files())
    if as_json:
        put_json({"tracking": "off" if still else "on", "taken_back": was_off, "reasons": still})
    elif still:
        put(
            headline("Usage tracking is still off:", "yellow"),
            *(Text(f"  {reason}") for reason in still),
            Text(
                "Your choice in this folder is taken back."
                if was_off
                else "No choice was stored in this folder.",
                style="dim",
            ),
            *(
                Text(
                    f"Take the other one back with: on --config-dir {path.removesuffix('/usage/off')}",
                    style="dim",
                )
                for path, readable in place.off_files()
                if readable
            ),
        )
    else:
        put(headline("Usage tracking is on.", "green", "" if was_off else " It was on before."))
    raise typer.Exit(NOT_SO if still else 0)
