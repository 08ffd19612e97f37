"""The switch: what turns tracking off, and the reason that it gives."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain import consent
from arcade_usage.domain.consent import (
    LEVELS,
    LOCAL,
    OFF,
    OFF_BY_CHOICE,
    OFF_BY_DO_NOT_TRACK,
    OFF_BY_LOCAL,
    OFF_BY_MACHINE,
    OFF_BY_VARIABLE,
    OFF_IN_COMPLETION,
    OFF_IN_DELIVERY,
    OFF_WITHOUT_TOKEN,
    ON,
    WITHOUT_ERRORS,
    find_reasons,
    wants_debug,
)

TOKEN = "phc_sample"


@pytest.mark.parametrize(
    "value", ["0", "false", "no", "off", "n", "f", "disabled", " 0", "0 ", "OFF", "False", "\tNo\n"]
)
def test_the_tools_own_variable_turns_off(value: str) -> None:
    """Every word for no counts, trimmed and in any case."""
    assert find_reasons({"ARCADE_USAGE_TRACKING": value}, ON, TOKEN) == (OFF_BY_VARIABLE,)


@pytest.mark.parametrize("value", ["", "1", "true", "on", "yes"])
def test_other_values_leave_it_on(value: str) -> None:
    """Empty counts as not set."""
    assert find_reasons({"ARCADE_USAGE_TRACKING": value}, ON, TOKEN) == ()


@pytest.mark.parametrize("value", ["1", "true", "yes", "please", " 1 "])
def test_do_not_track_wins(value: str) -> None:
    """Anything but empty, 0 or false turns off, also where our own variable says on."""
    environment = {"DO_NOT_TRACK": value, "ARCADE_USAGE_TRACKING": "1"}
    assert find_reasons(environment, ON, TOKEN) == (OFF_BY_DO_NOT_TRACK,)


@pytest.mark.parametrize("value", ["", "0", "false", " False "])
def test_do_not_track_can_be_unset(value: str) -> None:
    """DO_NOT_TRACK=0 is no wish."""
    assert find_reasons({"DO_NOT_TRACK": value}, ON, TOKEN) == ()


def test_a_stored_choice_turns_off() -> None:
    """Also against a variable that says on: on means only that nothing else says off."""
    assert find_reasons({"ARCADE_USAGE_TRACKING": "1"}, OFF, TOKEN) == (OFF_BY_CHOICE,)


def test_a_stored_level_below_on_keeps_events_here() -> None:
    """Without the texts of errors, they leave."""
    assert find_reasons({}, LOCAL, TOKEN) == (OFF_BY_LOCAL,)
    assert find_reasons({}, WITHOUT_ERRORS, TOKEN) == ()


@pytest.mark.parametrize("name", ["_ARCADE_COMPLETE", "_MY_TOOL_COMPLETE", "_ARGCOMPLETE"])
def test_completion_is_no_command(name: str) -> None:
    """A Tab press is not tracked."""
    assert find_reasons({name: "complete_zsh"}, ON, TOKEN) == (OFF_IN_COMPLETION,)


@pytest.mark.parametrize("token", [None, "", "  "])
def test_without_a_token_nothing_leaves(token: str | None) -> None:
    """A tool that passes no project token does not track."""
    assert find_reasons({}, ON, token) == (OFF_WITHOUT_TOKEN,)


def test_a_delivery_process_does_not_track() -> None:
    """Where the payload's variable is set, even empty, no other process may be started."""
    assert find_reasons({"ARCADE_USAGE_EVENT_DATA": ""}, ON, TOKEN) == (OFF_IN_DELIVERY,)


@given(
    st.dictionaries(
        st.sampled_from(["ARCADE_USAGE_TRACKING", "DO_NOT_TRACK", "_X_COMPLETE", "HOME"]), st.text()
    ),
    st.sampled_from(LEVELS),
)
def test_on_is_only_what_nothing_turns_off(environment: dict[str, str], level: str) -> None:
    """Adding a reason for off to any environment never turns tracking on."""
    off = {**environment, "DO_NOT_TRACK": "1"}
    assert find_reasons(off, level, TOKEN)
    assert find_reasons(environment, OFF, TOKEN)


@pytest.mark.parametrize(
    ("value", "wanted"), [("1", True), ("true", True), ("", False), ("0", False), ("off", False)]
)
def test_debug(value: str, wanted: bool) -> None:
    """ARCADE_USAGE_DEBUG is a switch like the others."""
    assert wants_debug({"ARCADE_USAGE_DEBUG": value}) is wanted


def test_every_reason_is_told() -> None:
    """Who takes one back learns of the others."""
    environment = {"DO_NOT_TRACK": "1", "ARCADE_USAGE_TRACKING": "0", "_X_COMPLETE": "1"}
    reasons = find_reasons(environment, OFF, None, machine_is_off=True)
    assert reasons == (
        OFF_BY_VARIABLE,
        OFF_BY_DO_NOT_TRACK,
        OFF_BY_MACHINE,
        OFF_BY_CHOICE,
        OFF_IN_COMPLETION,
        OFF_WITHOUT_TOKEN,
    )
    assert find_reasons({}, ON, TOKEN) == ()


def test_reasons_are_identifiers_and_each_has_its_text() -> None:
    """What is printed as JSON stays; how it is worded may change."""
    named = {
        value
        for name, value in vars(consent).items()
        if name.startswith(("OFF_BY_", "OFF_IN_", "OFF_WITHOUT_"))
    }
    assert set(consent.OFF_TEXTS) == named
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", value) for value in named)
