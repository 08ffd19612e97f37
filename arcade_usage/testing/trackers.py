"""Replaces the real trackers with trackers in memory.

Owns the invariants that every tracker built meanwhile sends nothing and touches no file, regardless of when
and how the tool imports the library; and that tracking is off in processes that a test starts.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from unittest import mock

from attrs import define, field, frozen

from arcade_usage.adapters.storage import config_folder
from arcade_usage.application.command.properties import read_properties
from arcade_usage.application.command.tracker import CommandTracker, SilentTracker, suppress_and_log
from arcade_usage.application.command.tracking import (
    Execution,
    Properties,
    TrackedCommand,
    Tracker,
)
from arcade_usage.application.server.queue import Worker, pack
from arcade_usage.application.server.tracker import ServerTracker
from arcade_usage.composition.command import ToolConfig, replaced_by
from arcade_usage.domain.consent import DO_NOT_TRACK_VARIABLE, find_reasons
from arcade_usage.testing.in_memory import MemorySwitch
from arcade_usage.testing.usage import Usage

_CONFIG_DIR = os.path.join(os.path.abspath(os.sep), "nowhere")  # never read or written
_OFF = "arcade_usage.testing"  # DO_NOT_TRACK in processes that a test starts


@define
class MemoryTrackerBuilder:
    """Builds trackers in memory. `usage`: that of the current test, since trackers outlive tests."""

    usage: Usage = field(factory=Usage)

    def command_tracker(self, config: ToolConfig) -> Tracker:
        return MemoryTracker(self, config)

    def server_tracker(self, config: ToolConfig) -> ServerTracker:
        return MemoryServerTracker(self, config)


class MemoryTracker:
    """A command tracker in memory that starts anew with each test, as in a new process of the tool."""

    def __init__(self, builder: MemoryTrackerBuilder, config: ToolConfig) -> None:
        self._builder = builder
        self._config = config
        self._made_for: tuple[Usage, int] | None = None
        self._current()

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
        self._current().track_command_execution(
            command_name,
            success=success,
            duration_ms=duration_ms,
            error_message=error_message,
            is_login=is_login,
            is_logout=is_logout,
            monotonic_start=monotonic_start,
            monotonic_end=monotonic_end,
            properties=properties,
        )

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: Properties = None,
    ) -> TrackedCommand:
        return self._current().command(
            command_name, is_login=is_login, is_logout=is_logout, properties=properties
        )

    def begin(self) -> Execution:
        return self._current().begin()

    def _current(self) -> Tracker:
        """The tracker of the current test; made anew when the test sets another login."""
        usage = self._builder.usage
        if self._made_for != (usage, usage.starts):
            self._made_for = (usage, usage.starts)
            self._tracker = self._make(usage)
        return SilentTracker() if _is_off(self._config.project_token) else self._tracker

    def _make(self, usage: Usage) -> CommandTracker:
        return CommandTracker(
            opt_out=MemorySwitch(),
            snapshots=usage,
            launcher=_Launcher(usage, self._config),
            writer=usage,
            clock=usage.clock,
            project={"host": self._config.host, "project_token": str(self._config.project_token)},
            config_dir=_CONFIG_DIR,
            distribution=self._config.distribution or "",
            version=self._config.version,
            adapters=self._config.adapters,
            properties=self._config.properties,
            safe_errors=self._config.safe_errors,
            private_errors=self._config.private_errors,
            daily_limit=self._config.daily_limit,
        )


class MemoryServerTracker(ServerTracker):
    """A server tracker in memory that delivers each event in the calling thread."""

    def __init__(self, builder: MemoryTrackerBuilder, config: ToolConfig) -> None:
        self._builder = builder
        self._config = config
        self._snapshot: Mapping[str, object] | None = None
        self._made_for: tuple[Usage, int] | None = None
        self._dropped = 0
        self._current()

    @property
    def dropped(self) -> int:
        return self._dropped + self._current().lost

    def capture(self, name: str, properties: Properties = None) -> None:
        worker, lost = self._current(), self._dropped + 1
        with suppress_and_log():
            if isinstance(name, str):
                properties = read_properties(properties)
                self._builder.usage.check_declared(self._config, name, properties)
                self._snapshot = worker.enqueue(
                    [pack(name, properties, self._builder.usage.clock.time(), self._snapshot)]
                )
                lost -= 1
                worker.send(lost)
        self._dropped = lost

    def close(self) -> None:
        """Do nothing: each event was delivered when it was captured."""

    async def aclose(self) -> None:
        """Do nothing."""

    def _current(self) -> Worker:
        usage = self._builder.usage
        if self._made_for != (usage, usage.starts):
            self._made_for = (usage, usage.starts)
            self._worker: Worker = usage.worker(self._config, _Environment(self._config.project_token))
            self._snapshot = usage.take()
        return self._worker


@frozen
class _Launcher:
    """The launcher of one tool, whose properties are checked. `usage.processes` launches."""

    usage: Usage
    config: ToolConfig

    def launch(self, payload: str) -> None:
        self._check(payload)
        self.usage.processes.launch(payload)

    def launch_and_wait(self, payload: str) -> None:
        self._check(payload)
        self.usage.processes.launch_and_wait(payload)

    def _check(self, payload: str) -> None:
        self.usage.check_declared(self.config, None, json.loads(payload)["command"]["properties"])


@frozen
class _Environment:
    """The opt-out of the test's environment."""

    project_token: str | None

    def is_on(self) -> bool:
        return not _is_off(self.project_token)


def _is_off(project_token: str | None) -> bool:
    """Whether the test's environment turns tracking off. Ignores the opt-out stored on this machine."""
    environment = {
        name: value for name, value in os.environ.items() if (name, value) != (DO_NOT_TRACK_VARIABLE, _OFF)
    }
    return bool(find_reasons(environment, False, project_token))


@contextmanager
def replacing_trackers() -> Iterator[MemoryTrackerBuilder]:
    """Build all trackers in memory within the context."""
    builder = MemoryTrackerBuilder()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-"))
        variables = {DO_NOT_TRACK_VARIABLE: _OFF, "ARCADE_WORK_DIR": folder, "ARCADE_USAGE_TRACKING": ""}
        stack.enter_context(mock.patch.dict(os.environ, variables))
        stack.enter_context(mock.patch.object(config_folder, "DEFAULT_FOLDER", folder))
        stack.enter_context(replaced_by(builder))
        yield builder


@contextmanager
def recording() -> Iterator[Usage]:
    """Record the events of all trackers built within the context. Sends nothing and touches no file.

    Raises AssertionError at the end if the tool sent properties that it does not declare.
    """
    with replacing_trackers() as builder:
        yield builder.usage
        builder.usage.require_declarations()
