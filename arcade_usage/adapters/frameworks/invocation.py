"""Observes one invocation of a Click command line: the command that it reaches, and its end.

Runs on the command path. Invariant: the tool doesn't notice it. Each context's class is subclassed to observe
`__enter__` and `__exit__`. Tracebacks of the tool show no function of the library: the frames of `_resolve`
and `__exit__` are removed. Click is accessed through the tool's objects only, because Typer may bring its
own.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from arcade_usage.application.command.tracker import suppress_and_log

if TYPE_CHECKING:
    from arcade_usage.application.command.tracking import Properties, Tracker

ROOT_NAME = "root"  # name of a top-level group without a command
UNDECLARED_NAME = "*"  # a command that its group doesn't list; its name is the user's input

_CLICK_LIKE = ("click", "typer")  # top-level packages; Typer may bring a Click of its own
_OWN_COMMANDS = "arcade_usage.cli."

# Attributes of the tool's objects, so no names that a tool may use.
_STEP = "_arcade_usage_step"  # of a context: its step in the invocation
TRACKING = "_arcade_usage_tracking"  # of a class: the Tracking of an app; None below the app
_ORIGINAL = "_arcade_usage_original"  # of an observed class: the tool's


class Tracking:
    """The options that `track` was called with for an app; a further call updates this object."""

    def __init__(
        self,
        tracker: "Tracker",
        logins: Collection[str],
        logouts: Collection[str],
        properties: "Properties",
    ) -> None:
        self.tracker = tracker
        self.logins = frozenset(logins)
        self.logouts = frozenset(logouts)
        self.properties = properties
        self.is_running = False


def observe(context_class: type[Any], tracking: Tracking | None = None) -> type[Any]:
    """The observed subclass of a context class. `tracking`: for a command that starts invocations."""
    if issubclass(context_class, ObservedContext):
        if tracking is None:
            return context_class
        context_class = getattr(context_class, _ORIGINAL)
    if tracking is None and context_class in _observed:
        return _observed[context_class]
    names = {name: getattr(context_class, name) for name in ("__module__", "__qualname__", "__doc__")}
    contents = {**names, _ORIGINAL: context_class, TRACKING: tracking}
    made = type(context_class.__name__, (ObservedContext, context_class), contents)
    if tracking is None:
        _observed[context_class] = made
    return made


class ObservedContext:
    """Precedes the tool's context class. Click enters a context to parse, and again to run the command."""

    def __enter__(self) -> Any:
        with suppress_and_log():
            step = _find_step(self)
            if step is not None:
                step.enter()
        return super().__enter__()  # type: ignore[misc]  # the tool's class follows this one

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


_observed: dict[type[Any], type[Any]] = {}


def _leave(context: Any, error: BaseException | None) -> None:
    with suppress_and_log():
        step = vars(context).get(_STEP)
        if step is not None:
            step.leave(context, error)


def _find_step(context: Any) -> "_Step | None":
    """A context's step; None outside the invocation, as for a context that a command creates itself."""
    step: _Step | None = vars(context).get(_STEP)
    if step is not None or context.resilient_parsing:
        return step
    above: _Step | None = getattr(context.parent, _STEP, None)
    if above is not None:
        step = above.descend(context)
    else:
        tracking: Tracking | None = getattr(context, TRACKING)
        if tracking is not None and not tracking.is_running:
            step = _Step(_Invocation(tracking), None, None, context)
    if step is not None:
        setattr(context, _STEP, step)
    return step


class _Resolved:
    """A command that a group found for the user's input."""

    def __init__(self, context: Any, token: str, command: Any) -> None:
        self._context = context
        self._token = token
        self.command = command

    @cached_property
    def name(self) -> str:
        """The declared name of the command, never one that only the user typed."""
        commands: Mapping[str, object] = getattr(self._context.command, "commands", {})
        if commands.get(self._token) is self.command:
            return self._token
        for name, command in commands.items():  # an abbreviation, or an alias
            if command is self.command:
                return name
        listed, own = self._listed(), self.command.name
        if self._token in listed:  # loaded lazily
            return self._token
        is_declared = own and (own in listed or self._token not in own)
        return str(own) if is_declared else UNDECLARED_NAME

    def _listed(self) -> Collection[str]:
        try:
            return list(self._context.command.list_commands(self._context))
        except (Exception, SystemExit):  # noqa: BLE001 - a tool's list_commands may raise anything
            return ()


class _Step:
    """One command of the invocation, from the first time that its context is entered."""

    def __init__(
        self, invocation: "_Invocation", above: "_Step | None", found: _Resolved | None, context: Any
    ) -> None:
        self._invocation = invocation
        self._command = context.command
        self.above = above
        self._found = found
        self.next: _Resolved | None = None  # the subcommand, until it begins
        self._options: list[str] = []
        self._depth = 0
        self._times = 0

    @property
    def is_parsing(self) -> bool:
        """Whether the command has not run yet; options that print something and exit do so before."""
        return self._times < 2

    @property
    def names(self) -> list[str]:
        """The parts of the dotted path."""
        if self.above is None or self._found is None:
            return []
        return [*self.above.names, self._found.name]

    @property
    def own_name(self) -> str:
        """The name of a command without a path; the program's name is not reported."""
        return ROOT_NAME if hasattr(self._command, "resolve_command") else self._command.name or ROOT_NAME

    @property
    def options(self) -> list[str]:
        """The names of its options on the command line; none of a command that its group doesn't list."""
        return self._options if UNDECLARED_NAME not in self.names else []

    @property
    def is_own(self) -> bool:
        """Whether it is one of the library's own commands, which are not tracked."""
        module: object = getattr(getattr(self._command, "callback", None), "__module__", None)
        return isinstance(module, str) and module.startswith(_OWN_COMMANDS)

    def descend(self, context: Any) -> "_Step | None":
        """The step of a context below, if it belongs to the command that was found."""
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

    def leave(self, context: Any, error: BaseException | None) -> None:
        if self.is_parsing:
            with suppress_and_log():  # a parameter of the tool's own class may have no such attributes
                self._options = _given_options(context)
        self._depth -= 1
        if self._depth == 0 and self.above is None:
            self._invocation.pause()
            if error is not None or not self.is_parsing:
                self._invocation.end(error)


class _Invocation:
    """Becomes one event: from parsing the first option until the app's own context is closed."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._execution = tracking.tracker.begin()
        self._reached: list[_Step] = []
        self._last: _Step | None = None
        self._has_ended = False

    def reach(self, step: _Step) -> None:
        self._tracking.is_running = True  # an app that a command calls belongs to that command
        if step not in self._reached:
            self._reached.append(step)
        self._last = step

    def pause(self) -> None:
        """Marks the pause between parsing and running, and the end."""
        self._tracking.is_running = False

    def end(self, error: BaseException | None) -> None:
        tracking = self._tracking
        # A usage error has its context: in a chain, it is not always the last command's.
        last: _Step | None = getattr(getattr(error, "ctx", None), _STEP, None) or self._last
        if error is not None:
            _remove_frames(error)
        if self._has_ended or last is None or last.is_own or _is_help(error, last):
            return
        self._has_ended = True
        if error is not None and _is_clean_exit(error):
            error = None
        paths = {".".join(step.names) for step in self._leaves()}
        self._execution.end(
            self._name(last, error),
            KeyboardInterrupt() if isinstance(error, EOFError) else error,  # Click turns both into Abort
            is_login=not tracking.logins.isdisjoint(paths),
            is_logout=not tracking.logouts.isdisjoint(paths),
            properties=tracking.properties,
            options=list(dict.fromkeys(name for step in self._reached for name in step.options)),
        )

    def _leaves(self) -> list[_Step]:
        """The commands without the groups above them: one, or several in a chain."""
        passed = [step.above for step in self._reached]
        return [step for step in self._reached if step not in passed and not step.is_parsing]

    def _name(self, last: _Step, error: BaseException | None) -> str:
        names = last.names
        if last.next is not None and not _succeeded(error):
            names = [*names, last.next.name]  # its group failed before it began
        return ".".join(names) or last.own_name


def _given_options(context: Any) -> list[str]:
    """The declared names of the options on the command line, in the order of their declaration.

    Takes 0.8 us for each option that is declared.
    """
    names = []
    for parameter in context.command.params:
        if parameter.param_type_name == "option":
            source = context.get_parameter_source(parameter.name)
            if source is not None and source.name == "COMMANDLINE":
                long = (name[2:] for name in parameter.opts if name.startswith("--"))
                names.append(next(long, parameter.name))
    return names


def _is_help(error: BaseException | None, last: _Step) -> bool:
    """Whether the user asked for help, a version or similar: an option that prints and exits, or no input."""
    if error is not None and any(kind.__name__ == "NoArgsIsHelpError" for kind in type(error).__mro__):
        return True
    return error is not None and last.is_parsing and _succeeded(error)


def _is_clean_exit(error: BaseException) -> bool:
    """Whether it is the Exit(0) by which Click ends every command. Saves `_succeeded` an import of 0.2 ms."""
    kind, code = type(error), getattr(error, "exit_code", None)
    is_exit = kind.__name__ == "Exit" and kind.__module__.partition(".")[0] in _CLICK_LIKE
    return is_exit and isinstance(code, int) and code == 0


def _succeeded(error: BaseException | None) -> bool:
    from arcade_usage.domain.outcome import SUCCESS, classify  # rarely needed

    return classify(error) == SUCCESS


def _resolve(ctx: Any, args: Any) -> Any:
    """Replaces `resolve_command` of an observed group: records and observes the command that it finds."""
    resolved = type(ctx.command).resolve_command(ctx.command, ctx, args)
    with suppress_and_log():
        step: _Step | None = getattr(ctx, _STEP, None)
        token, command, _ = resolved
        if step is not None and command is not None:
            command.context_class = observe(command.context_class)
            step.next = _Resolved(ctx, token, command)
    return resolved


def _remove_frames(error: BaseException) -> None:
    """Removes the library's frames from a traceback, which Python is still extending at its other end."""
    before, entry = None, error.__traceback__
    while entry is not None:
        if before is not None and entry.tb_frame.f_code in _OUR_CODE:
            before.tb_next = entry.tb_next
        else:
            before = entry
        entry = entry.tb_next


_OUR_CODE = (_resolve.__code__, ObservedContext.__exit__.__code__)
