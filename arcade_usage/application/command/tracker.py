"""The command tracker: starts one delivery process for each command that ends.

Owns the invariants of the command path: it imports no third-party package, uses no network, waits only for a
login that succeeded, and raises no exception. The delivery process does everything else, attribution
included (application/delivery/delivery.py). The suppression and logging of errors inside the tool is here
too, since a module of its own would cost each command 0.13 ms.
"""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.application.command.payload import encode_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType
    from typing import Any

    from arcade_usage.application import ports
    from arcade_usage.application.command.tracking import Execution, Function, Properties, TrackedCommand
    from arcade_usage.domain.declaration import Property

LOGGER = "arcade_usage"


class TrackerMethods:
    """The methods of every tracker. They rest on the private ones, which do nothing here."""

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
        properties: "Properties" = None,
    ) -> None:
        with suppress_and_log():
            self._report(
                name=command_name,
                outcome="success" if success else "error",
                error_message=None if success else error_message,
                duration_ms=duration_ms,
                monotonic_start=monotonic_start,
                monotonic_end=monotonic_end,
                is_login=bool(success and is_login),
                is_logout=bool(success and is_logout),
                properties=properties,
            )

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: "Properties" = None,
    ) -> "TrackedCommand":
        if callable(command_name):  # a decorated function would not run when it is called
            raise TypeError('a command needs a name, as in @tool.command("build")')
        return _Command(self, command_name, is_login=is_login, is_logout=is_logout, properties=properties)

    def begin(self) -> "Execution":
        return _Execution(self)

    def _begin(self) -> "tuple[float, Mapping[str, object] | None]":
        return 0.0, None

    def _report(
        self, properties: "Properties", begun: "Mapping[str, object] | None" = None, **command: "Any"
    ) -> None: ...

    def _report_end(self, start: float, error: "BaseException | None", **command: "Any") -> None: ...


class SilentTracker(TrackerMethods):
    """The tracker when tracking is off: every method does nothing."""


class CommandTracker(TrackerMethods):
    """The tracker when tracking is on. Made by `arcade_usage.command_tracker`; not thread-safe."""

    def __init__(
        self,
        tool: "Mapping[str, Any]",
        *,
        opt_out: "ports.OptOut",
        snapshots: "ports.SnapshotSource",
        launcher: "ports.ProcessLauncher",
        writer: "ports.ToolWriter | None",
        clock: "ports.Clock",
        notice: "ports.NoticeBoard | None" = None,
        properties: "Sequence[Property]" = (),
        safe_errors: "Sequence[type[BaseException]]" = (),
        private_errors: "Sequence[type[BaseException]]" = (),
        is_tty: "bool | None" = None,
        typed: "Sequence[object]" = (),
    ) -> None:
        """Take the first snapshot.

        tool: see payload.describe_tool. writer: None if nothing may be written. is_tty: whether stdout is a
        terminal; None if not known. typed: the arguments of the process.
        """
        self._tool = tool
        self._opt_out = opt_out
        self._snapshots = snapshots
        self._launcher = launcher
        self._writer = writer
        self._clock = clock
        self._notice = notice
        self._declared = properties
        self._error_rules = (tuple(safe_errors), tuple(private_errors), typed)
        self._is_tty = is_tty
        self._snapshot: Mapping[str, object] | None = None
        self._had_identity = False
        with suppress_and_log():
            self._snapshot = self._take_snapshot()

    def _begin(self) -> "tuple[float, Mapping[str, object] | None]":
        """Take the snapshot of a command that begins; returns the monotonic time in seconds, and it.

        Commands may overlap, so each keeps its own.
        """
        snapshot = self._snapshot = None
        with suppress_and_log():
            snapshot = self._take_snapshot()
        return self._clock.monotonic(), snapshot

    def _take_snapshot(self) -> "Mapping[str, object] | None":
        """Take a snapshot; None if the folder can't be used, or the identity was erased meanwhile."""
        snapshot = self._snapshots.take()
        if snapshot is not None and snapshot["usage"] is None and self._had_identity:
            return None
        self._had_identity = self._had_identity or (snapshot is not None and snapshot["usage"] is not None)
        return snapshot

    def _report(
        self, properties: "Properties", begun: "Mapping[str, object] | None" = None, **command: "Any"
    ) -> None:
        """`begun`: the snapshot from when the command began, by `_begin`."""
        is_login, is_logout = command["is_login"], command["is_logout"]
        if not self._opt_out.is_on():  # the user may opt out while the command runs, or with this command
            log_debug("%s is not tracked: tracking was turned off", command["name"])
            self._snapshot = None
            return
        snapshot, self._snapshot = begun or self._snapshot, None  # for one event; the next one takes its own
        if snapshot is None or is_login:
            snapshot = self._take_snapshot()
        had_credentials = snapshot is None or snapshot["stamp"] is not None
        try:
            if (identified := self._identify(snapshot, command["name"])) is not None:
                payload = self._encode(identified, properties, command)
                needs_process = is_login or is_logout or command["error_message"]
                rest = payload if needs_process else self._hand_over(payload)
                if rest is not None:
                    self._start(self._launcher.launch_and_wait if is_login else self._launcher.launch, rest)
        finally:
            if is_logout and self._writer is not None:  # also if the event is not sent
                self._writer.log_out(had_credentials=had_credentials)

    def _identify(self, snapshot: "Mapping[str, object] | None", name: str) -> "Mapping[str, object] | None":
        """The snapshot with an identity; None if the command must not be reported."""
        if snapshot is not None and self._notice is not None and not self._notice.show_if_due():
            log_debug("%s is not tracked: the notice has not been shown", name)
            return None
        identified = None if snapshot is None else self._snapshots.identify(snapshot)
        if identified is None:
            log_debug("%s is not tracked: the config folder is missing or can't be used", name)
        else:
            self._had_identity = self._had_identity or self._writer is not None  # else none was made
        return identified

    def _encode(
        self, snapshot: "Mapping[str, object]", properties: "Properties", command: "Mapping[str, Any]"
    ) -> str:
        command = {**command, "ended_at": self._clock.time(), "is_tty": self._is_tty}
        if properties is not None:
            from arcade_usage.application.command.properties import read_properties, sent_as_is

            command["properties"] = given = read_properties(properties)
            command["as_is"] = sent_as_is(self._declared, given)
        is_change = command["is_login"] or command["is_logout"]  # of the identity; always sent
        tool = {**self._tool, "daily_limit": None} if is_change else self._tool
        return encode_payload(tool, snapshot, command)

    def _report_end(self, start: float, error: "BaseException | None", **command: "Any") -> None:
        end = self._clock.monotonic()
        facts: dict[str, Any] = {"outcome": "success", "error_message": None}
        if error is not None:
            from arcade_usage.domain.outcome import describe_error  # 0.13 ms

            facts = describe_error(error, *self._error_rules)
        command |= facts
        if command["outcome"] != "success":
            command |= {"is_login": False, "is_logout": False}
        duration_ms = (end - start) * 1000.0
        self._report(**command, duration_ms=duration_ms, monotonic_start=start, monotonic_end=end)

    def _hand_over(self, payload: str) -> "str | None":
        """Returns the payload for a new process; None if a running one takes the event."""
        if self._writer is None or self._tool["adapters"] is not None:
            return payload
        try:
            rest = self._writer.hand_over(payload, self._tool["sink"])
        except Exception as error:  # as while Python shuts down: a process does without
            if raised_by_signal_handler(error):
                raise
            return payload
        if rest is None:
            log_debug("a running delivery process takes the event")
        return rest

    def _start(self, launch: "Callable[[str], None]", payload: str) -> None:
        try:
            launch(payload)
        except Exception as error:  # any error: without a process, the event is stored here
            if raised_by_signal_handler(error):
                raise
            reason = error.__cause__ or error
            log_debug("the delivery process could not be started; the event waits in the outbox: %s", reason)
            if self._writer is not None:
                self._writer.enqueue(payload)
        else:
            log_debug("a delivery process was started")


class _Execution:
    def __init__(self, tracker: TrackerMethods) -> None:
        self._tracker = tracker
        self._start, self._snapshot = tracker._begin()

    def end(
        self,
        command_name: str,
        error: "BaseException | None",
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: "Properties" = None,
        options: "Sequence[str]" = (),
    ) -> None:
        with suppress_and_log():
            self._tracker._report_end(
                self._start,
                error,
                begun=self._snapshot,
                name=command_name,
                is_login=is_login,
                is_logout=is_logout,
                properties=properties,
                options=options,
            )


class _Command:
    """The context of one command. A class, not a generator, so that it adds no frame to a traceback."""

    def __init__(self, tracker: TrackerMethods, name: str, **facts: "Any") -> None:
        """`facts`: the other arguments of `Execution.end`."""
        self._tracker = tracker
        self._name = name
        self._facts = facts
        self._execution: Execution | None = None

    def __enter__(self) -> None:
        self._execution = self._tracker.begin()

    def __exit__(self, kind: object, error: "BaseException | None", trace: object) -> None:
        if self._execution is not None:
            self._execution.end(self._name, error, **self._facts)

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(self, kind: object, error: "BaseException | None", trace: object) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: "Function") -> "Function":
        from arcade_usage.application.command.decorator import decorate

        return decorate(function, lambda: _Command(self._tracker, self._name, **self._facts))


class suppress_and_log:  # noqa: N801 - used like contextlib.suppress
    """Suppress the library's exceptions and log them, so that the tool never sees one.

    KeyboardInterrupt and exceptions that the tool's signal handlers raise propagate.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: "BaseException | None", trace: object) -> bool:
        if not isinstance(error, Exception) or raised_by_signal_handler(error):
            return False
        with suppress(Exception):  # Python may be shutting down, and the tool's log filter may raise
            import logging

            logging.getLogger(LOGGER).debug("usage was not tracked", exc_info=error)
        return True


def raised_by_signal_handler(error: BaseException) -> bool:
    """Whether a signal handler raised `error` while the library's code ran.

    Python passes the interrupted frame to a signal handler and to no other function, so the handler's frame
    can be recognised in the traceback. The exception's type can't tell: the tool and the library both raise
    TimeoutError.
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


def logs_debug() -> bool:
    """Whether the tool logs at level DEBUG; see log_debug."""
    logging = sys.modules.get("logging")
    return logging is not None and bool(logging.getLogger(LOGGER).isEnabledFor(logging.DEBUG))


def log_debug(message: str, *arguments: object, exc_info: "BaseException | None" = None) -> None:
    """Log one line at level DEBUG, with the traceback of `exc_info`. Never raises.

    Does nothing if the tool has not imported logging: no handler is set then, and the import adds 1.9 ms to a
    command of a Typer app. Callers log no credential, token or error message.
    """
    logging = sys.modules.get("logging")
    if logging is not None:
        with suppress(Exception):  # the tool's log handler or filter may raise
            logging.getLogger(LOGGER).debug(message, *arguments, exc_info=exc_info)
