"""How a command ended, told from what left it."""

import asyncio

import click
import pytest
import typer

from arcade_usage.domain.outcome import Outcome, classify


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, (Outcome.SUCCESS, None)),
        (SystemExit(), (Outcome.SUCCESS, None)),
        (SystemExit(0), (Outcome.SUCCESS, None)),
        (SystemExit(False), (Outcome.SUCCESS, None)),
        (SystemExit(3), (Outcome.EXIT, None)),
        (SystemExit("no such tool"), (Outcome.EXIT, "no such tool")),
        (typer.Exit(0), (Outcome.SUCCESS, None)),
        (typer.Exit(2), (Outcome.EXIT, None)),
        (click.exceptions.Exit(0), (Outcome.SUCCESS, None)),
        (click.exceptions.Exit(1), (Outcome.EXIT, None)),
        (typer.Abort(), (Outcome.INTERRUPTED, None)),
        (click.Abort(), (Outcome.INTERRUPTED, None)),
        (KeyboardInterrupt(), (Outcome.INTERRUPTED, None)),
        (asyncio.CancelledError(), (Outcome.INTERRUPTED, None)),
        (click.UsageError("no such option"), (Outcome.USAGE, "no such option")),
        (typer.BadParameter("not a number"), (Outcome.USAGE, "not a number")),
        (click.ClickException("it broke"), (Outcome.ERROR, "it broke")),
        (ValueError("x is 3"), (Outcome.ERROR, "ValueError: x is 3")),
        (ValueError(), (Outcome.ERROR, "ValueError")),
        (UnprintableError(), (Outcome.ERROR, "UnprintableError")),
    ],
    ids=repr,
)
def test_outcomes(error: BaseException | None, expected: tuple[Outcome, str | None]) -> None:
    """Each way to leave a command has its outcome and message."""
    assert classify(error) == expected


def test_a_strangers_exit_is_an_exception() -> None:
    """Only Click's and Typer's own classes count as theirs."""

    class Exit(Exception):  # noqa: N818 - a name of Click's
        exit_code = 0

    assert classify(Exit("x")) == (Outcome.ERROR, "Exit: x")
