"""How a command ended, derived from its exception without importing the tool's framework.

Invariant: the message of a usage error contains nothing that the user typed. Runs on the command path when a
command fails. Outcomes are plain strings, as payload and event carry them.
"""

import re
from collections.abc import Sequence
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

CLASS_NAME_LIMIT = 64  # characters; a longer name was made by a program and may contain data
EXIT_CODE_LIMIT = 2**32  # no system has larger exit codes
_CHAIN_LIMIT = 10  # exits that are followed to the exception that they were raised from

Classes = tuple[type[BaseException], ...]


def classify(error: BaseException | None) -> Outcome:
    """The outcome of a command; `error` is the exception that left it, or None. Never raises."""
    if error is None:
        return SUCCESS
    if _is_exit(error):
        return SUCCESS if _exit_code(error) == 0 else EXIT
    names = _names(error)
    click = _from_click(names)
    if isinstance(error, KeyboardInterrupt) or "Abort" in click or _CANCELLED_TASK in names:
        return INTERRUPTED
    return USAGE if "UsageError" in click else ERROR


def describe_error(
    error: BaseException,
    safe_errors: Classes = (),
    private_errors: Classes = (),
    typed: Sequence[object] = (),
) -> dict[str, object]:
    """Outcome, message, class and exit code, named as the attributes of a Command. Never raises.

    An exit that was raised from another exception, or while it was handled, has that one's message and type.
    safe_errors: classes whose messages are sent as they are, except for wrong command lines. private_errors:
    classes whose messages are not sent; they prevail. typed: the arguments of the process.
    """
    outcome = classify(error)
    facts: dict[str, object] = {"outcome": outcome, "error_message": None}
    if outcome == SUCCESS:
        return facts
    facts["exit_code"] = _exit_code(error)
    reported = _find_reported(error)
    if reported is None:
        text = error.code if isinstance(error, SystemExit) else getattr(error, "exit_code", None)
        return facts if isinstance(text, int) else {**facts, "error_message": _text(text)}
    facts["error_type"] = _class_name(reported)
    if not isinstance(reported, private_errors):
        facts["error_message"] = _message(reported, typed) or None
        facts["has_safe_message"] = isinstance(reported, safe_errors) and classify(reported) != USAGE
    return facts


def _find_reported(error: BaseException) -> BaseException | None:
    """The exception itself, or the one that an exit was raised from or during; None without one."""
    found: BaseException | None = error
    for _ in range(_CHAIN_LIMIT):
        if found is None or not _is_exit(found):
            return found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return None


def _message(error: BaseException, typed: Sequence[object]) -> str | None:
    outcome = classify(error)
    if outcome == INTERRUPTED:
        return None
    if outcome == USAGE:
        return _without_typed(error, typed)
    is_click = "ClickException" in _from_click(_names(error))
    return _text(getattr(error, "message", None) if is_click else error)


def _names(error: BaseException) -> set[tuple[str, str]]:
    """Top-level package and name of each class of an exception."""
    return {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(error).__mro__}


def _from_click(names: set[tuple[str, str]]) -> set[str]:
    return {name for package, name in names if package in _CLICK_LIKE}


def _is_exit(error: BaseException) -> bool:
    return isinstance(error, SystemExit) or "Exit" in _from_click(_names(error))


def _exit_code(error: BaseException) -> int | None:
    """The exit code that an exception determines; None if it determines none."""
    code: object = None
    if isinstance(error, SystemExit):
        code = 0 if error.code is None else error.code
    elif _from_click(_names(error)):
        code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        return int(code) if abs(code) < EXIT_CODE_LIMIT else None
    return 1 if _is_exit(error) else None  # Python prints the text of a SystemExit and exits with 1


def _class_name(error: BaseException) -> str | None:
    """The name of the exception's class, if it has the form of one that a person wrote."""
    name = type(error).__name__
    return name if len(name) <= CLASS_NAME_LIMIT and name.isascii() and name.isidentifier() else None


# A usage error quotes the command line: "No such command 'x'.", "No such option: -x", "Got unexpected extra
# argument (x)", "5 is not in the range x>=10". Quoted text can contain quotes itself, so everything from the
# first to the last quote is removed.
_QUOTE_BEGINS = r"""(?<!\w)['"]|(?<!\S)[(\d-]"""
_QUOTE_ENDS = r"""['")](?!\w)|(?<!\S)[\d-]\S*"""
_TYPED = "<typed>"
_QUOTING_LIMIT = 4096  # characters of a message that are scanned
_ARGUMENTS_LIMIT = 1000  # arguments that are looked for in a message; with more, nothing of it is sent


def _without_typed(error: BaseException, typed: Sequence[object]) -> str:
    """The message and the declared parameter's name, without anything that the user typed."""
    message = _without_words(_without_quotes(_text(getattr(error, "message", None)) or ""), typed)
    parameter = getattr(getattr(error, "param", None), "name", None)
    return ": ".join(each for each in (parameter, message) if each)


def _without_quotes(whole: str) -> str:
    message = whole[:_QUOTING_LIMIT]
    begin = re.search(_QUOTE_BEGINS, message)
    if begin is not None:
        ends = [match.end() for match in re.finditer(_QUOTE_ENDS, message)]
        is_closed = message == whole and ends and ends[-1] > begin.end()
        message = message[: begin.start()] + _TYPED + (message[ends[-1] :] if is_closed else "")
    return message


def _without_words(message: str, typed: Sequence[object]) -> str:
    """The message without arguments, which a tool's own text may have without quotes.

    Also without values that are attached to options: `--name=value`, `-nvalue`.
    """
    if len(typed) > _ARGUMENTS_LIMIT:
        return _TYPED
    folded, words = message.casefold(), set()
    for each in typed:
        if isinstance(each, str):
            attached = (each.partition("=")[2], each[2:]) if each[:1] == "-" else ()
            words |= {word for word in (each, *attached) if word and word.casefold() in folded}
    if not words:
        return message
    longest_first = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(rf"(?i)(?<!\w)(?:{longest_first})(?!\w)", _TYPED, message)


def _text(value: object) -> str | None:
    """`value` as text; None if its str() raises."""
    if value is None:
        return None
    try:
        return str(value)
    except (Exception, SystemExit):  # noqa: BLE001 - any class's __str__ may raise anything
        return None
