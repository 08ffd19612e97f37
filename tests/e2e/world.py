"""One user's world for the end-to-end tests: a config folder, the services, and every process that ran.

A command is simulated in this process, as a host would run it; what it launches is the real thing.
"""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import define, field

import arcade_usage
from arcade_usage.adapters.storage import early_end
from arcade_usage.application.command.tracking import Tracker
from arcade_usage.composition import adapters as adapters_composition
from arcade_usage.demo.receiver import Receiver
from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS, IngestedEvent, Persons, PersonStore
from tests.e2e.forks import Forks
from tests.e2e.prelude import Prelude, hours_ahead

TOKEN = "phc_of_the_tests"
PATIENCE_SECONDS = 60.0  # for what is going to happen; a process ends by itself after 10 s


def until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether `condition` came true within `seconds`; for what the receiver doesn't see."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def credentials_text(kind: str, token: str, coordinator_url: str) -> str:
    """credentials.yaml in one of its shapes: `key`, `oauth`, `context`."""
    key = {"api": {"key": token}, "coordinator_url": coordinator_url}
    oauth = {"auth": {"access_token": token, "coordinator_url": coordinator_url}}
    context = {"active_context": "work", "contexts": {"work": oauth, "play": {"api": {"key": "other"}}}}
    return json.dumps({"cloud": {"key": key, "oauth": oauth, "context": context}[kind]})


@define
class World:
    """A context manager's worth of one user. `folder` is the config folder.

    `processes`: the delivery processes that were started from here, in order. `posthog_url`, `cloud_url`:
    where PostHog and Arcade Cloud are, if not at the receiver's own address. `forks`: to start scripts cheaply.
    """

    receiver: Receiver
    folder: Path
    scratch: Path
    monkeypatch: pytest.MonkeyPatch
    processes: "list[subprocess.Popen[bytes]]" = field(factory=list)
    posthog_url: str | None = None
    cloud_url: str | None = None
    declared: tuple[arcade_usage.Property, ...] = ()
    daily_limit: int | None = 1000
    forks: Forks | None = None

    # What a tool does.

    def tracker(self) -> Tracker:
        """The tracker of a tool that starts now."""
        return self.tracker_of(TOKEN)

    def tracker_of(self, token: str) -> Tracker:
        """The tracker of a tool that reports to another project."""
        host = self.posthog_url or self.receiver.url
        return arcade_usage.command_tracker(
            distribution="arcade-usage",
            project_token=token,
            host=host,
            config_dir=self.folder,
            properties=self.declared,
            daily_limit=self.daily_limit,
        )

    def start(self, name: str, *, success: bool = True, **facts: Any) -> None:
        """Run a command to its end, and leave its delivery on its way."""
        self.tracker().track_command_execution(name, success=success, **facts)

    def run(self, name: str, *, success: bool = True, **facts: Any) -> None:
        """Run a command, and wait until its delivery process has ended."""
        self.start(name, success=success, **facts)
        self.settle()

    def log_in(self, principal_id: str, kind: str = "key", name: str = "login") -> float:
        """Run `login`, which stores credentials; returns the seconds that tracking took."""
        tracker = self.tracker()
        self.store_credentials(principal_id, kind)
        start = time.monotonic()
        tracker.track_command_execution(name, success=True, is_login=True)
        return time.monotonic() - start

    def log_out(self, name: str = "logout") -> float:
        """Run `logout`, which deletes credentials; returns the seconds that tracking took."""
        tracker = self.tracker()
        self.credentials.unlink(missing_ok=True)
        start = time.monotonic()
        tracker.track_command_execution(name, success=True, is_logout=True)
        return time.monotonic() - start

    def store_credentials(self, principal_id: str, kind: str = "key", version: int = 1) -> None:
        """What a login does, or a refresh (another version), or a user's editor: replaces the file."""
        token = f"secret-token-{version}-of-{principal_id}"
        self.receiver.principals[token] = principal_id
        self.folder.mkdir(exist_ok=True)
        temporary = self.folder / "credentials.new"
        text = credentials_text(kind, token, self.cloud_url or self.receiver.url)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.credentials)

    def settle(self) -> None:
        """Wait until every delivery process has ended."""
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)

    def let_hours_pass(self, hours: float) -> None:
        """Let the deliveries from now on start that much later, or earlier; it adds up."""
        Prelude(self.scratch / "prelude", self.monkeypatch).set_clock(hours_ahead() + hours)
        ahead = hours_ahead() * 3600
        clock = SimpleNamespace(time=lambda: time.time() + ahead, monotonic=time.monotonic, sleep=time.sleep)
        for module in (adapters_composition, early_end):
            self.monkeypatch.setattr(module, "time", clock)

    def payload(self, name: str, **facts: Any) -> str:
        """What the command path hands over for a command; a stand-in for Python keeps it, undelivered."""
        kept, stand_in = self.scratch / "payload", self.scratch / "stand-in" / "python"
        stand_in.parent.mkdir(exist_ok=True)
        stand_in.write_text(f'#!/bin/sh\nprintf %s "$ARCADE_USAGE_EVENT_DATA" >"{kept}"\n', encoding="utf-8")
        stand_in.chmod(0o700)
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(stand_in))
            self.run(name, **facts)
        return kept.read_text(encoding="utf-8")

    def fill_outbox(self, events: int) -> None:
        """Copies of what waits, each an event of its own."""
        path = next((self.folder / "usage").glob("outbox/*/*.event.json"))
        record = json.loads(path.read_text(encoding="utf-8"))
        moment = path.name.split("-")[0]
        for _ in range(events):
            record["event"]["uuid"] = str(uuid.uuid4())
            name = f"{moment}-0000000000-{record['event']['uuid']}.event.json"
            (path.parent / name).write_text(json.dumps(record), encoding="utf-8")

    # What there is to see.

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials.yaml"

    @property
    def usage(self) -> dict[str, Any]:
        """usage.json."""
        content: dict[str, Any] = json.loads((self.folder / "usage.json").read_text(encoding="utf-8"))
        return content

    @property
    def anon_id(self) -> str:
        return str(self.usage["anon_id"])

    def linked_to(self) -> str | None:
        """Whom usage.json names."""
        principal_id: str | None = self.usage["linked_principal_id"]
        return principal_id

    @property
    def ledger(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.ledger_path.read_text(encoding="utf-8"))
        return content

    @property
    def ledger_path(self) -> Path:
        return self.folder / "usage" / "ledger.json"

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The records in the outbox, oldest first; a process may be taking one away meanwhile."""
        records = []
        for path in sorted((self.folder / "usage").glob("outbox/*/*.event.json")):
            with suppress(FileNotFoundError):
                stored = json.loads(path.read_text(encoding="utf-8"))
                records += [{**stored, **each} for each in stored.pop("records", [{}])]
        return records

    @property
    def backoff(self) -> dict[str, dict[str, Any]]:
        """What is not due yet, by its name, of the one sink that there is."""
        backoff: dict[str, dict[str, Any]] = self._logbook["pauses"]
        return backoff

    @property
    def losses(self) -> dict[str, int]:
        """How many events were dropped, by reason."""
        losses: dict[str, int] = self._logbook["losses"]
        return losses

    @property
    def _logbook(self) -> dict[str, Any]:
        (path,) = (self.folder / "usage").glob("outbox/*/logbook.json")
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    @property
    def persons(self) -> Persons:
        return self.receiver.persons.get(TOKEN, Persons())

    @property
    def events(self) -> dict[str, IngestedEvent]:
        """The events that PostHog took in, by the command's name, which a test gives once."""
        named = {str(event.properties["command_name"]): event for event in self.persons.events}
        assert len(named) == len(self.persons.events), "a command was counted twice"
        return named

    @property
    def next_persons(self) -> Persons:
        """The same in PostHog's next person store."""
        return self.receiver.next_persons.get(TOKEN, Persons(PersonStore.NEXT))

    @property
    def whose(self) -> dict[str, str]:
        """Whom each command ended up with, in both person stores: a principal, else the id it was sent under."""
        whose = self._whose_in(self.persons)
        assert whose == self._whose_in(self.next_persons), "the next person store counts an event for another"
        return whose

    def _whose_in(self, persons: Persons) -> dict[str, str]:
        principals = {
            person: state for state, person in persons.person_of_id.items() if state in self.principals
        }
        return {
            name: principals.get(persons.person_of(event), event.distinct_id)
            for name, event in self.events.items()
        }

    @property
    def principals(self) -> set[str]:
        return set(self.receiver.principals.values())

    def aliases(self) -> set[tuple[str, str]]:
        """Every alias that was ever on the wire: anonymous id, principal."""
        return {
            (event["properties"]["alias"], event["distinct_id"])
            for batch in self.receiver.batches()
            for event in batch["batch"]
            if event["event"] == ALIAS_EVENT
        }

    def check_invariants(self) -> None:
        """What holds in every story: see the design's absences."""
        aliases = self.aliases()
        assert len({anon_id for anon_id, _ in aliases}) == len(aliases), "an id was aliased to two principals"
        assert self.persons.refused_merges == self.next_persons.refused_merges == ()
        assert self.persons.person_of_id == self.next_persons.person_of_id
        for event in self.persons.events:
            personless = event.properties.get(PERSONLESS) is False
            assert personless is (event.distinct_id not in self.principals)
        tokens = [token.encode() for token in self.receiver.principals]
        for request in self.receiver.requests:
            if request.path == "/batch/":
                assert not any(token in request.body for token in tokens)
        for path in self.folder.rglob("*") if self.folder.is_dir() else ():
            if path.is_file() and path != self.credentials:
                assert not any(token in path.read_bytes() for token in tokens), path


@contextmanager
def noting_processes(
    monkeypatch: pytest.MonkeyPatch, then: "Callable[[subprocess.Popen[bytes]], None]" = lambda _: None
) -> Iterator["list[subprocess.Popen[bytes]]"]:
    """Notes every delivery process that is started from here, then tells of it."""
    processes: list[subprocess.Popen[bytes]] = []
    begin: Callable[..., None] = subprocess.Popen.__init__

    def begin_and_note(process: "subprocess.Popen[bytes]", command: Any, **options: Any) -> None:
        begin(process, command, **options)
        if command[-1] == "arcade_usage":
            processes.append(process)
            then(process)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", begin_and_note)
        yield processes
