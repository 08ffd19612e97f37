"""The demo's world: a temporary home, a tool that tracks its commands there, and the receiver.

Owns the invariants that everything lies in one temporary folder, and that no process is left when that
folder goes.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from attrs import define, field, frozen

import arcade_usage
from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.outbox import find_projects
from arcade_usage.adapters.storage.record_files import LOGBOOK_FILE
from arcade_usage.application.command.tracker import CommandTracker
from arcade_usage.demo.environment import own_environment
from arcade_usage.demo.oracle import SERIAL
from arcade_usage.demo.people import PEOPLE, Person
from arcade_usage.demo.receiver import Received, Receiver
from arcade_usage.demo.story import Act, Command, Step
from arcade_usage.domain.persons import Persons

PROJECT = "phc_demo"
FOLDER_PREFIX = "arcade-usage-demo-"
PATIENCE_SECONDS = 12.0  # for a delivery process, which ends itself after 10


class UntrackedError(Exception):
    """The library gave a tracker that does nothing, so there is nothing to show."""


@frozen
class Sight:
    """What lies on disk: the anonymous id and the principal in usage.json, and how many events wait."""

    anon_id: str
    principal_id: str | None
    waiting: int


@define
class World:
    """What a step of the story acts on. `home`: the folder that everything lies in."""

    home: str
    receiver: Receiver
    layout: Layout
    _trackers: list[CommandTracker] = field(factory=list, init=False)

    @property
    def persons(self) -> Persons:
        """All that PostHog knows so far."""
        return self.receiver.persons.get(PROJECT, Persons())

    @property
    def requests(self) -> list[Received]:
        """All that was sent so far, whether it was accepted or not."""
        return self.receiver.requests

    def change(self, step: Step) -> None:
        """Let happen what the tool does not do itself."""
        if step.posthog is not None:
            self.receiver.posthog = step.posthog
        if step.refused is not None:
            del self.receiver.principals[step.refused.token]
        if step.honoured is not None:
            self.receiver.principals[step.honoured.token] = step.honoured.principal_id
        if step.left_behind is not None:
            self._write_credentials(step.left_behind)
        if step.hour_later:
            for sink in find_projects(self.layout.outboxes):
                os.unlink(os.path.join(self.layout.outbox(sink.key), LOGBOOK_FILE))

    def run(self, act: Act) -> None:
        """Run a command as a host does, with a tracker of its own; wait for its delivery process to end.

        Blocks: PATIENCE_SECONDS at most.
        """
        command = act.command
        tracker = arcade_usage.command_tracker(
            distribution="arcade-usage",
            project_token=PROJECT,
            host=self.receiver.url,
            config_dir=self.layout.config_dir,
        )
        if not isinstance(tracker, CommandTracker):
            raise UntrackedError("tracking is off here")
        self._trackers.append(tracker)
        with (
            suppress(PermissionError),
            tracker.command(
                command.name,
                is_login=command.is_login,
                is_logout=command.is_logout,
                properties={SERIAL: act.serial},
            ),
        ):
            self._execute(command)
        for process in _processes(tracker):
            with suppress(subprocess.TimeoutExpired):  # what it did not deliver will be missing
                process.wait(PATIENCE_SECONDS)

    def look(self) -> Sight:
        """What usage.json says, and what is in the outbox."""
        with open(self.layout.usage_json, encoding="utf-8") as file:
            usage: Mapping[str, str | None] = json.load(file)
        files = (name for _, _, names in os.walk(self.layout.outboxes) for name in names)
        waiting = sum(name.endswith(".event.json") for name in files)
        return Sight(str(usage["anon_id"]), usage["linked_principal_id"], waiting)

    def end_processes(self) -> None:
        """End what is still at work, as after a Ctrl-C: its folder is about to go."""
        for tracker in self._trackers:
            for process in _processes(tracker):
                process.kill()
                process.wait(PATIENCE_SECONDS)

    def _execute(self, command: Command) -> None:
        if command.is_login:
            self._write_credentials(command.who)
        if command.is_logout:
            os.unlink(self.layout.credentials)
        if command.fails is not None:
            raise PermissionError(command.fails.format(home=os.path.expanduser("~")))

    def _write_credentials(self, person: Person) -> None:
        with open(self.layout.credentials, "wb") as file:
            file.write(person.credentials(self.receiver.url))


@contextmanager
def open_world() -> Iterator[World]:
    """A world that is gone, with all that was made in it, when the context ends."""
    with ExitStack() as stack:
        home = stack.enter_context(
            tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, ignore_cleanup_errors=True)
        )
        stack.enter_context(own_environment(home))
        principals = {person.token: person.principal_id for person in PEOPLE}
        receiver = stack.enter_context(Receiver(principals=principals))
        config_dir = os.path.join(home, ".arcade")
        os.mkdir(config_dir)
        world = World(home, receiver, Layout(config_dir))
        stack.callback(world.end_processes)
        yield world


def _processes(tracker: CommandTracker) -> list[subprocess.Popen[bytes]]:
    """The delivery processes of a tracker. No host has a use for them, so they are not public."""
    launcher = tracker._launcher
    return [*launcher._running] if isinstance(launcher, DetachedLauncher) else []
