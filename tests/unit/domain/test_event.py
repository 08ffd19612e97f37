"""The event of a command: its name, its time, and each property."""

from datetime import datetime, timezone

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.event import FIELDS, Command, Runtime, describe, is_host_property
from arcade_usage.domain.outcome import ERROR, SUCCESS
from arcade_usage.domain.properties import TOOL_LIMIT
from arcade_usage.domain.redaction import REDACTED, Redactor
from tests.unit.domain.values import A

RUNTIME = Runtime("1.2.3", "3.11.7", "Linux", "6.1", is_ci=False, tool="my-tool")
COMMAND = Command("toolkit.run", SUCCESS, 1_800_000_000.5, 12.5, None, 100.0, 100.0125)
redact = Redactor(home=("/home/dana",), names=("dana",))


def test_a_success() -> None:
    """All that is sent of a command that went well, and nothing more."""
    event = describe(COMMAND, RUNTIME, A, redact)
    assert event.name == "CLI execution succeeded"
    assert event.uuid == A
    assert event.timestamp == datetime(2027, 1, 15, 8, 0, 0, 500_000, timezone.utc)
    assert event.properties == {
        "command_name": "toolkit.run",
        "tool": "my-tool",
        "cli_version": "1.2.3",
        "runtime_language": "python",
        "runtime_version": "3.11.7",
        "os_type": "Linux",
        "os_release": "6.1",
        "duration_ms": 12.5,
        "device_start_timestamp": 100.0,
        "device_end_timestamp": 100.0125,
    }


def test_a_failure() -> None:
    """A failure adds its outcome and a redacted message."""
    failed = evolve(COMMAND, outcome=ERROR, error_message="no file /home/dana/x, asked dana@example.com")
    event = describe(failed, RUNTIME, A, redact)
    assert event.name == "CLI execution failed"
    assert event.properties["outcome"] == "error"
    assert event.properties["error_message"] == "no file ~/x, asked <email>"


def test_a_tool_is_named_within_a_limit() -> None:
    """A tool without a distribution has no name; a name of any length is cut."""
    assert "tool" not in describe(COMMAND, evolve(RUNTIME, tool=""), A, redact).properties
    event = describe(COMMAND, evolve(RUNTIME, tool="t" * (TOOL_LIMIT + 1)), A, redact)
    assert event.properties["tool"] == "t" * TOOL_LIMIT


def test_zero_is_a_duration() -> None:
    """A command that took no time is not one whose time is unknown."""
    event = describe(evolve(COMMAND, duration_ms=0.0, monotonic_start=0.0), RUNTIME, A, redact)
    assert event.properties["duration_ms"] == 0.0
    assert event.properties["device_start_timestamp"] == 0.0


@pytest.mark.parametrize("number", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_left_out(number: float | None) -> None:
    """JSON has no NaN, and PostHog refuses a batch that has one."""
    event = describe(evolve(COMMAND, duration_ms=number), RUNTIME, A, redact)
    assert "duration_ms" not in event.properties


def test_machines_are_marked() -> None:
    """is_ci is true in CI, and absent elsewhere."""
    assert describe(COMMAND, evolve(RUNTIME, is_ci=True), A, redact).properties["is_ci"] is True
    assert "is_ci" not in describe(COMMAND, RUNTIME, A, redact).properties


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), 1e18, -1e18])
def test_a_time_outside_the_calendar_is_an_error(moment: float) -> None:
    """There is no event at such a time."""
    with pytest.raises(ValueError, match="calendar"):
        describe(evolve(COMMAND, ended_at=moment), RUNTIME, A, redact)


def test_host_properties_are_added_redacted() -> None:
    """What a host passes goes through redaction, nested values too."""
    properties = {"tool_count": 3, "note": "mail dana@example.com", "more": {"list": ["/home/dana/y"]}}
    event = describe(evolve(COMMAND, properties=properties), RUNTIME, A, redact)
    assert event.properties["tool_count"] == 3
    assert event.properties["note"] == "mail <email>"
    assert event.properties["more"] == {"list": ["~/y"]}


@pytest.mark.parametrize(
    "name", ["$set", "$process_person_profile", *FIELDS, "", " x", "a\nb", "x" * 65, 5, None]
)
def test_names_that_a_host_may_not_use(name: object) -> None:
    """Ours, PostHog's own, and what is no name."""
    assert not is_host_property(name)


def test_a_host_cannot_overwrite_what_is_ours() -> None:
    """A host's property of our name, or of PostHog's, is refused; the others stay."""
    properties = {"command_name": "x", "$process_person_profile": True, "is_ci": True, "fine": 1}
    event = describe(evolve(COMMAND, properties=properties), RUNTIME, A, redact)
    assert event.properties["command_name"] == "toolkit.run"
    assert "$process_person_profile" not in event.properties
    assert "is_ci" not in event.properties
    assert event.properties["fine"] == 1


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()))
def test_no_text_leaves_that_redaction_did_not_see(
    name: str, message: str, properties: dict[str, str]
) -> None:
    """Every text of an event that comes from outside is what the redactor made of it, or withheld by its name."""

    class Marking(Redactor):
        def __call__(self, text: str) -> str:
            return f"seen {len(text)}"

        redact_name = __call__

    command = Command(name, ERROR, 0.0, error_message=message, properties=properties)
    event = describe(command, RUNTIME, A, Marking())
    ours = {"tool", "cli_version", "runtime_language", "runtime_version", "os_type", "os_release", "outcome"}
    texts = {
        key: value for key, value in event.properties.items() if isinstance(value, str) and key not in ours
    }
    # What a property's name says is a secret is replaced unseen.
    assert all(text == REDACTED or text.startswith("seen ") for text in texts.values())


def test_every_field_has_a_reason() -> None:
    """Nothing of ours is sent that FIELDS does not explain."""
    failed = evolve(COMMAND, outcome=ERROR, error_message="x")
    event = describe(failed, evolve(RUNTIME, is_ci=True), A, redact)
    assert set(event.properties) == set(FIELDS)


@pytest.mark.parametrize("name", ["frobnicate.login", "zonk.secret.rotate", "millwright tokens"])
def test_a_command_s_name_is_no_sentence(name: str) -> None:
    """Its author gave it: a word that ordinary messages don't have stays, whatever else the name says."""
    event = describe(evolve(COMMAND, name=name), RUNTIME, A, redact)
    assert event.properties["command_name"] == name


def test_a_secret_in_a_command_s_name_goes() -> None:
    """A tool may have put what was typed into it."""
    event = describe(
        evolve(COMMAND, name="deploy ghp_16C7e42F292c6912E7710c838347Ae178B4a"), RUNTIME, A, redact
    )
    assert "ghp_" not in str(event.properties["command_name"])
