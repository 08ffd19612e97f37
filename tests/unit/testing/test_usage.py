"""The test kit: what a tool would have sent, as it would have sent it, and nothing outside of memory."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import arcade_usage
from arcade_usage import command_tracker, server_tracker  # as a host may have them before the kit is there
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.testing import Usage, recording


@pytest.fixture
def usage() -> Iterator[Usage]:
    with recording() as usage:
        yield usage


def build() -> arcade_usage.Tracker:
    return command_tracker(distribution="arcade-usage", project_token="phc_x")


def build_server() -> arcade_usage.ServerTracker:
    return server_tracker(distribution="arcade-usage", project_token="phc_x")


def test_a_command_is_one_event_with_all_that_would_be_sent(usage: Usage) -> None:
    """Name and properties are those of the real thing; time is the test's own."""
    with build().command("toolkit.run", properties={"tools": 3, "$set": 1}):
        usage.clock.advance(1.25)
    event = usage.the_only_event
    assert (event.name, event.command_name, event.whose) == (SUCCEEDED, "toolkit.run", None)
    assert event.properties["duration_ms"] == 1250.0
    assert event.properties["tools"] == 3
    assert not {"$set", "$process_person_profile", "is_ci"} & set(event.properties)


def test_a_failure_is_redacted_as_it_would_be(usage: Usage) -> None:
    """A tool's author sees what is left of a secret."""
    with pytest.raises(ValueError, match="sk-"), build().command("run"):
        raise ValueError(f"no sk-live-0123456789abcdefghij in {Path.home()}/work")
    event = usage.the_only_event
    assert event.name == FAILED
    assert event.properties["error_message"] == "ValueError: no <redacted> in ~/work"


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
        server.capture("MCP tool called", {"is_execution_success": True, "$ip": "x"})
        server.capture("$identify")
    event = usage.the_only_event
    assert (event.name, event.whose, server.dropped) == ("MCP tool called", "alice", 1)
    server.capture("again")
    assert usage.names == ["MCP tool called", "again"]
    assert event.properties["is_execution_success"] is True
    assert "$ip" not in event.properties


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
    """Not the home folder, not a folder that the host names; and what a host starts is off."""
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
