"""ARCADE_USAGE_DEBUG=1: what is shown is what would be sent, and as whom; nothing is sent or written."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.deliveries import here, sender_at_work
from tests.e2e.hosts import FAILED_CALL, ToolRun, run_as_tool, start_of_tool
from tests.e2e.world import World

SHOWING = {"ARCADE_USAGE_DEBUG": "1"}
LOGIN = "tracker.track_command_execution('login', success=True, is_login=True)"
LOGOUT = "tracker.track_command_execution('logout', success=True, is_logout=True)"


def show(world: World, lines: str, **variables: str) -> ToolRun:
    environment = {**os.environ, **SHOWING, **variables}
    host = run_as_tool(start_of_tool(world) + lines, world.scratch, environment=environment)
    assert (host.returncode, host.stdout) == (0, "")
    return host


def preview_of(host: ToolRun) -> tuple[str, dict[str, Any]]:
    """The line that says as whom, and the event."""
    line, _, content = host.stderr.partition("\n")
    event: dict[str, Any] = json.loads(content)
    return line, event


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@here
def test_it_is_the_event_that_would_arrive(world: World) -> None:
    """Except for its id and its times, every property is there, those of the SDK too, and the distinct id."""
    world.run("earlier")
    line, shown = preview_of(show(world, FAILED_CALL))
    world.run("toolkit.run", success=False, error_message="no such toolkit")
    (sent,) = world.receiver.batches()[-1]["batch"]
    assert shown["properties"] == sent["properties"]
    assert (shown["event"], shown["distinct_id"]) == (sent["event"], sent["distinct_id"])
    assert shown.keys() == sent.keys()
    assert line == f"arcade-usage: not sent to {world.receiver.url}, as the random id of this installation:"


@here
@pytest.mark.parametrize("linked", [False, True], ids=["anonymous", "linked"])
@pytest.mark.parametrize("lines", [FAILED_CALL, LOGIN, LOGOUT], ids=["command", "login", "logout"])
def test_nothing_is_sent_or_written(world: World, linked: bool, lines: str) -> None:
    """For each command and user: no file is touched, no request made, no identity changed."""
    if linked:
        world.log_in("principal-1")
        world.settle()
    else:
        world.run("earlier")
    before, requests = tree(world.folder), len(world.receiver.requests)
    _, shown = preview_of(show(world, lines))
    assert tree(world.folder) == before
    assert len(world.receiver.requests) == requests
    if lines == LOGOUT and not linked:  # without a login, its owner is unknown
        assert shown["distinct_id"] not in (world.anon_id, None)
    else:
        assert shown["distinct_id"] == ("principal-1" if linked else world.anon_id)


@here
def test_a_login_that_has_to_be_looked_up_says_so(world: World) -> None:
    """As whom it goes, only Arcade Cloud can tell; the credentials are shown nowhere."""
    world.run("earlier")
    world.store_credentials("principal-1")
    host = show(world, LOGIN)
    line, shown = preview_of(host)
    assert "the account that Arcade Cloud names for the stored credentials" in line
    assert shown["distinct_id"] is None
    assert "secret-token" not in host.stderr
    assert not any(request.path.startswith("/api") for request in world.receiver.requests)


@here
def test_after_a_logout_that_was_only_shown_nobody_is_mixed_up(world: World) -> None:
    """It rotated nothing; the next command that is tracked sees that the credentials are gone."""
    world.log_in("principal-1")
    world.settle()
    world.credentials.unlink()
    show(world, LOGOUT)
    world.run("a user")
    assert world.whose["a user"] not in world.principals


FROZEN = f"import sys; sys.frozen = True\n{FAILED_CALL}"
NOT_SHOWN = {
    "off": (FAILED_CALL, {"DO_NOT_TRACK": "1"}, "usage is not tracked: DO_NOT_TRACK is set"),
    "frozen": (FROZEN, {}, "the event can't be shown: there is no Python to start"),
}


@pytest.mark.parametrize(("lines", "variables", "why"), NOT_SHOWN.values(), ids=NOT_SHOWN)
def test_where_there_is_nothing_to_show_the_reason_is(
    world: World, lines: str, variables: dict[str, str], why: str
) -> None:
    """In one line; nothing is written."""
    host = show(world, lines, **variables)
    assert (host.stderr, world.folder.exists()) == (f"arcade-usage: {why}\n", False)


def test_a_completion_shows_no_reason(world: World) -> None:
    """The shell that asks for it may show what it gets."""
    assert show(world, FAILED_CALL, _TOOL_COMPLETE="complete_zsh").stderr == ""


LOGGING = (
    "import logging; logging.basicConfig(level=logging.DEBUG, format='%(name)s %(levelname)s %(message)s')\n"
)


def log(world: World, lines: str, **variables: str) -> str:
    """What a tool that logs at DEBUG sees on its stderr."""
    host = run_as_tool(
        LOGGING + start_of_tool(world) + lines, world.scratch, environment={**os.environ, **variables}
    )
    assert host.returncode == 0
    return host.stderr


def test_a_host_that_logs_at_debug_is_told_what_is_done_and_why_not(world: World) -> None:
    """On the logger arcade_usage: that it is off, that a delivery was started, that none could be."""
    assert log(world, FAILED_CALL, DO_NOT_TRACK="1") == (
        "arcade_usage DEBUG usage is not tracked: DO_NOT_TRACK is set\n"
    )
    with sender_at_work(world):
        assert log(world, FAILED_CALL) == "arcade_usage DEBUG a delivery process was started\n"
    frozen = log(world, f"import sys; sys.frozen = True\n{FAILED_CALL}")
    assert frozen.startswith(
        "arcade_usage DEBUG the delivery process could not be started; the event waits in the outbox: "
    )
    assert "no such toolkit" not in frozen


def test_a_folder_that_cannot_be_used_is_told(world: World) -> None:
    """By the command that is not tracked."""
    world.folder.write_text("not a folder", encoding="utf-8")
    logged = log(world, FAILED_CALL)
    assert logged == "arcade_usage DEBUG usage is not tracked: a stored opt-out exists or can't be read\n"


def test_each_command_of_a_new_installation_is_shown(world: World) -> None:
    """Also the second one of a process, although the first stored no identity."""
    host = show(world, f"{FAILED_CALL}\n{FAILED_CALL}")
    assert host.stderr.count("arcade-usage: not sent to") == 2
    assert not world.folder.exists()
