"""Records the events of trackers that the tool built before its test began, for example when it was imported.

They hold real ports. Within the context, their methods call a tracker in memory with the same configuration.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock
from weakref import WeakKeyDictionary

from arcade_usage.adapters.storage.config_folder import FolderSnapshots
from arcade_usage.application.command.tracker import CommandTracker
from arcade_usage.application.server.tracker import BackgroundTracker
from arcade_usage.composition.command import ToolConfig

if TYPE_CHECKING:
    from arcade_usage.composition.command import TrackerBuilder


@contextmanager
def recording_earlier_trackers(builder: "TrackerBuilder") -> Iterator[None]:
    """Within the context, trackers that were built before it report as those of `builder` do."""
    with ExitStack() as stack:
        for name in ("begin", "track_command_execution"):
            stack.enter_context(_redirected(CommandTracker, name, builder.command_tracker, _read_command))
        stack.enter_context(_redirected(BackgroundTracker, "capture", builder.server_tracker, _read_server))
        yield


def _redirected(
    kind: type, name: str, build: Callable[[ToolConfig], object], read: Callable[[Any], ToolConfig | None]
) -> Any:
    """Replaces a method: it calls that of a tracker which `build` makes, unless `read` returns None."""
    real = getattr(kind, name)
    built: WeakKeyDictionary[object, object] = WeakKeyDictionary()

    def method(self: object, *arguments: object, **keywords: object) -> object:
        if self not in built:
            config = read(self)
            if config is None:
                return real(self, *arguments, **keywords)
            built[self] = build(config)
        return getattr(built[self], name)(*arguments, **keywords)

    return mock.patch.object(kind, name, method)


def _read_command(tracker: CommandTracker) -> ToolConfig | None:
    """The configuration of a tracker over real files; None for one in memory."""
    if not isinstance(tracker._snapshots, FolderSnapshots):
        return None
    tool, (safe_errors, private_errors, _) = tracker._tool, tracker._error_rules
    return ToolConfig(
        distribution=tool["distribution"],
        project_token=tool["sink"]["project_token"],
        host=tool["sink"]["host"],
        version=tool["tool_version"],
        properties=tracker._declared,
        safe_errors=safe_errors,
        private_errors=private_errors,
        adapters=tool["adapters"],
        daily_limit=tool["daily_limit"],
    )


def _read_server(tracker: Any) -> ToolConfig:
    config: ToolConfig = tracker._maker.config
    return config
