"""Replaces the real trackers with trackers in memory.

Owns the invariants that every tracker sends nothing and touches no file, regardless of when and how the tool
imports the library and builds it; and that tracking is off in processes that a test starts.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from attrs import define, frozen

from arcade_usage.adapters.storage import config_folder
from arcade_usage.application.adapters import Adapters
from arcade_usage.application.command.properties import read_properties
from arcade_usage.application.command.tracker import (
    CommandTracker,
    SilentTracker,
    TrackerMethods,
    suppress_and_log,
)
from arcade_usage.application.command.tracking import Execution, Properties, Tracker
from arcade_usage.application.server.queue import Worker, pack
from arcade_usage.application.server.tracker import ServerTracker
from arcade_usage.composition import command
from arcade_usage.composition.command import ToolConfig, describe_config
from arcade_usage.domain.consent import DO_NOT_TRACK_VARIABLE, find_reasons
from arcade_usage.testing.earlier import recording_earlier_trackers
from arcade_usage.testing.installation import Installation
from arcade_usage.testing.usage import Usage

_CONFIG_DIR = os.path.join(os.path.abspath(os.sep), "nowhere")  # never read or written
_OFF = "arcade_usage.testing"  # DO_NOT_TRACK in processes that a test starts


@define
class MemoryTrackerBuilder:
    """Builds trackers in memory. `installation`: that of the current test, since trackers outlive tests.

    folder: the config folder of all tools, for the opt-out that a test stores with `usage off`.
    """

    folder: str
    installation: Installation

    def begin(self) -> Usage:
        """Start a test with a new installation."""
        shutil.rmtree(os.path.join(self.folder, config_folder.FOLDER), ignore_errors=True)
        self.installation = Installation()
        return Usage(self.installation)

    def command_tracker(self, config: ToolConfig) -> Tracker:
        return MemoryTracker(self, config)

    def server_tracker(self, config: ToolConfig) -> ServerTracker:
        return MemoryServerTracker(self, config)

    def adapters(self) -> Adapters:
        return self.installation.adapters


def _current(builder: MemoryTrackerBuilder) -> Installation:
    """The installation of the current test; `builder` built the tracker, perhaps for an earlier one."""
    now = command.replacement
    return now.installation if isinstance(now, MemoryTrackerBuilder) else builder.installation


class MemoryTracker(TrackerMethods):
    """A command tracker in memory that starts anew with each test, as in a new process of the tool."""

    def __init__(self, builder: MemoryTrackerBuilder, config: ToolConfig) -> None:
        self._builder = builder
        self._config = config
        self._made_for: tuple[Installation, int] | None = None
        self._current()

    def begin(self) -> Execution:
        return self._current().begin()

    def _report(
        self, properties: Properties, begun: Mapping[str, object] | None = None, **command: Any
    ) -> None:
        self._current()._report(properties, begun, **command)

    def _current(self) -> CommandTracker | SilentTracker:
        """The tracker of the current test; made anew when the test sets another login."""
        installation = _current(self._builder)
        if self._made_for != (installation, installation.starts):
            self._made_for = (installation, installation.starts)
            self._tracker = self._make(installation)
        return SilentTracker() if _is_off(self._config.project_token) else self._tracker

    def _make(self, installation: Installation) -> CommandTracker:
        return CommandTracker(
            describe_config(self._config, _CONFIG_DIR),
            opt_out=_OptOut(self._config.project_token),
            snapshots=installation,
            launcher=_Launcher(installation, self._config),
            writer=installation,
            clock=installation.clock,
            properties=self._config.properties,
            safe_errors=self._config.safe_errors,
            private_errors=self._config.private_errors,
        )


class MemoryServerTracker(ServerTracker):
    """A server tracker in memory that delivers each event in the calling thread."""

    def __init__(self, builder: MemoryTrackerBuilder, config: ToolConfig) -> None:
        self._builder = builder
        self._config = config
        self._snapshot: Mapping[str, object] | None = None
        self._made_for: tuple[Installation, int] | None = None
        self._dropped = 0
        self._current()

    @property
    def dropped(self) -> int:
        return self._dropped + self._current().lost

    def capture(self, name: str, properties: Properties = None) -> None:
        worker, lost = self._current(), self._dropped + 1
        installation = _current(self._builder)
        with suppress_and_log():
            if isinstance(name, str):
                properties = read_properties(properties)
                installation.check_declared(self._config, name, properties)
                queued = pack(name, properties, installation.clock.time(), self._snapshot)
                self._snapshot = worker.enqueue([queued])
                lost -= 1
                worker.send(lost)
        self._dropped = lost

    def close(self) -> None:
        """Do nothing: each event was delivered when it was captured."""

    async def aclose(self) -> None:
        """Do nothing."""

    def _current(self) -> Worker:
        installation = _current(self._builder)
        if self._made_for != (installation, installation.starts):
            self._made_for = (installation, installation.starts)
            self._worker: Worker = installation.worker(self._config, _OptOut(self._config.project_token))
            self._snapshot = installation.take()
        return self._worker


@frozen
class _Launcher:
    """The launcher of one tool, whose properties are checked. `installation.processes` launches."""

    installation: Installation
    config: ToolConfig

    def launch(self, payload: str) -> None:
        self._check(payload)
        self.installation.processes.launch(payload)

    def launch_and_wait(self, payload: str) -> None:
        self._check(payload)
        self.installation.processes.launch_and_wait(payload)

    def _check(self, payload: str) -> None:
        self.installation.check_declared(self.config, None, json.loads(payload)["command"]["properties"])


@frozen
class _OptOut:
    """The opt-out of the test: its environment, and what `usage off` stored."""

    project_token: str | None

    def is_on(self) -> bool:
        return not _is_off(self.project_token)


def _is_off(project_token: str | None) -> bool:
    return bool(config_folder.reasons_off(config_folder.find_layout(None), project_token))


def _find_reasons(
    environment: Mapping[str, str], level: str, project_token: str | None, machine_is_off: bool = False
) -> tuple[str, ...]:
    """What turns tracking off, without the variable that turns it off in processes that a test starts."""
    own = {
        name: value for name, value in environment.items() if (name, value) != (DO_NOT_TRACK_VARIABLE, _OFF)
    }
    return find_reasons(own, level, project_token, machine_is_off)


@contextmanager
def replacing_trackers() -> Iterator[MemoryTrackerBuilder]:
    """Within the context, all trackers are in memory, and the config folder of every tool is an empty one."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-"))
        layout, builder = config_folder.Layout(folder), MemoryTrackerBuilder(folder, Installation())
        variables = {DO_NOT_TRACK_VARIABLE: _OFF, "ARCADE_WORK_DIR": folder, "ARCADE_USAGE_TRACKING": ""}
        stack.enter_context(mock.patch.dict(os.environ, variables))
        for name, value in {
            "DEFAULT_FOLDER": folder,
            "Layout": lambda *_: layout,
            "find_reasons": _find_reasons,
        }.items():
            stack.enter_context(mock.patch.object(config_folder, name, value))
        stack.enter_context(mock.patch.object(command, "replacement", builder))
        stack.enter_context(recording_earlier_trackers(builder))
        yield builder


@contextmanager
def recording() -> Iterator[Usage]:
    """Record the events of all trackers within the context. Sends nothing and touches no file of the user's.

    One that was built before while tracking was off, for example with $DO_NOT_TRACK, stays off.
    Raises AssertionError at the end if the tool sent properties that it does not declare.
    """
    with replacing_trackers() as builder:
        yield Usage(builder.installation)
        builder.installation.require_declarations()
