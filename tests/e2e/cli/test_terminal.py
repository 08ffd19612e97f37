"""The commands where a person sits: colour, a line that counts, a question; and where permission is missing."""

import ctypes
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.cli.copies import keep
from tests.e2e.cli.terminal import run_on_terminal
from tests.e2e.deliveries import here
from tests.e2e.users import ASKING
from tests.e2e.world import World

pytestmark = here  # the commands are processes; the deliveries before them need not be


def on_a_terminal(world: World, *arguments: str, answer: str = "", columns: int = 100) -> tuple[int, str]:
    """Exit code and screen of a command of ours."""
    command = ["-m", "arcade_usage.cli", *arguments]
    return run_on_terminal(command, answer=answer, columns=columns, forks=world.forks)


def test_it_is_in_colour_and_within_the_width(world: World) -> None:
    """A terminal gets colour, and no line that is longer than it is wide."""
    world.run("first")
    code, screen = on_a_terminal(world, "status", "--config-dir", str(world.folder), columns=60)
    assert code == 0
    assert "\x1b[1;32mUsage tracking is on." in screen


# Each command line, as the user gives it, one after another in one process: most of a run is its start.
ONE_BY_ONE = """
import sys
from arcade_usage import cli
for number, line in enumerate(sys.argv[1:]):
    if number: print("\\n=====")
    sys.argv = ["arcade-usage", *line.split("\\t")]
    try: cli.main()
    except SystemExit as ended: assert not ended.code, line
"""


@pytest.mark.parametrize("columns", [40, 80])
def test_they_read_well_on_a_narrow_terminal(world: World, columns: int) -> None:
    """No line is wider than the terminal, no word is cut, and nothing is left out."""
    world.run("toolkit.run", success=False, error_message="the quota is used up until tomorrow " * 4)
    expected = {
        "status": ("arcade-usage",),
        "show": ("device_start_timestamp", world.anon_id[:8]),
        "show --why": (
            "device_start_timestamp",
            "order of commands within one boot",
            world.anon_id[:8],
        ),
        "log": ("the quota is used up until tomorrow the quota", world.anon_id[:8]),
        "stats": ("toolkit.run",),
        "log --help": ("--config-dir",),
        "receive --help": ("--fail STATUS",),
        "--help": ("Show the sent events, newest last: a copy of each event that PostHog accepted",),
    }
    where = {line: () if "--help" in line else ("--config-dir", str(world.folder)) for line in expected}
    lines = ["\t".join((*line.split(), *where[line])) for line in expected]
    code, screens = run_on_terminal(["-c", ONE_BY_ONE, *lines], columns=columns, forks=world.forks)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screens).replace("\r", "")
    assert code == 0, plain
    for (line, texts), screen in zip(expected.items(), plain.split("\n=====\n"), strict=True):
        assert max(map(len, screen.splitlines())) <= columns, line
        assert "…" not in screen, line
        words = " ".join(screen.replace("│", " ").split())
        assert [text for text in texts if text not in words] == [], line
        assert ("order of commands within one boot" in words) is ("--why" in line), line


HOSTILE = "\x1b]0;title\x07\x1b[2J\u202egnp.\u2066\x9b5m\u200b"


@pytest.mark.parametrize("is_terminal", [False, True], ids=["in a pipe", "on a terminal"])
def test_nothing_stored_controls_the_terminal(world: World, is_terminal: bool) -> None:
    """A name, a message or an id with control characters, or marks that turn a text around, is shown without."""
    now = time.time()
    for failed in (False, True):
        keep(
            world.folder,
            distinct_id=f"e{HOSTILE}f",
            name=f"a{HOSTILE}b",
            at=now,
            failed=failed,
            tool=f"c{HOSTILE}d",
            error_message=f"g{HOSTILE}h",
        )
    for line in ("status", "log", "stats", "show"):
        command = ["-m", "arcade_usage.cli", line, "--config-dir", str(world.folder)]
        if is_terminal:
            screen = run_on_terminal(command, columns=200, forks=world.forks)[1]
            screen = re.sub(r"\x1b\[[0-9;]*m", "", screen).replace("\r", "")
        else:
            screen = subprocess.run([sys.executable, *command], capture_output=True, text=True).stdout
        assert {each for each in screen if not each.isprintable()} == {"\n"}, line
        assert "]0;title[2Jgnp.5m" in screen or line == "show", line


def test_flush_counts_what_was_accepted(world: World) -> None:
    """While it delivers, a line says so; it is gone afterwards."""
    world.receiver.posthog = DOWN
    world.run("first")
    world.receiver.posthog = evolve(WELL, hang_seconds=0.5)
    code, screen = on_a_terminal(world, "flush", "--config-dir", str(world.folder))
    assert code == 0
    assert "Delivering 1 event..." in screen
    assert "1 event delivered" in screen.split("Delivering")[-1]


@pytest.mark.parametrize(("answer", "expected"), [("y", 0), ("n", 1), ("", 1)])
def test_forget_asks(world: World, answer: str, expected: int) -> None:
    """A yes erases; anything else does not."""
    world.run("first")
    anon_id = world.anon_id
    code, screen = on_a_terminal(world, "forget", "--config-dir", str(world.folder), answer=answer or "\x04")
    assert code == expected
    assert "Erase them?" in screen
    assert (world.folder / "usage.json").exists() is (expected == 1)
    assert (anon_id in screen) is (expected == 0)


@pytest.fixture
def shut_folder(config_dir: Path) -> Iterator[Path]:
    """A config folder that its user may not look into."""
    config_dir.mkdir()
    (config_dir / "usage.json").write_text("{}", encoding="utf-8")
    config_dir.chmod(0o000)
    yield config_dir
    config_dir.chmod(0o700)


_DROP_FROM_BOUNDING_SET = 24  # prctl(2)
_CAPABILITIES = (1, 2)  # to read, write and search whatever the permission bits say


def give_up_being_root() -> None:
    """Permission bits bind a root's command as anybody's, from when it starts."""
    if os.geteuid() == 0:
        for capability in _CAPABILITIES:
            ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


def test_without_permission_they_say_so(shut_folder: Path) -> None:
    """An unreadable config folder is named in one line, with exit code 1, and stays as it is."""
    commands = ("status", "off", "on", "show", "log", "stats", "view", "flush", "forget")
    lines = [
        (each, "--config-dir", str(shut_folder), *(["--yes"] if each == "forget" else []))
        for each in commands
    ]
    done = subprocess.run(
        [sys.executable, "-c", ASKING, json.dumps(lines)],
        preexec_fn=give_up_being_root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for command, (code, *streams) in zip(commands, json.loads(done.stdout), strict=True):
        printed = "".join(streams)
        assert code == 1, (command, printed)
        assert "can't be" in printed, command
        assert str(shut_folder) in printed, command
        assert "Traceback" not in printed, command
