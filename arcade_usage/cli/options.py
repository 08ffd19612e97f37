"""The options that the commands share, and the Scope that they select."""

from pathlib import Path
from typing import Annotated

import typer

from arcade_usage.cli.screen import give_up
from arcade_usage.composition.command import ToolConfig
from arcade_usage.composition.scope import Scope
from arcade_usage.domain.configuration import check_host, check_token

ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        metavar="FOLDER",
        help="The config folder; by default $ARCADE_WORK_DIR, else ~/.arcade.",
        readable=False,  # the commands report an unreadable folder themselves, with exit code 1
        show_default=False,
    ),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="URL", help="Only events for this PostHog URL.", show_default=False),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="PHC",
        help="Only events for the PostHog project with this token.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def find_scope(
    context: typer.Context, config_dir: Path | None, host: str | None = None, token: str | None = None
) -> Scope:
    """The scope of a command. Raises typer.BadParameter for an invalid folder, URL or token.

    Exits with 1 if there is no config folder.
    """
    for option, problem in (("--host", check_host(host)), ("--token", check_token(token))):
        if problem:
            raise typer.BadParameter(problem.text, param_hint=option)
    tool = context.obj if isinstance(context.obj, ToolConfig) else None
    try:
        scope = Scope(tool, config_dir, host, token)
    except ValueError as error:
        if config_dir is not None:
            raise typer.BadParameter(str(error), param_hint="--config-dir") from None
        give_up(f"Usage tracking is off: {error}.")  # the environment names no folder
    try:
        scope.projects()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return scope
