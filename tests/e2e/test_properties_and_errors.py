"""Properties and errors of a tool's own, from the tool to PostHog."""

import sys
from contextlib import suppress

import click
import pytest

import arcade_usage
from arcade_usage import Property
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World

ORG = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


class MyToolError(Exception):
    """Its texts are the tool's own."""


class VaultError(MyToolError):
    """Its texts may hold a secret."""


@pytest.fixture
def tool(world: World) -> arcade_usage.Tool:
    return arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=world.receiver.url,
        config_dir=world.folder,
        properties=(
            Property("org_id", kind="id", reason="which organizations use it"),
            Property("auth_type", kind="choice", choices=("oauth2",), reason="how users log in"),
        ),
        safe_errors=(MyToolError,),
        private_errors=(VaultError,),
    )


@here
def test_a_failure_arrives_with_text_class_and_code_apart(tool: arcade_usage.Tool, world: World) -> None:
    """A safe text arrives as it is, a private one does not, and others are redacted."""
    errors = {
        "safe": MyToolError("asked dana@example.com"),
        "private": VaultError("hunter2"),
        "other": ValueError("asked dana@example.com"),
        "exit": SystemExit(3),
    }
    for name, error in errors.items():
        with suppress(Exception, SystemExit), tool.command(name):
            raise error
    world.settle()
    facts = ("error_message", "error_type", "exit_code", "outcome")
    sent = {name: tuple(event.properties.get(fact) for fact in facts) for name, event in world.events.items()}
    assert sent == {
        "safe": ("asked dana@example.com", "MyToolError", None, "error"),
        "private": (None, "VaultError", None, "error"),
        "other": ("asked <email>", "ValueError", None, "error"),
        "exit": (None, None, 3, "exit"),
    }


@here
def test_declared_properties_arrive_as_they_are(tool: arcade_usage.Tool, world: World) -> None:
    """Of a command and of a server; a value of another shape is redacted, with or without a message."""
    given = {"org_id": ORG, "auth_type": "oauth2", "secrets_count": 3, "auth_token_present": True}
    for name, properties in (("right", given), ("wrong", {**given, "org_id": "dana@example.com"})):
        with tool.command(name, properties=lambda: properties):  # noqa: B023 - called in the loop
            pass
    with suppress(ValueError), tool.command("failed", properties=given):
        raise ValueError("no such toolkit")
    world.settle()
    with tool.server() as server:
        server.capture("called", given)
    sent = {
        event.properties.get("command_name", event.name): event.properties for event in world.persons.events
    }
    assert sent.keys() == {"right", "wrong", "failed", "called"}
    for name in ("right", "failed", "called"):
        assert given.items() <= sent[name].items()
    assert sent["wrong"]["org_id"] == "<email>"


@here
def test_a_wrong_command_line_arrives_without_the_arguments_of_the_process(
    tool: arcade_usage.Tool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the tool's own text has them without quotes."""
    monkeypatch.setattr(sys, "argv", ["my-tool", "run", "acme-internal"])
    with suppress(click.UsageError), tool.command("run"):
        raise click.BadParameter("No toolkit named acme-internal")
    world.settle()
    assert world.events["run"].properties["error_message"] == "No toolkit named <typed>"


@here
def test_a_program_that_has_no_arguments_is_tracked(
    tool: arcade_usage.Tool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that embeds Python may have no sys.argv."""
    with monkeypatch.context() as patch:
        patch.delattr(sys, "argv")
        with tool.command("run"):
            pass
    world.settle()
    assert set(world.events) == {"run"}
