"""`flush`: deliver now."""

import typer
from rich.text import Text

from arcade_usage.application.delivery.delivery import Flushed
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_place
from arcade_usage.cli.screen import (
    NOT_SO,
    headline,
    make_console,
    put,
    put_failures,
    put_json,
    reporting_errors,
)
from arcade_usage.composition import console
from arcade_usage.composition.console import Place
from arcade_usage.domain.consent import DEBUG_VARIABLE
from arcade_usage.domain.status import shorten


def flush(
    context: typer.Context,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Deliver now what waits, also what an earlier failure put off, and say what became of it.

    Exits with 0 when nothing waits any more, with 3 if something does, or tracking is off, with 1 if the
    config folder can't be used.
    """
    place = find_place(context, config_dir, host, token)
    with reporting_errors(place):
        waiting = console.count_waiting(place)
        off = words.reasons(place.reasons(), place.off_files())
        if place.debugging:
            off.append(f"{DEBUG_VARIABLE} is set, so nothing is sent")
        failures: list[str] = []
        flushed = [] if off else [each for each in _flush(place, waiting, failures) if _is_telling(each)]
    left = sum(each.waiting for each in flushed) if not off else waiting
    if as_json:
        put_json({"waiting": left, "reasons": off, "sinks": [_as_json(each) for each in flushed]})
    elif off:
        put(headline("Nothing is sent: tracking is off.", "yellow"), *(Text(f"  {reason}") for reason in off))
        put(Text(f"{words.count(waiting, 'event')} waiting.", style="dim"))
    elif not flushed and not failures:
        put(Text("Nothing waits to be sent."))
    for each in flushed if not as_json else ():
        _put(each)
    put_failures("Not delivered", failures)
    raise typer.Exit(NOT_SO if left or off else 0)


def _flush(place: Place, waiting: int, failures: list[str]) -> list[Flushed]:
    """With a line on stderr that counts, where a person sees it."""
    terminal = make_console(stderr=True)
    delivered = 0
    with terminal.status(f"Delivering {words.count(waiting, 'event')}...") as line:

        def count(events: int) -> None:
            nonlocal delivered
            delivered += events
            line.update(f"Delivering {words.count(waiting, 'event')}... {delivered:,} accepted")

        return list(console.flush(place, count, failures))


def _is_telling(flushed: Flushed) -> bool:
    return bool(flushed.delivered or flushed.dropped or flushed.waiting or flushed.unanswered)


def _put(flushed: Flushed) -> None:
    lines = [
        Text.assemble((flushed.project.host, "bold"), (f"  {shorten(flushed.project.project_token)}", "dim"))
    ]
    if flushed.delivered:
        lines.append(Text(f"  {words.count(flushed.delivered, 'event')} delivered", style="green"))
    lines += [
        Text(f"  {words.count(lost, 'event')} dropped: {reason}", style="red")
        for reason, lost in flushed.dropped.items()
    ]
    if flushed.waiting:
        undecided = (
            words.FOREIGN if flushed.foreign == flushed.waiting else "it can't be told yet whose they are"
        )
        why = flushed.why or undecided
        lines.append(Text(f"  {words.count(flushed.waiting, 'event')} still waiting: {why}", style="yellow"))
    if flushed.unanswered is not None:
        lines.append(Text(f"  your account was not found out: {flushed.unanswered}", style="yellow"))
    put(*lines)


def _as_json(flushed: Flushed) -> dict[str, object]:
    return {
        "host": flushed.project.host,
        "project_token": shorten(flushed.project.project_token),
        "delivered": flushed.delivered,
        "dropped": dict(flushed.dropped),
        "waiting": flushed.waiting,
        "undecided": flushed.undecided,
        "of_another_installation": flushed.foreign,
        "why": flushed.why,
        "look_up": flushed.unanswered,
    }
