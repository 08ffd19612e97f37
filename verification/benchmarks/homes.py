"""Homes of users in every state, made by running the subjects.

Invariant: a prepared home is a template. Each run gets a copy of it, or an empty home, or leaves it as it was.
"""

import json
import os
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field, frozen

from arcade_usage.adapters.storage.announcement import FileAnnouncement
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.application.time_limits import ANNOUNCED_SECONDS
from verification.benchmarks.environments import Environments
from verification.benchmarks.host import TOKEN
from verification.benchmarks.orphans import Run, run

HOST = os.fspath(Path(__file__).with_name("host.py"))
WAITING = 1000  # events in a full outbox
PAUSE_SECONDS = 1800.0  # until the next attempt is due; longer than a benchmark takes


@frozen
class Setup:
    """Where a subject runs: template of the home (None: an empty home), URL of PostHog, other variables.

    announced: a command finds the announcement of a delivery process, for which this process stands. It runs in the
    template itself: in a copy, which is another installation, it would start a process. Otherwise no announcement
    stands: the processes that prepared the template have ended, and a process that ends withdraws its announcement.
    """

    template: Path | None
    posthog: str
    variables: Mapping[str, str] = field(factory=dict)
    failing: bool = False
    announced: bool = False


@define
class Homes:
    """Runs subjects in homes below `folder`. `posthog` and `cloud` answer, `dead` never does."""

    folder: Path
    environments: Environments
    posthog: str
    dead: str
    refused: str = field(factory=lambda: _closed_port())
    _count: int = field(default=0, init=False)

    def run(self, subject: str, place: Setup, *, kill_orphans: bool = True) -> Run:
        """Run one command of the subject in a copy of the home, which is deleted afterwards."""
        with self.prepared(place) as home:
            return self.run_in(home, subject, place, kill_orphans=kill_orphans)

    @contextmanager
    def prepared(self, place: Setup) -> Iterator[Path]:
        """A home in the state of a Setup."""
        if place.announced:
            assert place.template is not None
            with _announced(place.template, place.posthog):
                yield place.template
        else:
            with self.copied(place.template) as home:
                if list(home.glob(".arcade/usage/announced-*")):
                    raise RuntimeError("an announcement is left from another process")
                yield home

    @contextmanager
    def copied(self, template: Path | None) -> Iterator[Path]:
        """A copy of a template, deleted afterwards."""
        home = self._copy(template)
        try:
            yield home
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def run_in(self, home: Path, subject: str, place: Setup, *, kill_orphans: bool = False) -> Run:
        """Run one command of the subject in this home."""
        done = run(self.command(subject, place), self.environment(home, place), kill_orphans=kill_orphans)
        if done.status:
            raise RuntimeError(f"the host of {subject} ended with {done.status}")
        return done

    def command(self, subject: str, place: Setup) -> list[str]:
        flags = ["--failing"] if place.failing else []
        return [self.environments.of(subject), HOST, subject, *flags]

    def environment(self, home: Path, place: Setup) -> dict[str, str]:
        """The environment of a home; only PATH is this machine's."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "USER": "benchmark",
            "HOME": os.fspath(home),
            "XDG_CONFIG_HOME": os.fspath(home / ".config"),
            "ARCADE_WORK_DIR": os.fspath(home / ".arcade"),
            "BENCHMARK_POSTHOG": place.posthog,
            **place.variables,
        }

    def new(self) -> Path:
        self._count += 1
        home = self.folder / f"home-{self._count}"
        (home / ".arcade").mkdir(parents=True)
        return home

    def _copy(self, template: Path | None) -> Path:
        if template is None:
            return self.new()
        self._count += 1
        return Path(shutil.copytree(template, self.folder / f"home-{self._count}"))

    # Templates.

    def anonymous(self, subject: str, posthog: str | None = None) -> Path:
        """A user who has run a command and never logged in."""
        home = self.new()
        self.run_in(home, subject, Setup(home, posthog or self.posthog))
        return home

    def logged_in(self, subject: str, cloud: str | None = None) -> Path:
        """A user who logged in after the last command. `cloud`: by default, the one that answers."""
        home = self.anonymous(subject)
        store_credentials(home, cloud or self.posthog)
        return home

    def linked(self, subject: str) -> Path:
        """A linked user."""
        home = self.logged_in(subject)
        for _ in range(2):
            self.run_in(home, subject, Setup(home, self.posthog))
        return home

    def paused(self) -> Path:
        """A home of ours where PostHog refused connections and the next attempt is due much later."""
        home = self.anonymous("ours", self.refused)
        (logbook,) = home.glob(".arcade/usage/outbox/*/logbook.json")
        content = json.loads(logbook.read_text(encoding="utf-8"))
        content["pauses"]["sink"]["due_at"] = time.time() + PAUSE_SECONDS
        logbook.write_text(json.dumps(content), encoding="utf-8")
        return home

    def full(self) -> Path:
        """The same with a full outbox."""
        home = self.paused()
        (record,) = home.glob(".arcade/usage/outbox/*/*.event.json")
        text = record.read_text(encoding="utf-8")
        its_uuid = json.loads(text)["event"]["uuid"]
        for _ in range(WAITING - 1):
            another = str(uuid.uuid4())
            copy = record.with_name(record.name.replace(its_uuid, another))
            copy.write_text(text.replace(its_uuid, another), encoding="utf-8")
        return home


@contextmanager
def _announced(home: Path, posthog: str) -> Iterator[None]:
    path = Layout(os.fspath(home / ".arcade")).announcement(posthog, TOKEN)
    announcement, ended = FileAnnouncement(path), threading.Event()
    if not announcement.announce() or not announcement.stands():
        raise RuntimeError("this process can't announce itself")

    def renew() -> None:
        while not ended.wait(
            ANNOUNCED_SECONDS / 4
        ):  # importing the Arcade CLI may take longer than it counts
            os.utime(path)

    renewing = threading.Thread(target=renew)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        announcement.withdraw()
        for record in home.glob(".arcade/usage/outbox/*/*.event.json"):
            record.unlink()


def store_credentials(home: Path, cloud: str) -> None:
    """credentials.yaml as the Arcade CLI writes it (JSON is YAML)."""
    auth = {
        "access_token": "secret-of-the-benchmark",
        "refresh_token": "none",
        "expires_at": "2099-01-01T00:00:00",
    }
    context = {"org_id": "org", "org_name": "Org", "project_id": "project", "project_name": "Project"}
    cloud_section = {"coordinator_url": cloud, "auth": auth, "context": context, "user": {"email": None}}
    (home / ".arcade" / "credentials.yaml").write_text(json.dumps({"cloud": cloud_section}), encoding="utf-8")


def _closed_port() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"
