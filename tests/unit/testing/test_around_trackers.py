"""The test kit around trackers: those that were built earlier, mounted commands, and processes of the tool."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import arcade_usage
from arcade_usage import Tool
from arcade_usage.testing import Usage, recording

RUN_SECONDS = 60.0
OWN = arcade_usage.Property("org_id", kind="id", reason="which organizations use it")


class OwnError(Exception): ...


def make_tool(config_dir: Path | None = None, daily_limit: int | None = None) -> Tool:
    return Tool(
        distribution="arcade-usage",
        project_token="phc_x",
        host="http://127.0.0.1:9",
        config_dir=config_dir,
        properties=(OWN,),
        safe_errors=(OwnError,),
        daily_limit=daily_limit,
    )


def test_trackers_from_before_are_recorded(config_dir: Path) -> None:
    """As the tool built them when it was imported, with their configuration; nothing is written."""
    tool = make_tool(config_dir)
    tracker, server, app = tool.command_tracker(), tool.server(), typer.Typer()
    app.command("build")(lambda: None)
    tool.track(app)
    with recording() as usage:
        usage.begin_logged_in("alice")
        CliRunner().invoke(app, [])
        with pytest.raises(OwnError), tool.command("own", properties={"org_id": "o-1"}):
            raise OwnError("no toolkit token: q7Rz2LmX9vTb4WcY")
        tracker.track_command_execution("later", success=True)
        server.capture("called", {"org_id": "o-1"})
        server.close()
        assert [event.command_name for event in usage.events] == ["build", "own", "later", None]
        assert {event.whose for event in usage.events} == {"alice"}
        assert usage.events[1].properties["org_id"] == "o-1"
        assert usage.events[1].properties["error_message"] == "no toolkit token: q7Rz2LmX9vTb4WcY"
    assert not config_dir.exists()


def test_a_tracker_from_before_has_its_daily_limit(config_dir: Path) -> None:
    """Beyond it, successes are only counted."""
    tracker = make_tool(config_dir, daily_limit=1).command_tracker()
    with recording() as usage:
        for name in ("sent", "counted"):
            tracker.track_command_execution(name, success=True)
        assert usage.the_only_event.command_name == "sent"


def test_trackers_of_an_earlier_test_are_recorded() -> None:
    """By the test that runs now, not by the one in which they were built."""
    tool = make_tool()
    for name in ("first", "second"):
        with recording() as usage:
            with tool.command(name):
                pass
            assert usage.the_only_event.command_name == name


def test_after_a_test_trackers_from_before_are_real_again(config_dir: Path) -> None:
    """They are off where the user turned them off, and on otherwise."""
    tool = make_tool(config_dir)
    tracker = tool.command_tracker()
    with recording():
        pass
    config_dir.mkdir()
    (config_dir / "usage").mkdir(mode=0o700)
    (config_dir / "usage" / "off").touch()
    tracker.track_command_execution("off", success=True)
    assert os.listdir(config_dir) == ["usage"]
    assert os.listdir(config_dir / "usage") == ["off"]


def usage_command(tool: Tool, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = tool.usage_main(arguments)
    return code, capsys.readouterr().out


def test_mounted_commands_act_on_the_test_s_installation(
    config_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`status` shows its login, its events and its opt-out; `off` and `on` count for its trackers."""
    tool = make_tool(config_dir)
    with recording() as usage:
        usage.begin_logged_in("alice")
        usage.posthog.failing = True
        tool.command_tracker().track_command_execution("one", success=True)
        code, out = usage_command(tool, capsys, "status")
        assert code == 0
        assert out.startswith("Usage tracking is on.\n")
        assert "alice" in out
        assert "events waiting  1" in out
        assert [line[2:22] for line in out.splitlines() if line[:1] == "!"] == ["the last attempt at "]
        assert usage_command(tool, capsys, "off")[0] == 0
        assert usage.waiting == []
        tool.command_tracker().track_command_execution("two", success=True)
        tool.server().capture("three")
        code, out = usage_command(tool, capsys, "status")
        assert (code, out.splitlines()[0], "you turned it off" in out) == (3, "Usage tracking is off:", True)
        usage.posthog.failing = False
        usage.wait_out_backoff()
        assert usage_command(tool, capsys, "on")[0] == 0
        tool.command_tracker().track_command_execution("four", success=True)
        assert (usage.the_only_event.command_name, usage.waiting) == ("four", [])
    assert not config_dir.exists()


@pytest.mark.parametrize("command", ["forget --yes", "flush", "doctor --yes"])
def test_mounted_commands_leave_the_user_s_files_and_send_nothing(
    command: str, config_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even the config folder that the tool names is read or changed; PostHog is that of the test."""
    config_dir.mkdir()
    (config_dir / "usage.json").write_text('{"anon_id": "mine"}', encoding="utf-8")
    with recording() as usage:
        usage.begin_logged_in("alice")
        usage_command(make_tool(config_dir), capsys, *command.split())
    assert (config_dir / "usage.json").read_text(encoding="utf-8") == '{"anon_id": "mine"}'
    assert os.listdir(config_dir) == ["usage.json"]


def test_the_repr_is_short() -> None:
    """What a failing assertion shows; `str` lists the events."""
    with recording() as usage:
        make_tool().command_tracker().track_command_execution("run", success=True)
        assert repr(usage) == "<Usage: 1 events sent, 0 waiting>"


def test_a_test_sees_no_internals() -> None:
    """The public attributes are those that docs/api.md lists."""
    with recording() as usage:
        public = {name for name in dir(usage) if not name.startswith("_")}
    assert public == {
        "begin_anonymous", "begin_logged_in", "clock", "cloud", "delete_credentials", "events",
        "make_folder_read_only", "names", "posthog", "process_environment", "process_events", "processes",
        "store_credentials", "the_only_event", "wait_out_backoff", "waiting",
    }  # fmt: skip


PROGRAM = """
import sys, arcade_usage
tool = arcade_usage.Tool(distribution="arcade-usage", project_token="phc_x", host="http://127.0.0.1:9")
for name in sys.argv[1:]:
    with tool.command(name):
        sys.stderr.write("it runs\\n")
"""


def run_program(usage: Usage, *names: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        env=usage.process_environment(), capture_output=True, text=True, timeout=RUN_SECONDS, check=True,
    )  # fmt: skip
    return done.stderr


def test_events_of_processes() -> None:
    """A process of the tool shows them on its stderr, in order, among the tool's own words."""
    with recording() as usage:
        events = usage.process_events(run_program(usage, "one", "two"))
        assert [event.command_name for event in events] == ["one", "two"]
        assert {event.name for event in events} == {"CLI execution succeeded"}
        assert events[0].distinct_id
        assert usage.process_events(run_program(usage)) == []
        assert usage.events == []
    assert list(Path.home().iterdir()) == []
