"""Puts trackers that are played in memory in the place of the real ones, for a while.

Owns the invariants that whatever a host builds meanwhile, when and however it imported the library, sends
nothing and touches no file; and that what slips through, in a process of the host's, finds tracking off.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from attrs import define, field

from arcade_usage.adapters.storage import config_folder
from arcade_usage.application.command.tracker import CommandTracker, SilentTracker, suppress_and_log
from arcade_usage.application.command.tracking import Execution, TrackedCommand, Tracker
from arcade_usage.application.server.queue import Worker
from arcade_usage.application.server.tracker import ServerTracker, pack
from arcade_usage.composition.command import ToolConfig, replaced_by
from arcade_usage.domain.consent import DO_NOT_TRACK_VARIABLE, find_reasons
from arcade_usage.testing.usage import Usage

_CONFIG_DIR = os.path.join(os.path.abspath(os.sep), "nowhere")  # no file is touched there
_OFF = "arcade_usage.testing"  # what turns tracking off in processes that a test starts


@define
class Stage:
    """Where trackers are played. `usage` is that of the test that runs: trackers outlive tests."""

    usage: Usage = field(factory=Usage)

    def command_tracker(self, config: ToolConfig) -> Tracker:
        return PlayedTracker(self, config)

    def server_tracker(self, config: ToolConfig) -> ServerTracker:
        return PlayedServer(self, config)


class PlayedTracker:
    """A command tracker that begins anew with each test, as a tool's process would."""

    def __init__(self, stage: Stage, config: ToolConfig) -> None:
        self._stage = stage
        self._config = config
        self._of: tuple[Usage, int] | None = None
        self._begin()

    def track_command_execution(self, command_name: str, **facts: Any) -> None:
        self._begin().track_command_execution(command_name, **facts)

    def command(self, command_name: str, **facts: Any) -> TrackedCommand:
        return self._begin().command(command_name, **facts)

    def begin(self) -> Execution:
        return self._begin().begin()

    def _begin(self) -> Tracker:
        """The tracker of this test: made once, and again where the test says who is logged in."""
        usage = self._stage.usage
        if self._of != (usage, usage.starts):
            self._of = (usage, usage.starts)
            self._tracker = self._make(usage)
        return SilentTracker() if _is_off(self._config.project_token) else self._tracker

    def _make(self, usage: Usage) -> CommandTracker:
        return CommandTracker(
            snapshots=usage,
            launcher=usage.processes,
            clock=usage.clock,
            rotate=usage.rotate,
            keep=usage.keep,
            project={"host": self._config.host, "project_token": str(self._config.project_token)},
            config_dir=_CONFIG_DIR,
            distribution=self._config.distribution or "",
            adapters=self._config.adapters,
        )


class PlayedServer:
    """A server's tracker whose background is in the foreground: what is captured is delivered at once."""

    def __init__(self, stage: Stage, config: ToolConfig) -> None:
        self._stage = stage
        self._config = config
        self._seen: Mapping[str, object] | None = None
        self._of: tuple[Usage, int] | None = None
        self._open = True
        self._dropped = 0
        self._begin()

    @property
    def dropped(self) -> int:
        return self._dropped + self._begin().lost

    def capture(self, name: str, properties: Mapping[str, object] | None = None) -> None:
        worker, lost = self._begin(), self._dropped + 1
        with suppress_and_log():
            if self._open and isinstance(name, str):
                self._seen = worker.keep([pack(name, properties, self._stage.usage.clock.time(), self._seen)])
                lost -= 1
                worker.send(lost)
        self._dropped = lost

    def close(self) -> None:
        self._open = False

    def __enter__(self) -> "PlayedServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> Worker:
        usage = self._stage.usage
        if self._of != (usage, usage.starts):
            self._of = (usage, usage.starts)
            self._worker: Worker = usage.worker(self._config, lambda: not _is_off(self._config.project_token))
            self._seen = usage.take()
        return self._worker


def _is_off(project_token: str | None) -> bool:
    """The switch, as a test's environment has it; what is stored on this machine does not count."""
    played = {
        name: value for name, value in os.environ.items() if (name, value) != (DO_NOT_TRACK_VARIABLE, _OFF)
    }
    return bool(find_reasons(played, False, project_token))


@contextmanager
def staging() -> Iterator[Stage]:
    """A stage for all trackers that are built while the context lasts."""
    stage = Stage()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="arcade-usage-"))
        surroundings = {DO_NOT_TRACK_VARIABLE: _OFF, "ARCADE_WORK_DIR": folder, "ARCADE_USAGE_TRACKING": ""}
        stack.enter_context(mock.patch.dict(os.environ, surroundings))
        stack.enter_context(mock.patch.object(config_folder, "DEFAULT_FOLDER", folder))
        stack.enter_context(replaced_by(stage))
        yield stage


@contextmanager
def recording() -> Iterator[Usage]:
    """What the trackers that are built meanwhile would have sent. Nothing is sent, no file is touched."""
    with staging() as stage:
        yield stage.usage
