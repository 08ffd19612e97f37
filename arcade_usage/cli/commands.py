"""The commands as one Typer app."""

import inspect

import typer

from arcade_usage.cli.demo import demo
from arcade_usage.cli.doctor import doctor
from arcade_usage.cli.fields import fields
from arcade_usage.cli.flush import flush
from arcade_usage.cli.forget import forget
from arcade_usage.cli.help import HELP, style, texts
from arcade_usage.cli.log import log
from arcade_usage.cli.receive import receive
from arcade_usage.cli.show import show
from arcade_usage.cli.stats import stats
from arcade_usage.cli.status import status
from arcade_usage.cli.switch import local, off, on
from arcade_usage.cli.view import view


def make_app() -> typer.Typer:
    """Make a Typer app of all commands."""
    commands = typer.Typer(no_args_is_help=True, **style())
    commands.callback(**texts(HELP))(usage)
    in_order = (status, doctor, off, local, on, show, fields, log, stats, view, flush, forget, receive, demo)
    for command in in_order:
        commands.command(**texts(inspect.getdoc(command) or ""))(command)
    return commands


def usage() -> None:
    """Do nothing: each command does its own work."""
