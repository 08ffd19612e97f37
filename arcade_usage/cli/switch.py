"""`off`, `local` and `on`: store and remove the user's choice."""

from typing import Annotated

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
from arcade_usage.domain.consent import LOCAL, OFF, ON, WITHOUT_ERRORS

_DONE = {
    OFF: "Usage tracking is off.",
    LOCAL: "Usage tracking is local: events are recorded here and not sent.",
}

WithoutErrors = Annotated[
    bool, typer.Option("--without-errors", help="Send no text of an error; only its class and exit code.")
]


def off(context: typer.Context, config_dir: ConfigDir = None, as_json: AsJson = False) -> None:
    """Turn usage tracking off for every tool that uses the config folder, and drop the events waiting.

    The opt-out is a file in the config folder; one in ~/.arcade applies to every config folder. The copies of
    sent events stay in `log`; `forget` erases them too.

    Exits with 0 if it is off, with 1 if the opt-out can't be stored or the events can't be dropped.
    """
    _choose(context, config_dir, as_json, OFF)


def local(context: typer.Context, config_dir: ConfigDir = None, as_json: AsJson = False) -> None:
    """Record events on this machine and send none, for every tool that uses the config folder.

    `log` shows the recorded events. The events waiting are dropped. The choice is a file in the config
    folder; one in ~/.arcade applies to every config folder. `on` sends later events; the recorded ones are
    never sent.

    Exits with 0 if nothing is sent any more, with 1 if the choice can't be stored or the events can't be
    dropped.
    """
    _choose(context, config_dir, as_json, LOCAL)


def _choose(context: typer.Context, config_dir: ConfigDir, as_json: bool, level: str) -> None:
    scope = find_scope(context, config_dir)
    with reporting_errors(scope):
        tools = console.find_tools(scope)
        turned_off = console.turn_off(scope, level)
    if as_json:
        print_json(
            {
                "tracking": level,
                "tools": list(tools),
                "dropped": turned_off.dropped,
                "senders_at_work": turned_off.busy_senders,
                "left": list(turned_off.failures),
            }
        )
    else:
        for_tools = words.every_tool(scope.layout.config_dir, tools)
        _print_choice(level, turned_off, scope.layout.choice_off, for_tools)
    report_failures("Not dropped", turned_off.failures)


def _print_choice(level: str, turned_off: TurnedOff, path: str, for_tools: str) -> None:
    dropped = turned_off.dropped
    print_lines(
        headline(_DONE[level], "yellow"),
        Text(f"{words.count(dropped, 'waiting event')} {'was' if dropped == 1 else 'were'} dropped.")
        if dropped
        else Text("No events were waiting.", style="dim"),
        Text(f"It is {level} for {for_tools}."),
        Text(f"Stored as {path}; `on` removes it.", style="dim"),
    )
    if turned_off.busy_senders:
        print_lines(Text("Another process is still running; it sends no further events.", style="yellow"))


def on(
    context: typer.Context,
    without_errors: WithoutErrors = False,
    config_dir: ConfigDir = None,
    as_json: AsJson = False,
) -> None:
    """Turn usage tracking on again, by removing the choice that `off` or `local` stored.

    Later events have a new random id. With --without-errors, the texts of errors are not sent; `on` alone
    sends them again. An environment variable or a choice in another folder keeps tracking off; the command
    then shows it. A tool that asks first and got a no stays off until its own `usage on`.

    Exits with 0 if it is on, with 3 if something else keeps it off, with 1 if the choice can't be stored.
    """
    scope = find_scope(context, config_dir)
    with reporting_errors(scope):
        was_stored = console.turn_on(scope, WITHOUT_ERRORS if without_errors else ON)
    still = scope.reasons()
    if as_json:
        print_json(
            {
                "tracking": words.tracking(still),
                "taken_back": was_stored,
                "error_texts": not (still or without_errors),
                **reasons_as_json(still),
            }
        )
    elif still:
        print_lines(
            headline(f"Usage tracking is still {words.tracking(still)}:", "yellow"),
            *(Text(f"  {reason.text}") for reason in still),
            Text(
                "The opt-out in this folder was removed."
                if was_stored
                else "No opt-out was stored in this folder.",
                style="dim",
            ),
            *(
                Text(
                    f"Remove the other one with: on --config-dir {each.path.removesuffix('/usage/off')}",
                    style="dim",
                )
                for each in scope.choices()
                if each.level != WITHOUT_ERRORS and each.at is not None
            ),
        )
    else:
        already = "" if was_stored or without_errors else " It was already on."
        without = " The texts of errors are not sent." if without_errors else ""
        print_lines(headline("Usage tracking is on.", "green", already, without))
    raise typer.Exit(OFF_OR_WAITING if still else 0)
