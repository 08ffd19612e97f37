"""Usage analytics for Python command-line tools and servers, sent to PostHog.

It never slows, breaks or misattributes a command. Start with `Tool`.
"""

import os
import sys

TYPE_CHECKING = False  # not typing's: the delivery process writes an event before it imports typing
if TYPE_CHECKING:
    from typing import Any

    from arcade_usage.adapters.frameworks.typer_app import track
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.command.tracking import Execution, TrackedCommand, Tracker
    from arcade_usage.application.server.tracker import ServerTracker
    from arcade_usage.composition.command import command_tracker
    from arcade_usage.composition.server import server_tracker
    from arcade_usage.domain.configuration import ConfigurationError
    from arcade_usage.domain.declaration import Property
    from arcade_usage.domain.notice import Notice
    from arcade_usage.tool import Tool

    __version__: str

__all__ = [
    "Adapters",
    "ConfigurationError",
    "Execution",
    "Notice",
    "Property",
    "ServerTracker",
    "Tool",
    "TrackedCommand",
    "Tracker",
    "__version__",
    "command_tracker",
    "server_tracker",
    "track",
]

_HOMES = {
    "Adapters": "arcade_usage.application.adapters",
    "ConfigurationError": "arcade_usage.domain.configuration",
    "Execution": "arcade_usage.application.command.tracking",
    "Notice": "arcade_usage.domain.notice",
    "Property": "arcade_usage.domain.declaration",
    "ServerTracker": "arcade_usage.application.server.tracker",
    "Tool": "arcade_usage.tool",
    "TrackedCommand": "arcade_usage.application.command.tracking",
    "Tracker": "arcade_usage.application.command.tracking",
    "command_tracker": "arcade_usage.composition.command",
    "server_tracker": "arcade_usage.composition.server",
    "track": "arcade_usage.adapters.frameworks.typer_app",
}

# Packages on the command path that contain only a docstring.
_PACKAGES = (
    "adapters",
    "adapters.files",
    "adapters.frameworks",
    "adapters.machine",
    "adapters.process",
    "adapters.storage",
    "application",
    "application.command",
    "composition",
    "domain",
)


def _register_packages() -> None:
    """Register `_PACKAGES` as Python registers packages without __init__.py. Their __init__.py is never run.

    Importing them instead adds 0.7 ms to the 3.3 ms of a command in a Typer app.
    """
    for name in _PACKAGES:
        full_name = f"{__name__}.{name}"
        spec = type(__spec__)(full_name, None, is_package=True)
        spec.submodule_search_locations = [os.path.join(__path__[0], *name.split("."))]
        package = type(sys)(full_name)
        package.__spec__ = spec
        package.__package__ = full_name
        package.__path__ = spec.submodule_search_locations
        parent, _, own_name = full_name.rpartition(".")
        setattr(
            sys.modules[parent], own_name, sys.modules.setdefault(full_name, package)
        )  # reload() keeps it


_register_packages()


def __getattr__(name: str) -> "Any":
    if name == "__version__":
        from importlib.metadata import version

        return version("arcade-usage")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, "__version__"])
