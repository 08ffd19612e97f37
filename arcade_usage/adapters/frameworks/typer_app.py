"""Tracks the commands of an existing Typer app or Click group: one line in the host, one event an invocation.

Owns the invariant that the host's app stays what it is: its commands, their classes' names, and everything
that it prints, returns or raises. Typer and Click are not imported here but by the host, which has one.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from arcade_usage.adapters.frameworks.invocation import Tracking, follow
from arcade_usage.application.command.tracker import SilentTracker, suppress_and_log

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Tracker

App = TypeVar("App")


def track(
    app: App,
    tracker: "Tracker",
    *,
    login: str | Collection[str] = "login",
    logout: str | Collection[str] = "logout",
    properties: Mapping[str, object] | None = None,
) -> App:
    """Report every command of a Typer app, Click group or Click command; returns the app. Never raises.

    Call it at any time before the app runs; commands may be added later. `login`, `logout`: the dotted
    paths of the commands that log somebody in and out. `properties` are added to each event; they are read
    when the command has ended. Calling it again replaces what it was told.

    An event's name is the dotted path of the command, as the host named it, without the program: never what
    the user typed. A group without a command is called by its own path, and so is one with an unknown
    command; where there is no path, `root`. Of chained commands the last that began gives the name.
    Help, versions and completions are no events, and a command that runs another is one.

    Blocks: as `tracker.command`, when a command has ended.
    """
    with suppress_and_log():
        told = Tracking(tracker, _paths(login), _paths(logout), properties)
        tracking = _find_tracking(app)
        if tracking is not None:
            tracking.__dict__.update(vars(told))
        elif not isinstance(tracker, SilentTracker):
            _start(app, told)
    return app


def _paths(paths: str | Collection[str]) -> Collection[str]:
    return (paths,) if isinstance(paths, str) else paths


def _find_tracking(app: Any) -> Tracking | None:
    """What an app was tracked with before."""
    found = getattr(getattr(app, "context_class", type(app)), "tracking", None)
    return found if isinstance(found, Tracking) else None


def _start(app: Any, tracking: Tracking) -> None:
    if hasattr(app, "context_class"):
        app.context_class = follow(app.context_class, tracking)
        return
    names = ("info", "registered_callback", "registered_commands")
    contents = {name: _Classes(name, tracking) for name in names}
    app.__class__ = _subclass(type(app), tracking=tracking, **contents)


class _Classes:
    """An attribute of a Typer app that says of which classes its Click commands are to be.

    Typer makes them anew at every run, out of what the app has by then: so whoever reads the attribute finds
    those classes replaced by followed ones.
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

        said = info.cls
        if isinstance(said, DefaultPlaceholder):
            if self._name == "registered_callback":
                return  # where it says nothing, the app's own info does
            said = None
        made = said or (TyperCommand if self._name == "registered_commands" else TyperGroup)
        if _find_tracking(made) is not self._tracking:
            info.cls = _subclass(made, context_class=follow(made.context_class, self._tracking))


def _subclass(original: type[Any], **contents: object) -> type[Any]:
    """A class that passes for its original."""
    names = {name: getattr(original, name) for name in ("__module__", "__qualname__", "__doc__")}
    return type(original.__name__, (original,), {**names, **contents})
