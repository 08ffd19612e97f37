"""The tracker and the tool's own: its properties, and what it says about its errors."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from arcade_usage.application.server.queue import pack
from arcade_usage.domain.consent import OFF
from arcade_usage.domain.declaration import Property
from tests.unit.application.tracked_tool import BrokenError, TrackedTool


@pytest.fixture
def host() -> TrackedTool:
    return TrackedTool()


def test_declared_values_are_marked_and_others_are_named_in_the_log(
    host: TrackedTool, caplog: pytest.LogCaptureFixture
) -> None:
    """The delivery process sends the marked ones as they are. A value of another shape is not logged itself."""
    host.declared = (
        Property("org_id", kind="id", reason="x"),
        Property("project_id", kind="id", reason="x"),
        Property("auth_type", kind="choice", choices=("oauth2",), reason="x"),
        Property("tools", kind="number", reason="x"),
        Property("note", kind="text", reason="x"),
        Property("absent", kind="flag", reason="x"),
    )
    given = {
        "org_id": "org_1",
        "project_id": "me@example.org",
        "auth_type": "oauth2",
        "tools": 3,
        "note": "x",
        "more": 1,
    }
    with caplog.at_level(logging.DEBUG, logger="arcade_usage"):
        host.make_tracker().track_command_execution("run", success=True, properties=given)
    (command,) = host.commands
    assert (command["properties"], command["as_is"]) == (given, ["org_id", "auth_type", "tools"])
    assert "property project_id is not sent as it is: its value is no id" in caplog.text
    assert "me@example.org" not in caplog.text


class Lazy(Mapping[str, object]):
    """A mapping that computes its values when they are read."""

    def __getitem__(self, name: str) -> object:
        return {"n": 1}[name]

    def __iter__(self) -> Iterator[str]:
        return iter(["n"])

    def __len__(self) -> int:
        raise BrokenError("not counted")


def test_properties_may_be_computed_when_the_event_is_reported(host: TrackedTool) -> None:
    """By a function or a mapping, once, and only if the event is reported."""
    calls: list[str] = []

    def read() -> dict[str, object]:
        calls.append("read")
        return {"n": 1}

    with host.make_tracker().command("run", properties=read):
        assert calls == []
    host.make_tracker().begin().end("run", None, properties=Lazy())
    assert [command["properties"] for command in host.commands] == [{"n": 1}, {"n": 1}]
    assert calls == ["read"]
    host.switch.chosen = OFF
    host.make_tracker().track_command_execution("run", success=True, properties=read)
    assert calls == ["read"]


@pytest.mark.parametrize("error", [BrokenError("secret"), SystemExit(3), GeneratorExit()], ids=repr)
def test_a_function_that_fails_breaks_nothing(
    host: TrackedTool, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """The event is reported without properties, and the log has the traceback."""

    def fail() -> dict[str, object]:
        raise error

    with (
        caplog.at_level(logging.DEBUG, logger="arcade_usage"),
        host.make_tracker().command("run", properties=fail),
    ):
        pass
    assert [command["properties"] for command in host.commands] == [{}]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[1] is error


def test_an_interruption_of_a_function_propagates(host: TrackedTool) -> None:
    """Ctrl-C is the user's."""

    def interrupt() -> dict[str, object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), host.make_tracker().command("run", properties=interrupt):
        pass


def test_a_function_may_return_what_it_likes(host: TrackedTool) -> None:
    """Without a mapping, the event has no properties."""
    for value in (None, 5, [("n", 1)], "text"):
        host.make_tracker().track_command_execution("run", success=True, properties=lambda: value)  # type: ignore[arg-type,return-value] # noqa: B023 - called at once
    assert [command["properties"] for command in host.commands] == [{}] * 4


def test_an_error_s_text_class_and_code_are_apart(host: TrackedTool) -> None:
    """The tool says which texts are safe, and which are private."""
    tracker = host.make_tracker()
    for error in (
        ValueError("no such toolkit"),
        BrokenError("safe"),
        PermissionError("hunter2"),
        SystemExit(3),
    ):
        tracker.begin().end("run", error)
    facts = ("error_message", "error_type", "exit_code", "has_safe_message")
    assert [tuple(command.get(fact) for fact in facts) for command in host.commands] == [
        ("no such toolkit", "ValueError", None, False),
        ("safe", "BrokenError", None, True),
        (None, "PermissionError", None, None),
        (None, None, 3, None),
    ]


class GoneProxy:
    """A proxy of an object that is gone, as Flask's outside of a request."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise RuntimeError("working outside of a request")


@pytest.mark.parametrize("kind", ["id", "number", "flag", "text", None])
def test_a_property_that_can_not_be_read_costs_no_event(host: TrackedTool, kind: Any) -> None:
    """It is left out, declared or not, and also within another; the rest is sent."""
    host.declared = (Property("user", kind=kind, reason="x"),) if kind else ()
    given = {"user": GoneProxy(), "users": [GoneProxy()], "n": 1}
    host.make_tracker().track_command_execution("run", success=True, properties=given)
    queued = pack("run", given, 0.0, None)
    assert (host.commands[0]["properties"], json.loads(queued.properties)) == ({"n": 1}, {"n": 1})
