"""Prints the commands' output: styled on a terminal, plain lines in a pipe, failures on stderr.

Owns the invariants that a pipe gets no control sequence, no wrapped line and no trailing blank, that nothing
on a terminal is wider than it, and that no stored text controls it.
"""

import errno
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NoReturn

import typer
from attrs import frozen
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from arcade_usage.application.errors import NotAcceptedError, StoreBusyError, UsageTrackingError, explain
from arcade_usage.composition.console import check
from arcade_usage.composition.scope import Scope
from arcade_usage.domain.configuration import Reason

FAILED = 1  # the config folder can't be used
OFF_OR_WAITING = 3  # tracking is off, or events are still waiting

WIDTH_LIMIT = 110  # columns on a terminal; longer lines are hard to read
TABLE_WIDTH = 100  # columns that a table of several columns needs; a narrower terminal gets stacked rows
NARROW_WIDTH = 60  # columns below which names and values do not fit next to each other
_NAME_WIDTH = 13  # columns of a name on a narrow terminal
_UNWRAPPED = 10_000  # columns in a pipe

Cell = str | Text


def make_console(*, stderr: bool = False) -> Console:
    """A Rich console without markup; its lines are limited on a terminal and unwrapped in a pipe."""
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDTH_LIMIT) if console.is_terminal else _UNWRAPPED
    return console


def print_lines(*content: RenderableType, stderr: bool = False) -> None:
    """Print each piece of content on lines of its own, without characters that do not print."""
    console, printable = make_console(stderr=stderr), _Printable(Group(*content))
    with _writing():
        if console.is_terminal:
            console.print(printable)
            return
        with console.capture() as capture:
            console.print(printable)
        for line in capture.get().splitlines():
            console.out(_encodable(line.rstrip(), console.encoding), highlight=False)


@frozen
class _Printable:
    """Content without characters that control a terminal or turn a text around; they take no columns.

    Names, messages and ids come from elsewhere, and a terminal obeys what is in them.
    """

    content: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.content, options):
            text = "".join(each for each in segment.text if each.isprintable() or each == "\n")
            yield segment if segment.control else segment._replace(text=text)


def print_json(value: object) -> None:
    """Print one indented JSON document."""
    print_text(json.dumps(value, indent=2, default=str) + "\n")


def print_text(text: str) -> None:
    """Print a text as it is, except characters that the encoding of stdout lacks."""
    with _writing():
        typer.echo(_encodable(text, getattr(sys.stdout, "encoding", None) or "utf-8"), nl=False)


def _encodable(text: str, encoding: str) -> str:
    return text.encode(encoding, "replace").decode(encoding)


@contextmanager
def _writing() -> Iterator[None]:
    """Report output that can't be written, as on a full disk. Typer handles a pipe that its reader closed."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        with suppress(Exception):  # what is buffered would fail again when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        with suppress(Exception):  # it may be on the same disk
            sys.stderr.write(f"The output can't be written: {error.strerror}.\n")
        raise typer.Exit(FAILED) from None


def reasons_as_json(reasons: Iterable[Reason]) -> dict[str, object]:
    """Why tracking is off: identifiers, and the same as text."""
    identifiers = list(dict.fromkeys(reason.identifier for reason in reasons))
    return {"reasons": identifiers, "reasons_text": [reason.text for reason in reasons]}


def headline(text: str, style: str, *more: str) -> Text:
    """A command's main result, in one line."""
    return Text.assemble((text, f"bold {style}"), *more)


def fits(columns: int) -> bool:
    """Whether stdout is at least so wide; a pipe is."""
    return make_console().width >= columns


def indented(text: Cell, style: str = "") -> Padding:
    """Text below its headline; every line of it is indented."""
    return Padding(Text(text, style) if isinstance(text, str) else text, (0, 0, 0, 2))


def facts(rows: Iterable[tuple[str, Cell]]) -> Padding:
    """A grid of names and values."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    wide = fits(NARROW_WIDTH)
    grid.add_column(style="dim", no_wrap=wide, max_width=None if wide else _NAME_WIDTH, overflow="fold")
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return Padding(grid, (0, 0, 0, 2))


def table(heads: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Table:
    """A table without borders; without heads if all are empty."""
    heads = list(heads)
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=any(heads))
    for head in heads:
        made.add_column(head, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def stacked(rows: Iterable[Iterable[Cell]]) -> Group:
    """Rows without columns: the first cell of each on a line, the others indented below it."""
    lines: list[RenderableType] = []
    for first, *others in rows:
        lines += [Text("").append(first), *(indented(other) for other in others if other)]
    return Group(*lines)


@contextmanager
def reporting_errors(scope: Scope) -> Iterator[None]:
    """Report an error of the config folder in one line on stderr, and exit with 1."""
    try:
        check(scope)
        yield
    except StoreBusyError:
        give_up("Another process is changing the identity; try again.")
    except NotAcceptedError as error:  # PostHog's SDK can't be used
        give_up(f"{error}.")
    except UsageTrackingError as error:
        give_up(f"{scope.layout.config_dir} can't be used: {explain(error)}.")


def report_failures(what: str, failures: Sequence[str]) -> None:
    """Print failures on stderr and exit with 1, if there are any."""
    if failures:
        print_lines(*(Text(f"{what}: {each}", style="bold red") for each in failures), stderr=True)
        raise typer.Exit(FAILED)


def give_up(message: str) -> NoReturn:
    """Print a line on stderr and exit with 1."""
    print_lines(Text(message, style="bold red"), stderr=True)
    raise typer.Exit(FAILED)


def on_terminal() -> bool:
    """Whether stdin and stdout are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and make_console().is_terminal
