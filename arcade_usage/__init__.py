"""Usage tracking for command-line tools that never delays, breaks or misattributes a command."""

# Type checkers treat the name as typing's. Importing typing adds 4.5 ms to the 10 until a delivery has an
# event on disk. So the modules that are imported until then define the name themselves.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from arcade_usage.application.command.tracking import Tracker
    from arcade_usage.application.server.tracker import ServerTracker
    from arcade_usage.composition.command import command_tracker
    from arcade_usage.composition.server import server_tracker
    from arcade_usage.domain.notice import Notice

__all__ = ["Notice", "ServerTracker", "Tracker", "command_tracker", "server_tracker"]

_HOMES = {
    "Notice": "arcade_usage.domain.notice",
    "ServerTracker": "arcade_usage.application.server.tracker",
    "Tracker": "arcade_usage.application.command.tracking",
    "command_tracker": "arcade_usage.composition.command",
    "server_tracker": "arcade_usage.composition.server",
}


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
