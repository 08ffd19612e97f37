"""The commands as one Typer app."""

import typer

from arcade_usage.cli.demo import demo
from arcade_usage.cli.flush import flush
from arcade_usage.cli.forget import forget
from arcade_usage.cli.log import log
from arcade_usage.cli.show import show
from arcade_usage.cli.status import status
from arcade_usage.cli.switch import off, on
from arcade_usage.composition.command import ToolConfig

_HELP = """See what a command-line tool reports about its use and to whom, and turn that off.

Exit codes: 0 done; 1 the config folder can't be used, or it failed; 2 a wrong command line;
3 the answer is no: tracking is off, or something waits still.
"""


def make_app(tool: ToolConfig | None = None) -> typer.Typer:
    """`tool`: what mounts it; each call makes an app of its own."""

    def usage(context: typer.Context) -> None:
        context.obj = tool

    commands = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_HELP
    )
    commands.callback(help=_HELP)(usage)
    for command in (status, off, on, show, log, flush, forget, demo):
        commands.command()(command)
    return commands
