"""A host in an interpreter of its own, which has to end as if nothing were tracked.

Owns the check that is made at every one of them: not a word on stdout or stderr, no exception, and every
delivery that it launched ended by itself.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from shutil import which

from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import StoreError
from arcade_usage.composition.console import Scope, flush
from arcade_usage.domain.project import Project
from tests.e2e.world import TOKEN, World
from verification.faults.experiment import NotRunError
from verification.faults.lab import Lab

HOST_SECONDS = 60.0  # until a host that hangs is a failure
SECRET = "someone@example.org"  # in every error message: redaction has to see it

# What the first command imports is imported before: `All is well` is measured so, too.
_SCRIPT = """
import json, os, subprocess, sys, threading, time
from arcade_usage.composition import command as command_composition
from arcade_usage.adapters.machine import ids as chance, installation as machine
from arcade_usage.adapters.storage import config_folder, first_identity
from arcade_usage.adapters.process import launcher as detached
from arcade_usage.domain import consent
asked, waits, ends = json.loads(sys.argv[1]), [], []
report = open(asked["report"], "w", encoding="utf-8")
exec(asked["before"])
for name in asked["names"]:
    begun = time.perf_counter()
    tracker = command_composition.command_tracker(
        distribution="arcade-usage", project_token=asked["token"], host=asked["host"], config_dir=asked["folder"]
    )
    tracker.track_command_execution(
        name, success=asked["is_login"], is_login=asked["is_login"], error_message=asked["message"]
    )
    waits.append((time.perf_counter() - begun) * 1000)
print("the work is done")
try:
    while True:
        ends.append(os.waitstatus_to_exitcode(os.wait()[1]))
except ChildProcessError:
    pass
with report:
    json.dump([waits, ends], report)
"""


def run_commands(
    lab: Lab,
    world: World,
    *names: str,
    before: str = "",
    prefix: Sequence[str] = (),
    is_login: bool = False,
    counts: bool = True,
) -> list[float]:
    """Run these commands one after the other in a new interpreter; returns when all deliveries have ended.

    `before`: lines that the host runs first. `prefix`: what its command line begins with. What they waited
    (ms) is returned, and entered if it `counts`; a login may wait.
    """
    report = world.scratch / "host.json"
    asked = {
        "report": str(report),
        "before": before,
        "names": names,
        "token": TOKEN,
        "host": world.receiver.url,
        "folder": os.fspath(world.folder),
        "is_login": is_login,
        "message": f"no such toolkit, says {SECRET}",
    }
    command = [*prefix, sys.executable, "-B", "-c", _SCRIPT, json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HOST_SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the work is done\n", "")
    waits: list[float]
    waits, ends = json.loads(report.read_text(encoding="utf-8"))
    assert set(ends) <= {0}, f"deliveries that did not end by themselves: {ends}"
    if counts and not is_login:
        lab.waits_ms.extend(waits)
    return waits


def without_permission() -> list[str]:
    """A prefix for hosts whom permission bits bind. Raises NotRunError."""
    if os.geteuid() != 0:
        return []
    return [program("setpriv"), "--bounding-set=-dac_override,-dac_read_search", "--"]


def keep_waiting(lab: Lab, world: World, *names: str) -> None:
    """Leave events in the outbox, by a host that can start no process."""
    run_commands(lab, world, *names, before="sys.frozen = True", counts=False)
    assert {record.event.properties["command_name"] for record in outbox_of(world).queue.pending()} >= set(
        names
    )


def outbox_of(world: World) -> FolderOutbox:
    sink = Project(world.receiver.url, TOKEN)
    return FolderOutbox(str(world.folder / "usage" / "outbox" / sink.key), sink)


def written(world: World) -> set[str]:
    """The commands whose records lie in the outbox."""
    try:
        return {str(record.event.properties["command_name"]) for record in outbox_of(world).queue.pending()}
    except StoreError:
        return set()


def expect_what_was_written(lab: Lab, world: World, *names: str, owners: Sequence[str] = ()) -> int:
    """Enter those of these commands that have to arrive, now that their deliveries have ended; how many."""
    there = [name for name in names if name in world.events or name in written(world)]
    for name in there:
        lab.expect(name, *owners)
    return len(there)


def recover(lab: Lab, world: World, name: str, *owners: str) -> bool:
    """All is well again: a command has to arrive, and all that waits. Whether a flush was needed for it.

    A fault that hit a delivery after it had written down its attempt leaves a pause, which a flush ends.
    """
    lab.expect(name, *owners)
    run_commands(lab, world, name)
    if not outbox_of(world).queue.pending():
        return False
    list(flush(Scope(config_dir=world.folder), []))
    return True


def ids_of(world: World, names: Sequence[str]) -> set[str]:
    """The distinct ids under which these commands went out."""
    return {event.distinct_id for name, event in world.events.items() if name in names}


def program(name: str) -> str:
    """Where a program of the system lies. Raises NotRunError."""
    path = which(name)
    if path is None:
        raise NotRunError(f"there is no {name} on this machine")
    return path
