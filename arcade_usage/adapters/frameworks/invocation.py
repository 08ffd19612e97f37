"""One invocation of a Click command line: which command it comes to, and how it ends. On the command path.

Owns the invariant that the host sees none of it. The contexts of the commands on the way are followed: each
is of the host's own context class, with an ear at its `with` statement. None of our functions runs around one
of the host's, so that no traceback shows one; but for `_resolve`, whose frame is taken out. Click is known by
the host's objects alone, since Typer may bring its own.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from arcade_usage.application.command.tracker import suppress_and_log

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Tracker

ROOT_NAME = "root"  # of a group without a command above which there is none
UNDECLARED_NAME = "*"  # of a command that its group does not list: the name is what the user typed

_OWN_COMMANDS = "arcade_usage.cli."

_STEP = "_arcade_usage_step"  # a context's attribute: where it is on the way


class Tracking:
    """What `track` was told about an app; told again, the same object changes."""

    def __init__(
        self,
        tracker: "Tracker",
        logins: Collection[str],
        logouts: Collection[str],
        properties: Mapping[str, object] | None,
    ) -> None:
        self.tracker = tracker
        self.logins = frozenset(logins)
        self.logouts = frozenset(logouts)
        self.properties = properties
        self.is_running = False


def follow(context_class: type[Any], tracking: Tracking | None = None) -> type[Any]:
    """The context class of a command that is followed. `tracking`: for a command where invocations start."""
    if issubclass(context_class, Followed):
        if tracking is None:
            return context_class
        context_class = context_class.followed
    if tracking is None and context_class in _followed:
        return _followed[context_class]
    names = {name: getattr(context_class, name) for name in ("__module__", "__qualname__", "__doc__")}
    contents = {**names, "followed": context_class, "tracking": tracking}
    made = type(context_class.__name__, (Followed, context_class), contents)
    if tracking is None:
        _followed[context_class] = made
    return made


class Followed:
    """Goes before a host's context class. Click enters a context to parse, and again to run its command."""

    followed: type[Any]
    tracking: Tracking | None

    def __enter__(self) -> Any:
        with suppress_and_log():
            step = _find_step(self)
            if step is not None:
                step.enter()
        return super().__enter__()  # type: ignore[misc]  # the host's class comes after this one

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        try:
            swallowed = super().__exit__(kind, error, trace)  # type: ignore[misc]
        except BaseException as failure:
            _leave(self, failure)
            if failure.__traceback__ is not None:
                failure.__traceback__ = failure.__traceback__.tb_next  # Python 3.10 keeps this frame
            raise
        _leave(self, None if swallowed else error)
        return swallowed


_followed: dict[type[Any], type[Any]] = {}


def _leave(context: Any, error: BaseException | None) -> None:
    with suppress_and_log():
        step = vars(context).get(_STEP)
        if step is not None:
            step.leave(error)


def _find_step(context: Any) -> "_Step | None":
    """Where a context is on the way; None if it is not on it, as one that a command makes by itself."""
    step: _Step | None = vars(context).get(_STEP)
    if step is not None or context.resilient_parsing:
        return step
    above: _Step | None = getattr(context.parent, _STEP, None)
    if above is not None:
        step = above.go_on(context)
    elif context.tracking is not None and not context.tracking.is_running:
        step = _Step(_Invocation(context.tracking), None, None, context)
    if step is not None:
        setattr(context, _STEP, step)
    return step


class _Resolved:
    """A command that a group found by what the user typed."""

    def __init__(self, context: Any, token: str, command: Any) -> None:
        self._context = context
        self._token = token
        self.command = command

    @cached_property
    def name(self) -> str:
        """The name that the host gave the command, never one that only the user did."""
        commands: Mapping[str, object] = getattr(self._context.command, "commands", {})
        if commands.get(self._token) is self.command:
            return self._token
        for name, command in commands.items():  # an abbreviation, or an alias
            if command is self.command:
                return name
        if self._is_listed():  # and loaded when it is asked for
            return self._token
        own: str | None = self.command.name
        return own if own and own != self._token else UNDECLARED_NAME

    def _is_listed(self) -> bool:
        try:
            return self._token in self._context.command.list_commands(self._context)
        except Exception:  # noqa: BLE001 - a stranger's list may raise anything
            return False


class _Step:
    """One command on the way, from its context's first `with` statement on."""

    def __init__(
        self, invocation: "_Invocation", above: "_Step | None", found: _Resolved | None, context: Any
    ) -> None:
        self._invocation = invocation
        self._command = context.command
        self.above = above
        self._found = found
        self.next: _Resolved | None = None  # what comes below, and has not begun
        self._depth = 0
        self._times = 0

    @property
    def is_parsing(self) -> bool:
        """Whether the command has not run yet; options that show something and exit do so before."""
        return self._times < 2

    @property
    def names(self) -> list[str]:
        """The dotted path, in its parts."""
        if self.above is None or self._found is None:
            return []
        return [*self.above.names, self._found.name]

    @property
    def own_name(self) -> str:
        """What a command without a path is called: the program's name is not for us."""
        return ROOT_NAME if hasattr(self._command, "resolve_command") else self._command.name or ROOT_NAME

    @property
    def is_own(self) -> bool:
        """Whether it is a command that a host mounts from here: who asks about tracking is not tracked."""
        module: object = getattr(getattr(self._command, "callback", None), "__module__", None)
        return isinstance(module, str) and module.startswith(_OWN_COMMANDS)

    def go_on(self, context: Any) -> "_Step | None":
        """The step to a context below, if it is that of the command that was found."""
        found = self.next
        if found is None or context.command is not found.command:
            return None
        self.next = None
        return _Step(self._invocation, self, found, context)

    def enter(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self._times += 1
            self._invocation.reach(self)
            if hasattr(self._command, "resolve_command"):
                self._command.__dict__.setdefault("resolve_command", _resolve)

    def leave(self, error: BaseException | None) -> None:
        self._depth -= 1
        if self._depth == 0 and self.above is None:
            self._invocation.pause()
            if error is not None or not self.is_parsing:
                self._invocation.end(error)


class _Invocation:
    """What becomes one event: from the parsing of the first option until the app's own context is closed."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._execution = tracking.tracker.begin()
        self._reached: list[_Step] = []
        self._last: _Step | None = None
        self._has_ended = False

    def reach(self, step: _Step) -> None:
        self._tracking.is_running = True  # an app that a command calls is part of that command
        if step not in self._reached:
            self._reached.append(step)
        self._last = step

    def pause(self) -> None:
        """Between parsing and running, and after it."""
        self._tracking.is_running = False

    def end(self, error: BaseException | None) -> None:
        tracking = self._tracking
        # A usage error knows its context: in a chain it is not always that of the last command.
        last: _Step | None = getattr(getattr(error, "ctx", None), _STEP, None) or self._last
        if error is not None:
            _take_out_frames(error)
        if self._has_ended or last is None or last.is_own or _is_help(error, last):
            return
        self._has_ended = True
        paths = {".".join(step.names) for step in self._leaves()}
        self._execution.end(
            self._name(last, error),
            KeyboardInterrupt() if isinstance(error, EOFError) else error,  # Click makes both an Abort
            is_login=not tracking.logins.isdisjoint(paths),
            is_logout=not tracking.logouts.isdisjoint(paths),
            properties=tracking.properties,
        )

    def _leaves(self) -> list[_Step]:
        """The commands that were meant: one, or in a chain several; not the groups on the way to them."""
        passed = [step.above for step in self._reached]
        return [step for step in self._reached if step not in passed and not step.is_parsing]

    def _name(self, last: _Step, error: BaseException | None) -> str:
        names = last.names
        if last.next is not None and not _succeeded(error):
            names = [*names, last.next.name]  # it was about to begin when its group failed
        return ".".join(names) or last.own_name


def _is_help(error: BaseException | None, last: _Step) -> bool:
    """Whether the user asked for help, a version or the like: an option that shows something, or nothing."""
    if error is not None and any(kind.__name__ == "NoArgsIsHelpError" for kind in type(error).__mro__):
        return True
    return error is not None and last.is_parsing and _succeeded(error)


def _succeeded(error: BaseException | None) -> bool:
    from arcade_usage.domain.outcome import SUCCESS, classify  # rarely needed

    return classify(error)[0] == SUCCESS


def _resolve(ctx: Any, args: Any) -> Any:
    """Stands in a followed group for its `resolve_command`: notes what that finds, and follows it."""
    resolved = type(ctx.command).resolve_command(ctx.command, ctx, args)
    with suppress_and_log():
        step: _Step | None = getattr(ctx, _STEP, None)
        token, command, _ = resolved
        if step is not None and command is not None:
            command.context_class = follow(command.context_class)
            step.next = _Resolved(ctx, token, command)
    return resolved


def _take_out_frames(error: BaseException) -> None:
    """Take our own frames out of a traceback, which Python is still adding to at its other end."""
    before, entry = None, error.__traceback__
    while entry is not None:
        if before is not None and entry.tb_frame.f_code in _OUR_CODE:
            before.tb_next = entry.tb_next
        else:
            before = entry
        entry = entry.tb_next


_OUR_CODE = (_resolve.__code__, Followed.__exit__.__code__)
