"""`show`: what the next command would send."""

from collections.abc import Callable

import pytest

from arcade_usage import Property
from tests.e2e.cli.running import Ran, Shell, tree
from tests.e2e.deliveries import here
from tests.e2e.world import World

SECRET = "sk-abcdef0123456789abcdef0123456789"


@here
def test_show_is_what_the_next_command_sends(shell: Shell, world: World) -> None:
    """Except for its id and its times, the same event, properties, and distinct id arrive; showing writes nothing."""
    world.run("earlier")
    before = tree(world.folder)
    requests = len(world.receiver.requests)
    shown = shell(
        "show", "toolkit.run", "--error", f"bad key {SECRET}", "--config-dir", world.folder, "--json"
    )
    assert (tree(world.folder), len(world.receiver.requests), shown.code) == (before, requests, 0)
    world.run("toolkit.run", success=False, error_message=f"bad key {SECRET}", duration_ms=1.5,
              monotonic_start=1.0, monotonic_end=2.0)  # fmt: skip
    (sent,) = world.receiver.batches()[-1]["batch"]
    event = shown.content["event"]
    assert (event["event"], event["distinct_id"]) == (sent["event"], sent["distinct_id"])
    own = {"duration_ms", "device_start_timestamp", "device_end_timestamp"}
    assert event["properties"].keys() == sent["properties"].keys()
    assert {name: event["properties"][name] for name in event["properties"] if name not in own} == {
        name: sent["properties"][name] for name in sent["properties"] if name not in own
    }
    assert SECRET not in shown.out


@here
def test_show_gives_each_property_with_its_reason(shell: Shell, world: World) -> None:
    """With --why, as a table for people; always with as whom."""
    world.log_in("principal-1")
    world.settle()
    ran = shell("show", "--config-dir", world.folder)
    assert "as the account that is logged in. Nothing was sent." in ran.out
    content = shell("show", "--config-dir", world.folder, "--json").content
    assert (content["as"], content["as_text"]) == ("principal", "the account that is logged in")
    assert "principal-1" in ran.out
    assert "which systems need support" not in ran.out
    why = shell("show", "--why", "--config-dir", world.folder).out
    (line,) = [line for line in why.splitlines() if line.startswith("os_type")]
    assert line.endswith("which systems need support")


def test_show_lists_what_the_tool_declares(usage: Callable[..., Ran]) -> None:
    """With the kind and, on request, the reason, although only the tool knows the values."""
    declared = (Property("org_id", kind="id", reason="which organizations use it"),)
    for options, expected in ((), "an id, if the tool gives it"), (("--why",), "which organizations use it"):
        lines = usage("show", *options, properties=declared).out.splitlines()
        (line,) = [line for line in lines if line.startswith("org_id ")]
        assert line.endswith(expected)
    shown = usage("show", "--json", properties=declared).content
    assert shown["may_add"] == {"org_id": "which organizations use it"}


@here
def test_show_in_an_unused_folder_makes_none(shell: Shell, world: World) -> None:
    """As a new id, to a tool that is not known."""
    ran = shell("show", "--config-dir", world.folder)
    assert (ran.code, world.folder.exists()) == (0, False)
    assert "a new random id" in ran.out


@here
def test_show_while_off_says_that_nothing_would_be_sent(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it would be otherwise; exit code 3."""
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    ran = shell("show", "--config-dir", world.folder)
    assert ran.code == 3
    assert ran.out.startswith("Nothing would be sent: tracking is off.\n  DO_NOT_TRACK is set\n")
    assert shell("show", "--config-dir", world.folder, "--json").content["would_send"] is False
