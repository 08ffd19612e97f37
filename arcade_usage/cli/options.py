"""The options that commands share, and what they come to."""

from pathlib import Path
from typing import Annotated

import typer

from arcade_usage.composition.command import ToolConfig
from arcade_usage.composition.console import Place

ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        metavar="FOLDER",
        help="The config folder; by default $ARCADE_WORK_DIR, else ~/.arcade.",
        readable=False,  # it is told in our words, with our exit code
        show_default=False,
    ),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="URL", help="Only what goes to this PostHog.", show_default=False),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="PHC",
        help="Only what goes to the project with this token.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs to read.")]


def find_place(
    context: typer.Context, config_dir: Path | None, host: str | None = None, token: str | None = None
) -> Place:
    """Where to look. Raises typer.BadParameter for what can't be a folder or a sink."""
    tool = context.obj if isinstance(context.obj, ToolConfig) else None
    try:
        place = Place(tool, config_dir, host, token)
        place.projects()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return place
