"""Puts trackers that are played in memory in the place of the real ones, for a while.

Owns the invariants that whatever a host builds meanwhile, when and however it imported the library, sends
nothing and touches no file; and that what slips through, in a process of the host's, finds tracking off.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest import mock

from attrs import define, field

from arcade_usage.adapters.storage import config_folder
from arcade_usage.application.command.tracker import CommandTracker, SilentTracker, suppress_and_log
from arcade_usage.application.command.tracking import Execution, Tracker
from arcade_usage.application.server.queue import Worker
from arcade_usage.application.server.tracker import ServerTracker, pack
from arcade_usage.composition import command as command_composition
from arcade_usage.composition import server as server_composition
from arcade_usage.domain.consent import DO_NOT_TRACK_VARIABLE, find_reasons
from arcade_usage.testing.usage import Usage

_CONFIG_DIR = os.path.join(os.path.abspath(os.sep), "nowhere")  # no file is touched there
_OFF = "arcade_usage.testing"  # what turns tracking off in processes that a test starts


@define
class Stage:
    """Where trackers are played. `usage` is that of the test that runs: trackers outlive tests."""

    usage: Usage = field(factory=Usage)

    def command_tracker(self, distribution: str, project_token: str | None, host: str, *_: object) -> Tracker:
        return PlayedTracker(self, distribution, project_token, host)

    def server_tracker(self, distribution: str, project_token: str | None, *_: object) -> ServerTracker:
        return PlayedServer(self, distribution, project_token)


class PlayedTracker:
    """A command tracker that begins anew with each test, as a tool's process would."""

    def __init__(self, stage: Stage, distribution: str, project_token: str | None, host: str) -> None:
        self._stage = stage
        self._distribution = distribution
        self._project_token = project_token
        self._host = host
        self._of: tuple[Usage, int] | None = None
        self._begin()

    def track_command_execution(self, command_name: str, **facts: Any) -> None:
        self._begin().track_command_execution(command_name, **facts)

    def command(self, command_name: str, **facts: Any) -> AbstractContextManager[None]:
        return self._begin().command(command_name, **facts)

    def begin(self) -> Execution:
        return self._begin().begin()

    def _begin(self) -> Tracker:
        """The tracker of this test: made once, and again where the test says who is logged in."""
        usage = self._stage.usage
        if self._of != (usage, usage.starts):
            self._of = (usage, usage.starts)
            self._tracker = self._make(usage)
        return SilentTracker() if _is_off(self._project_token) else self._tracker

    def _make(self, usage: Usage) -> CommandTracker:
        return CommandTracker(
            snapshots=usage,
            launcher=usage.processes,
            clock=usage.clock,
            rotate=usage.rotate,
            keep=usage.keep,
            project={"host": self._host, "project_token": str(self._project_token)},
            config_dir=_CONFIG_DIR,
            distribution=self._distribution,
        )


class PlayedServer:
    """A server's tracker whose background is in the foreground: what is captured is delivered at once."""

    def __init__(self, stage: Stage, distribution: str, project_token: str | None) -> None:
        self._stage = stage
        self._distribution = distribution
        self._project_token = project_token
        self._seen: Mapping[str, object] | None = None
        self._of: tuple[Usage, int] | None = None
        self._open = True
        self._dropped = 0
        self._begin()

    @property
    def dropped(self) -> int:
        return self._dropped + self._begin().lost

    def capture(self, name: str, properties: Mapping[str, object] | None = None) -> None:
        rounds, lost = self._begin(), self._dropped + 1
        with suppress_and_log():
            if self._open and isinstance(name, str):
                self._seen = rounds.keep([pack(name, properties, self._stage.usage.clock.time(), self._seen)])
                lost -= 1
                rounds.send(lost)
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
            self._rounds: Worker = usage.courier(self._distribution, lambda: not _is_off(self._project_token))
            self._seen = usage.take()
        return self._rounds


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
        stack.enter_context(mock.patch.object(command_composition, "_command_tracker", stage.command_tracker))
        stack.enter_context(mock.patch.object(server_composition, "_server_tracker", stage.server_tracker))
        yield stage


@contextmanager
def recording() -> Iterator[Usage]:
    """What the trackers that are built meanwhile would have sent. Nothing is sent, no file is touched."""
    with staging() as stage:
        yield stage.usage
