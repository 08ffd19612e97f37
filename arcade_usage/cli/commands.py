"""The commands as one Typer app."""

import typer

from arcade_usage.cli.demo import demo
from arcade_usage.cli.doctor import doctor
from arcade_usage.cli.fields import fields
from arcade_usage.cli.flush import flush
from arcade_usage.cli.forget import forget
from arcade_usage.cli.log import log
from arcade_usage.cli.receive import receive
from arcade_usage.cli.show import show
from arcade_usage.cli.status import status
from arcade_usage.cli.switch import off, on
from arcade_usage.composition.command import ToolConfig

_HELP = """Show what a command-line tool reports about its usage and where it is sent, or turn it off.

Exit codes: 0 success; 1 failure, for example an unusable config folder; 2 invalid arguments;
3 tracking is off, or events are still waiting.
"""


def make_app(tool: ToolConfig | None = None) -> typer.Typer:
    """Make a Typer app of all commands. `tool`: the tool that mounts it."""

    def usage(context: typer.Context) -> None:
        context.obj = tool

    commands = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_HELP
    )
    commands.callback(help=_HELP)(usage)
    for command in (status, doctor, off, on, show, fields, log, flush, forget, receive, demo):
        commands.command()(command)
    return commands
