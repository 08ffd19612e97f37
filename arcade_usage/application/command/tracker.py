"""The tracker that a host holds: turns one execution of a command into one launched delivery.

Owns the invariants of the command path: it imports no vendor, touches no network, waits only for a
login that succeeded, and lets no exception out. Whose event it is, and all else that can wait, is decided
in the delivery process (application/delivery/delivery.py).
"""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.application.command.payload import encode_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType, TracebackType

    from arcade_usage.application.command.tracking import Execution, Function, TrackedCommand
    from arcade_usage.application.ports import Clock, ProcessLauncher, SnapshotSource
    from arcade_usage.domain.outcome import Outcome


LOGGER = "arcade_usage"


class CommandTracker:
    """The tracker that is on. Made by `arcade_usage.command_tracker`; one thread at a time."""

    def __init__(
        self,
        *,
        snapshots: "SnapshotSource",
        launcher: "ProcessLauncher",
        clock: "Clock",
        is_on: "Callable[[], bool]" = lambda: True,
        rotate: "Callable[[bool], None]",
        keep: "Callable[[str], None]",
        project: "Mapping[str, str]",
        config_dir: str,
        distribution: str,
        adapters: "str | None" = None,
        may_report: "Callable[[], bool]" = lambda: True,
    ) -> None:
        """`is_on`: the switch, as it is now.

        `rotate`: the foreground part of a logout; is given whether credentials were there when it began.

        `keep`: puts a payload into the outbox from here. `may_report`: whether the user was told that events
        are sent; tells them where that is due.
        """
        self._snapshots = snapshots
        self._launcher = launcher
        self._clock = clock
        self._is_on = is_on
        self._rotate = rotate
        self._keep = keep
        self._project = project
        self._config_dir = config_dir
        self._distribution = distribution
        self._adapters = adapters
        self._may_report = may_report
        self._snapshot: Mapping[str, object] | None = None
        self._saw_identity = False
        self._look()

    def track_command_execution(
        self,
        command_name: str,
        *,
        success: bool,
        duration_ms: "float | None" = None,
        error_message: "str | None" = None,
        is_login: bool = False,
        is_logout: bool = False,
        monotonic_start: "float | None" = None,
        monotonic_end: "float | None" = None,
        properties: "Mapping[str, object] | None" = None,
    ) -> None:
        with suppress_and_log():
            self._report(
                {
                    "name": command_name,
                    "outcome": "success" if success else "error",
                    "error_message": None if success else error_message,
                    "duration_ms": duration_ms,
                    "monotonic_start": monotonic_start,
                    "monotonic_end": monotonic_end,
                    "is_login": bool(success and is_login),
                    "is_logout": bool(success and is_logout),
                    "properties": properties,
                }
            )

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: "Mapping[str, object] | None" = None,
    ) -> "TrackedCommand":
        return _Command(self, command_name, is_login, is_logout, properties)

    def begin(self) -> "Execution":
        return _Execution(self)

    def _look(self) -> float:
        """Take the snapshot that the next event is judged by; returns the monotonic time."""
        with suppress_and_log():
            self._snapshot = self._take()
        return self._clock.monotonic()

    def _take(self) -> "Mapping[str, object] | None":
        """A snapshot; None also where an identity that was here is gone: whoever removed it wants it gone."""
        snapshot = self._snapshots.take()
        if snapshot is not None and snapshot["usage"] is None and self._saw_identity:
            return None
        self._saw_identity = self._saw_identity or (snapshot is not None and snapshot["usage"] is not None)
        return snapshot

    def _report(self, command: "dict[str, object]") -> None:
        if not self._is_on():  # it may have been turned off while the command ran, or by the command
            log_debug("%s is not tracked: tracking is off by now", command["name"])
            self._snapshot = None
            return
        logged_in, logged_out = command["is_login"], command["is_logout"]
        snapshot, self._snapshot = self._snapshot, None  # judges one event; the next one's is taken anew
        if snapshot is None or logged_in:
            snapshot = self._take()
        had_credentials = snapshot is None or snapshot["stamp"] is not None
        try:
            if snapshot is not None and not self._may_report():
                log_debug("%s is not tracked: the notice was not shown yet", command["name"])
            elif snapshot is None or (snapshot := self._snapshots.identify(snapshot)) is None:
                log_debug("%s is not tracked: the config folder can't be used, or is gone", command["name"])
            else:
                self._saw_identity = True
                command["ended_at"] = self._clock.time()
                payload = encode_payload(
                    project=self._project,
                    config_dir=self._config_dir,
                    distribution=self._distribution,
                    adapters=self._adapters,
                    snapshot=snapshot,
                    command=command,
                )
                self._hand_over(payload, wait=bool(logged_in))
        finally:
            if logged_out:
                self._rotate(had_credentials)  # whatever becomes of the event

    def _hand_over(self, payload: str, *, wait: bool) -> None:
        try:
            if wait:
                self._launcher.launch_and_wait(payload)
            else:
                self._launcher.launch(payload)
        except Exception as error:  # whatever it is: an event that no process has is kept here
            if raised_by_signal_handler(error):
                raise
            log_debug(
                "no delivery could be started, the event waits in the outbox: %s", error.__cause__ or error
            )
            self._keep(payload)
        else:
            log_debug("a delivery was started")


class SilentTracker:
    """The tracker of a host where tracking is off: does nothing, and costs as much."""

    def track_command_execution(self, command_name: str, **_: object) -> None:
        """Nothing."""

    def command(self, command_name: str, **_: object) -> "TrackedCommand":
        """Nothing around a command."""
        return _Command(self, command_name, False, False, None)

    def begin(self) -> "Execution":
        """Nothing to be ended."""
        return _SilentExecution()


class _SilentExecution:
    def end(self, command_name: str, error: "BaseException | None", **_: object) -> None:
        """Nothing."""


class _Execution:
    def __init__(self, tracker: CommandTracker) -> None:
        self._tracker = tracker
        self._start = tracker._look()

    def end(
        self,
        command_name: str,
        error: "BaseException | None",
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: "Mapping[str, object] | None" = None,
    ) -> None:
        with suppress_and_log():
            end = self._tracker._clock.monotonic()
            outcome, message = _classify(error)
            succeeded = outcome == "success"
            self._tracker._report(
                {
                    "name": command_name,
                    "outcome": outcome,
                    "error_message": message,
                    "duration_ms": (end - self._start) * 1000.0,
                    "monotonic_start": self._start,
                    "monotonic_end": end,
                    "is_login": succeeded and is_login,
                    "is_logout": succeeded and is_logout,
                    "properties": properties,
                }
            )


class _Command:
    """One running command. A class, not a generator: a traceback that passes through gains no frame."""

    def __init__(
        self,
        tracker: "CommandTracker | SilentTracker",
        name: str,
        is_login: bool,
        is_logout: bool,
        properties: "Mapping[str, object] | None",
    ) -> None:
        self._tracker = tracker
        self._name = name
        self._is_login = is_login
        self._is_logout = is_logout
        self._properties = properties
        self._execution: Execution | None = None

    def __enter__(self) -> None:
        self._execution = self._tracker.begin()

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        if self._execution is not None:
            self._execution.end(
                self._name,
                error,
                is_login=self._is_login,
                is_logout=self._is_logout,
                properties=self._properties,
            )

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: "Function") -> "Function":
        from arcade_usage.application.command.decorator import decorate

        again = (self._tracker, self._name, self._is_login, self._is_logout, self._properties)
        return decorate(function, lambda: _Command(*again))


def _classify(error: "BaseException | None") -> "tuple[Outcome, str | None]":
    """How a command ended. Most return, and are spared an import of 0.13 ms."""
    if error is None:
        return "success", None
    from arcade_usage.domain.outcome import classify

    return classify(error)


class suppress_and_log:  # noqa: N801 - used like contextlib.suppress
    """The one place where exceptions end: a host never sees one of ours.

    Ctrl-C is not ours, and neither is what a signal handler of the host's raises.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> bool:
        if not isinstance(error, Exception) or raised_by_signal_handler(error):
            return False
        with suppress(Exception):  # Python may be shutting down, and a host's filter may raise
            import logging

            logging.getLogger(LOGGER).debug("usage was not tracked", exc_info=error)
        return True


def raised_by_signal_handler(error: BaseException) -> bool:
    """Whether a signal handler raised `error` while code of ours ran.

    Only a signal handler is passed the very frame that it interrupts, so its frame is known in a traceback.
    The kind of the exception says nothing: a TimeoutError may be the tool's, or ours.
    """
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        if _was_passed(step.tb_next.tb_frame, step.tb_frame):
            return True
        step = step.tb_next
    return False


def _was_passed(handler: "FrameType", interrupted: "FrameType") -> bool:
    for value in handler.f_locals.values():
        items = value if type(value) is tuple else (value,)  # def handler(*arguments)
        if any(item is interrupted for item in items):
            return True
    return False


def log_debug(message: str, *arguments: object) -> None:
    """One line for whoever debugs a host: what is done, and why not. Never raises.

    Where the tool has not imported logging, nobody listens, and importing it adds 1.9 ms to a command of a
    Typer app. No credential, token or message of the tool's is logged.
    """
    logging = sys.modules.get("logging")
    if logging is not None:
        with suppress(Exception):  # a host's handler or filter may raise
            logging.getLogger(LOGGER).debug(message, *arguments)
