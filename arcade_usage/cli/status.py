"""`status`: how tracking stands here."""

import typer
from rich.console import RenderableType
from rich.text import Text

from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson, ConfigDir, Host, Token, find_place
from arcade_usage.cli.screen import FAILED, NOT_SO, Cell, facts, headline, put, put_json
from arcade_usage.composition import console
from arcade_usage.domain.status import ProjectStatus, Status, Trouble, shorten


def status(
    context: typer.Context,
    config_dir: ConfigDir = None,
    host: Host = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether usage tracking is on and why, who it takes you for, what waits, and how delivery goes.

    Exits with 0 when it is on, with 3 when it is off, with 1 if the config folder can't be used.
    """
    stock = console.status(find_place(context, config_dir, host, token))
    if as_json:
        put_json(_as_json(stock))
    else:
        _put(stock)
    raise typer.Exit(FAILED if not stock.works else 0 if stock.is_on else NOT_SO)


def _put(stock: Status) -> None:
    content: list[RenderableType] = []
    if stock.is_on:
        content.append(headline("Usage tracking is on.", "green"))
        if stock.debugging:
            content.append(
                Text("ARCADE_USAGE_DEBUG is set: events are shown on stderr, and not sent.", "yellow")
            )
    else:
        content.append(headline("Usage tracking is off:", "yellow"))
        content += [Text(f"  {reason}") for reason in words.reasons(stock.reasons, stock.off_files)]
    content += [Text(f"! {trouble.value}", style=_style(trouble)) for trouble in stock.troubles]
    content += [Text(f"  {each}", style="yellow") for each in (*stock.not_owned, *stock.unusable_locks)]
    problems = (stock.sdk_problem, stock.adapters_problem)
    content += [Text(f"! {problem}", style="bold red") for problem in problems if problem is not None]
    content += ["", facts(_identity(stock))]
    for project in stock.projects:
        title = Text.assemble(
            (project.project.host, "bold"), (f"  {shorten(project.project.project_token)}", "dim")
        )
        content += ["", title, facts(_delivery(project, stock.now))]
    if not stock.projects and stock.state is not None:
        content += ["", Text("No tool has reported anything from here yet.", style="dim")]
    put(*content)


def _style(trouble: Trouble) -> str:
    return "bold red" if trouble in (Trouble.UNREADABLE, Trouble.UNWRITABLE) else "yellow"


def _identity(stock: Status) -> list[tuple[str, Cell]]:
    told: list[tuple[str, Cell]] = []
    if stock.principal_id is not None:
        told.append(("identity", Text.assemble("linked to account ", (shorten(stock.principal_id), "bold"))))
    elif stock.anon_id is not None:
        told.append(("identity", "anonymous"))
    elif stock.state is not None:
        told.append(("identity", "none yet: the first command makes a random id"))
    if stock.anon_id is not None:
        told.append(("random id", shorten(stock.anon_id)))
    if stock.pending_aliases:
        told.append(("links to send", words.count(stock.pending_aliases, "earlier id")))
    told.append(("credentials", "stored" if stock.has_credentials else "none"))
    told.append(("config folder", stock.config_dir))
    return told


def _delivery(project: ProjectStatus, now: float) -> list[tuple[str, Cell]]:
    book = project.logbook
    told: list[tuple[str, Cell]] = [("waiting", _waiting(project, now))]
    due_at = project.due_at(now)
    if project.waiting:
        told.append(("next attempt", words.ahead(due_at, now) if due_at else "with the next command"))
    told.append(
        (
            "last delivery",
            f"{words.ago(book.delivered.at, now)}: {words.count(book.delivered.events, 'event')}"
            if book.delivered
            else "none yet",
        )
    )
    if book.failed is not None:
        told.append(("last failure", f"{words.ago(book.failed.at, now)}: {book.failed.reason}"))
    if book.unanswered is not None:
        told.append(
            ("last failed look-up", f"{words.ago(book.unanswered.at, now)}: {book.unanswered.reason}")
        )
    for reason, lost in book.losses.counts.items():
        told.append(("dropped", f"{words.count(lost, 'event')}: {reason}"))
    return told


def _waiting(project: ProjectStatus, now: float) -> Cell:
    if not project.waiting or project.oldest_at is None:
        return "nothing"
    told = f"{words.count(project.waiting, 'event')}, the oldest from {words.ago(project.oldest_at, now)}"
    if project.undecided > project.foreign:
        told += f"; {project.undecided - project.foreign:,} until it can be told whose"
    if project.foreign:
        told += f"; {project.foreign:,} {words.FOREIGN}"
    return Text(told, style="yellow")


def _as_json(stock: Status) -> dict[str, object]:
    state = "linked" if stock.principal_id else "anonymous" if stock.anon_id else "none"
    return {
        "tracking": "on" if stock.is_on else "off",
        "reasons": words.reasons(stock.reasons, stock.off_files),
        "debug": stock.debugging,
        "config_dir": stock.config_dir,
        "identity": {
            "state": "unreadable" if stock.state is None else state,
            "anon_id": shorten(stock.anon_id) if stock.anon_id else None,
            "principal_id": shorten(stock.principal_id) if stock.principal_id else None,
            "links_to_send": stock.pending_aliases,
        },
        "credentials": stock.has_credentials,
        "troubles": {
            **{trouble.name.lower(): trouble.value for trouble in stock.troubles},
            **({"sdk": stock.sdk_problem} if stock.sdk_problem is not None else {}),
        },
        "not_owned": list(stock.not_owned),
        "unusable_locks": list(stock.unusable_locks),
        "sinks": [_sink_as_json(project, stock.now) for project in stock.projects],
    }


def _sink_as_json(project: ProjectStatus, now: float) -> dict[str, object]:
    delivered, failed, unanswered = (
        project.logbook.delivered,
        project.logbook.failed,
        project.logbook.unanswered,
    )
    return {
        "host": project.project.host,
        "project_token": shorten(project.project.project_token),
        "waiting": project.waiting,
        "undecided": project.undecided,
        "of_another_installation": project.foreign,
        "oldest": words.iso(project.oldest_at),
        "next_attempt": words.iso(project.due_at(now)),
        "failures_in_a_row": project.failures,
        "last_delivery": {"at": words.iso(delivered.at), "events": delivered.events} if delivered else None,
        "last_failure": {"at": words.iso(failed.at), "reason": failed.reason} if failed else None,
        "last_failed_look_up": (
            {"at": words.iso(unanswered.at), "reason": unanswered.reason} if unanswered else None
        ),
        "dropped": dict(project.logbook.losses.counts),
    }
