"""Calls the tool's functions for one event: its own properties, and the context of its credentials.

Runs on the command path when a tool gives either.
"""

from arcade_usage.application.command.tracker import log_debug, raised_by_signal_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arcade_usage.application.command.tracking import Properties
    from arcade_usage.domain.declaration import Property


CONTEXT_LIMIT = 200  # characters of a context's name
UNKNOWN_CONTEXT = "\0"  # the name of no context, so the event is attributed to no account


def read_context(choose: "Callable[[], str | None]") -> "str | None":
    """Call the tool's function for the context of a command; UNKNOWN_CONTEXT if that fails.

    Blocks as long as the tool's code. Raises as `read_properties`.
    """
    try:
        context: object = choose() or None
        if context is None or (isinstance(context, str) and len(context) <= CONTEXT_LIMIT):
            return context
        log_debug("the context is no name of at most %d characters", CONTEXT_LIMIT)
    except BaseException as error:  # SystemExit too, as for properties
        if isinstance(error, KeyboardInterrupt) or raised_by_signal_handler(error):
            raise
        log_debug("the context can't be read: %s", type(error).__name__, exc_info=error)
    return UNKNOWN_CONTEXT


def read_properties(properties: "Properties") -> "Mapping[str, object]":
    """Call the tool's function, or read its mapping; empty if that fails. Blocks as long as the tool's code.

    Raises only KeyboardInterrupt and what a signal handler of the tool raised.
    """
    try:
        given = properties() if callable(properties) else properties
        return {} if given is None else dict(given.items())
    except BaseException as error:  # SystemExit too: the command has ended with another result
        if isinstance(error, KeyboardInterrupt) or raised_by_signal_handler(error):
            raise
        log_debug("the properties can't be read: %s", type(error).__name__, exc_info=error)
        return {}


def sent_as_is(declared: "Sequence[Property]", properties: "Mapping[str, object]") -> list[str]:
    """The names of the properties whose values have the declared shapes and need no redaction."""
    names = []
    for each in declared:
        value = properties.get(each.name)
        if each.fits(value):
            names.append(each.name)
        elif value is not None and each.kind != "text":
            log_debug("property %s is not sent as it is: its value is no %s", each.name, each.kind)
    return names
