"""A tool's Typer app for the tests of tracking."""

from typing import Any

import typer
from typer.testing import CliRunner


def run(app: typer.Typer, line: str, **options: Any) -> int:
    """Run a command line; returns the exit code."""
    return CliRunner().invoke(app, line.split(), **options).exit_code


def nothing() -> None:
    """A command that returns."""


def make_app() -> typer.Typer:
    """A tool's app with three levels."""
    app, toolkit, deep = typer.Typer(), typer.Typer(), typer.Typer()
    app.command("login")(nothing)
    app.command("logout")(nothing)
    toolkit.command("run")(nothing)
    toolkit.command("fail")(fail)
    toolkit.command("exit")(leave)
    deep.command("run")(nothing)
    deep.command("other")(nothing)
    toolkit.add_typer(deep, name="deep")
    app.add_typer(toolkit, name="toolkit")
    return app


def fail() -> None:
    raise ValueError("no such toolkit")


def leave(code: int, port: int = 0) -> None:
    del port
    raise typer.Exit(code)
