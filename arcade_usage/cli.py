"""The command line: `arcade-usage`. Its framework comes with the extra `cli`; without it, `main` says so."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer

    app: typer.Typer

_EXTRA = ("rich", "typer")
_WITHOUT_EXTRA = "arcade-usage: its command line needs an extra; pip install 'arcade-usage[cli]'\n"


def main() -> None:
    """The console script."""
    try:
        commands = _make_app()
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRA:
            raise
        sys.stderr.write(_WITHOUT_EXTRA)
        raise SystemExit(1) from None
    commands()


def demo() -> None:
    """Play a story of five people, to see what is tracked and as whom.

    Takes some seconds, and nothing leaves this machine.

    Exits with 1 if any event ended up with the wrong person.
    """
    import typer
    from rich.console import Console

    from arcade_usage.demo.performance import perform

    raise typer.Exit(0 if perform(Console()) else 1)


def flush() -> None:
    """Deliver now what waits, also what a failure put off.

    Exits with 1 if something waits still, or where the config folder can't be used.
    """
    import typer

    from arcade_usage import bootstrap
    from arcade_usage.application.errors import UsageTrackingError

    try:
        flushed = bootstrap.flush()
    except UsageTrackingError as error:
        typer.echo(f"The config folder can't be used: {error}.", err=True)
        raise typer.Exit(1) from None
    for each in flushed:
        typer.echo(f"{each.sink.host}: {each.gone} gone, {each.waiting} waiting")
    if not flushed:
        typer.echo("Nothing waits.")
    raise typer.Exit(1 if any(each.waiting for each in flushed) else 0)


def _usage() -> None:
    """See what a command-line tool reports about its use, and to whom."""


def _make_app() -> "typer.Typer":
    import rich  # noqa: F401 - what the commands show goes through it
    import typer

    commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    commands.callback()(_usage)  # makes it a group, however few commands it has
    commands.command()(demo)
    commands.command()(flush)
    return commands


def __getattr__(name: str) -> Any:
    """`app`, for a host that mounts it: made when asked for, since importing this must not need the extra."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = made = _make_app()
    return made


if __name__ == "__main__":
    main()
