"""`status`: shows the state of tracking."""

import typer
from rich.console import RenderableType
from rich.text import Text

from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_scope
from arcade_usage.cli.screen import (
    FAILED,
    OFF_OR_WAITING,
    Cell,
    facts,
    headline,
    indented,
    print_json,
    print_lines,
    reasons_as_json,
)
from arcade_usage.composition.status import read_status
from arcade_usage.domain.consent import DEBUG_VARIABLE
from arcade_usage.domain.status import ProjectStatus, Status, shorten
from arcade_usage.domain.trouble import Trouble


def status(
    context: typer.Context,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show whether usage tracking is on and why, your identity, the events waiting, and delivery health.

    Exits with 0 if it is on, with 3 if it is off or local, with 1 if the config folder can't be used.
    """
    status = read_status(find_scope(context, config_dir, host, token))
    if as_json:
        print_json(status_as_json(status))
    else:
        _print(status)
    raise typer.Exit(FAILED if not status.works else 0 if status.is_on else OFF_OR_WAITING)


def _print(status: Status) -> None:
    content: list[RenderableType] = []
    if status.is_on:
        content.append(headline("Usage tracking is on.", "green"))
        content += [Text(choice.text, style="dim") for choice in status.choices]
        if status.debugging:
            content.append(
                Text(f"{DEBUG_VARIABLE} is set: events are shown on stderr and not sent.", "yellow")
            )
    elif words.tracking(status.reasons) == "local":
        content.append(headline("Usage tracking is local: events are recorded here and not sent.", "yellow"))
        content += [indented(reason.text) for reason in status.reasons]
    else:
        content.append(headline("Usage tracking is off:", "yellow"))
        content += [indented(reason.text) for reason in status.reasons]
    content += [Text(f"! {trouble.text}", style=_style(trouble)) for trouble in status.troubles]
    details = (*status.not_owned, *status.newer, *status.unusable_locks)
    content += [indented(each, "yellow") for each in details]
    problems = (status.sdk_problem, status.adapters_problem)
    content += [Text(f"! {problem}", style="bold red") for problem in problems if problem is not None]
    content += ["", facts([*identity_facts(status), *consent_facts(status)])]
    for project in status.projects:
        title = Text.assemble(
            (project.project.shown_host, "bold"), (f"  {shorten(project.project.project_token)}", "dim")
        )
        content += ["", title, facts(delivery_facts(project, status.now))]
    if not status.projects and status.state is not None:
        content += ["", Text("No tool has reported an event from here yet.", style="dim")]
    print_lines(*content)


def _style(trouble: Trouble) -> str:
    return "bold red" if trouble in (Trouble.UNREADABLE, Trouble.UNWRITABLE) else "yellow"


def identity_facts(status: Status) -> list[tuple[str, Cell]]:
    """As whom events are sent from now on."""
    rows: list[tuple[str, Cell]] = []
    if status.principal_id is not None:
        rows.append(("identity", Text.assemble("linked to account ", (shorten(status.principal_id), "bold"))))
    elif status.anon_id is not None:
        rows.append(("identity", "anonymous"))
    elif status.state is not None:
        rows.append(("identity", "none yet: the first command creates a random id"))
    if status.anon_id is not None:
        rows.append(("random id", shorten(status.anon_id)))
    if status.pending_aliases:
        rows.append(("links to send", words.count(status.pending_aliases, "earlier id")))
    rows.append(("credentials", "stored" if status.has_credentials else "none"))
    rows.append(("config folder", status.config_dir))
    return rows


def consent_facts(status: Status) -> list[tuple[str, Cell]]:
    """What was shown, asked or chosen, and when; what was answered."""
    rows: list[tuple[str, Cell]] = [
        ("choice", f"{each.level}, {words.ago(each.at, status.now)}")
        for each in status.choices
        if each.at is not None
    ]
    for each in status.consents:
        what = f"{each.tool}, version {each.text_version}, {words.ago(each.at, status.now)}"
        rows.append(("notice", what) if each.answer is None else ("question", f"{what}: {each.answer}"))
    return rows


def delivery_facts(project: ProjectStatus, now: float) -> list[tuple[str, Cell]]:
    """What waits, when it is sent, and what was lost."""
    book = project.logbook
    rows: list[tuple[str, Cell]] = [("tools", ", ".join(project.tools))] if project.tools else []
    rows.append(("events waiting", _waiting(project, now)))
    due_at = project.due_at(now)
    if project.waiting:
        rows.append(("next attempt", words.ahead(due_at, now) if due_at else "with the next command"))
    rows.append(
        (
            "last delivery",
            f"{words.ago(book.delivered.at, now)}: {words.count(book.delivered.events, 'event')}"
            if book.delivered
            else "none yet",
        )
    )
    if book.failed is not None:
        rows.append(("last failure", f"{words.ago(book.failed.at, now)}: {book.failed.reason}"))
    if book.unanswered is not None:
        rows.append(
            ("last failed look-up", f"{words.ago(book.unanswered.at, now)}: {book.unanswered.reason}")
        )
    if project.waits_for_account:
        look_up_at = project.look_up_at(now)
        rows.append(("next look-up", words.ahead(look_up_at, now) if look_up_at else "with the next command"))
    if project.count.succeeded:
        counted = f"{project.count.succeeded:,} that succeeded on {project.count.day} (UTC)"
        rows.append(
            ("commands counted", f"{counted}, beyond the daily limit; sent as one event the next day")
        )
    for reason, lost in book.losses.counts.items():
        rows.append(("dropped", f"{words.count(lost, 'event')}: {words.loss(reason)}"))
    return rows


def _waiting(project: ProjectStatus, now: float) -> Cell:
    if not project.waiting or project.oldest_at is None:
        return "none"
    text = f"{words.count(project.waiting, 'event')}, the oldest from {words.ago(project.oldest_at, now)}"
    if project.undecided > project.foreign:
        text += f"; {project.undecided - project.foreign:,} until their account is known"
    if project.foreign:
        text += f"; {project.foreign:,} {words.FOREIGN}"
    return Text(text, style="yellow")


def status_as_json(status: Status) -> dict[str, object]:
    state = "linked" if status.principal_id else "anonymous" if status.anon_id else "none"
    problems = {"sdk": status.sdk_problem, "adapters": status.adapters_problem}
    return {
        "tracking": words.tracking(status.reasons),
        **reasons_as_json(status.reasons),
        "error_texts": status.sends_errors,
        "choices": [
            {"level": each.level, "at": words.iso(each.at), "path": each.path} for each in status.choices
        ],
        "consents": [
            {
                "tool": each.tool,
                "text_version": each.text_version,
                "at": words.iso(each.at),
                "kind": "notice" if each.answer is None else "ask",
                "answer": each.answer,
            }
            for each in status.consents
        ],
        "debug": status.debugging,
        "config_dir": status.config_dir,
        "identity": {
            "state": "unreadable" if status.state is None else state,
            "anon_id": status.anon_id,
            "principal_id": status.principal_id,
            "links_to_send": status.pending_aliases,
        },
        "credentials": status.has_credentials,
        "troubles": {
            **{trouble.value: trouble.text for trouble in status.troubles},
            **{name: text for name, text in problems.items() if text is not None},
        },
        "not_owned": list(status.not_owned),
        "newer": list(status.newer),
        "unusable_locks": list(status.unusable_locks),
        "sinks": [_sink_as_json(project, status.now) for project in status.projects],
    }


def _sink_as_json(project: ProjectStatus, now: float) -> dict[str, object]:
    book, count = project.logbook, project.count
    delivered, failed, unanswered = book.delivered, book.failed, book.unanswered
    return {
        "host": project.project.shown_host,
        "project_token": project.project.project_token,
        "tools": list(project.tools),
        "waiting": project.waiting,
        "undecided": project.undecided,
        "of_another_installation": project.foreign,
        "oldest": words.iso(project.oldest_at),
        "next_attempt": words.iso(project.due_at(now)),
        "next_look_up": words.iso(project.look_up_at(now)),
        "failures_in_a_row": project.failures,
        "last_delivery": {"at": words.iso(delivered.at), "events": delivered.events} if delivered else None,
        "last_failure": {"at": words.iso(failed.at), "reason": failed.reason} if failed else None,
        "last_failed_look_up": (
            {"at": words.iso(unanswered.at), "reason": unanswered.reason} if unanswered else None
        ),
        "dropped": dict(book.losses.counts),
        "day": {"day": count.day, "events": count.admitted, "counted": count.succeeded}
        if count.day
        else None,
    }
