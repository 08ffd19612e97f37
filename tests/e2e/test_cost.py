"""What tracking costs, counted rather than timed: modules, calls, and processes that import the SDK."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

import arcade_usage
from arcade_usage.adapters.storage.announcement import FileAnnouncement
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.demo.receiver import DOWN, WELL
from arcade_usage.domain.project import Project
from tests.e2e.deliveries import delivering_here, run_here, sender_at_work
from tests.e2e.hosts import BLOCK, run_as_tool, start_of_tool
from tests.e2e.world import TOKEN, World

# All that a command imports that nearly every tool has not imported: a new one has to be worth its time.
COMMAND_PATH = frozenset(
    [
        "_json",
        "arcade_usage",
        "arcade_usage.adapters",
        "arcade_usage.adapters.files",
        "arcade_usage.adapters.files.ownership",
        "arcade_usage.adapters.frameworks",
        "arcade_usage.adapters.machine",
        "arcade_usage.adapters.process",
        "arcade_usage.adapters.process.launcher",
        "arcade_usage.adapters.storage",
        "arcade_usage.adapters.storage.config_folder",
        "arcade_usage.application",
        "arcade_usage.application.command",
        "arcade_usage.application.command.payload",
        "arcade_usage.application.command.tracker",
        "arcade_usage.composition",
        "arcade_usage.composition.command",
        "arcade_usage.domain",
        "arcade_usage.domain.consent",
    ]
)
# What a logout imports besides: it rotates in the tool. The modules of Python's own differ by its version.
OURS_AT_LOGOUT = frozenset(
    f"arcade_usage.{name}"
    for name in (
        "adapters.files.owned_folder",
        "adapters.machine.ids",
        "adapters.machine.installation",
        "adapters.storage.identity_folder",
        "adapters.storage.logout",
        "application.time_limits",
        "domain.sha256",
    )
)
LOGOUT_MODULES = 14
# What a command imports besides that leaves its event to a running process.
OURS_AT_A_HAND_OVER = frozenset(
    f"arcade_usage.{name}"
    for name in (
        "adapters.files.owned_folder",
        "adapters.machine.ids",
        "adapters.machine.runtime_facts",
        "adapters.storage.announcement",
        "adapters.storage.early_record",
        "adapters.storage.record_files",
        "application.command.hand_over",
        "application.time_limits",
        "domain.agents",
        "domain.properties",
    )
)
# What it imports if the announcement is of a killed process.
OURS_BESIDE_A_KILLED_PROCESS = frozenset(
    f"arcade_usage.{name}"
    for name in ("adapters.storage.announcement", "application.command.hand_over", "application.time_limits")
)
# What a Typer app imports besides that. `frameworks` is registered, not imported.
OURS_IN_A_TYPER_APP = frozenset(
    (
        "arcade_usage.adapters.frameworks.invocation",
        "arcade_usage.adapters.frameworks.typer_app",
        "arcade_usage.tool",
    )
)
TYPER_APP = """
import typer
app = typer.Typer()
@app.callback()
def group(): pass
@app.command()
def run(): pass
"""
RUN_TYPER_APP = """
sys.argv[1:], arguments = ["run"], sys.argv[1:]
try: app()
except SystemExit as ended: assert not ended.code
sys.argv[1:] = arguments
"""
ORDINARY_TOOL = "import enum, importlib, subprocess, typing"

# Calls of functions, Python's and C's, of building a tracker and tracking one command, nothing being new. A third
# are os.path's and os.environ's; all of them take 0.3 ms, of which os.path.join takes 0.02.
CALLS = 1030 if sys.version_info < (3, 14) else 1200
CALLS_MARGIN = 0.15

COUNTING = """
import sys, arcade_usage
def track(token):
    tracker = arcade_usage.command_tracker(
        distribution="arcade-usage", project_token=token, host={host!r}, config_dir={folder!r}
    )
    with tracker.command("toolkit.run"): pass
track("phc_another_project")  # its process does not take the events of the next one
calls = 0
def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")
sys.path[:] = sys.path[:5]
sys.setprofile(count)
track({token!r})
sys.setprofile(None)
print(calls)
"""

# What a delivery process opens to read, and what it replaces, from the interpreter's own audit events.
WATCHING = """
import os, runpy, sys
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
        os.write(2, f"read {os.path.basename(arguments[0])}\\n".encode())
    elif event == "os.rename":
        os.write(2, f"write {os.path.basename(arguments[1])}\\n".encode())
sys.addaudithook(watch)
runpy.run_module("arcade_usage", run_name="__main__", alter_sys=True)
"""
OUR_FILES = (
    "usage.json",
    "ledger.json",
    "logbook.json",
    "counts.json",
    "sink.json",
    "sent.jsonl",
    "dropped",
    ".event.json",
)

SDK = frozenset(("posthog", "requests", "urllib3", "httpx", "yaml"))
AT_A_TIME = 6


def test_a_command_imports_a_known_few_modules(world: World) -> None:
    """No module joins the command path unnoticed; what only a first command needs is imported there."""
    run_here(world, "first")
    with sender_at_work(world):
        tracking = run_as_tool(f"{ORDINARY_TOOL}\n{start_of_tool(world)}{BLOCK}", world.scratch)
    assert tracking.modules - run_as_tool(ORDINARY_TOOL, world.scratch).modules == COMMAND_PATH


def test_a_typer_app_imports_three_modules_more(world: World) -> None:
    """A command that returns ends with Click's Exit(0); nothing is imported to classify it."""
    run_here(world, "first")
    tracked = (
        "import arcade_usage\n"
        f"tool = arcade_usage.Tool(distribution='arcade-usage', project_token={TOKEN!r},"
        f" host={world.receiver.url!r}, config_dir={os.fspath(world.folder)!r})\n"
        f"tool.track(app)\n{RUN_TYPER_APP}"
    )
    with sender_at_work(world):
        with_tracking = run_as_tool(f"{TYPER_APP}{tracked}", world.scratch)
    without = run_as_tool(f"{TYPER_APP}{RUN_TYPER_APP}", world.scratch)
    added = with_tracking.modules - without.modules
    assert {name for name in added if name.startswith("arcade_usage")} == OURS_IN_A_TYPER_APP | {
        name for name in COMMAND_PATH if name.startswith("arcade_usage")
    }
    (record,) = world.waiting
    assert record["event"]["name"].endswith("succeeded")


def test_properties_of_the_tool_import_two_modules_more(world: World) -> None:
    """One for their declarations and one for their values; the event needs no redaction."""
    run_here(world, "first")
    tracked = (
        "import arcade_usage\n"
        "declared = arcade_usage.Property('org_id', kind='id', reason='who uses it')\n"
        f"tool = arcade_usage.Tool(distribution='arcade-usage', project_token={TOKEN!r}, properties=(declared,),"
        f" host={world.receiver.url!r}, config_dir={os.fspath(world.folder)!r})\n"
        "with tool.command('run', properties=lambda: {'org_id': 'org_1'}): pass\n"
    )
    with sender_at_work(world):
        modules = run_as_tool(f"{ORDINARY_TOOL}\n{tracked}", world.scratch).modules
    assert modules - run_as_tool(ORDINARY_TOOL, world.scratch).modules - COMMAND_PATH == {
        "arcade_usage.application.command.properties",
        "arcade_usage.domain.declaration",
        "arcade_usage.tool",
    }
    (record,) = world.waiting
    assert record["event"]["properties"]["org_id"] == "org_1"


def test_a_registered_package_contains_only_a_docstring() -> None:
    """Its __init__.py is never run, so code in it would be lost. Each other package runs its own."""
    home = Path(arcade_usage.__file__).parent
    for name in arcade_usage._PACKAGES:
        source = home.joinpath(*name.split("."), "__init__.py").read_text(encoding="utf-8")
        (statement,) = ast.parse(source).body
        assert isinstance(statement, ast.Expr)
        package = sys.modules[f"arcade_usage.{name}"]
        assert [Path(path) for path in package.__path__] == [home.joinpath(*name.split("."))]
        assert importlib.import_module(package.__name__) is package
        assert importlib.util.find_spec(package.__name__) is package.__spec__


def test_reloading_the_library_keeps_its_modules() -> None:
    """As for any package: what was imported from it stays reachable."""
    consent = arcade_usage.domain.consent
    assert importlib.reload(arcade_usage).domain.consent is consent


def test_a_logout_imports_a_known_few_modules_more(world: World) -> None:
    """It rotates before the tool goes on, and imports nothing of others for it."""
    with delivering_here(world):
        world.log_in("principal-alice")
    anon_id = world.anon_id
    lines = f"{ORDINARY_TOOL}\n{start_of_tool(world)}{BLOCK.replace(')', ', is_logout=True)', 1)}"
    with sender_at_work(world):
        logout = run_as_tool(lines, world.scratch)
        assert world.anon_id != anon_id
        command = run_as_tool(f"{ORDINARY_TOOL}\n{start_of_tool(world)}{BLOCK}", world.scratch)
    added = logout.modules - command.modules
    assert {name for name in added if name.split(".")[0] not in sys.stdlib_module_names} == OURS_AT_LOGOUT
    assert len(added) <= LOGOUT_MODULES


def test_a_hand_over_imports_a_known_few_modules_more(world: World) -> None:
    """It costs hardly more than starting a process; an announcement of a killed process costs less still."""
    world.monkeypatch.setenv("USER", "alice")
    run_here(world, "first")
    tool = f"import datetime\n{ORDINARY_TOOL}"  # Typer imports it too
    lines = f"{tool}\n{start_of_tool(world)}{BLOCK}"
    path = Layout(str(world.folder)).announcement(world.receiver.url, TOKEN)
    announcement = FileAnnouncement(path, Project(world.receiver.url, TOKEN).key)
    with sender_at_work(world):
        command = run_as_tool(lines, world.scratch)
        assert announcement.announce()
        beside = run_as_tool(lines, world.scratch)
        assert beside.started == 0
        content = Path(path).read_text(encoding="utf-8")
        Path(path).write_text(f"0 {content.partition(' ')[2]}", encoding="utf-8")
        beside_a_killed_one = run_as_tool(lines, world.scratch)
    assert command.started == beside_a_killed_one.started == 1
    assert beside.modules - command.modules == OURS_AT_A_HAND_OVER
    assert beside_a_killed_one.modules - command.modules == OURS_BESIDE_A_KILLED_PROCESS


def test_a_command_makes_few_calls(world: World) -> None:
    """As many as were counted when this was written, give or take a Python version's."""
    run_here(world, "first")
    script = COUNTING.format(token=TOKEN, host=world.receiver.url, folder=os.fspath(world.folder))
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    counted = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert int(counted.stdout) == pytest.approx(CALLS, rel=CALLS_MARGIN)


def start_delivery(payload: str) -> "subprocess.Popen[str]":
    """A delivery process that tells on stderr what it imports."""
    variables = {"ARCADE_USAGE_EVENT_DATA": payload, "PYTHONPROFILEIMPORTTIME": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "arcade_usage"],
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        text=True,
    )


def imported(delivery: "subprocess.Popen[str]") -> set[str]:
    """What it had imported when it ended."""
    _, output = delivery.communicate(timeout=60)
    assert delivery.returncode == 0
    return set(re.findall(r"^import time:.*\| +(\S+)$", output, re.MULTILINE))


def test_what_is_sent_takes_the_sdk(world: World) -> None:
    """The counter-check of the tests below: they would see it. It takes nothing of its asynchronous client."""
    run_here(world, "first")
    modules = imported(start_delivery(world.payload("second")))
    assert "posthog" in modules
    assert "httpx._client" not in modules


def test_a_delivery_in_a_pause_imports_no_sdk(world: World) -> None:
    """While PostHog is given a rest, an event is written down, and that is all.

    The first process in 10 s also gives verdicts and keeps the limits; the others import nothing for that.
    """
    world.receiver.posthog = DOWN
    run_here(world, "first")
    modules = imported(start_delivery(world.payload("second")))
    assert modules & {*SDK, "attr", "arcade_usage.adapters.storage.outbox"} == set()
    (lock,) = (world.folder / "usage" / "outbox").glob("*/sender.lock")
    os.utime(lock, (0, 0))
    modules = imported(start_delivery(world.payload("third")))
    assert "arcade_usage.adapters.storage.outbox" in modules
    assert modules & SDK == set()
    assert [record["attribution"] is not None for record in world.waiting] == [True] * 3


def test_of_many_deliveries_at_once_the_sender_alone_imports_the_sdk(world: World) -> None:
    """While one sends, any number of others write their events down; the next sender takes them along."""
    world.receiver.posthog = DOWN
    run_here(world, "first")
    payloads = [world.payload(f"second.{number}") for number in range(AT_A_TIME)]
    (outbox,) = (world.folder / "usage" / "outbox").iterdir()
    with FileLock(Path(outbox, "sender.lock")):
        deliveries = [start_delivery(payload) for payload in payloads]
        assert [imported(delivery) & {*SDK, "filelock"} for delivery in deliveries] == [set()] * AT_A_TIME
    assert len(world.waiting) == AT_A_TIME + 1
    world.receiver.posthog = WELL
    (outbox / "logbook.json").unlink()
    run_here(world, "last")
    assert len(world.events) == AT_A_TIME + 2


def test_a_delivery_runs_no_program(world: World) -> None:
    """The SDK asks lsb_release what /etc/os-release says, and any program of that name would be run."""
    programs, ran = world.scratch / "programs", world.scratch / "ran"
    programs.mkdir()
    for name in ("lsb_release", "uname"):
        (programs / name).write_text(f'#!/bin/sh\necho "$0" >>"{ran}"\n', encoding="utf-8")
        (programs / name).chmod(0o700)
    world.monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    world.run("toolkit.run")
    assert list(world.events) == ["toolkit.run"]
    assert not ran.exists()


def files_touched(payload: str) -> dict[str, int]:
    """How often a delivery of this event opens each file of ours to read it, or replaces it."""
    output = subprocess.run(
        [sys.executable, "-c", WATCHING],
        env={**os.environ, "ARCADE_USAGE_EVENT_DATA": payload},
        stderr=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    ).stderr
    touched = [line for line in output.splitlines() if line.endswith(OUR_FILES)]
    return dict(Counter(re.sub(r"[0-9a-f-]*\.event\.json", "an event", line) for line in touched))


def test_a_delivery_opens_each_file_once(world: World) -> None:
    """The logbook also without a lock: for the age of the event, and for the time of the next attempt."""
    run_here(world, "first")
    assert files_touched(world.payload("second")) == {
        "read usage.json": 1,
        "read ledger.json": 1,
        "read logbook.json": 3,
        "read counts.json": 1,
        "read an event": 1,
        "read sent.jsonl": 1,
        "write an event": 2,  # before anything else, and with its verdict
        "write counts.json": 1,  # whether the event is sent
        "write logbook.json": 2,  # the pause before the attempt, the result after it
        "write sent.jsonl": 1,
    }
    assert list(world.events) == ["first", "second"]


def test_a_delivery_of_free_text_opens_the_identity_twice(world: World) -> None:
    """For the verdict, and after the event was written down: `forget` may have come between."""
    run_here(world, "first")
    touched = files_touched(world.payload("second", success=False, error_message="no such toolkit"))
    assert touched == {
        "read usage.json": 2,
        "read ledger.json": 2,
        "read logbook.json": 2,
        "read counts.json": 1,
        "read sent.jsonl": 1,
        "write an event": 1,
        "write counts.json": 1,  # whether the event is sent
        "write logbook.json": 2,
        "write sent.jsonl": 1,
    }
    assert list(world.events) == ["first", "second"]
