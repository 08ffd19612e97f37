"""How a command ended, told from what left it."""

import asyncio

import click
import pytest
import typer

from arcade_usage.domain.outcome import ERROR, EXIT, INTERRUPTED, SUCCESS, USAGE, Outcome, classify


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, (SUCCESS, None)),
        (SystemExit(), (SUCCESS, None)),
        (SystemExit(0), (SUCCESS, None)),
        (SystemExit(False), (SUCCESS, None)),
        (SystemExit(3), (EXIT, None)),
        (SystemExit("no such tool"), (EXIT, "no such tool")),
        (typer.Exit(0), (SUCCESS, None)),
        (typer.Exit(2), (EXIT, None)),
        (click.exceptions.Exit(0), (SUCCESS, None)),
        (click.exceptions.Exit(1), (EXIT, None)),
        (typer.Abort(), (INTERRUPTED, None)),
        (click.Abort(), (INTERRUPTED, None)),
        (KeyboardInterrupt(), (INTERRUPTED, None)),
        (asyncio.CancelledError(), (INTERRUPTED, None)),
        (click.UsageError("no such option"), (USAGE, "no such option")),
        (typer.BadParameter("not a number"), (USAGE, "not a number")),
        (click.ClickException("it broke"), (ERROR, "it broke")),
        (ValueError("x is 3"), (ERROR, "ValueError: x is 3")),
        (ValueError(), (ERROR, "ValueError")),
        (UnprintableError(), (ERROR, "UnprintableError")),
    ],
    ids=repr,
)
def test_outcomes(error: BaseException | None, expected: tuple[Outcome, str | None]) -> None:
    """Each way to leave a command has its outcome and message."""
    assert classify(error) == expected


SAID = {
    "No such command 'x y'.": "No such command <typed>.",
    "No such command 'it's'. Did you mean 'run'?": "No such command <typed>?",
    'No such command "it\'s".': "No such command <typed>.",
    "No such option: --hunter2": "No such option: <typed>",
    "No such option '--hunter2'.": "No such option <typed>.",
    "Got unexpected extra argument (abc d)": "Got unexpected extra argument <typed>",
    "Got unexpected extra argument(s) (a)": "Got unexpected extra argument(s) <typed>",
    "'abc' is not a valid integer.": "<typed> is not a valid integer.",
    "4711 is not in the range x>=10.": "<typed> is not in the range x>=10.",
    "'a' is not one of 'b', 'c'.": "<typed>.",
    "it isn't 'closed": "it isn't <typed>",
    "it was (": "it was <typed>",
    "7": "<typed>",
    "Missing command.": "Missing command.",
    "You can't do that here.": "You can't do that here.",
    "": "UsageError",
}


@pytest.mark.parametrize("message", SAID)
def test_a_usage_error_quotes_nothing_that_was_typed(message: str) -> None:
    """What a user typed may be a secret, and Click quotes it: none of it is in the message."""
    assert classify(click.UsageError(message)) == (USAGE, SAID[message])


def test_a_usage_error_says_which_parameter() -> None:
    """The host declared its name, so it may be said, and it is what the message is about."""
    port = click.Option(["--port"])
    assert classify(click.BadParameter("'x' is not valid.", param=port))[1] == "port: <typed> is not valid."
    assert classify(click.MissingParameter(param=port))[1] == "port: MissingParameter"


def test_a_long_usage_error_is_cut_where_it_quotes() -> None:
    """The end of what is quoted is not looked for beyond a limit: then the rest goes."""
    assert classify(click.UsageError(f"'a' is not 'b': '{'secret ' * 10_000}' no"))[1] == "<typed>"
    assert "secret" not in str(classify(click.UsageError(f"{'word ' * 1_000}: 'secret'"))[1])


def test_a_strangers_exit_is_an_exception() -> None:
    """Only Click's and Typer's own classes count as theirs."""

    class Exit(Exception):  # noqa: N818 - a name of Click's
        exit_code = 0

    assert classify(Exit("x")) == (ERROR, "Exit: x")
