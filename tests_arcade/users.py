"""A user of the Arcade CLI: a home folder, and a PostHog of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from attrs import define, field, frozen

from arcade_usage.demo.receiver import Receiver
from arcade_usage.domain.persons import IngestedEvent
from tests_arcade.arcade_cloud import Cloud

SECONDS = 90.0  # until a process that hangs is a failure
DRIVER = Path(__file__).with_name("driver.py")
FOREIGN = ("ARCADE_", "CI", "DO_NOT_TRACK", "PYTHON")  # variables that tests don't inherit
BROWSER = f"{sys.executable} {DRIVER.with_name('browser.py')} %s"


@frozen
class Ended:
    """How the CLI ended."""

    exit_code: int
    stdout: str
    stderr: str


@define
class Driver:
    """Starts the command lines of all users, as a context manager; see driver.py."""

    _process: "subprocess.Popen[str] | None" = field(default=None, init=False)

    def __enter__(self) -> "Driver":
        command = [sys.executable, str(DRIVER)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.communicate(timeout=SECONDS)

    def ask(self, **request: object) -> int:
        """The answer to a request."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@define
class User:
    """`migrated`: the folder of the migrated packages; `is_migrated` may change from command to command."""

    driver: Driver
    receiver: Receiver
    cloud: Cloud
    home: Path
    migrated: Path
    token: str
    is_migrated: bool
    variables: dict[str, str] = field(factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {
            **kept,
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "PYTHONPATH": str(self.migrated) if self.is_migrated else "",
            "POSTHOG_URL": self.receiver.url,
            "BROWSER": BROWSER,
            "ARCADE_DISABLE_AUTOUPDATE": "1",
            "HTTPS_PROXY": "http://127.0.0.1:9",  # nothing reaches the internet
            "COLUMNS": "100",
            **self.variables,
        }

    def start(self, line: str) -> int:
        """Start a command line; returns the id of its process."""
        self.home.mkdir(parents=True, exist_ok=True)
        return self.driver.ask(
            arguments=line.replace("CLOUD", str(self.cloud.port)).split(),
            folder=str(self.home),
            environment=self.environment,
            out=str(self.home),
            seconds=int(SECONDS),
        )

    def wait(self, process: int) -> Ended:
        exit_code = self.driver.ask(ended=process)
        texts = (self.home.with_suffix(end).read_text(encoding="utf-8") for end in (".stdout", ".stderr"))
        return Ended(exit_code, *(text.replace(str(self.home), "/home/me") for text in texts))

    def run(self, line: str) -> Ended:
        return self.wait(self.start(line))

    @property
    def events(self) -> tuple[IngestedEvent, ...]:
        return self.receiver.events(self.token)

    def wait_for(self, count: int) -> tuple[IngestedEvent, ...]:
        """The events that arrived, once there are so many."""
        assert self.receiver.wait_until(lambda: len(self.events) >= count, SECONDS), (count, self.events)
        assert len(self.events) == count, self.events
        return self.events

    def person_of(self, event: IngestedEvent) -> str | None:
        """The account that an event is attributed to; None if it belongs to none."""
        persons = self.receiver.persons[self.token]
        same = {id_ for id_, person in persons.person_of_id.items() if person == persons.person_of(event)}
        names = {id_.removeprefix("principal-") for id_ in same if id_.startswith("principal-")}
        assert len(names) < 2, f"two people are one: {names}"
        return names.pop() if names else None
