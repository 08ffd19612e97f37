"""A tool whose configuration is wrong: the same words everywhere, and every mounted command works."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.cli.running import Ran
from tests.e2e.cli.tools import RealTool, tool
from tests.e2e.deliveries import here
from tests.e2e.hosts import run_as_tool
from tests.e2e.world import World

SECRET = "phx_a_personal_key_of_alice"
WRONG: dict[str, tuple[dict[str, object], str, str]] = {
    "no scheme": ({"host": "us.i.posthog.com"}, "host_without_scheme", "host has no scheme"),
    "empty host": ({"host": ""}, "host_empty", "host is empty"),
    "secret key": ({"project_token": SECRET}, "token_secret", "is a secret key of PostHog"),
    "long token": ({"project_token": "p" * 65}, "token_too_long", "longer than 64 bytes"),
    "empty token": ({"project_token": ""}, "token_empty", "project_token is empty"),
    "relative folder": (
        {"config_dir": ".my-tool"},
        "config_dir_relative",
        "config_dir is not an absolute path",
    ),
    "adapters": ({"adapters": "my_tool"}, "adapters_invalid", "adapters must name a function"),
    "a number": ({"distribution": 5, "host": 6}, "distribution_type", "distribution must be text, not int"),
}
COMMANDS = {
    ("status",): 3,
    ("off",): 0,
    ("on",): 3,
    ("log",): 0,
    ("show",): 3,
    ("flush",): 3,
    ("forget", "--yes"): 0,
    ("doctor", "--yes"): 1,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_logger_debug_status_and_server_have_the_same_words(
    world: World, usage: Callable[..., Ran], wrong: tuple[dict[str, object], str, str]
) -> None:
    """The tool's command runs untracked; nothing is sent or written, and no secret is shown."""
    configuration, identifier, says = wrong
    broken = tool(world, **configuration)
    quiet = broken("build")
    assert (quiet.code, quiet.out, quiet.err) == (0, "done\n", "")
    debugging = broken("build", ARCADE_USAGE_DEBUG="1")
    assert (debugging.code, debugging.out) == (0, "done\n")
    lines = [line.removeprefix("arcade-usage: ") for line in debugging.err.splitlines()]
    logging = "import logging; logging.basicConfig(level=logging.DEBUG, format='%(name)s: %(message)s')"
    logged = RealTool(world, configuration, logging)("build").err
    assert lines == [line.removeprefix("arcade_usage: ") for line in logged.splitlines()]
    texts = [line.removeprefix("usage is not tracked: ") for line in lines]
    assert says in texts[0]
    status = usage("status", "--json", **configuration).content
    assert identifier in status["reasons"]
    assert status["reasons_text"] == texts
    server = run_as_tool(
        broken.script().split("if sys.argv")[0] + "tool.server().capture('x')",
        world.scratch,
        environment={**os.environ, "ARCADE_USAGE_DEBUG": "1"},
    )
    assert (server.returncode, server.stderr) == (0, debugging.err)
    assert not any(SECRET in str(each) for each in (debugging, logged, status, server.stderr))
    assert world.receiver.requests == []
    assert not world.folder.exists()
    assert not (Path.home() / ".arcade").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
@pytest.mark.parametrize(
    "configuration",
    [{"host": "us.i.posthog.com", "project_token": SECRET}, {"config_dir": "relative", "host": 5}],
    ids=["project", "folder"],
)
def test_every_mounted_command_works(
    world: World, usage: Callable[..., Ran], command: tuple[str, ...], configuration: dict[str, object]
) -> None:
    """No usage error and no traceback; with its ordinary exit code."""
    ran = usage(*command, **configuration)
    assert (ran.code, "Traceback" in ran.err, SECRET in ran.out + ran.err) == (
        COMMANDS[command],
        False,
        False,
    )
    assert world.receiver.requests == []


def test_off_counts_though_the_folder_is_wrong(usage: Callable[..., Ran]) -> None:
    """It is stored in the default folder, which counts for every folder."""
    assert usage("off", config_dir="relative").code == 0
    assert (Path.home() / ".arcade" / "usage" / "off").exists()
    assert "you turned it off" in usage("status").out


@here
def test_what_an_earlier_version_stored_is_erased(world: World, usage: Callable[..., Ran]) -> None:
    """Events that wait, of a right configuration before: `off` drops them, `log` and `forget` work."""
    world.run("earlier")
    assert "earlier" in usage("log", host="us.i.posthog.com").out
    assert "Erased." in usage("forget", "--yes", host="us.i.posthog.com").out
    assert not (world.folder / "usage.json").exists()


def test_a_version_that_cannot_be_found_is_said(world: World, usage: Callable[..., Ran]) -> None:
    """By debug, the logger and `status`; the event goes out all the same."""
    unknown = tool(world, distribution="no-such-package")
    says = "the version of this tool can't be found"
    assert unknown("build", ARCADE_USAGE_DEBUG="1").err.startswith(f"arcade-usage: {says}")
    ran = usage("status", "--json", distribution="no-such-package")
    assert (ran.code, says in ran.content["troubles"]["version_unknown"]) == (0, True)
    named = {"distribution": "no-such-package", "version": "1.2.3"}
    assert "version_unknown" not in usage("status", "--json", **named).content["troubles"]
    shown = usage("show", "--json", **named).content
    assert shown["event"]["properties"]["cli_version"] == "1.2.3"


def test_a_tool_in_development_is_stopped(world: World) -> None:
    """ARCADE_USAGE_STRICT: the traceback ends with the words."""
    ran = tool(world, host="us.i.posthog.com")("build", ARCADE_USAGE_STRICT="1")
    assert ran.code == 1
    last = ran.err.splitlines()[-1]
    assert last.startswith("arcade_usage.domain.configuration.ConfigurationError: host has no scheme")


def test_without_a_home_the_reason_is_said(world: World) -> None:
    """It is the user's environment that is wrong: no folder, no event, and one line with debug."""
    lost = tool(world, config_dir=None)
    ran = lost("build", HOME="", ARCADE_USAGE_DEBUG="1")
    assert (ran.code, ran.out) == (0, "done\n")
    assert "there is no config folder: HOME" in ran.err
