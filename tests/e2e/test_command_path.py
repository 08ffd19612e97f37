"""The command path, measured in a fresh interpreter: what it imports, opens, starts and prints."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.deliveries import delivering_here, sender_at_work
from tests.e2e.hosts import (
    BLOCK,
    CALL,
    FAILED_BLOCK,
    FAILED_CALL,
    NETWORK,
    WAYS,
    ToolRun,
    run_as_tool,
    start_of_tool,
)
from tests.e2e.world import World

# What takes long to import, or has no business in a tool that doesn't import it itself.
VENDORS = frozenset(
    [
        "attr",
        "attrs",
        "cattrs",
        "filelock",
        "httpx",
        "posthog",
        "requests",
        "yaml",
        "importlib.metadata",
        "typer",
        "click",
        "rich",
        "logging",
        "ssl",
        "socket",
        "uuid",
        "datetime",
        "platform",
    ]
)

# Where a machine or a container says which one it is; read at the first command only.
MACHINE_FILES = frozenset(
    ("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostid", "/proc/self/mountinfo")
)


def assert_light(host: ToolRun, processes: int) -> None:
    """What holds for every tool: nothing heavy, nothing on the network, nothing printed."""
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert host.modules & VENDORS == set()
    assert host.started == processes
    assert host.sockets == []


def arrange(world: World, state: str) -> None:
    with delivering_here(world):
        if state == "linked":
            world.log_in("principal-1")
        if state == "anonymous":
            world.start("earlier")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", ["anonymous", "linked"])
def test_a_command_reads_two_small_files_and_starts_one_process(world: World, state: str, way: str) -> None:
    """No vendor is imported, no socket made, nothing printed; a `with` block looks once more when it begins."""
    arrange(world, state)
    with sender_at_work(world):
        host = run_as_tool(start_of_tool(world) + WAYS[way], world.scratch)
    assert_light(host, processes=1)
    looks = 2 if "block" in way else 1
    assert Counter(host.opened) == {
        str(world.folder): looks,
        "usage.json": looks,
        "usage": looks,
        "ledger.json": looks,
        os.devnull: 1,
    }
    (record,) = world.waiting
    assert record["event"]["name"].endswith("failed" if "failed" in way else "succeeded")


@pytest.mark.parametrize("way", WAYS)
def test_the_first_command_makes_two_files_besides(world: World, way: str) -> None:
    """The first command imports nothing more, and what it opens is the identity, the ledger, and what is local."""
    host = run_as_tool(start_of_tool(world) + WAYS[way], world.scratch)
    assert_light(host, processes=1)
    assert len(host.opened) <= 24
    ours = {path.partition("-")[0] for path in host.opened if not os.path.isabs(path)}
    assert ours == {"usage.json", "usage", "ledger.json", ".tmp"}
    elsewhere = {path for path in host.opened if os.path.isabs(path)}
    assert elsewhere - MACHINE_FILES == {str(world.folder), os.devnull}
    assert world.events["toolkit.run"].distinct_id == world.anon_id


UNNAMED_MACHINE = """
from arcade_usage.adapters.machine import installation
installation._MACHINE_ID_FILES, installation._MOUNTS = (), "/nowhere"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have a call or a registry for the id")
def test_a_machine_without_an_id_is_named_without_a_socket(world: World) -> None:
    """As in a minimal container: the first command imports nothing more, not even `socket`."""
    host = run_as_tool(f"{start_of_tool(world)}{UNNAMED_MACHINE}{BLOCK}", world.scratch)
    assert_light(host, processes=1)
    assert world.ledger["born"]


def test_a_login_imports_no_vendor_either(world: World) -> None:
    """The tool of a login waits for the process, and does nothing of what that does itself."""
    world.store_credentials("principal-1")
    lines = "tracker.track_command_execution('login', success=True, is_login=True)"
    assert_light(run_as_tool(start_of_tool(world) + lines, world.scratch), processes=1)
    assert world.linked_to() == "principal-1"


def test_a_logout_imports_no_network(world: World) -> None:
    """In the foreground a logout rotates the identity, which takes attrs, cattrs and filelock, and no more."""
    arrange(world, "linked")
    anon_id = world.anon_id
    lines = (
        f"import os; os.unlink({str(world.credentials)!r})\n"
        "tracker.track_command_execution('logout', success=True, is_logout=True)"
    )
    host = run_as_tool(start_of_tool(world) + lines, world.scratch)
    assert (host.stdout, host.stderr, host.started, host.sockets) == ("", "", 1, [])
    assert host.modules & NETWORK == set()
    assert (world.anon_id != anon_id, world.linked_to()) == (True, None)


def off_by_stored_choice(folder: Path) -> None:
    (folder / "usage").mkdir(parents=True)
    (folder / "usage" / "off").touch()


OFF_VARIABLES = {
    **{f"tracking={value!r}": {"ARCADE_USAGE_TRACKING": value} for value in ("0", " 0", "n", "F", "No ")},
    **{f"tracking={value!r}": {"ARCADE_USAGE_TRACKING": value} for value in ("off", "FALSE", "disabled")},
    **{f"do not track={value!r}": {"DO_NOT_TRACK": value} for value in ("1", "true", " yes", "n")},
    "click completes": {"_ARCADE_COMPLETE": "complete_zsh"},
    "argcomplete completes": {"_ARGCOMPLETE": "1"},
    "delivers": {"ARCADE_USAGE_EVENT_DATA": "{}"},
}


@pytest.mark.parametrize("variables", OFF_VARIABLES.values(), ids=OFF_VARIABLES)
def test_off_by_a_variable_does_nothing_at_all(world: World, variables: dict[str, str]) -> None:
    """Nothing is opened, written, started or sent; not even the config folder is made."""
    lines = f"{CALL}\n{BLOCK}\n{FAILED_BLOCK}\n{CALL[:-1]}, is_login=True)\n{CALL[:-1]}, is_logout=True)"
    host = run_as_tool(start_of_tool(world) + lines, world.scratch, environment={**os.environ, **variables})
    assert_light(host, processes=0)
    assert host.opened == []
    assert not world.folder.exists()
    assert world.receiver.requests == []


@pytest.mark.parametrize("token", [None, "", "  "])
def test_without_a_token_nothing_ever_leaves(world: World, token: str | None) -> None:
    """A tool that gives no project token is never tracked, and makes no folder."""
    host = run_as_tool(start_of_tool(world, token) + CALL, world.scratch)
    assert_light(host, processes=0)
    assert (host.opened, world.folder.exists()) == ([], False)


@pytest.mark.parametrize("where", ["here", "default folder", "can't be read"])
def test_off_by_a_stored_choice_leaves_the_folder_as_it_is(world: World, where: str) -> None:
    """A choice holds in its folder; one in ~/.arcade holds everywhere; one that can't be read means off.

    Nothing is opened but the choice, and its folders.
    """
    if where == "can't be read":
        world.folder.mkdir()
        (world.folder / "usage").write_text("a file in the folder's place", encoding="utf-8")
    else:
        off_by_stored_choice(world.folder if where == "here" else world.scratch / "home" / ".arcade")
    before = sorted(world.scratch.rglob("*"))
    host = run_as_tool(start_of_tool(world) + CALL + "\n" + BLOCK, world.scratch)
    assert_light(host, processes=0)
    opened = [os.path.basename(path) for path in host.opened]
    assert opened[1:] == (["usage"] if where == "can't be read" else ["usage", "off"])  # it has the level
    assert set(world.scratch.rglob("*")) - set(before) == {
        world.scratch / "host.py",
        world.scratch / "report.json",
    }


def test_asked_to_show_nothing_is_sent(world: World) -> None:
    """ARCADE_USAGE_DEBUG=1 prints the exact event to stderr; the tool gets no SDK, nothing is sent or written."""
    shown = run_as_tool(
        start_of_tool(world) + FAILED_CALL,
        world.scratch,
        environment={**os.environ, "ARCADE_USAGE_DEBUG": "1"},
    )
    assert (shown.returncode, shown.stdout, shown.started, shown.sockets) == (0, "", 1, [])
    assert shown.modules & NETWORK == set()
    assert not world.folder.exists()
    event = json.loads(shown.stderr[shown.stderr.index("{") :])
    assert event["properties"]["command_name"] == "toolkit.run"
    assert event["properties"]["error_message"] == "no such toolkit"
    assert world.waiting == []
    assert world.receiver.requests == []


TYPER_TOOL = """
import typer
app, toolkit = typer.Typer(), typer.Typer()
toolkit.command('run')(lambda: None)
def fail(): raise ValueError('no such toolkit')
toolkit.command('fail')(fail)
app.add_typer(toolkit, name='toolkit')
app.command('login')(lambda: None)
"""
TRACK = "from arcade_usage.adapters.frameworks.typer_app import track\ntrack(app, tracker)\n"


def run_typer(line: str) -> str:
    return f"try: app({line.split()!r}, standalone_mode=False)\nexcept ValueError: pass\n"


@pytest.mark.parametrize("line", ["toolkit run", "toolkit fail", "login", "toolkit --help"])
def test_a_tracked_typer_host_imports_nothing_more(world: World, line: str) -> None:
    """The tool does no more than untracked, except what every tool does; it does not wait, print or start more."""
    arrange(world, "linked")
    others = len(world.receiver.requests)
    untracked = run_as_tool(TYPER_TOOL + run_typer(line), world.scratch)
    assert len(world.receiver.requests) == others
    with sender_at_work(world):
        tracked = run_as_tool(TYPER_TOOL + start_of_tool(world) + TRACK + run_typer(line), world.scratch)
    assert (tracked.returncode, tracked.stdout, tracked.stderr) == (0, untracked.stdout, untracked.stderr)
    assert (tracked.modules - untracked.modules) & VENDORS == set()
    assert (tracked.started, tracked.sockets) == (0 if "--help" in line else 1, [])
    ours = [path for path in tracked.opened if not os.path.isabs(path) or path == str(world.folder)]
    looks = (
        3 if line == "login" else 2
    )  # when the tracker is built, when the command begins, when a login ends
    assert Counter(ours) == dict.fromkeys([str(world.folder), "usage.json", "usage", "ledger.json"], looks)


def test_the_adapter_for_typer_imports_no_typer(world: World) -> None:
    """It works on the tool's objects: who has no Typer can import it, and a Click tool never gets Typer."""
    lines = (
        "import arcade_usage.adapters.frameworks.typer_app\n"
        "class Command:\n    class context_class: pass\n"
        "arcade_usage.adapters.frameworks.typer_app.track(Command(), tracker)\n"
    )
    host = run_as_tool(start_of_tool(world) + lines, world.scratch)
    assert_light(host, processes=0)


def test_a_typer_host_that_is_off_does_nothing_at_all(world: World) -> None:
    """Nothing is opened, written, started or sent, and the app is not even touched."""
    lines = (
        TYPER_TOOL
        + start_of_tool(world)
        + TRACK
        + "assert type(app) is typer.Typer\n"
        + run_typer("toolkit run")
    )
    host = run_as_tool(lines, world.scratch, environment={**os.environ, "DO_NOT_TRACK": "1"})
    assert (host.returncode, host.stdout, host.stderr, host.started, host.sockets) == (0, "", "", 0, [])
    assert "arcade_usage.adapters.process.launcher" not in host.modules
    assert not world.folder.exists()
