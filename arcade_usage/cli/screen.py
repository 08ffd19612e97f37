"""How the commands print: colour on a terminal, plain lines in a pipe, what went wrong on stderr.

Owns the invariant that a pipe gets no control sequence, no wrapped line and no blank at a line's end.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from arcade_usage.application.errors import NotAcceptedError, StoreBusyError, UsageTrackingError, explain
from arcade_usage.composition.console import Place, check

FAILED = 1  # the config folder can't be used
NOT_SO = 3  # the answer is no: tracking is off, something waits still

WIDTH_LIMIT = 110  # columns on a terminal; longer lines are hard to read
_UNWRAPPED = 10_000  # columns in a pipe

Cell = str | Text


def make_console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDTH_LIMIT) if console.is_terminal else _UNWRAPPED
    return console


def put(*content: RenderableType, stderr: bool = False) -> None:
    """Print one thing after the other."""
    console = make_console(stderr=stderr)
    if console.is_terminal:
        console.print(Group(*content))
        return
    with console.capture() as capture:
        console.print(Group(*content))
    for line in capture.get().splitlines():
        console.out(line.rstrip(), highlight=False)


def put_json(value: object) -> None:
    """Print JSON: one document, in UTF-8 where the pipe takes it."""
    typer.echo(json.dumps(value, indent=2, default=str))


def headline(text: str, style: str, *more: str) -> Text:
    """What a command has to say in one line."""
    return Text.assemble((text, f"bold {style}"), *more)


def facts(rows: Iterable[tuple[str, Cell]]) -> Padding:
    """Names and what there is to say about each."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return Padding(grid, (0, 0, 0, 2))


def table(heads: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Table:
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        made.add_column(head, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


@contextmanager
def reporting_errors(place: Place) -> Iterator[None]:
    """What can't be done with the config folder is said in one line on stderr; exit code 1."""
    try:
        check(place)
        yield
    except StoreBusyError:
        _give_up("Another process is changing the identity at this moment; try again.")
    except NotAcceptedError as error:  # PostHog's SDK is one that can't be used
        _give_up(f"{error}.")
    except UsageTrackingError as error:
        _give_up(f"{place.layout.config_dir} can't be used: {explain(error)}.")


def put_failures(what: str, failures: Sequence[str]) -> None:
    """What could not be done, on stderr; ends with exit code 1 if there is anything."""
    if failures:
        put(*(Text(f"{what}: {each}", style="bold red") for each in failures), stderr=True)
        raise typer.Exit(FAILED)


def _give_up(message: str) -> None:
    put(Text(message, style="bold red"), stderr=True)
    raise typer.Exit(FAILED)


def on_terminal() -> bool:
    """Whether a person sees what is printed, and can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and make_console().is_terminal
