"""The migrated Arcade CLI beside the released one: the same commands, compared event by event.

docs/arcade.md has the differences as a table. Runs in an environment of its own: `make test-arcade`.
"""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from attrs import frozen

from arcade_usage.demo.receiver import Receiver
from arcade_usage.domain.persons import IngestedEvent
from tests_arcade.arcade_cloud import Cloud, org_id
from tests_arcade.migration import find_notice, find_token
from tests_arcade.users import DRIVER, SECONDS, Driver, User

MakeUser = Callable[[bool], User]


@frozen
class Line:
    """A command line and its events; `today` is the released CLI's, where it differs.

    An event: the command's name, and whether it failed. `person`: whose it is.
    """

    text: str
    exit_code: int
    event: str | None
    person: str | None = None
    today: str | None = "="
    todays_person: str | None = "="
    browser: str | None = "alice"
    variables: Mapping[str, str] = {}

    @property
    def todays_event(self) -> str | None:
        return self.event if self.today == "=" else self.today

    @property
    def todays_owner(self) -> str | None:
        return self.person if self.todays_person == "=" else self.todays_person


OTHER = org_id("alice", "other")
LINES = (
    Line("--version", 0, None),
    Line("new my_server", 0, "new", "alice"),
    Line("new my_server", 1, "new failed", "alice"),
    Line("new a b", 2, "new failed", "alice", today=None),
    Line("nonsense", 2, "root failed", "alice", today=None),
    Line("whoami", 1, "whoami failed", "alice"),
    Line("context list", 1, "context.list failed", "alice"),
    Line("org list", 1, "org failed", "alice"),
    Line("login --host localhost --port CLOUD", 1, "login failed", "alice", browser=None),
    Line("login --host localhost --port CLOUD", 0, "login", "alice"),
    Line("whoami", 0, "whoami", "alice"),
    Line("org list", 0, "org.list", "alice"),
    Line(f"org set {OTHER}", 0, "org.set", "alice"),
    Line("org nonsense", 2, "org failed", "alice", today=None),
    Line("context show nope", 1, "context.show failed", "alice"),
    Line("server --host 127.0.0.1 --port 9 list", 1, "server.list failed", "alice"),
    Line("context add http://127.0.0.1:CLOUD --context staging", 0, "context.add", "alice"),
    Line("whoami", 0, "whoami", "alice", variables={"ARCADE_CONTEXT": "default"}),
    Line("--context default whoami", 0, "whoami", "alice"),
    Line("--context nope whoami", 1, "whoami failed", None, todays_person="alice"),
    Line("whoami", 0, "whoami", "alice"),
    Line("context set default", 0, "context.set", "alice"),
    Line("logout", 0, "logout", None, todays_person="alice"),  # of one of two contexts
    Line("whoami", 0, "whoami", "alice"),
    Line("logout --all", 0, "logout", "alice"),
    Line("whoami", 1, "whoami failed", None),
    Line("new another", 0, "new", None),
    Line("logout", 0, "logout", None),
)

# On stdout, where today's tracking can't read the configuration.
WARNING = """Warning: Failed to load Arcade config: Context 'nope' not found. Available contexts: default,\x20
staging.
Run 'arcade logout' then 'arcade login' to fix this.
"""
CONTEXT = {"org_id", "project_id"}  # today's logout is without them
ALWAYS = {"tool", "is_tty", "arch"}
ADDED = ALWAYS | {"outcome", "error_type", "exit_code", "options", "agent", "is_ci"}
VARYING = {"duration_ms", "device_start_timestamp", "device_end_timestamp", "error_message"}


@pytest.fixture
def pair(driver: Driver, cloud: Cloud, migrated: Path, tmp_path: Path) -> Iterator[tuple[User, User]]:
    """Two users who do the same, one with today's CLI and one with the migrated one."""
    with Receiver() as theirs, Receiver() as ours:
        folders = (tmp_path / "t", tmp_path / "m")
        for folder in folders:
            (folder / ".arcade").mkdir(parents=True)  # without it, today's CLI shows its notice each time
        yield (
            User(driver, theirs, cloud, folders[0], migrated, find_token(), is_migrated=False),
            User(driver, ours, cloud, folders[1], migrated, find_token(), is_migrated=True),
        )


def test_each_command_is_the_same_event_but_for_the_differences_of_the_table(pair: tuple[User, User]) -> None:
    """What the CLI prints, its exit codes, the events' names, properties and persons."""
    today, migrated = pair
    todays, ours = [], []
    for line in LINES:
        today.cloud.account = line.browser
        for user in pair:
            user.variables = dict(line.variables)
        processes = [user.start(line.text) for user in pair]
        ended = [user.wait(process) for user, process in zip(pair, processes, strict=True)]
        assert [each.exit_code for each in ended] == [line.exit_code] * 2, line
        assert ended[1].stdout == ended[0].stdout.replace(WARNING, ""), line
        assert ended[1].stderr == ended[0].stderr, line
        todays += [line] if line.todays_event else []
        ours += [line] if line.event else []
        today.wait_for(len(todays))
        migrated.wait_for(len(ours))

    assert [_name(event) for event in today.events] == [line.todays_event for line in todays]
    assert [_name(event) for event in migrated.events] == [line.event for line in ours]
    assert [today.person_of(event) for event in today.events] == [line.todays_owner for line in todays]
    assert [migrated.person_of(event) for event in migrated.events] == [line.person for line in ours]
    codes = [
        event.properties.get("exit_code", line.exit_code)
        for line, event in zip(ours, migrated.events, strict=True)
    ]
    assert codes == [line.exit_code for line in ours]
    for line, event in zip(todays, today.events, strict=True):
        _compare(event, migrated.events[ours.index(line)])


def _name(event: IngestedEvent) -> str:
    return f"{event.properties['command_name']}{' failed' if event.name.endswith('failed') else ''}"


def _compare(today: IngestedEvent, event: IngestedEvent) -> None:
    """No property of today's is missing, and none has another value."""
    theirs, ours = today.properties, event.properties
    assert theirs.keys() <= ours.keys(), event
    for name in theirs.keys() - VARYING:
        assert ours[name] == theirs[name], (name, event)
    added = {name for name in ours.keys() - theirs.keys() if not name.startswith("$")}
    assert added >= ALWAYS, event
    assert added <= (ADDED | CONTEXT if ours["command_name"] == "logout" else ADDED), event
    if "error_message" in theirs:
        message = str(ours["error_message"]).partition("~")[0]  # the home folder
        assert str(theirs["error_message"]).startswith(message), event
    assert theirs["cli_version"] == version("arcade-mcp")


def test_two_accounts_in_two_contexts(make_user: MakeUser) -> None:
    """An event belongs to the account whose context the CLI used, with $ARCADE_CONTEXT and --context too."""
    user = make_user(True)
    story = (
        ("alice", "login --host localhost --port CLOUD", "", "alice"),
        ("bob", "context add http://127.0.0.1:CLOUD --context work", "", "bob"),
        ("", "whoami", "default", "alice"),
        ("", "whoami", "", "bob"),
        ("", "whoami", "nope", None),
        ("", "whoami", "", "bob"),
        ("", "--context default whoami", "work", "alice"),
        ("", "--context gone whoami", "", None),  # a refused look-up of `nope` is not repeated at once
        ("", "--context default new my_server", "", "alice"),
        ("", "--context default logout", "", "alice"),
        ("", "whoami", "", "bob"),
    )
    for number, (account, line, context, _) in enumerate(story, start=1):
        user.cloud.account = account
        user.variables = {"ARCADE_CONTEXT": context}
        user.run(line)
        user.wait_for(number)
    assert [user.person_of(event) for event in user.events] == [person for *_, person in story]


def test_help_and_usage_off_work_without_a_login(make_user: MakeUser) -> None:
    """Off is kept, and nothing is sent from then on; `on` reverts it."""
    user = make_user(True)
    assert "usage" in user.run("--help").stdout
    assert user.run("usage off").exit_code == 0
    assert user.run("new my_server").exit_code == 0
    assert user.run("usage status").exit_code == 3
    assert user.run("usage nonsense").exit_code == 2
    assert user.run("usage on").exit_code == 0
    assert user.run("new another").exit_code == 0
    (event,) = user.wait_for(1)
    assert event.properties["command_name"] == "new"
    assert len(user.receiver.batches()) == 1


@pytest.mark.parametrize("is_migrated", [False, True], ids=["today", "migrated"])
def test_the_notice_of_the_first_run(make_user: MakeUser, is_migrated: bool) -> None:
    """Today's text: once, on a terminal, and on stderr, where today's is on stdout."""
    user = make_user(is_migrated)
    shown = [[find_notice() in text for text in _on_terminals(user, "logout")] for _ in range(2)]
    assert shown == [[not is_migrated, is_migrated], [False, False]]


def _on_terminals(user: User, line: str) -> list[str]:
    """What a command prints on stdout and on stderr, as two terminals, on one line each."""
    user.home.mkdir(exist_ok=True)
    ends = [pty.openpty() for _ in range(2)]
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), line],
        cwd=user.home,
        env=user.environment,
        stdin=subprocess.DEVNULL,
        stdout=ends[0][1],
        stderr=ends[1][1],
    )
    assert process.wait(SECONDS) == 0
    texts = []
    for ours, theirs in ends:
        os.write(theirs, b"\0")  # marks the end
        text = b""
        while not text.endswith(b"\0"):
            text += os.read(ours, 65536)
        os.close(theirs)
        os.close(ours)
        texts.append(" ".join(re.sub(r"\x1b\[[\d;]*m", "", text.decode()).split()))
    return texts
