"""The tool's own properties of one event: their values, and which of them are sent as they are.

Runs on the command path when a tool gives properties.
"""

from arcade_usage.application.command.tracker import log_debug, raised_by_signal_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arcade_usage.application.command.tracking import Properties
    from arcade_usage.domain.declaration import Property


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
            log_debug("property %s is redacted like text: its value is no %s", each.name, each.kind)
    return names
