"""How a command ended, judged by the exception that left it."""

import asyncio
from collections.abc import Callable

import click
import pytest
import typer

from arcade_usage.domain.outcome import (
    ERROR,
    EXIT,
    INTERRUPTED,
    SUCCESS,
    USAGE,
    Outcome,
    classify,
    describe_error,
)


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


class LeavingError(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


@pytest.mark.parametrize(
    ("error", "outcome", "message", "kind", "code"),
    [
        (SystemExit(3), EXIT, None, None, 3),
        (SystemExit(True), EXIT, None, None, 1),
        (SystemExit("no such tool"), EXIT, "no such tool", None, 1),
        (SystemExit(2**40), EXIT, None, None, None),
        (typer.Exit(2), EXIT, None, None, 2),
        (click.exceptions.Exit(1), EXIT, None, None, 1),
        (typer.Abort(), INTERRUPTED, None, "Abort", None),
        (click.Abort(), INTERRUPTED, None, "Abort", None),
        (KeyboardInterrupt("x"), INTERRUPTED, None, "KeyboardInterrupt", None),
        (asyncio.CancelledError(), INTERRUPTED, None, "CancelledError", None),
        (click.UsageError("no such option"), USAGE, "no such option", "UsageError", 2),
        (typer.BadParameter("not a number"), USAGE, "not a number", "BadParameter", 2),
        (click.ClickException("it broke"), ERROR, "it broke", "ClickException", 1),
        (ValueError("x is 3"), ERROR, "x is 3", "ValueError", None),
        (ValueError(), ERROR, None, "ValueError", None),
        (UnprintableError(), ERROR, None, "UnprintableError", None),
        (LeavingError(), ERROR, None, "LeavingError", None),
        (type("x" * 65, (Exception,), {})("long"), ERROR, "long", None, None),
        (type("a@b.c", (Exception,), {})("made"), ERROR, "made", None, None),
    ],
    ids=repr,
)
def test_failures(
    error: BaseException, outcome: Outcome, message: str | None, kind: str | None, code: int | None
) -> None:
    """Each way to fail has its outcome, message, class and exit code."""
    failure = describe_error(error)
    assert classify(error) == failure["outcome"] == outcome
    assert (failure["error_message"], failure.get("error_type"), failure["exit_code"]) == (
        message,
        kind,
        code,
    )


@pytest.mark.parametrize(
    "error",
    [None, SystemExit(), SystemExit(0), SystemExit(False), typer.Exit(0), click.exceptions.Exit(0)],
    ids=repr,
)
def test_successes(error: BaseException | None) -> None:
    """An exit with code 0 is a success."""
    assert classify(error) == SUCCESS
    if error is not None:
        assert describe_error(error) == {"outcome": SUCCESS, "error_message": None}


class CLIError(Exception):
    """The Arcade CLI's own error, which has the text of another in its own."""

    def __init__(self, message: str, original_error: Exception | None = None) -> None:
        self.message = message
        self.original_error = original_error
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}: {self.original_error}" if self.original_error else self.message


def raised(exit_with: BaseException, error: BaseException, *, explicitly: bool) -> BaseException:
    """The exit, with what Python adds when it is raised while another exception is handled."""
    exit_with.__context__ = error
    if explicitly:
        exit_with.__cause__ = error
    return exit_with


@pytest.mark.parametrize("explicitly", [True, False], ids=["from", "during"])
@pytest.mark.parametrize("make", [typer.Exit, click.exceptions.Exit, SystemExit])
def test_an_exit_reports_the_exception_behind_it(
    make: Callable[[int], BaseException], explicitly: bool
) -> None:
    """Its text and class, and the exit's code; also through a second exit, and for the Arcade CLI's error."""
    left = raised(make(3), ValueError("no such toolkit"), explicitly=explicitly)
    again = raised(SystemExit(4), left, explicitly=explicitly)
    for error, code in ((left, 3), (again, 4)):
        assert describe_error(error) == {
            "outcome": EXIT,
            "error_message": "no such toolkit",
            "error_type": "ValueError",
            "exit_code": code,
            "has_safe_message": False,
        }
    arcade = raised(make(1), CLIError("Failed", OSError("no route")), explicitly=explicitly)
    failure = describe_error(arcade)
    assert (failure["error_message"], failure["error_type"]) == ("Failed: no route", "CLIError")


def test_an_exit_from_none_is_on_its_own() -> None:
    """The author says that the exception behind it is not the reason."""
    left = raised(typer.Exit(2), ValueError("hidden"), explicitly=False)
    left.__cause__ = None  # sets __suppress_context__, as `from None` does
    assert describe_error(left) == {"outcome": EXIT, "error_message": None, "exit_code": 2}


def test_an_exit_from_a_usage_error_quotes_nothing_that_was_typed() -> None:
    """As Click itself exits in its standalone mode."""
    left = raised(SystemExit(2), click.UsageError("No such command 'x'."), explicitly=False)
    assert describe_error(left)["error_message"] == "No such command <typed>."


def test_the_exceptions_behind_an_exit_are_limited() -> None:
    """A chain of exits that does not end is not followed for ever."""
    first, second = SystemExit(1), SystemExit(2)
    first.__cause__, second.__cause__ = second, first
    assert describe_error(first) == {"outcome": EXIT, "error_message": None, "exit_code": 1}


class OwnUsageError(click.UsageError):
    """A wrong command line, which its text may quote."""


class VaultError(CLIError):
    """Its text may hold a secret."""


@pytest.mark.parametrize(
    ("error", "message", "is_safe"),
    [
        (CLIError("written by the author"), "written by the author", True),
        (VaultError("hunter2"), None, None),
        (ValueError("x"), "x", False),
        (OwnUsageError("no such 'x'"), "no such <typed>", False),
        (raised(typer.Exit(1), CLIError("safe"), explicitly=True), "safe", True),
        (raised(typer.Exit(1), VaultError("hunter2"), explicitly=True), None, None),
        (raised(SystemExit("hunter2"), VaultError("hunter2"), explicitly=True), None, None),
    ],
)
def test_a_tool_says_which_texts_are_safe_and_which_are_private(
    error: BaseException, message: str | None, is_safe: bool | None
) -> None:
    """Subclasses are included, and private prevails; the class is reported in any case."""
    failure = describe_error(error, (CLIError, OwnUsageError), (VaultError,))
    assert (failure["error_message"], failure.get("has_safe_message")) == (message, is_safe)
    assert str(failure["error_type"]).endswith("Error")


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
    "": None,
}


@pytest.mark.parametrize("message", SAID)
def test_a_usage_error_quotes_nothing_that_was_typed(message: str) -> None:
    """What a user typed may be a secret, and Click quotes it: none of it is in the message."""
    assert describe_error(click.UsageError(message))["error_message"] == SAID[message]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("No toolkit named acme-internal", "No toolkit named <typed>"),
        ("ACME-internal: does not exist.", "<typed>: does not exist."),
        ("There is no Jane Doe here", "There is no <typed> here"),
        ("No region moon, and no zone far", "No region <typed>, and no zone <typed>"),
        ("the moonlight is gone", "the moonlight is gone"),
    ],
)
def test_a_usage_error_of_a_tool_has_no_argument_without_quotes(message: str, expected: str) -> None:
    """A tool's own text may name what was typed as it likes: each argument, and values attached to options."""
    typed = ["run", "acme-internal", "--region=moon", "-zfar", "--name", "Jane Doe", "", b"x", None]
    assert describe_error(click.BadParameter(message), typed=typed)["error_message"] == expected
    assert describe_error(ValueError(message), typed=typed)["error_message"] == message


def test_a_usage_error_of_very_many_arguments_has_no_text() -> None:
    """Not all of them are looked for in it."""
    error = click.BadParameter("No toolkit named acme")
    assert describe_error(error, typed=["x"] * 1_001)["error_message"] == "<typed>"


def test_a_usage_error_says_which_parameter() -> None:
    """The tool declared its name, so it may be said, and it is what the message is about."""
    port = click.Option(["--port"])
    said = [
        describe_error(error)["error_message"]
        for error in (click.BadParameter("'x' is not valid.", param=port), click.MissingParameter(param=port))
    ]
    assert said == ["port: <typed> is not valid.", "port"]


def test_a_long_usage_error_is_cut_where_it_quotes() -> None:
    """The end of what is quoted is not looked for beyond a limit: then the rest goes."""
    long = click.UsageError(f"'a' is not 'b': '{'secret ' * 10_000}' no")
    assert describe_error(long)["error_message"] == "<typed>"
    late = click.UsageError(f"{'word ' * 1_000}: 'secret'")
    assert "secret" not in str(describe_error(late)["error_message"])


def test_a_strangers_exit_is_an_exception() -> None:
    """Only Click's and Typer's own classes count as theirs."""

    class Exit(Exception):  # noqa: N818 - a name of Click's
        exit_code = 0

    assert classify(Exit("x")) == ERROR
    assert describe_error(Exit("x"))["exit_code"] is None


class HastyError(click.ClickException):
    """An exception whose author forgot the base class."""

    def __init__(self) -> None:
        """Set no message."""


def test_an_exception_of_click_without_a_message_has_no_text() -> None:
    """Rather than the word None."""
    assert describe_error(HastyError())["error_message"] is None
