"""`off` and `on`: store and remove the user's opt-out."""

import typer
from rich.text import Text

from arcade_usage.application.console.opt_out import TurnedOff
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, find_scope
from arcade_usage.cli.screen import (
    OFF_OR_WAITING,
    headline,
    print_json,
    print_lines,
    reasons_as_json,
    report_failures,
    reporting_errors,
)
from arcade_usage.composition import console


def off(context: typer.Context, config_dir: ConfigDir = None, as_json: AsJson = False) -> None:
    """Turn usage tracking off for every tool that uses the config folder, and drop the events waiting.

    The opt-out is a file in the config folder; one in ~/.arcade applies to every config folder. The copies of
    sent events stay in `log`; `forget` erases them too.

    Exits with 0 if it is off, with 1 if the opt-out can't be stored or the events can't be dropped.
    """
    scope = find_scope(context, config_dir)
    with reporting_errors(scope):
        tools = console.find_tools(scope)
        turned_off = console.turn_off(scope)
    if as_json:
        print_json(
            {
                "tracking": "off",
                "tools": list(tools),
                "dropped": turned_off.dropped,
                "senders_at_work": turned_off.busy_senders,
                "left": list(turned_off.failures),
            }
        )
    else:
        _print_off(turned_off, scope.layout.choice_off, words.every_tool(scope.layout.config_dir, tools))
    report_failures("Not dropped", turned_off.failures)


def _print_off(turned_off: TurnedOff, path: str, for_tools: str) -> None:
    dropped = turned_off.dropped
    print_lines(
        headline("Usage tracking is off.", "yellow"),
        Text(f"{words.count(dropped, 'waiting event')} {'was' if dropped == 1 else 'were'} dropped.")
        if dropped
        else Text("No events were waiting.", style="dim"),
        Text(f"It is off for {for_tools}."),
        Text(f"Stored as {path}; `on` removes it.", style="dim"),
    )
    if turned_off.busy_senders:
        print_lines(Text("Another process is still running; it sends no further events.", style="yellow"))


def on(context: typer.Context, config_dir: ConfigDir = None, as_json: AsJson = False) -> None:
    """Turn usage tracking on again, by removing the opt-out that `off` stored.

    An environment variable or an opt-out in another folder keeps tracking off; the command then shows it.

    Exits with 0 if it is on, with 3 if something else keeps it off, with 1 if the opt-out can't be removed.
    """
    scope = find_scope(context, config_dir)
    with reporting_errors(scope):
        was_off = console.turn_on(scope)
    still = scope.reasons()
    if as_json:
        print_json({"tracking": "off" if still else "on", "taken_back": was_off, **reasons_as_json(still)})
    elif still:
        print_lines(
            headline("Usage tracking is still off:", "yellow"),
            *(Text(f"  {reason.text}") for reason in still),
            Text(
                "The opt-out in this folder was removed."
                if was_off
                else "No opt-out was stored in this folder.",
                style="dim",
            ),
            *(
                Text(
                    f"Remove the other one with: on --config-dir {path.removesuffix('/usage/off')}",
                    style="dim",
                )
                for path, readable in scope.off_files()
                if readable
            ),
        )
    else:
        print_lines(headline("Usage tracking is on.", "green", "" if was_off else " It was already on."))
    raise typer.Exit(OFF_OR_WAITING if still else 0)
