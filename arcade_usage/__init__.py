"""Usage tracking for command-line tools that never delays, breaks or misattributes a command."""

TYPE_CHECKING = False  # as type checkers know it: the delivery writes an event down before it imports typing
if TYPE_CHECKING:
    from typing import Any

    from arcade_usage.application.server import ServerTracker
    from arcade_usage.application.tracking import Tracker
    from arcade_usage.bootstrap import command_tracker
    from arcade_usage.bootstrap_server import server_tracker
    from arcade_usage.domain.notice import Notice

__all__ = ["Notice", "ServerTracker", "Tracker", "command_tracker", "server_tracker"]

_HOMES = {
    "Notice": "arcade_usage.domain.notice",
    "ServerTracker": "arcade_usage.application.server",
    "Tracker": "arcade_usage.application.tracking",
    "command_tracker": "arcade_usage.bootstrap",
    "server_tracker": "arcade_usage.bootstrap_server",
}


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
