"""The real Arcade CLI, tracked by one line: what it prints stays, and what is reported is right.

Runs in an environment of its own, with `arcade-mcp` as the package index has it: `make test-arcade`.
"""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from attrs import define, frozen

from arcade_usage.demo.receiver import Receiver
from arcade_usage.domain.persons import IngestedEvent

TOKEN = "phc_of_the_tests"
ALICE = "principal-alice"
SECONDS = 60.0  # until a process that hangs is a failure
DRIVER = Path(__file__).with_name("driver.py")
TWINS = ("plain", "track")  # of one length, so that what is printed about them is laid out alike


@frozen
class Ended:
    """How the CLI ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@define
class Twins:
    """Two users who do the same, one tracked and one not."""

    receiver: Receiver
    folder: Path

    def run(self, line: str) -> Ended:
        """Run a command line for both at once, and compare; returns how it ended."""
        processes = [self._start(name, line) for name in TWINS]
        untracked, tracked = (self._wait(*each) for each in zip(TWINS, processes, strict=True))
        assert tracked == untracked
        return tracked

    def home(self, name: str) -> Path:
        return self.folder / name

    def _start(self, name: str, line: str) -> "subprocess.Popen[bytes]":
        home = self.home(name)
        (home / ".arcade").mkdir(parents=True, exist_ok=True)  # without it, the CLI shows a notice of its own
        foreign = ("ARCADE_", "CI", "DO_NOT_TRACK", "PYTHON")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        environment |= {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "ARCADE_DISABLE_AUTOUPDATE": "1",
            "LOGIN_TOKEN": "token-of-alice",
            "POSTHOG_URL": self.receiver.url,
            "TRACKED": "1" if name == TWINS[1] else "",
        }
        return subprocess.Popen(
            [sys.executable, "-B", str(DRIVER), *line.split()],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _wait(self, name: str, process: "subprocess.Popen[bytes]") -> Ended:
        streams = process.communicate(timeout=SECONDS)
        out, err = (stream.replace(f"/{name}".encode(), b"/twin") for stream in streams)
        return Ended(process.returncode, out, err)

    def wait_for(self, count: int) -> tuple[IngestedEvent, ...]:
        """The events that arrived, once there are so many."""
        assert self.receiver.wait_until(lambda: len(self.events) >= count, SECONDS), self.events
        return self.events

    @property
    def events(self) -> tuple[IngestedEvent, ...]:
        return self.receiver.events(TOKEN)


@pytest.fixture
def twins(receiver: Receiver, tmp_path: Path) -> Twins:
    receiver.principals["token-of-alice"] = ALICE
    return Twins(receiver, tmp_path)


@pytest.mark.parametrize(
    ("line", "exit_code", "name", "outcome"),
    [
        ("logout", 0, "logout", None),
        ("new my_secret_server", 0, "new", None),
        ("whoami", 1, "whoami", "exit"),  # refused by the app's callback, for want of a login
        ("context list", 1, "context.list", "exit"),
        ("login --url http://127.0.0.1:9", 1, "login", "exit"),
        ("new a secret", 2, "new", "usage"),
        ("context secret", 2, "context", "usage"),
        ("secret-nonsense", 2, "root", "usage"),
    ],
)
def test_a_command_is_one_event_and_prints_what_it_did(
    twins: Twins, line: str, exit_code: int, name: str, outcome: str | None
) -> None:
    """Name and outcome are right, all properties are there, and nothing that was typed."""
    assert twins.run(line).exit_code == exit_code
    (event,) = twins.wait_for(1)
    properties = event.properties
    assert (properties["command_name"], properties.get("outcome")) == (name, outcome)
    assert event.name == f"CLI execution {'failed' if outcome else 'succeeded'}"
    assert properties["cli_version"] == version("arcade-mcp")
    assert (properties["runtime_language"], properties["$process_person_profile"]) == ("python", False)
    assert {
        "runtime_version",
        "os_type",
        "os_release",
        "duration_ms",
        "device_end_timestamp",
    } <= properties.keys()
    assert "secret" not in str(properties)


def test_help_is_no_event(twins: Twins) -> None:
    """Nor the version, nor the app by itself; the logout that follows is the first."""
    assert [twins.run(line).exit_code for line in ("--version", "-h", "", "new -h")] == [0, 0, 2, 0]
    twins.run("logout")
    assert [event.properties["command_name"] for event in twins.wait_for(1)] == ["logout"]


def test_a_login_and_a_logout(twins: Twins) -> None:
    """What was done before the login is hers, up to the logout; what comes then is somebody new's."""
    port = twins.receiver.url.rpartition(":")[2]
    lines = (
        "show --nope",
        f"login --host localhost --port {port}",
        "whoami",
        "server secret",
        "logout",
        "context list",
    )
    for count, line in enumerate(lines, start=1):
        twins.run(line)
        twins.wait_for(count)
    events = {str(event.properties["command_name"]): event for event in twins.events}
    assert list(events) == ["show", "login", "whoami", "server", "logout", "context.list"]
    hers = twins.receiver.persons[TOKEN].person_of_id[ALICE]
    whose = {name: twins.receiver.person_of(TOKEN, event) == hers for name, event in events.items()}
    assert whose == {**dict.fromkeys(events, True), "context.list": False}
    assert events["server"].properties["outcome"] == "usage"
    for path in (twins.home(TWINS[1]) / ".arcade" / "usage").rglob("*"):
        assert not path.is_file() or b"token-of-alice" not in path.read_bytes()
