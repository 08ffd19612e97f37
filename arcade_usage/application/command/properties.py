"""The tool's own properties of one event: their values, and which of them are sent as they are.

Runs on the command path when a tool gives properties.
"""

from arcade_usage.application.command.tracker import log_debug, raised_by_signal_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from arcade_usage.application.command.tracking import Properties
    from arcade_usage.domain.declaration import Property


def read_properties(properties: "Properties") -> "Mapping[str, object]":
    """Call the tool's function, or read its mapping, whose values may be computed now; empty if that fails.

    Passes on what a signal handler of the tool raises, and KeyboardInterrupt. Blocks as long as the function.
    """
    try:
        given = properties() if callable(properties) else properties
        return {} if given is None else dict(given.items())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() too: the command has ended
        if raised_by_signal_handler(error):
            raise
        log_debug("the event has no properties of the tool: %s", type(error).__name__, exc_info=error)
        return {}


def sent_as_is(declared: "Mapping[str, Property]", properties: "Mapping[str, object]") -> list[str]:
    """The names of the properties whose values have the declared shape, so that they are not redacted."""
    names = []
    for name, value in properties.items():
        declaration = declared.get(name) if isinstance(name, str) else None
        if declaration is None or declaration.kind == "text" or value is None:
            continue
        if declaration.fits(value):
            names.append(name)
        else:
            log_debug("property %s is redacted: its value does not have the shape of its kind, %s", name,
                      declaration.kind)  # fmt: skip
    return names
