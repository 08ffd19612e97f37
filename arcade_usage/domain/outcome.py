"""How a command ended, derived from its exception without importing the tool's framework.

Invariant: the message of a usage error contains nothing that the user typed. Runs on the command path when a
command fails. Outcomes are plain strings, as payload and event carry them.
"""

import re
from typing import Final, Literal

# The values of `outcome`. A failure event carries all of them except "success".
SUCCESS: Final = "success"
ERROR: Final = "error"  # an exception
EXIT: Final = "exit"  # a non-zero exit code, or sys.exit("text")
USAGE: Final = "usage"  # the command line was wrong
INTERRUPTED: Final = "interrupted"  # Ctrl-C, Abort, a cancelled task

Outcome = Literal["success", "error", "exit", "usage", "interrupted"]


# Click's and Typer's exceptions are matched by name. Importing them to compare classes would cost more than
# all of tracking, and a Typer with a vendored Click has classes of its own.
_CLICK_LIKE = ("click", "typer")
_CANCELLED_TASK = ("asyncio", "CancelledError")


def classify(error: BaseException | None) -> tuple[Outcome, str | None]:
    """Returns outcome and message; `error` is the exception that left the command, or None. Never raises."""
    if error is None:
        return SUCCESS, None
    if isinstance(error, SystemExit):
        return _exited(error.code)
    names = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(error).__mro__}
    click = {name for package, name in names if package in _CLICK_LIKE}
    if "Exit" in click:
        return _exited(getattr(error, "exit_code", 1))
    if isinstance(error, KeyboardInterrupt) or "Abort" in click or _CANCELLED_TASK in names:
        return INTERRUPTED, None
    if "ClickException" in click:
        if "UsageError" in click:
            return USAGE, _without_quotes(error)
        return ERROR, _text(getattr(error, "message", None))
    text = _text(error)
    return ERROR, f"{type(error).__name__}: {text}" if text else type(error).__name__


def _exited(code: object) -> tuple[Outcome, str | None]:
    if code is None or (isinstance(code, int) and code == 0):
        return SUCCESS, None
    return EXIT, None if isinstance(code, int) else _text(code)


# A usage error quotes the command line: "No such command 'x'.", "No such option: -x", "Got unexpected extra
# argument (x)", "5 is not in the range x>=10". Quoted text can contain quotes itself, so everything from the
# first to the last quote is removed.
_QUOTE_BEGINS = r"""(?<!\w)['"]|(?<!\S)[(\d-]"""
_QUOTE_ENDS = r"""['")](?!\w)|(?<!\S)[\d-]\S*"""
_TYPED = "<typed>"
_QUOTING_LIMIT = 4096  # characters of a message that are scanned


def _without_quotes(error: BaseException) -> str:
    """The message and the declared parameter's name, without anything that the user typed."""
    whole = _text(getattr(error, "message", None)) or type(error).__name__
    message = whole[:_QUOTING_LIMIT]
    begin = re.search(_QUOTE_BEGINS, message)
    if begin is not None:
        ends = [match.end() for match in re.finditer(_QUOTE_ENDS, message)]
        is_closed = message == whole and ends and ends[-1] > begin.end()
        message = message[: begin.start()] + _TYPED + (message[ends[-1] :] if is_closed else "")
    parameter = getattr(getattr(error, "param", None), "name", None)
    return f"{parameter}: {message}" if parameter else message


def _text(value: object) -> str | None:
    """`value` as text; None if its str() raises."""
    if value is None:
        return None
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - any class's __str__ may raise anything
        return None
