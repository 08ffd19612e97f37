"""A wrong configuration, where the `Tool` is made: tracking is off, or an error in development."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

import arcade_usage
from arcade_usage import ConfigurationError, Tool
from arcade_usage.application.command.tracker import CommandTracker, SilentTracker
from arcade_usage.application.command.tracking import Execution, Tracker
from arcade_usage.application.server.tracker import BackgroundTracker, ServerTracker, SilentServer
from arcade_usage.cli import usage_app
from arcade_usage.composition.command import ToolConfig, _is_absolute, _is_plain
from arcade_usage.domain.configuration import find_problems
from arcade_usage.testing import recording
from arcade_usage.testing.installation import Installation
from arcade_usage.testing.trackers import MemoryServerTracker, MemoryTracker, MemoryTrackerBuilder
from tests.unit.domain.values import BytesPath, RaisingPath

MADE: dict[str, Callable[..., object]] = {
    "a Tool": Tool,
    "command_tracker": arcade_usage.command_tracker,
    "server_tracker": arcade_usage.server_tracker,
}

RIGHT_AND_WRONG = """
import sys
from pathlib import Path
import arcade_usage
class SafeError(Exception): pass
def has_rules(): return "arcade_usage.domain.configuration" in sys.modules
for folder in ("/srv/tool", Path("/srv/tool"), "~/.my-tool"):
    tool = arcade_usage.Tool(
        distribution="my-tool",
        project_token="phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        host="https://eu.i.posthog.com",
        version="1.2.3rc1",
        config_dir=folder,
        credentials=folder,
        context=lambda: None,
        notice=arcade_usage.Notice("a text", "https://example.com"),
        properties=(arcade_usage.Property("org_id", kind="id", reason="who uses it"),),
        safe_errors=(SafeError,),
        private_errors=(OSError,),
        adapters="my_tool.usage:adapters",
        consent="ask",
        erasure_url="https://example.com/privacy/erase",
        daily_limit=100,
    )
    assert tool.problems == ()
before = has_rules()
assert arcade_usage.Tool(distribution="my-tool", project_token="").problems
print(before, has_rules())
"""


def test_a_wrong_value_is_used_nowhere() -> None:
    """A secret key is not even kept, and nothing could be sent with it."""
    tool = Tool(distribution="arcade-usage", project_token="phx_secret", config_dir="relative")
    assert (tool.project_token, tool.config_dir) == (None, None)
    assert "phx_secret" not in str(vars(tool))
    assert [problem.identifier for problem in tool.problems] == ["token_secret", "config_dir_relative"]


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_in_development_a_wrong_configuration_raises(
    make: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the words that `status` has; otherwise nothing is raised."""
    make(distribution="arcade-usage", project_token="phc_x", host="us.i.posthog.com")
    monkeypatch.setenv("ARCADE_USAGE_STRICT", "1")
    with pytest.raises(ConfigurationError, match="host has no scheme"):
        make(distribution="arcade-usage", project_token="phc_x", host="us.i.posthog.com")


@pytest.mark.parametrize("value", ["", " ", "0", "false", "False", "no", "OFF", "n"])
def test_the_variable_of_development_is_a_switch_like_the_others(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any word for off turns it off."""
    monkeypatch.setenv("ARCADE_USAGE_STRICT", value)
    assert Tool(distribution="no-such-package", project_token="").problems


def test_in_development_a_version_that_cannot_be_found_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a package that is not installed, unless the tool names its version."""
    monkeypatch.setenv("ARCADE_USAGE_STRICT", "1")
    Tool(distribution="arcade-usage", project_token="phc_x")
    Tool(distribution="no-such-package", project_token="phc_x", version="1.0")
    with pytest.raises(ConfigurationError, match=r"Tool\(version=...\)"):
        Tool(distribution="no-such-package", project_token="phc_x")


def test_in_the_test_kit_a_wrong_configuration_raises() -> None:
    """Where the tool is made, and where it was made before."""
    before = Tool(distribution="arcade-usage", project_token="")
    with recording():
        with pytest.raises(ConfigurationError, match="project_token is empty"):
            Tool(distribution="arcade-usage", project_token="")
        with pytest.raises(ConfigurationError, match="project_token is empty"):
            before.command_tracker()
        with pytest.raises(ConfigurationError, match="project_token is empty"):
            before.server()
        Tool(distribution="no-such-package", project_token=None).command_tracker()


def test_the_version_that_a_tool_names_is_reported() -> None:
    """By commands and servers, in place of the installed package's."""
    with recording() as usage:
        tool = Tool(distribution="no-such-package", project_token="phc_x", version="1.2.3-beta")
        with tool.command("run"):
            pass
        tool.server().capture("started")
        assert [event.properties.get("cli_version") for event in usage.events] == ["1.2.3-beta", None]
        assert usage.events[1].properties["server_version"] == "1.2.3-beta"


@pytest.mark.parametrize("argument", ["config_dir", "credentials"])
@pytest.mark.parametrize(
    "value", ["~\0x", "/\0", "~\ud800/x", "/\ud800", RaisingPath(), BytesPath()], ids=range(6)
)
def test_a_path_that_cannot_be_one_turns_tracking_off(argument: str, value: Any) -> None:
    """It raises neither where the tool is made nor in its commands."""
    tool = Tool(distribution="arcade-usage", project_token="phc_x", **{argument: value})
    assert [problem.identifier.rpartition("_")[0] for problem in tool.problems] == [argument]
    assert isinstance(tool.command_tracker(), SilentTracker)
    assert isinstance(tool.server(), SilentServer)
    assert tool.usage_main(["status"]) == 3


TEXTS = st.one_of(st.none(), st.integers(), st.text(), st.text(alphabet="abc_.:/-@ 1"))
HOSTS = st.one_of(
    TEXTS,
    st.builds("{}{}".format, st.sampled_from(["http://", "https://", "ftp://"]), st.text("ab1.:-[]@/ 09")),
)


VALUES = {
    "distribution": TEXTS,
    "version": TEXTS,
    "project_token": st.one_of(TEXTS, TEXTS.map("phc_{}".format)),
    "host": HOSTS,
    "config_dir": st.one_of(TEXTS, st.text("a/.").map("/{}".format)),
    "adapters": TEXTS,
    "consent": st.one_of(TEXTS, st.just("ask")),
    "erasure_url": st.one_of(
        TEXTS, st.builds("{}{}".format, st.sampled_from(["https://", "mailto:"]), st.text("ab1.-@/:?# "))
    ),
}


@pytest.mark.parametrize("argument", VALUES)
@given(data=st.data())
def test_what_the_command_path_takes_for_right_is_right(argument: str, data: st.DataObject) -> None:
    """It judges without the rules, so that they are not imported; they would find nothing."""
    config = ToolConfig(distribution="x", project_token=None)
    assert _is_plain(config)
    setattr(config, argument, data.draw(VALUES[argument]))
    if _is_plain(config):
        assert find_problems(vars(config), _is_absolute) == {}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("host", "http://a:0"),
        ("host", "http://a:65536"),
        ("project_token", f"phc_{'x' * 61}"),
        ("project_token", "phc_é"),
        ("distribution", "x" * 201),
        ("distribution", "a\0"),
        ("version", "..."),
        ("version", "1" * 65),
        ("config_dir", b"/srv"),
        ("config_dir", "/\0"),
        ("config_dir", "/\ud800"),
        ("config_dir", BytesPath()),
        ("notice", arcade_usage.Notice("a text", None)),  # type: ignore[arg-type]
        ("notice", arcade_usage.Notice("a text", "a link", version="v2")),  # type: ignore[arg-type]
        ("notice", arcade_usage.Notice("a text", "a link", version=1_000_000)),
        ("notice", arcade_usage.Notice),
        ("properties", None),
        ("properties", (arcade_usage.Property("", kind="id", reason="x"),)),
        ("properties", ("org_id",)),
        ("safe_errors", [ConfigurationError]),
        ("safe_errors", (OSError,)),
        ("safe_errors", (click.UsageError,)),
        ("private_errors", (ConfigurationError("x"),)),
        ("erasure_url", "http://localhost"),
        ("erasure_url", "mailto:privacy"),
        ("consent", "ask"),
        ("consent", "Notice"),
        ("consent", None),
        ("daily_limit", 0),
        ("daily_limit", 1_000_001),
        ("daily_limit", True),
    ],
)
def test_what_is_almost_right_is_judged_by_the_rules(argument: str, value: object) -> None:
    """At each limit; chance does not find these."""
    config = ToolConfig(distribution="x", project_token=None)
    setattr(config, argument, value)
    assert not _is_plain(config)


def test_a_right_configuration_does_not_import_the_rules() -> None:
    """With every argument given; a wrong one does. In a process of its own, whose modules nobody else holds."""
    done = subprocess.run(
        [sys.executable, "-c", RIGHT_AND_WRONG], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "False True\n", "")


def signatures(of: object, protocol: type) -> dict[str, list[tuple[str, object, object]]]:
    """Names, kinds and defaults of the parameters of a protocol's methods."""
    names = [name for name, value in vars(protocol).items() if inspect.isfunction(value) and name[:2] != "__"]
    return {
        name: [(each.name, each.kind, each.default) for each in parameters(getattr(of, name))]
        for name in names
    }


def parameters(method: Callable[..., object]) -> list[inspect.Parameter]:
    return [each for each in inspect.signature(method).parameters.values() if each.name != "self"]


@pytest.mark.parametrize("made", [CommandTracker, SilentTracker, MemoryTracker])
def test_every_tracker_has_the_same_signatures(made: type) -> None:
    """On, off and in the test kit, and those of the command that is running."""
    assert signatures(made, Tracker) == signatures(Tracker, Tracker)
    with recording():
        trackers = [
            SilentTracker(),
            Tool(distribution="arcade-usage", project_token="phc_x").command_tracker(),
        ]
    for tracker in trackers:
        assert signatures(tracker.begin(), Execution) == signatures(Execution, Execution)


@pytest.mark.parametrize("made", [BackgroundTracker, SilentServer, MemoryServerTracker])
def test_every_server_tracker_has_the_same_signatures(made: type) -> None:
    """On, off and in the test kit."""
    assert signatures(made, ServerTracker) == signatures(ServerTracker, ServerTracker)


@pytest.mark.parametrize("function", [arcade_usage.command_tracker, arcade_usage.server_tracker, usage_app])
def test_every_function_has_the_arguments_of_a_tool(function: Callable[..., object]) -> None:
    """With the same defaults, so that a tool may keep its configuration in a dict for all of them."""
    assert [(each.name, each.kind, each.default) for each in parameters(function)] == [
        (each.name, each.kind, each.default) for each in parameters(Tool)
    ]


@pytest.mark.parametrize("token", ["phc_x", None], ids=["on", "off"])
@pytest.mark.parametrize("kit", [True, False], ids=["in the test kit", "real"])
def test_a_misspelt_argument_raises_at_the_call(token: str | None, kit: bool, tmp_path: Path) -> None:
    """TypeError, before the tool's command runs, on or off."""
    builder = MemoryTrackerBuilder(str(tmp_path), Installation())
    config = ToolConfig(distribution="arcade-usage", project_token=token)
    tracker = builder.command_tracker(config) if kit else arcade_usage.composition.command.build(config)
    with pytest.raises(TypeError, match="login"):
        tracker.command("login", login=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="successful"):
        tracker.track_command_execution("login", successful=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="login"):
        tracker.begin().end("login", None, login=True)  # type: ignore[call-arg]


def function() -> None:
    """No app."""


@pytest.mark.parametrize("token", ["phc_x", None], ids=["on", "off"])
def test_a_decorator_without_a_name_is_a_type_error(token: str | None) -> None:
    """At wiring: the function would be taken for a name, and would not run when the tool calls it."""
    with pytest.raises(TypeError, match=r'as in @tool\.command\("build"\)'):
        Tool(distribution="arcade-usage", project_token=token).command(function)  # type: ignore[arg-type]


@pytest.mark.parametrize("app", [function, object(), typer.Typer, click.Group, None, "app"], ids=range(6))
@pytest.mark.parametrize("token", ["phc_x", None], ids=["on", "off"])
def test_what_cannot_be_tracked_is_a_type_error(app: object, token: str | None) -> None:
    """At wiring, on or off, with the way to report it."""
    tool = Tool(distribution="arcade-usage", project_token=token)
    with pytest.raises(TypeError, match=r"tool\.command"):
        tool.track(app)
