"""The demo's world: a temporary home folder, a tool that reports its commands, and the receiver.

Owns the invariants that every file is in one temporary folder, and that all processes have ended before it is
removed.
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
from arcade_usage.domain.persons import Persons, PersonStore

PROJECT = "phc_demo"
FOLDER_PREFIX = "arcade-usage-demo-"
PATIENCE_SECONDS = 12.0  # longer than a delivery process lives (10 s)


class UntrackedError(Exception):
    """Tracking is off, so the demo has no events to show."""


@frozen
class FolderState:
    """The anonymous id and the principal in usage.json, and the number of events waiting."""

    anon_id: str
    principal_id: str | None
    waiting: int


@define
class World:
    """The environment in which the steps of the story run. `home`: the temporary folder."""

    home: str
    receiver: Receiver
    layout: Layout
    _trackers: list[CommandTracker] = field(factory=list, init=False)

    @property
    def persons(self) -> Persons:
        """The persons in PostHog."""
        return self.receiver.persons.get(PROJECT, Persons())

    @property
    def next_persons(self) -> Persons:
        """The persons in PostHog's next person store."""
        return self.receiver.next_persons.get(PROJECT, Persons(PersonStore.NEXT))

    @property
    def requests(self) -> list[Received]:
        """Every received request, accepted or not."""
        return self.receiver.requests

    def change(self, step: Step) -> None:
        """Apply the changes of a step that its commands don't make."""
        if step.posthog is not None:
            self.receiver.posthog = step.posthog
        if step.refused is not None:
            del self.receiver.principals[step.refused.token]
        if step.honoured is not None:
            self.receiver.principals[step.honoured.token] = step.honoured.principal_id
        if step.left_behind is not None:
            self._write_credentials(step.left_behind)
        if step.hour_later:
            for project in find_projects(self.layout.outboxes):
                os.unlink(os.path.join(self.layout.outbox(project.key), LOGBOOK_FILE))

    def run(self, act: Act) -> None:
        """Run a command as a tool does, with its own tracker; waits until its delivery process ends.

        Blocks: PATIENCE_SECONDS.
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
            with suppress(subprocess.TimeoutExpired):  # the oracle reports a missing event
                process.wait(PATIENCE_SECONDS)

    def read_folder(self) -> FolderState:
        """Read usage.json, and count the events waiting."""
        with open(self.layout.usage_json, encoding="utf-8") as file:
            usage: Mapping[str, str | None] = json.load(file)
        files = (name for _, _, names in os.walk(self.layout.outboxes) for name in names)
        waiting = sum(name.endswith(".event.json") for name in files)
        return FolderState(str(usage["anon_id"]), usage["linked_principal_id"], waiting)

    def end_processes(self) -> None:
        """Kill the processes that still run, as after Ctrl-C, before their folder is removed."""
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
    """Make a World; removes its folder and processes when the context ends."""
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
    """The delivery processes of a tracker; not public, since tools have no use for them."""
    launcher = tracker._launcher
    return [*launcher._running] if isinstance(launcher, DetachedLauncher) else []
