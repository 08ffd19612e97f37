"""The commands as one Typer app."""

import typer

from arcade_usage.cli import HELP
from arcade_usage.cli.demo import demo
from arcade_usage.cli.doctor import doctor
from arcade_usage.cli.flush import flush
from arcade_usage.cli.forget import forget
from arcade_usage.cli.log import log
from arcade_usage.cli.receive import receive
from arcade_usage.cli.show import show
from arcade_usage.cli.status import status
from arcade_usage.cli.switch import off, on


def make_app() -> typer.Typer:
    """Make a Typer app of all commands. The object of its context is the tool that mounts it, if any."""
    commands = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP
    )
    commands.callback(help=HELP)(lambda: None)
    for command in (status, doctor, off, on, show, log, flush, forget, receive, demo):
        commands.command()(command)
    return commands
