"""The event of a command: its name, its time, and each property."""

from datetime import datetime, timezone

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.event import Command, Runtime, describe, is_tool_property
from arcade_usage.domain.outcome import ERROR, EXIT, SUCCESS
from arcade_usage.domain.properties import FIELDS, TOOL_LIMIT, plain_properties
from arcade_usage.domain.redaction import MESSAGE_LIMIT, REDACTED, Redactor
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
    assert not {"error_type", "exit_code"} & event.properties.keys()


def test_a_failure_s_class_and_exit_code() -> None:
    """They are sent as they are, and with a failure only."""
    command = evolve(COMMAND, error_type="AuthenticationTokenExpiredError", exit_code=4)
    failed = describe(evolve(command, outcome=EXIT), RUNTIME, A, redact).properties
    assert (failed["error_type"], failed["exit_code"]) == ("AuthenticationTokenExpiredError", 4)
    assert not {"error_type", "exit_code"} & describe(command, RUNTIME, A, redact).properties.keys()


def test_a_message_that_the_author_calls_safe_is_sent_as_it_is() -> None:
    """Cut to the limit, and without control characters."""
    text = "no file /home/dana/x\x07, asked dana@example.com " + "word " * 100
    failed = evolve(COMMAND, outcome=ERROR, error_message=text, has_safe_message=True)
    message = str(describe(failed, RUNTIME, A, redact).properties["error_message"])
    assert message.startswith("no file /home/dana/x , asked dana@example.com word")
    assert len(message) == MESSAGE_LIMIT


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
    """is_ci is true in CI, and absent elsewhere; so is the agent."""
    assert describe(COMMAND, evolve(RUNTIME, agent="codex"), A, redact).properties["agent"] == "codex"
    assert "agent" not in describe(COMMAND, RUNTIME, A, redact).properties
    assert describe(COMMAND, evolve(RUNTIME, is_ci=True), A, redact).properties["is_ci"] is True
    assert "is_ci" not in describe(COMMAND, RUNTIME, A, redact).properties


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), 1e18, -1e18])
def test_a_time_outside_the_calendar_is_an_error(moment: float) -> None:
    """There is no event at such a time."""
    with pytest.raises(ValueError, match="calendar"):
        describe(evolve(COMMAND, ended_at=moment), RUNTIME, A, redact)


def test_tool_properties_are_added_redacted() -> None:
    """What a tool passes goes through redaction, nested values too."""
    properties = {"tool_count": 3, "note": "mail dana@example.com", "more": {"list": ["/home/dana/y"]}}
    event = describe(evolve(COMMAND, properties=properties), RUNTIME, A, redact)
    assert event.properties["tool_count"] == 3
    assert event.properties["note"] == "mail <email>"
    assert event.properties["more"] == {"list": ["~/y"]}


OWN = {"org_id": A, "auth_type": "oauth2", "secrets_count": 3, "auth_token_present": True}


def test_numbers_and_booleans_pass_and_declared_texts_too() -> None:
    """Whatever their names say; an undeclared id or choice is redacted."""
    undeclared = describe(evolve(COMMAND, properties=OWN), RUNTIME, A, redact).properties
    assert {name: undeclared[name] for name in OWN} == {**OWN, "org_id": "<id>", "auth_type": "<redacted>"}
    declared = evolve(COMMAND, properties=OWN, as_is=frozenset({"org_id", "auth_type", "absent"}))
    assert OWN.items() <= describe(declared, RUNTIME, A, redact).properties.items()


def test_a_declared_property_cannot_replace_one_of_ours() -> None:
    """Nor one of PostHog's."""
    forged = evolve(COMMAND, properties={"is_ci": True, "$set": 1}, as_is=frozenset({"is_ci", "$set"}))
    assert not {"is_ci", "$set"} & describe(forged, RUNTIME, A, redact).properties.keys()


WORDS = st.lists(
    st.sampled_from(["auth", "token", "secrets", "count", "org", "password", "key", "is"]), min_size=1
)
NAMES = st.one_of(WORDS.map("_".join), st.text("abeiou_.$ 1", max_size=30), st.sampled_from(sorted(FIELDS)))
VALUES = st.one_of(st.booleans(), st.integers(), st.floats(), st.none(), st.text(max_size=5))


@given(st.dictionaries(NAMES, VALUES, max_size=60), st.sets(st.sampled_from(["org_id", "auth_type"])))
def test_what_is_written_early_is_what_redaction_would_leave(
    properties: dict[str, object], as_is: set[str]
) -> None:
    """A record that is written before redaction is imported equals the later one."""
    given = {**properties, **dict.fromkeys(as_is, A)}
    plain = plain_properties(given, as_is, redact.names)
    if plain is not None:
        command = evolve(COMMAND, properties=given, as_is=frozenset(as_is))
        event = describe(command, RUNTIME, A, redact)
        ours = describe(COMMAND, RUNTIME, A, redact).properties
        assert {**ours, **plain} == event.properties


def test_numbers_and_booleans_of_plain_names_need_no_redaction() -> None:
    """And neither do declared texts, so such an event is on disk before redaction is imported."""
    assert plain_properties(OWN, ["org_id", "auth_type"], ["dana"]) == OWN
    for name, value in {"p": "text", "is_ci": 1, "big": 2**63, "none": None, "x1": 1, "danas": 1}.items():
        assert plain_properties({**OWN, name: value}, ["org_id", "auth_type"], ["dana"]) is None


@pytest.mark.parametrize(
    "name", ["$set", "$process_person_profile", *FIELDS, "", " x", "a\nb", "x" * 65, 5, None]
)
def test_names_that_a_tool_may_not_use(name: object) -> None:
    """Ours, PostHog's own, and what is no name."""
    assert not is_tool_property(name)


def test_a_host_cannot_overwrite_what_is_ours() -> None:
    """A tool's property of our name, or of PostHog's, is refused; the others stay."""
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

    command = Command(name, ERROR, 0.0, error_message=message, properties=properties, options=(name,))
    event = describe(command, RUNTIME, A, Marking())
    assert event.properties["options"] == [f"seen {len(name)}"]
    ours = {"tool", "cli_version", "runtime_language", "runtime_version", "os_type", "os_release", "outcome"}
    texts = {
        key: value for key, value in event.properties.items() if isinstance(value, str) and key not in ours
    }
    # What a property's name says is a secret is replaced unseen.
    assert all(text == REDACTED or text.startswith("seen ") for text in texts.values())


def test_every_field_has_a_reason() -> None:
    """Nothing of ours is sent that FIELDS does not explain."""
    failed = evolve(COMMAND, outcome=ERROR, error_message="x", error_type="KeyError", exit_code=1)
    failed = evolve(failed, options=("force",), is_tty=False)
    event = describe(failed, evolve(RUNTIME, is_ci=True, arch="x86_64", agent="codex"), A, redact)
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


def test_options_are_names() -> None:
    """As the tool declares them, also if a name is a word for a secret; without any there is no property."""
    options = ("api-key", "dry-run", "password")
    event = describe(evolve(COMMAND, options=options, is_tty=True), RUNTIME, A, redact)
    assert event.properties["options"] == list(options)
    assert event.properties["is_tty"] is True
    assert not {"options", "is_tty"} & describe(COMMAND, RUNTIME, A, redact).properties.keys()


def test_a_secret_in_an_option_s_name_goes() -> None:
    """A tool may declare options from what was typed."""
    event = describe(
        evolve(COMMAND, options=("ghp_16C7e42F292c6912E7710c838347Ae178B4a",)), RUNTIME, A, redact
    )
    assert "ghp_" not in str(event.properties["options"])
