"""`demo`: the story that shows what is tracked and as whom."""

import typer

from arcade_usage.cli.screen import FAILED


def demo() -> None:
    """Play a story of five people, to see what is tracked and as whom.

    Takes some seconds, and nothing leaves this machine.

    Exits with 1 if any event ended up with the wrong person.
    """
    from rich.console import Console

    from arcade_usage.demo.performance import perform

    raise typer.Exit(0 if perform(Console()) else FAILED)
