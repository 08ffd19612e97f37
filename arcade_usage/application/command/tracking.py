"""What a host may do with a tracker. The command path never imports this: making protocols takes its time."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Tracker(Protocol):
    """A protocol: what a host may do with a tracker, whether tracking is on or off."""

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
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Report a command that has ended. Never raises.

        `duration_ms` is milliseconds, `monotonic_*` are seconds. `properties` are added to the event.
        Blocks: not; 4 s for a successful login, 1 s for a successful logout.
        """

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: Mapping[str, object] | None = None,
    ) -> "TrackedCommand":
        """Time a command, tell how it ended, report it: `with`, `async with`, or a decorator.

        What the command raised passes untouched.

        Blocks: as track_command_execution, when the command has ended.
        """

    def begin(self) -> "Execution":
        """A command begins whose name is not known yet: takes the snapshot, and the time. Never raises.

        Blocks: not; reads two small files and makes one stat.
        """


class TrackedCommand(Protocol):
    """A protocol: reports what runs inside it as one command; a decorated function, each of its calls."""

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
    """A protocol: a command that has begun."""

    def end(
        self,
        command_name: str,
        error: BaseException | None,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Report it: `error` is what left the command, None if it returned. Never raises.

        Blocks: as track_command_execution.
        """
