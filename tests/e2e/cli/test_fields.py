"""`fields`: the properties of a tool's events, for its documentation."""

from collections.abc import Callable
from functools import partial

import pytest

from arcade_usage import Property
from arcade_usage.domain.event import SDK_FIELDS
from arcade_usage.domain.properties import FIELDS
from tests.e2e.cli.running import Ran, Shell
from tests.e2e.world import World

DECLARED = (
    Property("org_id", kind="id", reason="which organizations use it"),
    Property("auth_type", kind="choice", choices=("oauth2", "none"), reason="how users log in | or not"),
)


@pytest.fixture
def own(usage: Callable[..., Ran]) -> Callable[..., Ran]:
    """Runs `fields` of a tool that declares properties."""
    return partial(usage, "fields", properties=DECLARED)


def test_a_tool_s_fields_as_markdown(own: Callable[..., Ran]) -> None:
    """The library's and the tool's own, with their reasons; a bar in a reason is no column."""
    lines = own("--markdown").out.splitlines()
    assert "## What this tool adds" in lines
    assert "| `org_id` | which organizations use it; an id |" in lines
    assert "| `auth_type` | how users log in \\| or not; one of `none`, `oauth2` |" in lines
    assert all(f"| `{name}` | {reason} |" in lines for name, reason in {**FIELDS, **SDK_FIELDS}.items())


def test_a_tool_s_fields_as_json(own: Callable[..., Ran]) -> None:
    """Reasons by name, and the tool's declarations."""
    content = own("--json").content
    assert content["command"] == dict(FIELDS)
    assert content["tool"][1] == {
        "name": "auth_type",
        "kind": "choice",
        "choices": ["none", "oauth2"],
        "reason": "how users log in | or not",
    }


def test_a_tool_s_fields_on_the_terminal(own: Callable[..., Ran]) -> None:
    """A table for each kind of event."""
    lines = own().out.splitlines()
    assert "What this tool adds" in lines
    assert ["org_id", "which organizations use it; an id"] in [line.split(maxsplit=1) for line in lines]


def test_without_a_tool_the_fields_are_the_library_s(shell: Shell, world: World) -> None:
    """Nothing is written for it."""
    shown = shell("fields", "--json")
    assert (shown.code, shown.content["tool"]) == (0, [])
    assert "What this tool adds" not in shell("fields").out
    assert not world.folder.exists()
