"""The tracker: one launch a command, nothing raised, and what the command raised left alone."""

import json
import traceback

import pytest

from arcade_usage.application.command.tracker import SilentTracker
from tests.unit.application.tracked_tool import BrokenError, TrackedTool


@pytest.fixture
def host() -> TrackedTool:
    return TrackedTool()


def test_an_execution_is_launched_once(host: TrackedTool) -> None:
    """One command, one payload, with the facts that the tool gave."""
    host.make_tracker().track_command_execution(
        "toolkit.run", success=False, duration_ms=1250.42, error_message="it broke",
        monotonic_start=1.0, monotonic_end=2.25, properties={"n": 1},
    )  # fmt: skip
    assert host.commands == [
        {
            "name": "toolkit.run", "outcome": "error", "error_message": "it broke", "duration_ms": 1250.42,
            "monotonic_start": 1.0, "monotonic_end": 2.25, "is_login": False, "is_logout": False,
            "properties": {"n": 1}, "as_is": [], "options": [], "is_tty": None, "ended_at": 1_800_000_000.0,
        }
    ]  # fmt: skip


def test_a_command_is_timed(host: TrackedTool) -> None:
    """The context manager measures, on the monotonic clock, and takes the end for the event's time."""
    with host.make_tracker().command("run"):
        host.clock.advance(1.5)
    (command,) = host.commands
    assert (command["duration_ms"], command["monotonic_start"], command["monotonic_end"]) == (
        1500.0,
        0.0,
        1.5,
    )
    assert command["ended_at"] == 1_800_000_001.5


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(ValueError("x"), "error"), (SystemExit(2), "exit"), (KeyboardInterrupt(), "interrupted"), (SystemExit(0), "success")],
    ids=repr,
)  # fmt: skip
def test_what_a_command_raises_passes_untouched(
    host: TrackedTool, error: BaseException, outcome: str
) -> None:
    """The same exception, with the frames that it would have had without tracking."""

    def raising() -> None:
        raise error

    tracker = host.make_tracker()
    with pytest.raises(type(error)) as caught, tracker.command("run"):
        raising()
    assert caught.value is error
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert frames == ["test_what_a_command_raises_passes_untouched", "raising"]
    assert [command["outcome"] for command in host.commands] == [outcome]


def test_an_exception_that_the_tool_is_handling_is_not_the_commands(host: TrackedTool) -> None:
    """A command that ends well inside an except block ended well."""
    tracker = host.make_tracker()
    try:
        int("the host's")
    except ValueError:
        with tracker.command("run"):
            pass
    assert [command["outcome"] for command in host.commands] == ["success"]


def test_a_successful_login_is_waited_for(host: TrackedTool) -> None:
    """With the snapshot from when it ended: the credentials are there only then."""
    tracker = host.make_tracker()
    with tracker.command("login", is_login=True):
        host.snapshots.snapshot = {"usage": "after", "ledger": None, "stamp": None}
    assert host.launcher.waited_for == host.launcher.payloads
    assert json.loads(host.launcher.payloads[0])["snapshot"]["usage"] == "after"


def test_a_successful_logout_rotates_and_keeps_the_snapshot_from_before(host: TrackedTool) -> None:
    """The event belongs to who logged out."""
    host.snapshots.snapshot = {"usage": "before", "ledger": None, "stamp": None}
    tracker = host.make_tracker()
    with tracker.command("logout", is_logout=True):
        host.snapshots.snapshot = {"usage": "after", "ledger": None, "stamp": None}
    assert host.writer.logouts == [False]
    assert json.loads(host.launcher.payloads[0])["snapshot"]["usage"] == "before"


@pytest.mark.parametrize("ends_first", ["inner", "outer"])
def test_commands_that_overlap_have_snapshots_of_their_own(host: TrackedTool, ends_first: str) -> None:
    """One within another, or tasks of an event loop: each is that of the person from when it began."""
    tracker = host.make_tracker()
    commands = {}
    for name in ("outer", "inner"):
        host.snapshots.snapshot = {"usage": name, "ledger": None, "stamp": None}
        commands[name] = tracker.command(name)
        commands[name].__enter__()
    host.snapshots.snapshot = {"usage": "later", "ledger": None, "stamp": None}
    tracker.track_command_execution("later", success=True)
    for name in sorted(commands, key=ends_first.__ne__):
        commands[name].__exit__(None, None, None)
    payloads = map(json.loads, host.launcher.payloads)
    taken = {payload["command"]["name"]: payload["snapshot"]["usage"] for payload in payloads}
    assert taken == {"outer": "outer", "inner": "inner", "later": "later"}


@pytest.mark.parametrize("flag", ["is_login", "is_logout"])
def test_a_failed_login_or_logout_changes_nothing(host: TrackedTool, flag: str) -> None:
    """No wait, no rotation, and the payload names none."""
    is_login, is_logout = flag == "is_login", flag == "is_logout"
    tracker = host.make_tracker()
    tracker.track_command_execution("x", success=False, is_login=is_login, is_logout=is_logout)
    with pytest.raises(ValueError, match="no"), tracker.command("x", is_login=is_login, is_logout=is_logout):
        raise ValueError("no")
    assert host.writer.logouts == []
    assert host.launcher.waited_for == []
    assert [command[flag] for command in host.commands] == [False, False]


def test_a_logout_rotates_whatever_happens_to_its_event(host: TrackedTool) -> None:
    """No folder, no process, no room in the payload: the next person inherits nothing."""
    host.snapshots.snapshot = None
    host.make_tracker().track_command_execution("logout", success=True, is_logout=True)
    host.snapshots.snapshot = {"usage": "x" * 40_000, "ledger": None, "stamp": None}
    host.make_tracker().track_command_execution("logout", success=True, is_logout=True)
    assert host.writer.logouts == [True, False]
    assert host.launcher.payloads == []


def test_without_a_folder_nothing_is_launched(host: TrackedTool) -> None:
    """An id that changes at every command is worse than none."""
    host.snapshots.snapshot = None
    with host.make_tracker().command("run"):
        pass
    assert host.launcher.payloads == host.writer.payloads == []


def test_where_nothing_can_be_launched_the_event_is_kept(host: TrackedTool) -> None:
    """For a later process to deliver."""
    host.launcher.failing = True
    host.make_tracker().track_command_execution("run", success=True)
    assert [json.loads(payload)["command"]["name"] for payload in host.writer.payloads] == ["run"]


def test_a_command_can_get_its_name_at_the_end(host: TrackedTool) -> None:
    """Its snapshot and its time are still from when it began; how it ended is reported as ever."""
    host.snapshots.snapshot = {"usage": "before", "ledger": None, "stamp": None}
    execution = host.make_tracker().begin()
    host.snapshots.snapshot = {"usage": "after", "ledger": None, "stamp": None}
    host.clock.advance(1.5)
    execution.end("toolkit.run", SystemExit(2), is_login=True, properties={"n": 1})
    (command,) = host.commands
    assert (command["name"], command["outcome"], command["duration_ms"]) == ("toolkit.run", "exit", 1500.0)
    assert (command["is_login"], command["properties"]) == (False, {"n": 1})
    assert json.loads(host.launcher.payloads[0])["snapshot"]["usage"] == "before"


def test_one_snapshot_judges_one_event(host: TrackedTool) -> None:
    """The second of two executions is not judged by what lay there before the first."""
    tracker = host.make_tracker()
    tracker.track_command_execution("one", success=True)
    host.snapshots.snapshot = {"usage": "later", "ledger": None, "stamp": None}
    tracker.track_command_execution("two", success=True)
    first, second = (json.loads(payload)["snapshot"]["usage"] for payload in host.launcher.payloads)
    assert first != second == "later"


class BrokenPort:
    """Any port, and every call of it fails."""

    def __getattr__(self, name: str) -> object:
        raise BrokenError(name)


@pytest.mark.parametrize("port", ["snapshots", "launcher"])
def test_no_exception_leaves_the_tracker(host: TrackedTool, port: str) -> None:
    """Whatever breaks behind it, the tool goes on, and its own exceptions come through."""
    setattr(host, port, BrokenPort())
    tracker = host.make_tracker()
    tracker.track_command_execution("run", success=True, is_login=True)
    with pytest.raises(ValueError, match="mine"), tracker.command("run"):
        raise ValueError("mine")


def test_off_does_nothing() -> None:
    """And takes the same arguments."""
    tracker = SilentTracker()
    tracker.track_command_execution("run", success=True, properties={"n": 1})
    tracker.begin().end("run", None, is_logout=True, properties={"n": 1})
    with pytest.raises(ValueError, match="mine"), tracker.command("run", is_login=True):
        raise ValueError("mine")
