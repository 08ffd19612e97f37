"""`view`: writes a page about a user's own usage data, and opens it in the browser."""

import os
import stat
import sys
import tempfile
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from arcade_usage.application.console.fields import explain_message
from arcade_usage.application.console.overview import Overview, ShownEvent, make_overview
from arcade_usage.cli import tell_missing_extra, words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import give_up, print_json, print_lines, report_failures, reporting_errors
from arcade_usage.cli.stats import commands_as_json, day_as_json
from arcade_usage.cli.status import status_as_json
from arcade_usage.composition import console
from arcade_usage.composition.status import read_status

_PAGE = "usage.html"
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")  # variables: a browser opens beside the terminal

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where to write the page; by default in a new folder that only you can read.",
        show_default=False,
    ),
]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")]


def view(
    context: typer.Context,
    output: Output = None,
    opens: Open = True,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show everything about your usage data on one page: as whom, what waits, and every sent event.

    The page is one file that only you can read. It has no script, and opening it contacts nobody. With
    --json, the same data is printed and no page is written.

    Exits with 0, or with 1 if the page can't be written, or the config folder or a file in it can't be read.
    """
    scope = find_scope(context, config_dir, host, token)
    with reporting_errors(scope):
        copies, unread = console.sent(scope)
        status = read_status(scope)
    overview = make_overview(status, copies, words.local_date)
    declared = {each.name: each.reason for each in scope.tool.properties} if scope.tool is not None else {}
    if as_json:
        print_json(_as_json(overview, declared))
    else:
        try:
            from arcade_usage.cli.page import render
        except ModuleNotFoundError as missing:
            tell_missing_extra(missing)
        program = context.command_path.rpartition(" ")[0]
        folder = os.path.abspath(config_dir) if config_dir is not None else None
        page = _write(output, render(overview, declared, program, folder))
        opened = opens and _open(page)
        print_lines(Text.assemble("Your usage data: ", (str(page), "bold")))
        if opens and not opened:
            print_lines(Text("No browser was opened: open the file in one.", style="dim"))
    report_failures("Not read", unread)


def _write(output: Path | None, page: str) -> Path:
    """Write the page with mode 0600; exits with 1 if that fails, or if another file is there."""
    from arcade_usage.cli.page import MARK

    try:
        if output is None:
            path = Path(tempfile.mkdtemp(prefix="arcade-usage-")) / _PAGE
        else:
            path = Path(os.path.abspath(output.expanduser()))
            if not _may_replace(path, MARK.encode()):
                give_up(f"{path} is there already, and is no page of `view`: nothing was written.")
        descriptor, temporary = tempfile.mkstemp(prefix=".arcade-usage-", dir=path.parent)  # mode 0600
        try:
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(page)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        give_up(f"The page can't be written to {output or tempfile.gettempdir()}: {error.strerror}.")
    return path


def _may_replace(path: Path, mark: bytes) -> bool:
    """Whether there is nothing, or an earlier page. Raises OSError."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
    except FileNotFoundError:
        return True
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def _open(page: Path) -> bool:
    """Open the page in a browser beside the terminal; returns whether there is one."""
    beside = sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in _DISPLAYS)
    with suppress(webbrowser.Error, OSError):
        return beside and webbrowser.open(page.as_uri())
    return False


def _as_json(overview: Overview, declared: dict[str, str]) -> dict[str, object]:
    return {
        "written_at": words.iso(overview.status.now),
        "status": status_as_json(overview.status),
        "identities": [
            {
                "distinct_id": period.distinct_id,
                "anonymous": period.anonymous,
                "since": words.iso(period.since),
                "until": words.iso(period.until),
                "events": period.events,
            }
            for period in overview.periods
        ],
        "links": [
            {
                "at": words.iso(event.copy.ended_at),
                "anon_id": event.copy.link[0],
                "principal_id": event.copy.link[1],
            }
            for event in overview.links
            if event.copy.link is not None
        ],
        "days": [day_as_json(day) for day in overview.days],
        "commands": commands_as_json(overview.commands),
        "other_events": dict(overview.others),
        "failures": [event.copy.message for event in overview.failures],
        "events_total": overview.total,
        "events": [_event_as_json(event) for event in overview.events],
        "reasons": _reasons(overview, declared),
    }


def _reasons(overview: Overview, declared: dict[str, str]) -> dict[str, dict[str, str]]:
    """Why each field is sent, by the event's name."""
    found: dict[str, dict[str, str]] = {}
    for event in overview.events:
        reasons = {name: reason for name, _, reason in explain_message(event.copy, declared)}
        found.setdefault(event.copy.name, {}).update(reasons)
    return found


def _event_as_json(event: ShownEvent) -> dict[str, object]:
    return {
        "sent": event.sent,
        "sent_at": words.iso(event.copy.at) if event.sent else None,
        "to": event.to.shown_host,
        "message": event.copy.message,
    }
