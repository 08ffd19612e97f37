"""The commands inside a tool: in its Typer app, in its Click group, and for a tool of any other kind.

Owns the invariant that mounting imports no command: a command is imported when a user runs one. A tracked app
recognizes these functions by their module and does not report them.
"""

import os
import sys
from typing import TYPE_CHECKING

from arcade_usage.cli import load_commands
from arcade_usage.cli.help import HELP, style, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click
    import typer

    from arcade_usage.composition.command import ToolConfig

_SUMMARY = "Show what this tool reports about its usage, or turn it off."  # fits a line of Click's help


def make_usage_app(config: "ToolConfig") -> "typer.Typer":
    """Make a Typer app of the commands for this tool."""
    import typer

    from arcade_usage.cli.lazy_group import LazyGroup

    def usage(context: typer.Context) -> None:
        context.obj = config

    commands = typer.Typer(cls=LazyGroup, **style())
    commands.callback(**texts(HELP))(usage)
    return commands


def make_usage_command(config: "ToolConfig") -> "click.Command":
    """Make a Click command that passes its arguments to the Typer app.

    Click can't mount the app itself: newer Typer versions bundle their own Click.
    """
    import click

    def usage(arguments: tuple[str, ...]) -> None:
        context = click.get_current_context()
        context.exit(run_usage_command(config, arguments, context.command_path))

    return click.Command(
        "usage",
        callback=usage,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        help=_SUMMARY,
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )


def run_usage_command(config: "ToolConfig", arguments: "Sequence[str]", program: str | None = None) -> int:
    """Run a command; returns its exit code. Typer prints usage errors, with the name of the `program`."""
    try:
        load_commands()
        make_usage_app(config)(args=list(arguments), prog_name=program or _find_program(arguments))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _find_program(arguments: "Sequence[str]") -> str:
    """The tool's name and the word before the arguments, if the user typed them; else "usage"."""
    before = sys.argv[: len(sys.argv) - len(arguments)]
    name = os.path.basename(before[0]) if before else ""
    if [*before, *arguments] != sys.argv or name in ("", "-c", "__main__.py"):
        return "usage"
    return " ".join([name, *before[1:][-1:]])
