"""Tracks the commands of a Typer app or Click group with one line in the tool; one event per invocation.

Invariant: the app's behaviour is unchanged: its commands, their class names, and everything that it prints,
returns or raises. This module doesn't import Typer or Click at the top; the tool has imported one of them.
"""

from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from arcade_usage.adapters.frameworks.invocation import TRACKING, Tracking, observe
from arcade_usage.application.command.tracker import SilentTracker, suppress_and_log

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Properties, Tracker

App = TypeVar("App")


def track(
    app: App,
    tracker: "Tracker",
    *,
    login: str | Collection[str] = "login",
    logout: str | Collection[str] = "logout",
    properties: "Properties" = None,
) -> App:
    """Reports every command of a Typer app, Click group or Click command; returns the app.

    Raises TypeError for anything else, whether tracking is on or off, and nothing else.
    Call it at any time before the app runs; commands may be added later. `login`, `logout`: the dotted paths
    of the commands that log a user in and out. `properties`: a mapping, or a function that returns one, added
    to each event; read when the command has ended. A further call replaces the options of the first.

    The event's `command_name` is the dotted path of the command as declared, without the program's name and
    never as typed. A group without a command, or with an unknown one, is reported by its own path; without a
    path, by `root`. In a chain, the last command that began gives the name. Help, versions and completions
    are not reported. A command that runs another one is one event.

    Blocks when a command has ended, as `tracker.command` does.
    """
    if not _is_app(app):
        raise TypeError(
            f"track() takes a Typer app, a Click group or a Click command, not {type(app).__name__}: report"
            " other commands with tool.command(name)"
        )
    with suppress_and_log():
        options = Tracking(tracker, _paths(login), _paths(logout), properties)
        tracking = _find_tracking(app)
        if tracking is not None:
            tracking.__dict__.update(vars(options))
        elif not isinstance(tracker, SilentTracker):
            _start(app, options)
    return app


def _is_app(app: object) -> bool:
    """Whether an object is a Typer app or a Click command, without importing either."""
    with suppress(Exception):
        names = ("context_class", "registered_commands")
        return not isinstance(app, type) and any(hasattr(app, name) for name in names)
    return False


def _paths(paths: str | Collection[str]) -> Collection[str]:
    return (paths,) if isinstance(paths, str) else paths


def _find_tracking(app: Any) -> Tracking | None:
    """The options that an app is already tracked with."""
    found = getattr(getattr(app, "context_class", type(app)), TRACKING, None)
    return found if isinstance(found, Tracking) else None


def _start(app: Any, tracking: Tracking) -> None:
    if hasattr(app, "context_class"):
        app.context_class = observe(app.context_class, tracking)
        return
    names = ("info", "registered_callback", "registered_commands")
    contents = {name: _Classes(name, tracking) for name in names}
    app.__class__ = _subclass(type(app), **{TRACKING: tracking}, **contents)


class _Classes:
    """Replaces an attribute of a Typer app that determines the classes of its Click commands.

    Typer builds the commands at every run from the app's current attributes. Reading the attribute replaces
    those classes by observed subclasses.
    """

    def __init__(self, name: str, tracking: Tracking) -> None:
        self._name = name
        self._tracking = tracking

    def __get__(self, app: Any, owner: type[Any]) -> Any:
        value = app.__dict__[self._name]
        with suppress_and_log():
            for info in value if isinstance(value, list) else [value]:
                if info is not None:
                    self._replace(info)
        return value

    def __set__(self, app: Any, value: object) -> None:
        app.__dict__[self._name] = value

    def _replace(self, info: Any) -> None:
        from typer.core import TyperCommand, TyperGroup
        from typer.models import DefaultPlaceholder

        declared = info.cls
        if isinstance(declared, DefaultPlaceholder):
            if self._name == "registered_callback":
                return  # without a class, the app's own info applies
            declared = None
        made = declared or (TyperCommand if self._name == "registered_commands" else TyperGroup)
        if _find_tracking(made) is not self._tracking:
            info.cls = _subclass(made, context_class=observe(made.context_class, self._tracking))


def _subclass(original: type[Any], **contents: object) -> type[Any]:
    """A subclass with the name, module and docstring of its original."""
    names = {name: getattr(original, name) for name in ("__module__", "__qualname__", "__doc__")}
    return type(original.__name__, (original,), {**names, **contents})
