"""How a command ended, told from the exception that left it, without knowing the host's framework.

Runs on the command path, so it imports nothing beyond the standard library's enum.
"""

from enum import Enum


class Outcome(str, Enum):
    """The ways a command can end; the values are what `outcome` says in a failure event."""

    SUCCESS = "success"
    ERROR = "error"  # an exception
    EXIT = "exit"  # a non-zero exit code, sys.exit("text") too
    USAGE = "usage"  # the command line was wrong
    INTERRUPTED = "interrupted"  # Ctrl-C, Abort, a cancelled task


# Click's and Typer's exceptions by name: importing either to compare classes would cost more than the
# whole of tracking does, and a Typer that brings its own Click has classes of its own.
_CLICK_LIKE = ("click", "typer")
_CANCELLED_TASK = ("asyncio", "CancelledError")


def classify(error: BaseException | None) -> tuple[Outcome, str | None]:
    """The outcome and the message of a command that `error` left, or that returned (None). Never raises."""
    if error is None:
        return Outcome.SUCCESS, None
    if isinstance(error, SystemExit):
        return _exited(error.code)
    names = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(error).__mro__}
    click = {name for package, name in names if package in _CLICK_LIKE}
    if "Exit" in click:
        return _exited(getattr(error, "exit_code", 1))
    if isinstance(error, KeyboardInterrupt) or "Abort" in click or _CANCELLED_TASK in names:
        return Outcome.INTERRUPTED, None
    if "ClickException" in click:
        kind = Outcome.USAGE if "UsageError" in click else Outcome.ERROR
        return kind, _text(getattr(error, "message", None))
    text = _text(error)
    return Outcome.ERROR, f"{type(error).__name__}: {text}" if text else type(error).__name__


def _exited(code: object) -> tuple[Outcome, str | None]:
    if code is None or (isinstance(code, int) and code == 0):
        return Outcome.SUCCESS, None
    return Outcome.EXIT, None if isinstance(code, int) else _text(code)


def _text(value: object) -> str | None:
    """`value` as text; an exception whose own str() fails has none."""
    if value is None:
        return None
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a stranger's __str__ may raise anything
        return None
