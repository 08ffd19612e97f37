"""`forget`: erases the usage data stored here, and prints an erasure request for PostHog's operator."""

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from arcade_usage.application.console.erasure import ErasureReport
from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, find_scope
from arcade_usage.cli.screen import (
    FAILED,
    headline,
    on_terminal,
    print_json,
    print_lines,
    report_failures,
    reporting_errors,
)
from arcade_usage.composition import console
from arcade_usage.domain.subject_ids import SubjectIds

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Erase without asking.")]


def forget(
    context: typer.Context, config_dir: ConfigDir = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Erase the ids of this installation, the events waiting, and the copies of sent events.

    They are those of every tool that uses the config folder. Prints a request to erase what PostHog holds
    under these ids, to send to the author of the tool. Your credentials and your choice of `on` or `off` do
    not change. While tracking is on, the next command makes a new random id.

    Exits with 0 if everything is erased, with 1 if something is not, with 2 if this is not a terminal and
    --yes is missing.
    """
    scope = find_scope(context, config_dir)
    with reporting_errors(scope):
        eraser = console.make_eraser(scope)
        tools = console.find_tools(scope)
        for_tools = words.every_tool(scope.layout.config_dir, tools)
        if not yes:
            _ask(eraser.inspect(), scope.layout.config_dir, for_tools)
        report = eraser.forget()
        left = console.name_what_is_left(scope, report.failures)
    if as_json:
        print_json(
            {
                "tools": list(tools),
                "erased": {"events_waiting": report.waiting, "copies": report.copies},
                "principal_ids": list(report.subject_ids.principals),
                "anonymous_ids": list(report.subject_ids.anonymous),
                "ids_with_person": list(report.subject_ids.with_person),
                "ids_without_person": list(report.subject_ids.unlinked),
                "senders_at_work": report.busy_senders,
                "left": list(left),
            }
        )
    else:
        _print(report, left, for_tools)
    report_failures("Not erased", left)


def _print(report: ErasureReport, left: tuple[str, ...], for_tools: str) -> None:
    done = headline("Partly erased.", "yellow") if left else headline("Erased.", "green")
    print_lines(
        done.append(f" {_summary(report)}"),
        Text(f"They were those of {for_tools}."),
        *_request(report.subject_ids),
    )
    if report.busy_senders:
        print_lines(Text("Another process is still sending.", style="yellow"))


def _ask(found: ErasureReport, config_dir: str, for_tools: str) -> None:
    """Ask for confirmation. Raises typer.Exit if the user declines, typer.BadParameter without a terminal."""
    if not on_terminal():
        raise typer.BadParameter("not a terminal: use --yes to confirm")
    print_lines(Text(f"In {config_dir}: {_summary(found)}"), Text(f"They are those of {for_tools}."))
    if not typer.confirm("Erase them?"):
        print_lines(Text("Nothing was erased.", style="yellow"))
        raise typer.Exit(FAILED)


def _summary(found: ErasureReport) -> str:
    ids = len(found.subject_ids.anonymous) + len(found.subject_ids.principals)
    return (
        f"{words.count(ids, 'id')}, {words.count(found.waiting, 'event')} waiting, "
        f"{words.count(found.copies, 'copy').replace('copys', 'copies')} of sent events."
    )


def _request(ids: SubjectIds) -> list[RenderableType]:
    """The erasure request, in words for the operator of the PostHog project."""
    if not ids:
        return [Text("No ids were stored here that PostHog could hold events under.", style="dim")]
    lines = [
        "",
        "The ids are no longer stored here. To have PostHog's data erased too, send this",
        "text to the author of the tool:",
        "",
        "Please erase the following data from your PostHog project.",
    ]
    if ids.with_person:
        lines += [
            "- Delete the persons of these distinct ids, with their events. If an id has",
            "  no person, delete the events of this distinct id:",
            *_listed(ids.with_person),
        ]
    if ids.unlinked:
        lines += [
            "- Delete the events of these distinct ids. They have no person, so the",
            "  deletion of a person does not find them:",
            *_listed(ids.unlinked),
        ]
    if ids.principals:
        lines += [
            "- If I log in again, events arrive under my account's id again. PostHog gives",
            '  them no person until you use "Reset deleted person" for this distinct id:',
            *_listed(ids.principals),
        ]
    return [Text(line) for line in lines]


def _listed(ids: tuple[str, ...]) -> list[str]:
    return [f"    {an_id}" for an_id in ids]
