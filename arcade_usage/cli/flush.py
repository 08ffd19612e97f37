"""`flush`: sends the waiting events now."""

import typer
from attrs import define, field
from rich.status import Status
from rich.text import Text

from arcade_usage.application.console.flush import Flushed
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import (
    OFF_OR_WAITING,
    headline,
    make_console,
    print_json,
    print_lines,
    reasons_as_json,
    report_failures,
    reporting_errors,
)
from arcade_usage.composition import console
from arcade_usage.composition.scope import Scope
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.consent import DEBUG_VARIABLE
from arcade_usage.domain.status import shorten


def flush(
    context: typer.Context,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Send the waiting events now, without waiting for the next attempt, and show the result.

    Exits with 0 if no events are waiting any more, with 3 if some are or tracking is off, with 1 if the
    config folder can't be used.
    """
    scope = find_scope(context, config_dir, host, token)
    with reporting_errors(scope):
        waiting = console.count_waiting(scope)
        off = list(scope.reasons())
        if scope.debugging:
            off.append(Reason("debug", f"{DEBUG_VARIABLE} is set, so nothing is sent"))
        failures: list[str] = []
        flushed = [] if off else [each for each in _flush(scope, waiting, failures) if _has_result(each)]
    left = sum(each.waiting for each in flushed) if not off else waiting
    if as_json:
        print_json({"waiting": left, **reasons_as_json(off),
                  "sinks": [_as_json(each) for each in flushed]})  # fmt: skip
    elif off:
        print_lines(
            headline(f"Nothing was sent: tracking is {words.tracking(off)}.", "yellow"),
            *(Text(f"  {reason.text}") for reason in off),
        )
        print_lines(Text(f"{words.count(waiting, 'event')} waiting.", style="dim"))
    elif not flushed and not failures:
        print_lines(Text("No events are waiting."))
    for each in flushed if not as_json else ():
        _print(each)
    report_failures("Not delivered", failures)
    raise typer.Exit(OFF_OR_WAITING if left or off else 0)


def _flush(scope: Scope, waiting: int, failures: list[str]) -> list[Flushed]:
    """Flush, with a progress line on stderr if that is a terminal."""
    text = f"Delivering {words.count(waiting, 'event')}..."
    with make_console(stderr=True).status(text) as line:
        return list(console.flush(scope, failures, _ProgressLine(line, text)))


@define
class _ProgressLine:
    line: Status
    text: str
    _accepted: int = field(default=0, init=False)

    def delivered(self, events: int) -> None:
        self._accepted += events
        self.line.update(f"{self.text} {self._accepted:,} accepted")


def _has_result(flushed: Flushed) -> bool:
    return bool(flushed.delivered or flushed.dropped or flushed.waiting or flushed.unanswered)


def _print(flushed: Flushed) -> None:
    lines = [
        Text.assemble(
            (flushed.project.shown_host, "bold"), (f"  {shorten(flushed.project.project_token)}", "dim")
        )
    ]
    if flushed.delivered:
        lines.append(Text(f"  {words.count(flushed.delivered, 'event')} delivered", style="green"))
    lines += [
        Text(f"  {words.count(lost, 'event')} dropped: {words.loss(reason)}", style="red")
        for reason, lost in flushed.dropped.items()
    ]
    if flushed.waiting:
        undecided = words.FOREIGN if flushed.foreign == flushed.waiting else "their account is not known yet"
        why = flushed.why or undecided
        lines.append(Text(f"  {words.count(flushed.waiting, 'event')} still waiting: {why}", style="yellow"))
    if flushed.unanswered is not None:
        lines.append(Text(f"  your account could not be looked up: {flushed.unanswered}", style="yellow"))
    print_lines(*lines)


def _as_json(flushed: Flushed) -> dict[str, object]:
    return {
        "host": flushed.project.shown_host,
        "project_token": flushed.project.project_token,
        "delivered": flushed.delivered,
        "dropped": dict(flushed.dropped),
        "waiting": flushed.waiting,
        "undecided": flushed.undecided,
        "of_another_installation": flushed.foreign,
        "why": flushed.why,
        "look_up": flushed.unanswered,
    }
