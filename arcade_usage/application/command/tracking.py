"""Public protocols of command trackers. The command path never imports them: creating protocols is slow."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, TypeAlias, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

# The properties that a tool adds to an event: a mapping, which may compute its values when it is read, or a
# function without arguments that returns one. It is read once, when the event is reported, and in the thread
# that reports it. If it raises, the event has no properties, and the logger has the traceback at DEBUG. The
# command ends only afterwards, and nothing limits the time, so the function should not use the network.
Properties: TypeAlias = Mapping[str, object] | Callable[[], Mapping[str, object] | None] | None


class Tracker(Protocol):
    """Reports commands. The methods are the same whether tracking is on or off."""

    def track_command_execution(
        self,
        command_name: str,
        *,
        success: bool,
        duration_ms: float | None = None,
        error_message: str | None = None,
        is_login: bool = False,
        is_logout: bool = False,
        monotonic_start: float | None = None,
        monotonic_end: float | None = None,
        properties: Properties = None,
    ) -> None:
        """Report a command that has ended. Never raises.

        duration_ms: milliseconds. monotonic_start, monotonic_end: seconds of time.monotonic().
        properties: added to the event; see Properties.

        Blocks: 4 s for a successful login, 1 s for a successful logout, otherwise not.
        """

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: Properties = None,
    ) -> "TrackedCommand":
        """Time and report one command: use it with `with`, `async with`, or as a decorator.

        The command's own exceptions propagate. Blocks at the command's end, as long as
        track_command_execution.
        """

    def begin(self) -> "Execution":
        """Start a command whose name is not known yet: takes the snapshot and the time. Never raises.

        Does not block. Reads two small files and makes one stat().
        """


class TrackedCommand(Protocol):
    """A context that reports its body as one command; as a decorator, it reports each call."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def __aenter__(self) -> None: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __call__(self, function: Function) -> Function: ...


class Execution(Protocol):
    """A command that is running."""

    def end(
        self,
        command_name: str,
        error: BaseException | None,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: Properties = None,
        options: Sequence[str] = (),
    ) -> None:
        """Report the command. Never raises.

        error: the exception that the command raised; None if it returned.
        options: declared names of the options on the command line, without dashes; never what was typed.

        Blocks as long as track_command_execution.
        """
