"""`forget`: erases the usage data stored here, and makes an erasure request for PostHog's operator."""

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from arcade_usage.application.console.erasure import ErasureReport
from arcade_usage.application.errors import NotAcceptedError
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
from arcade_usage.composition.scope import Scope
from arcade_usage.domain.subject_ids import SubjectIds

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Erase, and send the request, without asking.")]

_MAIL = "mailto:"
_BY_HAND = "You can send the text to the author of the tool yourself."


def forget(
    context: typer.Context, config_dir: ConfigDir = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Erase the ids of this installation, the events waiting, and the copies of sent events.

    They are those of every tool that uses the config folder. Prints a request to erase what PostHog holds
    under these ids, for the author of the tool. If the tool names an address, asks whether to send the ids
    there. Your credentials and your choice of `on` or `off` do
    not change. While tracking is on, the next command makes a new random id.

    Exits with 0 if everything is erased, with 1 if something is not or the request can't be sent, with 2 if
    this is not a terminal and --yes is missing.
    """
    scope = find_scope(context, config_dir)
    address = scope.tool.erasure_url if scope.tool is not None else None
    with reporting_errors(scope):
        eraser = console.make_eraser(scope)
        tools = console.find_tools(scope)
        for_tools = words.every_tool(scope.layout.config_dir, tools)
        if not yes:
            _ask(context, eraser.inspect(), scope.layout.config_dir, for_tools)
        report = eraser.forget()
        left = console.name_what_is_left(scope, report.failures)
    if not as_json:
        _print(report, left, for_tools, address)
    request = _send_request(scope, address, report.subject_ids, yes=yes, as_json=as_json)
    if as_json:
        print_json(
            {
                "tools": list(tools),
                "erased": {"events_waiting": report.waiting, "copies": report.copies},
                **report.subject_ids.as_json(),
                "request": request,
                "senders_at_work": report.busy_senders,
                "left": list(left),
            }
        )
    not_sent = [] if request["problem"] is None else [f"{request['problem']}. {_BY_HAND}"]
    print_lines(*(Text(f"Not sent: {each}", style="bold red") for each in not_sent), stderr=True)
    report_failures("Not erased", left)
    if not_sent:
        raise typer.Exit(FAILED)


def _send_request(
    scope: Scope, address: str | None, ids: SubjectIds, *, yes: bool, as_json: bool
) -> dict[str, object]:
    """Send the ids to the author's address if the user agrees; returns what became of it, for programs."""
    request: dict[str, object] = {"to": address, "sent": False, "problem": None}
    if not ids or address is None or address.startswith(_MAIL):
        return request
    if not yes and not typer.confirm(f"Send these ids to {address}?", err=as_json):
        print_lines(Text(f"Nothing was sent. {_BY_HAND}", style="yellow"), stderr=as_json)
        return request
    print_lines(Text(f"The ids are sent to {address} ...", style="dim"), stderr=as_json)
    try:
        console.send_erasure_request(address, (scope.tool and scope.tool.distribution) or "", ids)
    except NotAcceptedError as error:
        return {**request, "problem": str(error)}
    except KeyboardInterrupt:  # what was erased here is still to be printed
        return {**request, "problem": "interrupted"}
    if not as_json:
        print_lines(headline("Sent.", "green", " The author of the tool has to erase them."))
    return {**request, "sent": True}


def _print(report: ErasureReport, left: tuple[str, ...], for_tools: str, address: str | None) -> None:
    done = headline("Partly erased.", "yellow") if left else headline("Erased.", "green")
    print_lines(
        done.append(f" {_summary(report)}"),
        Text(f"They were those of {for_tools}."),
        *_request(report.subject_ids, address),
    )
    if report.busy_senders:
        print_lines(Text("Another process is still sending.", style="yellow"))


def _ask(context: typer.Context, found: ErasureReport, config_dir: str, for_tools: str) -> None:
    """Ask for confirmation. Raises typer.Exit if the user declines, a usage error without a terminal."""
    if not on_terminal():
        context.fail("Not a terminal: use --yes to confirm.")
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


def _request(ids: SubjectIds, address: str | None) -> list[RenderableType]:
    """The erasure request, in words for the operator of the PostHog project."""
    if not ids:
        return [Text("No ids were stored here that PostHog could hold events under.", style="dim")]
    lines = [
        "",
        "The ids are no longer stored here. To have PostHog's data erased too, send this text to"
        f" {_recipient(address)}:",
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


def _recipient(address: str | None) -> str:
    if address is None or not address.startswith(_MAIL):
        return "the author of the tool"
    return address.removeprefix(_MAIL)


def _listed(ids: tuple[str, ...]) -> list[str]:
    return [f"    {an_id}" for an_id in ids]
