"""`doctor`: checks every step from the switch to a delivered event."""

from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import FAILED, facts, on_terminal, print_json, print_lines, table
from arcade_usage.composition import doctor as checks
from arcade_usage.composition.scope import Scope
from arcade_usage.domain.checkup import Check, Result, Step

_STYLES = {Result.OK: "green", Result.FAILED: "bold red", Result.SKIPPED: "dim"}

_RESULT_WIDTH = max(len(result.value) for result in Result)  # of both tables
_CHECK_WIDTH = max(len(check.text) for check in Check)

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Send the test event without asking.")]
Offline = Annotated[bool, typer.Option("--offline", help="Send nothing: check only what is on this machine.")]


def doctor(
    context: typer.Context,
    yes: Yes = False,
    offline: Offline = False,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Check every step from the switch to a delivered event, and say what to do about each that fails.

    It asks before it sends: one test event, under a random id that is used once, and your stored credentials
    to Arcade Cloud. No identity changes.

    Exits with 0 if no step failed, with 1 if one did, with 2 if this is not a terminal and neither --yes nor
    --offline is given.
    """
    scope = find_scope(context, config_dir, host, token)
    if not (yes or offline) and (as_json or not on_terminal()):
        context.fail("Not a terminal: use --yes to send the test event, or --offline.")
    steps = list(checks.check_here(scope))
    if not as_json:
        _print(steps)
    failed = {step.check for step in steps if step.result is Result.FAILED}
    ready = failed <= {Check.VERSION}  # events are sent without a version too
    why = "tracking is off, or a step above failed" if not ready else _decline(scope, yes, offline)
    network = list(checks.check_network(scope) if why is None else checks.skip_network(f"not tried: {why}"))
    steps += network
    if as_json:
        print_json({"steps": [_as_json(step) for step in steps]})
    else:
        _print(network)
    raise typer.Exit(FAILED if any(step.result is Result.FAILED for step in steps) else 0)


def _decline(scope: Scope, yes: bool, offline: bool) -> str | None:
    """Why nothing is sent; None if the user agrees to it."""
    if offline:
        return "--offline"
    plan = checks.plan(scope)
    if not plan:
        return "no PostHog project is known: use --host and --token"
    if not yes:
        print_lines("", Text("The next steps send"), facts(plan), "")
        if not typer.confirm("Send this?"):
            return "you declined"
    return None


def _print(steps: list[Step]) -> None:
    several = len({step.host for step in steps if step.host is not None}) > 1
    rows = [
        (
            Text(step.result.value.ljust(_RESULT_WIDTH), style=_STYLES[step.result]),
            Text(step.check.text.ljust(_CHECK_WIDTH), style="bold"),
            f"{step.host}: {step.text}" if several and step.host is not None else step.text,
        )
        for step in steps
    ]
    print_lines(table(("", "", ""), rows))


def _as_json(step: Step) -> dict[str, object]:
    return {"step": step.check.value, "result": step.result.value, "text": step.text, "host": step.host}
