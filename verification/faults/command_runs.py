"""Runs commands of a tool in a separate interpreter, and checks that tracking does not disturb it.

After each run: nothing on stdout or stderr, no exception, and each delivery process exited with 0.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from shutil import which

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import StoreError
from arcade_usage.composition.console import flush
from arcade_usage.composition.scope import Scope
from arcade_usage.domain.project import Project
from tests.e2e.world import TOKEN, World
from verification.faults.experiment import NotRunError
from verification.faults.testbed import Testbed

TOOL_SECONDS = 60.0  # a tool that runs longer hangs
SECRET = "someone@example.org"  # part of each error message; redaction has to remove it

# Imports what the first command needs before the measurement, as the baseline experiment does.
_SCRIPT = """
import json, os, subprocess, sys, threading, time
from arcade_usage.composition import command as command_composition
from arcade_usage.adapters.machine import ids, installation
from arcade_usage.adapters.storage import config_folder, first_identity, identity_folder
from arcade_usage.adapters.process import launcher
from arcade_usage.domain import consent
options, waits, exit_codes = json.loads(sys.argv[1]), [], []
report = open(options["report"], "w", encoding="utf-8")
exec(options["before"])
for name in options["names"]:
    started = time.perf_counter()
    tracker = command_composition.command_tracker(
        distribution="arcade-usage", project_token=options["token"], host=options["host"], config_dir=options["folder"]
    )
    tracker.track_command_execution(
        name, success=options["is_login"], is_login=options["is_login"], error_message=options["message"]
    )
    waits.append((time.perf_counter() - started) * 1000)
print("the work is done")
try:
    while True:
        exit_codes.append(os.waitstatus_to_exitcode(os.wait()[1]))
except ChildProcessError:
    pass
with report:
    json.dump([waits, exit_codes], report)
"""


def run_commands(
    testbed: Testbed,
    world: World,
    *names: str,
    before: str = "",
    prefix: Sequence[str] = (),
    is_login: bool = False,
    counts: bool = True,
) -> list[float]:
    """Run these commands one after another in a new interpreter. Returns each delay (ms) once all deliveries ended.

    `before`: lines that the tool runs first. `prefix`: the start of its command line. `counts`: add the
    delays to those of the experiment, except for a login, which may wait.
    """
    report = world.scratch / "tool.json"
    options = {
        "report": str(report),
        "before": before,
        "names": names,
        "token": TOKEN,
        "host": world.receiver.url,
        "folder": os.fspath(world.folder),
        "is_login": is_login,
        "message": f"no such toolkit, written by {SECRET}",
    }
    command = [*prefix, sys.executable, "-B", "-c", _SCRIPT, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the work is done\n", "")
    waits: list[float]
    waits, exit_codes = json.loads(report.read_text(encoding="utf-8"))
    assert set(exit_codes) <= {0}, f"a delivery process failed or was killed: {exit_codes}"
    if counts and not is_login:
        testbed.waits_ms.extend(waits)
    return waits


def unprivileged_prefix() -> list[str]:
    """Command prefix of a process to which permission bits apply, even as root. Raises NotRunError."""
    if os.geteuid() != 0:
        return []
    return [find_program("setpriv"), "--bounding-set=-dac_override,-dac_read_search", "--"]


def queue_events(testbed: Testbed, world: World, *names: str) -> None:
    """Leave the events of these commands in the outbox: the tool cannot start a process."""
    run_commands(testbed, world, *names, before="sys.frozen = True", counts=False)
    assert {record.event.properties["command_name"] for record in outbox_of(world).queue.pending()} >= set(
        names
    )


def outbox_of(world: World) -> FolderOutbox:
    project = Project(world.receiver.url, TOKEN)
    return FolderOutbox(str(world.folder / "usage" / "outbox" / project.key), project)


def queued_names(world: World) -> set[str]:
    """Names of the commands whose records are in the outbox."""
    try:
        return {str(record.event.properties["command_name"]) for record in outbox_of(world).queue.pending()}
    except StoreError:
        return set()


def expect_written(testbed: Testbed, world: World, *names: str, owners: Sequence[str] = ()) -> int:
    """Expect the events of these commands that were written to disk. Returns how many. Call after the deliveries."""
    stored = [name for name in names if name in world.events or name in queued_names(world)]
    for name in stored:
        testbed.expect(name, *owners)
    return len(stored)


def recover(testbed: Testbed, world: World, name: str, *owners: str) -> bool:
    """Run a command after the fault: it and all waiting events have to arrive. Returns whether a flush was needed.

    A fault that hits a delivery after it recorded an attempt leaves a backoff, which a flush ends.
    """
    testbed.expect(name, *owners)
    run_commands(testbed, world, name)
    if not outbox_of(world).queue.pending():
        return False
    list(flush(Scope(config_dir=world.folder), []))
    return True


def ids_of(world: World, names: Sequence[str]) -> set[str]:
    """Distinct ids that the events of these commands were sent under."""
    return {event.distinct_id for name, event in world.events.items() if name in names}


def find_program(name: str) -> str:
    """Path of a program of the system. Raises NotRunError if it is not installed."""
    path = which(name)
    if path is None:
        raise NotRunError(f"{name} is not installed")
    return path
