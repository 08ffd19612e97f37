"""The notice in real tools, on real terminals: what is seen where, and whether the first event is sent."""

import json
import os
import pty
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from arcade_usage.domain.notice import HELD_BACK_TEXT
from tests.e2e.deliveries import delivering_here
from tests.e2e.hosts import CALL, WAIT, run_as_tool, start_of_tool
from tests.e2e.servers import PATIENT
from tests.e2e.world import PATIENCE_SECONDS, World, until

NOTICE = "arcade_usage.Notice('This tool reports how it is used.', 'https://example.com/privacy'{more})"
SEEN = "\r\nThis tool reports how it is used.\r\nhttps://example.com/privacy\r\n\r\n"


def start(world: World, more: str = "") -> str:
    line = start_of_tool(world)
    return line.replace("config_dir=", f"notice={NOTICE.format(more=more)}, config_dir=")


def run(
    world: World,
    lines: str,
    *,
    stdout: bool = True,
    stderr: bool = True,
    variables: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    """What a tool wrote to stdout and to stderr, each a terminal of its own or a pipe; its delivery has ended."""
    ends = [pty.openpty() if is_terminal else os.pipe() for is_terminal in (stdout, stderr)]
    # A terminal is written to at its second end, as a pipe is.
    assert world.forks is not None
    running = world.forks.start(
        ["-c", f"{lines}\nprint('the work')\n{WAIT}"],
        ends[0][1],
        ends[1][1],
        environment={**os.environ, **(variables or {})},
    )
    running.wait(PATIENCE_SECONDS)
    written = []
    for reading, writing in ends:
        os.close(writing)
        content = b""
        with suppress(OSError):  # a terminal whose other end is closed
            while some := os.read(reading, 65536):
                content += some
        os.close(reading)
        written.append(content.decode())
    assert running.returncode == 0
    return written[0], written[1]


def reported(world: World) -> int:
    """The events that arrived or are stored: a server that ends at once may not have the time to send."""
    stored = {record["event"]["uuid"] for record in world.waiting}
    return len(stored | {event.uuid for event in world.persons.events})


def arrived(world: World, events: int) -> bool:
    return until(lambda: reported(world) == events)


def test_the_first_command_shows_it_and_is_reported(world: World) -> None:
    """On stderr, once; the tool's stdout is its own."""
    assert run(world, start(world) + CALL) == ("the work\r\n", SEEN)
    assert arrived(world, 1)
    assert run(world, start(world) + CALL) == ("the work\r\n", "")
    assert arrived(world, 2)


def test_what_reports_nothing_shows_nothing(world: World) -> None:
    """A tool that builds its tracker for `--help` has no event, and nothing to tell."""
    assert run(world, start(world)) == ("the work\r\n", "")


HELD_BACK = {
    "stdout is a pipe": {"stdout": False},
    "stderr is a pipe": {"stderr": False},
    "no terminal": {"stdout": False, "stderr": False},
    "CI": {"variables": {"CI": "true"}},
}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("how", HELD_BACK.values(), ids=HELD_BACK)
def test_where_it_cannot_be_shown_nothing_is_reported(world: World, how: dict[str, object]) -> None:
    """Not until it could be; the next command on a terminal shows it, and is."""
    out, err = run(world, start(world) + CALL, **how)  # type: ignore[arg-type]
    assert (out.replace("\r", ""), err) == ("the work\n", "")
    assert run(world, start(world) + CALL)[1] == SEEN
    assert arrived(world, 1)


@pytest.mark.parametrize("how", HELD_BACK.values(), ids=HELD_BACK)
@pytest.mark.parametrize("lines", ["command", "server"])
def test_debug_says_that_nothing_would_be_sent(world: World, how: dict[str, Any], lines: str) -> None:
    """The reason in place of the event, in one line; on a terminal the event is shown."""
    host = start(world) + CALL if lines == "command" else start_server(world) + SERVER
    variables = {**how.get("variables", {}), "ARCADE_USAGE_DEBUG": "1"}
    said = run(world, host, **{**how, "variables": variables})[1].splitlines()
    assert said == [f"arcade-usage: usage is not tracked: {HELD_BACK_TEXT}"]
    assert '"event":' in run(world, host, variables={"ARCADE_USAGE_DEBUG": "1"})[1]
    assert not (world.scratch / "home" / ".arcade").exists()


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("how", HELD_BACK.values(), ids=HELD_BACK)
def test_a_host_that_tells_elsewhere_is_reported_where_it_cannot_be_shown(
    world: World, how: dict[str, object]
) -> None:
    """As a server's, a script's or a pipe's; on the terminal it is shown all the same."""
    elsewhere = start(world, ", told_elsewhere=True") + CALL
    assert run(world, elsewhere, **how)[1] == ""  # type: ignore[arg-type]
    assert arrived(world, 1)
    assert run(world, elsewhere)[1] == SEEN
    assert arrived(world, 2)


OFF = {
    "off": {"ARCADE_USAGE_TRACKING": "0"},
    "do not track": {"DO_NOT_TRACK": "1"},
    "completion": {"_ARCADE_COMPLETE": "complete_zsh"},
}


@pytest.mark.parametrize("variables", OFF.values(), ids=OFF)
def test_while_tracking_is_off_there_is_nothing_to_tell(world: World, variables: dict[str, str]) -> None:
    """Nor is anything made."""
    assert run(world, start(world) + CALL, variables=variables) == ("the work\r\n", "")
    assert not world.folder.exists()
    assert not (world.scratch / "home" / ".arcade").exists()


def test_a_logout_rotates_though_nobody_was_told(world: World) -> None:
    """It is not reported, but the next person inherits nothing."""
    with delivering_here(world):
        world.log_in("principal-1")
    anon_id, events = world.anon_id, len(world.persons.events)
    world.credentials.unlink()
    run(world, start(world) + f"{CALL[:-1]}, is_logout=True)", stderr=False)
    assert world.anon_id != anon_id
    assert len(world.persons.events) == events


@pytest.mark.usefixtures("stored")
def test_another_version_is_shown_again(world: World) -> None:
    """A text that says something else."""
    run(world, start(world) + CALL)
    assert run(world, start(world, ", version=2") + CALL)[1] == SEEN
    assert run(world, start(world, ", version=2") + CALL)[1] == ""


@pytest.mark.usefixtures("stored")
def test_two_first_commands_at_once_show_it(world: World) -> None:
    """At least one of them, and both are reported."""
    gate = world.scratch / "gate"
    wait = f"import os, time\nwhile not os.path.exists({os.fspath(gate)!r}): time.sleep(0.001)\n"
    reading, writing = pty.openpty()
    lines = start(world) + wait + CALL
    assert world.forks is not None
    both = [world.forks.start(["-c", lines], writing, writing) for _ in range(2)]
    gate.touch()
    for each in both:
        each.wait(PATIENCE_SECONDS)
    os.close(writing)
    seen = os.read(reading, 65536).decode()
    os.close(reading)
    assert 1 <= seen.count(SEEN) <= 2
    assert arrived(world, 2)


def is_announced(world: World) -> bool:
    """Whether a delivery process takes the events of other commands."""
    return any((world.folder / "usage").glob("announced-*"))


@pytest.mark.usefixtures("stored")
def test_once_shown_it_costs_no_file(world: World) -> None:
    """Nothing is opened for it, nothing more imported than its own two modules."""
    run(world, start(world) + CALL)
    assert arrived(world, 1)
    assert until(lambda: not is_announced(world))  # else the next command starts no process
    with_notice = run_as_tool(start(world) + CALL, world.scratch)
    assert until(lambda: not is_announced(world))
    without = run_as_tool(start_of_tool(world) + CALL, world.scratch)
    assert sorted(with_notice.opened) == sorted(without.opened)
    assert with_notice.started == without.started == 1
    assert (with_notice.stdout, with_notice.stderr) == ("", "")
    more = with_notice.modules - without.modules
    assert more == {"arcade_usage.domain.notice", "arcade_usage.adapters.storage.notice_board"}


SERVER = "server.capture('served'); server.close()"


def start_server(world: World, more: str = "") -> str:
    return PATIENT + start(world, more).replace(
        "tracker = arcade_usage.command", "server = arcade_usage.server"
    )


@pytest.mark.usefixtures("stored")
def test_a_servers_first_event_shows_it_and_is_reported(world: World) -> None:
    """On stderr, once, as with a command, which counts for the server and the server's for it."""
    assert run(world, start_server(world)) == ("the work\r\n", "")
    assert run(world, start_server(world) + SERVER)[1] == SEEN
    assert reported(world) == 1
    assert run(world, start_server(world) + SERVER)[1] == ""
    assert reported(world) == 2
    assert run(world, start(world) + CALL)[1] == ""
    assert arrived(world, 3)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("how", HELD_BACK.values(), ids=HELD_BACK)
def test_a_server_that_cannot_show_it_reports_nothing(world: World, how: dict[str, object]) -> None:
    """As behind a pipe or in CI: nothing is sent, and no event is kept for later."""
    assert run(world, start_server(world) + SERVER, **how)[1] == ""  # type: ignore[arg-type]
    assert reported(world) == 0
    assert run(world, start_server(world) + SERVER)[1] == SEEN
    assert reported(world) == 1


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("how", HELD_BACK.values(), ids=HELD_BACK)
def test_a_server_whose_users_are_informed_elsewhere_reports(world: World, how: dict[str, object]) -> None:
    """Also one over stdio, whose stdout is a pipe and whose stderr may be a terminal."""
    elsewhere = start_server(world, ", told_elsewhere=True") + SERVER
    assert run(world, elsewhere, **how)[1] == ""  # type: ignore[arg-type]
    assert reported(world) == 1


@pytest.mark.usefixtures("stored")
def test_a_notice_shown_meanwhile_counts_for_a_running_server(world: World) -> None:
    """By a command on a terminal; the server reports from then on."""
    lines = start_server(world) + (
        "import pathlib, sys, time\n"
        "server.capture('before')\n"
        f"while not list(pathlib.Path({os.fspath(world.scratch / 'home')!r}).glob('.arcade/usage/notice-*')):\n"
        "    time.sleep(0.01)\n"
        "    server.capture('before')\n"
        "server.capture('after'); server.close()"
    )
    reading, writing = os.pipe()
    assert world.forks is not None
    server = world.forks.start(["-c", lines], writing, writing)
    run(world, start(world) + CALL)
    server.wait(PATIENCE_SECONDS)
    os.close(writing)
    os.close(reading)
    names = [record["event"]["name"] for record in world.waiting]
    assert "after" in names + [event.name for event in world.persons.events]


@pytest.mark.parametrize("notice", ["'a text'", "5", "arcade_usage.Notice(None, None, version='two')"])
def test_a_notice_that_is_none_harms_no_host(world: World, notice: str) -> None:
    """A tool's mistake: nothing is raised, and nothing is reported."""
    line = start_of_tool(world).replace("config_dir=", f"notice={notice}, config_dir=")
    assert run(world, line + CALL) == ("the work\r\n", "")
    assert json.dumps([event.name for event in world.persons.events]) == "[]"


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("stderr", [False, True], ids=["pipe", "terminal"])
def test_an_agent_gets_it_and_later_runs_are_reported(world: World, stderr: bool) -> None:
    """Nothing is sent, nor even stored, in the run that shows it; a person at a terminal still sees it."""
    agent = {"CODEX_THREAD_ID": "0123"}
    out, err = run(world, start(world) + CALL + "\n" + CALL, stdout=False, stderr=stderr, variables=agent)
    assert (out, err.replace("\r", "")) == ("the work\n", SEEN.replace("\r", ""))
    assert world.waiting == []
    assert run(world, start(world) + CALL, stdout=False, stderr=False, variables=agent) == ("the work\n", "")
    assert arrived(world, 1)
    assert run(world, start(world) + CALL) == ("the work\r\n", SEEN)
    assert arrived(world, 2)


def test_an_agent_in_ci_gets_nothing(world: World) -> None:
    """As nobody does there."""
    variables = {"CODEX_THREAD_ID": "0123", "CI": "true"}
    assert run(world, start(world) + CALL, stdout=False, variables=variables) == ("the work\n", "")
    assert not world.folder.exists()
