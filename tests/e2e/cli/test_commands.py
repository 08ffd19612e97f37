"""What holds for every command: the folder and sink it works on, off, pipes, help."""

import os
from pathlib import Path

import pytest

from arcade_usage.cli.commands import make_app
from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import here
from tests.e2e.world import PATIENCE_SECONDS, TOKEN, World


@here
def test_host_and_token_name_a_sink(shell: Shell, world: World) -> None:
    """Of two that have an outbox here; what is no URL is a wrong command line."""
    world.receiver.posthog = DOWN
    for token in (TOKEN, "phc_other"):
        world.tracker_of(token).track_command_execution("waits", success=True)
    world.settle()
    world.receiver.posthog = WELL
    folder = ("--config-dir", world.folder)
    assert len(shell("status", "--json", *folder).content["sinks"]) == 2
    assert len(shell("status", "--json", "--token", "phc_other", *folder).content["sinks"]) == 1
    assert shell("flush", "--token", "phc_other", *folder).code == 0
    assert len(world.waiting) == 1
    assert shell("flush", "--host", "https://nowhere.example", *folder).out == "No events are waiting.\n"
    assert shell("status", "--host", "nowhere", "--token", "x", *folder).code == 2


@pytest.mark.parametrize("command", ["status", "show", "log", "stats", "view", "flush", "doctor"])
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--host", "https://u:SECRET@us.i.posthog.com"),
        ("--host", "http://[::1"),
        ("--host", "http://x:99999"),
        ("--token", "'phx_SECRET'"),
    ],
)
def test_a_project_is_judged_as_that_of_a_tool(shell: Shell, command: str, option: str, value: str) -> None:
    """A wrong URL or token is a wrong command line, and a secret in it is not printed."""
    asked = shell(command, option, value, *(() if option == "--token" else ("--token", "phc_x")))
    assert asked.code == 2
    assert option in asked.err
    assert "SECRET" not in asked.out + asked.err


COMMANDS = (
    ("status",), ("doctor", "--yes"), ("off",), ("on",), ("show",), ("log",), ("stats",), ("view", "--no-open"), ("flush",),
    ("forget", "--yes"),
)  # fmt: skip


@here
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
@pytest.mark.parametrize("below", [False, True], ids=["is a file", "in a file"])
def test_a_config_folder_that_is_none_is_told(
    shell: Shell, tmp_path: Path, command: tuple[str, ...], below: bool
) -> None:
    """One clear message, exit code 1, no traceback."""
    taken = tmp_path / "taken"
    taken.write_text("not a folder", encoding="utf-8")
    folder = taken / "config" if below else taken
    ran = shell(*command, "--config-dir", folder)
    assert ran.code == 1
    answered = f"{ran.out}{ran.err}"
    assert "can't be" in answered
    assert str(folder) in answered
    assert "Traceback" not in answered


@here
@pytest.mark.parametrize(
    "command",
    [each for each in COMMANDS if each[0] not in ("off", "on")],
    ids=lambda command: str(command[0]),
)
def test_while_off_no_command_writes(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Off means off: nothing is made in an unused folder, and nothing is sent."""
    monkeypatch.setenv("ARCADE_USAGE_TRACKING", "0")
    shell(*command, "--config-dir", world.folder)
    assert not world.folder.exists()
    assert world.receiver.requests == []


@here
@pytest.mark.parametrize(
    "command", ["status", "doctor", "off", "on", "show", "log", "stats", "view", "flush", "forget"]
)
def test_help_teaches(shell: Shell, command: str) -> None:
    """Each command says what it does, and what its exit codes mean."""
    ran = shell(command, "--help")
    assert ran.code == 0
    assert "Exits with 0" in " ".join(ran.out.replace("│", " ").split())
    assert "--config-dir" in ran.out


def test_help_wraps_by_paragraphs() -> None:
    """A line break inside of one would stay where the terminal breaks lines elsewhere."""
    for command in make_app().registered_commands:
        paragraphs = (command.help or "").split("\n\n")
        assert len(paragraphs) > 1
        assert not any("\n" in paragraph for paragraph in paragraphs)


@here
@pytest.mark.parametrize("command", COMMANDS[:-1], ids=lambda command: str(command[0]))
def test_a_pipe_gets_plain_lines(shell: Shell, world: World, command: tuple[str, ...]) -> None:
    """No control sequence, no blank at a line's end, and paths unbroken."""
    world.run("first", success=False, error_message="x" * 200)
    ran = shell(*command, "--config-dir", world.folder)
    assert not {"\x1b", "\r"} & set(ran.out)
    assert [line for line in ran.out.splitlines() if line != line.rstrip()] == []


@here
def test_the_default_folder_is_the_arcade_clis(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """$ARCADE_WORK_DIR, else ~/.arcade."""
    assert shell("status", "--json").content["config_dir"] == os.path.join(str(tmp_path), "home", ".arcade")
    monkeypatch.setenv("ARCADE_WORK_DIR", str(tmp_path / "work"))
    assert shell("status", "--json").content["config_dir"] == str(tmp_path / "work")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "arguments", [("doctor", "--offline"), ("status", "--json"), ("fields", "--markdown")]
)
def test_output_that_cannot_be_written_is_one_line(world: World, arguments: tuple[str, ...]) -> None:
    """As on a full disk: no traceback, and exit code 1."""
    assert world.forks is not None
    said = world.scratch / "stderr"
    with Path("/dev/full").open("w") as full, said.open("w") as stderr:
        command = ["-m", "arcade_usage.cli", *arguments]
        ran = world.forks.start(command, full.fileno(), stderr.fileno())
    assert ran.wait(PATIENCE_SECONDS) == 1
    assert said.read_text() == "The output can't be written: No space left on device.\n"
