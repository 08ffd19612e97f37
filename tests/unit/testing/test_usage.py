"""The test kit: what a tool would have sent, as it would have sent it, and nothing outside of memory."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import arcade_usage
from arcade_usage import (
    Property,
    command_tracker,
    server_tracker,
)  # as a tool may have them before the kit is there
from arcade_usage.domain.daily_limit import COUNTED
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.testing import Usage, recording

DECLARED = (
    Property("tools", kind="number", reason="how many are installed"),
    Property("n", kind="number", reason="a number"),
)


@pytest.fixture
def usage() -> Iterator[Usage]:
    with recording() as usage:
        yield usage


def build() -> arcade_usage.Tracker:
    return command_tracker(distribution="arcade-usage", project_token="phc_x", properties=DECLARED)


def build_server() -> arcade_usage.ServerTracker:
    return server_tracker(distribution="arcade-usage", project_token="phc_x")


def test_a_command_is_one_event_with_all_that_would_be_sent(usage: Usage) -> None:
    """Name and properties are those of the real thing; time is the test's own."""
    with build().command("toolkit.run", properties={"tools": 3}):
        usage.clock.advance(1.25)
    event = usage.the_only_event
    assert (event.name, event.command_name, event.whose) == (SUCCEEDED, "toolkit.run", None)
    assert event.properties["duration_ms"] == 1250.0
    assert event.properties["tools"] == 3
    assert not {"$process_person_profile", "is_ci"} & set(event.properties)


def test_the_daily_limit_holds_in_a_test_too(usage: Usage) -> None:
    """The next day's command sends the counts."""
    tracker = command_tracker(distribution="arcade-usage", project_token="phc_x", daily_limit=1)
    for days in (0, 0, 0, 1):
        usage.clock.advance(days * 86_400)
        with tracker.command("build"):
            pass
    assert usage.names == [SUCCEEDED, COUNTED, SUCCEEDED]
    assert usage.events[1].properties["commands"] == {"build": 2}


def test_a_failure_is_redacted_as_it_would_be(usage: Usage) -> None:
    """A tool's author sees what is left of a secret."""
    with pytest.raises(ValueError, match="sk-"), build().command("run"):
        raise ValueError(f"no sk-live-0123456789abcdefghij in {Path.home()}/work")
    event = usage.the_only_event
    assert event.name == FAILED
    assert event.properties["error_message"] == "no <redacted> in ~/work"


def test_reported_afterwards(usage: Usage) -> None:
    """By a tool that measures by itself."""
    tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token="phc_x")
    tracker.track_command_execution("one", success=True, duration_ms=0)
    tracker.track_command_execution("two", success=False, error_message="no")
    assert usage.names == [SUCCEEDED, FAILED]
    assert [event.command_name for event in usage.events] == ["one", "two"]


def test_a_login_and_a_logout(usage: Usage) -> None:
    """What came before a login is the person's too; what comes after a logout is not."""
    tracker = build()
    tracker.track_command_execution("before", success=True)
    assert usage.the_only_event.whose is None
    with tracker.command("login", is_login=True):
        usage.store_credentials("alice")
    with tracker.command("after", properties={"n": 1}):
        pass
    with tracker.command("logout", is_logout=True):
        usage.delete_credentials()
    with tracker.command("later"):
        pass
    assert [event.whose for event in usage.events] == ["alice", "alice", "alice", "alice", None]
    assert len({event.distinct_id for event in usage.events}) == 3  # anonymous, alice, anonymous again


def test_somebody_who_logged_in_earlier(usage: Usage) -> None:
    """A tracker that was built before begins anew with what the test says."""
    tracker = build()
    usage.begin_logged_in("alice")
    tracker.track_command_execution("run", success=True)
    assert (usage.the_only_event.whose, usage.the_only_event.distinct_id) == ("alice", "alice")
    usage.begin_anonymous()
    tracker.track_command_execution("run", success=True)
    assert [event.whose for event in usage.events] == ["alice", None]


def test_a_server(usage: Usage) -> None:
    """Its events are there at once, in order; a closed one may be used again."""
    usage.begin_logged_in("alice")
    with build_server() as server:
        server.capture("MCP tool called", {"is_execution_success": True})
        server.capture("$identify")
    event = usage.the_only_event
    assert (event.name, event.whose, server.dropped) == ("MCP tool called", "alice", 1)
    server.capture("again")
    assert usage.names == ["MCP tool called", "again"]
    assert event.properties["is_execution_success"] is True


@pytest.mark.parametrize("fault", ["posthog down", "no process", "posthog down, of a server"])
def test_what_cannot_be_sent_waits(usage: Usage, fault: str) -> None:
    """And goes when it can."""
    usage.posthog.failing = "posthog" in fault
    usage.processes.failing = fault == "no process"
    tracker, server = build(), build_server()
    if "server" in fault:
        server.capture("run")
    else:
        tracker.track_command_execution("run", success=True)
    assert (usage.events, len(usage.waiting)) == ([], 1)
    usage.posthog.failing = usage.processes.failing = False
    usage.wait_out_backoff()
    tracker.track_command_execution("run", success=True)
    assert (len(usage.events), usage.waiting) == (2, [])


def test_replies_that_are_lost_count_nothing_twice(usage: Usage) -> None:
    """PostHog took the event and said so to nobody: it is sent again, and known."""
    usage.posthog.losing_replies = True
    tracker = build()
    tracker.track_command_execution("run", success=True)
    usage.posthog.losing_replies = False
    usage.wait_out_backoff()
    tracker.track_command_execution("run", success=True)
    assert len(usage.events) == 2
    assert len(usage.posthog.batches) == 2


def test_while_the_cloud_cannot_be_reached_nobody_is_named(usage: Usage) -> None:
    """Until a later event finds out."""
    usage.cloud.reachable = False
    usage.store_credentials("alice")
    tracker = build()
    tracker.track_command_execution("run", success=True)
    assert usage.the_only_event.whose is None
    usage.cloud.reachable = True
    usage.wait_out_backoff()
    tracker.track_command_execution("run", success=True)
    assert [event.whose for event in usage.events] == ["alice", "alice"]


@pytest.mark.parametrize("logged_in", [False, True])
def test_in_a_read_only_folder_nothing_is_sent(usage: Usage, logged_in: bool) -> None:
    """And the tool works."""
    if logged_in:
        usage.begin_logged_in("alice")
    usage.make_folder_read_only()
    with build().command("run"):
        pass
    with build_server() as server:
        server.capture("run")
    assert (usage.events, usage.waiting) == ([], [])


@pytest.mark.parametrize("token", [None, "phc_x"])
def test_the_switch_is_the_real_one(usage: Usage, token: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token, or where the environment of a test says off."""
    tracker = command_tracker(distribution="x", project_token=token)
    server = server_tracker(distribution="x", project_token=token)
    if token:
        monkeypatch.setenv("DO_NOT_TRACK", "1")
    tracker.track_command_execution("run", success=True)
    server.capture("run")
    assert (usage.events, usage.waiting, server.dropped) == ([], [], 0)


def test_the_only_event_shows_what_there_is_instead(usage: Usage) -> None:
    """A test that fails says what was sent, and what waits."""
    with pytest.raises(AssertionError, match="0 events were sent, not one:\n  no events were sent"):
        _ = usage.the_only_event
    tracker = build()
    usage.begin_logged_in("alice")
    tracker.track_command_execution("one", success=True)
    usage.posthog.failing = True
    tracker.track_command_execution("two", success=False, error_message="no")
    assert str(usage) == (
        "  sent: CLI execution succeeded (one), alice's\n  waiting: CLI execution failed (two, no)"
    )


def test_no_file_is_touched_and_the_environment_comes_back(tmp_path: Path) -> None:
    """Not the home folder, not a folder that the tool names; and what a tool starts is off."""
    before = dict(os.environ)
    home = Path.home()
    with recording() as usage:
        assert os.environ["DO_NOT_TRACK"] == "arcade_usage.testing"
        for folder in (None, tmp_path / "config"):
            tracker = command_tracker(distribution="x", project_token="phc_x", config_dir=folder)
            tracker.track_command_execution("run", success=True)
            server_tracker(distribution="x", project_token="phc_x", config_dir=folder).capture("run")
        assert len(usage.events) == 4
    assert dict(os.environ) == before
    assert list(home.iterdir()) == []
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize(
    "send",
    [
        lambda: build().track_command_execution("run", success=True, properties={"org_id": "o1", "tools": 1}),
        lambda: build().track_command_execution("run", success=True, properties=lambda: {"org_id": "o1"}),
        lambda: build_server().capture("toolkit loaded", {"org_id": "o1"}),
        lambda: build_server().capture("toolkit loaded", lambda: {"org_id": "o1"}),
    ],
    ids=["a command", "a command's function", "a server", "a server's function"],
)
def test_an_undeclared_property_fails_the_test(send: Callable[[], None]) -> None:
    """With its name and the declaration to add; it is recorded all the same."""
    declaration = r'Property\("org_id", kind="text", reason="..."\)'
    with ExitStack() as test:
        usage = test.enter_context(recording())
        send()
        assert usage.the_only_event.properties["org_id"] == "o1"
        with pytest.raises(AssertionError, match=f"declare: org_id. Declare.*{declaration}"):
            test.pop_all().close()


def test_the_library_s_own_properties_need_no_declaration(usage: Usage) -> None:
    """Those of MCP servers, also of a server that reports its calls by itself."""
    build_server().capture("MCP tool called", {"is_execution_success": True, "duration_ms": 1.0})
    build_server().capture("$mcp_tool_call", {"$mcp_tool_name": "x"})
    assert len(usage.events) == 2


def test_declared_ids_and_choices_are_what_the_tool_gave(usage: Usage) -> None:
    """In commands and in servers; what does not fit is redacted."""
    declared = (
        Property("org_id", kind="id", reason="which organizations use it"),
        Property("auth_type", kind="choice", choices=("oauth2",), reason="how users log in"),
    )
    tool = arcade_usage.Tool(distribution="arcade-usage", project_token="phc_x", properties=declared)
    given = {"org_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "auth_type": "oauth2"}
    for properties in (given, {"org_id": "me@example.org", "auth_type": "hunter2"}):
        tool.command_tracker().track_command_execution("run", success=True, properties=properties)
        tool.server().capture("called", properties)
    sent = [{name: event.properties[name] for name in given} for event in usage.events]
    assert sent == [given, given, *[{"org_id": "<email>", "auth_type": "<redacted>"}] * 2]
