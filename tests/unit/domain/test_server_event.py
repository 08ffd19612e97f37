"""A server's event: any name but PostHog's, the tool's properties redacted, and nothing unexplained."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.event import Runtime
from arcade_usage.domain.mcp_event import ANALYTICS_FIELDS, MCP_FIELDS, FailureReason
from arcade_usage.domain.redaction import REDACTED, Redactor
from arcade_usage.domain.redaction.remembering import RememberingRedactor
from arcade_usage.domain.server_event import (
    EVENT_NAME_LIMIT,
    SERVER_FIELDS,
    EventNameError,
    ServerEvent,
    describe_server_event,
)

RUNTIME = Runtime("1.2.3", "3.12.1", "Linux", "6.1", is_ci=False)
UUID = "00000000-1111-4111-8111-111111111111"
CAPTURE = ServerEvent("MCP tool called", 1_800_000_000.25, {"is_execution_success": True})
TOKEN = "sk-proj-4f9aB2cD8eF1gH6iJ3kL5mN7oP0qR"

redact = Redactor(home=("/home/alice",), names=("alice",))


def test_an_event_is_what_the_tool_told() -> None:
    """Its name, its moment, its properties; and beside them what tells releases and systems apart."""
    event = describe_server_event(CAPTURE, RUNTIME, UUID, redact)
    assert (event.name, event.uuid, event.timestamp.timestamp()) == ("MCP tool called", UUID, CAPTURE.at)
    assert event.properties == {
        "server_version": "1.2.3",
        "runtime_language": "python",
        "runtime_version": "3.12.1",
        "os_type": "Linux",
        "os_release": "6.1",
        "is_execution_success": True,
    }


def test_every_field_has_a_reason() -> None:
    """Nothing of ours is sent that SERVER_FIELDS does not explain, and that CI is one is said where it is."""
    event = describe_server_event(ServerEvent("x", 0.0), evolve(RUNTIME, is_ci=True), UUID, redact)
    assert set(event.properties) == set(SERVER_FIELDS)
    assert event.properties["is_ci"] is True


@pytest.mark.parametrize("name", ["$identify", "$create_alias", "$", "", " ", " x", "\n", "a\nb", "a\x00"])
def test_names_that_are_not_the_tools_to_give_are_refused(name: str) -> None:
    """`$identify` and `$create_alias` merge people; a name has to be one."""
    with pytest.raises(EventNameError):
        describe_server_event(evolve(CAPTURE, name=name), RUNTIME, UUID, redact)


ANALYTICS = {
    "$mcp_tool_name": "get_weather",
    "$mcp_is_error": False,
    "$mcp_duration_ms": 1.5,
    "$mcp_server_name": "weather",
    "$session_id": "ses_0123456789abcdef0123456789abcdef",
}


def test_posthogs_own_mcp_event_has_the_properties_of_its_dashboards_and_no_others() -> None:
    """The one name with `$`; `$set` would change a person, and `$mcp_parameters` has what a user said."""
    more = {"$set": {"name": "x"}, "$mcp_parameters": "x", "$mcp_source": "x", "x": 1}
    capture = evolve(CAPTURE, name="$mcp_tool_call", properties=ANALYTICS | more)
    event = describe_server_event(capture, RUNTIME, UUID, redact)
    assert event.name == "$mcp_tool_call"
    assert event.properties.keys() == ANALYTICS_FIELDS.keys() | SERVER_FIELDS.keys() - {"is_ci"}
    assert event.properties.items() >= ANALYTICS.items()
    assert event.properties["$mcp_source"] == "posthog_mcp_analytics"


@pytest.mark.parametrize("value", [TOKEN, "ses_x", "ses_0123456789abcdef0123456789abcdef0", None, 1, ["x"]])
def test_a_session_id_of_another_shape_is_left_out(value: object) -> None:
    """The protocol's own would give access to the session."""
    properties = ANALYTICS | {"$session_id": value}
    capture = evolve(CAPTURE, name="$mcp_tool_call", properties=properties)
    assert "$session_id" not in describe_server_event(capture, RUNTIME, UUID, redact).properties


def test_texts_of_posthogs_own_mcp_event_are_redacted() -> None:
    """A server may be named after its user."""
    properties = ANALYTICS | {
        "$mcp_server_name": "alice",
        "$mcp_tool_name": f"tool {TOKEN}",
        "$mcp_is_error": {},
    }
    event = describe_server_event(
        evolve(CAPTURE, name="$mcp_tool_call", properties=properties), RUNTIME, UUID, redact
    )
    assert (event.properties["$mcp_server_name"], "$mcp_is_error" in event.properties) == ("<user>", False)
    assert TOKEN not in str(event.properties)


def test_the_events_of_an_mcp_server_pass_redaction_unchanged() -> None:
    """The six reasons of a failure, and the values of a start."""
    properties = {reason.name: reason.value for reason in FailureReason} | {
        "transport": "stdio",
        "host": "127.0.0.1",
        "resource_server_type": "JWKSTokenValidator",
        "arcade_mcp_server_version": "1.32.1",
        "failure_reason": None,
    }
    event = describe_server_event(evolve(CAPTURE, properties=properties), RUNTIME, UUID, redact)
    assert event.properties.items() >= properties.items()
    assert not MCP_FIELDS.keys() & SERVER_FIELDS.keys()


def test_a_name_is_redacted_and_cut() -> None:
    """It may have been made of what a user typed."""
    event = describe_server_event(evolve(CAPTURE, name=f"failed with {TOKEN}"), RUNTIME, UUID, redact)
    assert TOKEN not in event.name
    assert REDACTED in event.name
    long = describe_server_event(evolve(CAPTURE, name="tool " * 1000), RUNTIME, UUID, redact)
    assert len(long.name) <= EVENT_NAME_LIMIT


def test_properties_are_redacted_names_too() -> None:
    """As those of commands."""
    properties = {"error": f"no {TOKEN} in /home/alice/work", "nested": {"token": "x"}, "$set": {"email": 1}}
    event = describe_server_event(evolve(CAPTURE, properties=properties), RUNTIME, UUID, redact)
    assert TOKEN not in str(event.properties)
    assert "alice" not in str(event.properties)
    assert event.properties["nested"] == {"token": REDACTED}
    assert "$set" not in event.properties


def test_what_only_commands_have_is_the_servers_to_name() -> None:
    """A tool call has a duration and an error message of its own; what is ours it can't overwrite."""
    properties = {"duration_ms": 0, "error_message": "no such tool", "server_version": "9", "is_ci": True}
    event = describe_server_event(evolve(CAPTURE, properties=properties), RUNTIME, UUID, redact)
    assert event.properties["duration_ms"] == 0
    assert event.properties["error_message"] == "no such tool"
    assert event.properties["server_version"] == "1.2.3"
    assert "is_ci" not in event.properties


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), -1e18, 1e18])
def test_a_moment_outside_the_calendar_is_no_event(moment: float) -> None:
    """A clock that tells nonsense."""
    with pytest.raises(ValueError, match="calendar"):
        describe_server_event(evolve(CAPTURE, at=moment), RUNTIME, UUID, redact)


@given(
    st.lists(st.sampled_from([TOKEN, "alice", "tool", "password=x", "/home/alice/x"]) | st.text(), max_size=9)
)
def test_what_is_remembered_is_what_redaction_makes_of_it(words: list[str]) -> None:
    """Long or short, the first time and the second; a remembered text is this redactor's alone."""
    remembering = RememberingRedactor(home=("/home/alice",), names=("alice",))
    text = " ".join(words)
    assert remembering(text) == remembering(text) == redact(text)
    assert remembering.redact_value({text: [text]}) == redact.redact_value({text: [text]})
    assert RememberingRedactor()("alice") == "alice"
