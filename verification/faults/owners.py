"""Files of other users: root in a user's home, root's files in a user's folder, and a planted folder."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from tests.e2e.hosts import run_as_tool
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.foreign_files import describe
from verification.faults.testbed import Testbed
from verification.faults.two_users import (
    FROZEN,
    OTHER_USER,
    ROOT,
    RUN,
    as_other_user,
    check_owners,
    home_of_other_user,
    run_cli,
    run_tool,
    start_of_tool,
)

ALICE = "principal-alice"
GROUP = "Files of other users"


@experiment(GROUP, "root's commands in another user's home (sudo -E)", rounds=4, quick=1)
def root_in_a_home(testbed: Testbed, rounds: int) -> Figures:
    """Root runs the first command, then the user, then root and the user again. Root's commands have no effect."""
    python, changed = as_other_user(testbed), 0
    for number in range(rounds):
        with home_of_other_user(testbed) as world:
            changed += _run_as_root(testbed, world, f"root's first {number}")
            testbed.expect(f"user's first {number}")
            run_tool(world, f"user's first {number}", python)
            changed += _run_as_root(testbed, world, f"root's next {number}")
            testbed.expect(f"user's next {number}")
            run_tool(world, f"user's next {number}", python)
            check_owners(world)
    assert not changed, f"root changed or sent something {changed} times"
    roots = [name for name in testbed.persons() if name.startswith("root")]
    assert not roots, f"sent: {roots}"
    return testbed.judge(
        rounds,
        f"{2 * rounds} commands of root's changed {changed} homes and sent {len(roots)} events",
    )


def _run_as_root(testbed: Testbed, world: World, name: str) -> int:
    """Run a command as root. Returns 1 if it changed the home or sent a request, otherwise 0."""
    before, requests = describe(world.scratch), len(testbed.receiver.requests)
    run_tool(world, name, ROOT)
    return (describe(world.scratch), len(testbed.receiver.requests)) != (before, requests)


# Files that root may have written earlier, as patterns in the config folder.
ROOTS = {
    "the ledger": "usage/ledger.json",
    "the identity lock": "usage/identity.lock",
    "the sender lock": "usage/outbox/*/sender.lock",
    "the logbook": "usage/outbox/*/logbook.json",
    "the copies of what was sent": "usage/outbox/*/sent.jsonl",
    "a record": "usage/outbox/*/*.event.json",
}


@experiment(GROUP, "root's file in the user's folder", rounds=1, quick=0)
def roots_files(testbed: Testbed, rounds: int) -> Figures:
    """`off` is stored. Once the file is removed, the events from before and from the meantime arrive."""
    python = as_other_user(testbed)
    stored = tried = kept = 0
    for number in range(rounds):
        for kind, pattern in ROOTS.items():
            with home_of_other_user(testbed) as world:
                _begin(testbed, world, f"{kind} {number}, to turn off", python)
                _give_to_root(world, pattern)
                run_cli(python, "off")
                stored += (world.folder / "usage" / "off").is_file()
            with home_of_other_user(testbed) as world:
                tag = f"{kind} {number}"
                _begin(testbed, world, tag, python)
                testbed.expect(f"waits {tag}")
                of_root = _give_to_root(world, pattern)
                run_tool(world, f"meanwhile {tag}", python)
                if testbed.is_known(world, f"meanwhile {tag}"):
                    testbed.expect(f"meanwhile {tag}")
                    kept += 1
                of_root.unlink(missing_ok=True)
                testbed.expect(f"last {tag}")
                run_tool(world, f"last {tag}", python)
                run_cli(python, "flush")
                assert not world.waiting, kind
                check_owners(world)
                tried += 1
    assert stored == tried, f"`off` was stored {stored} times of {tried}"
    return testbed.judge(
        tried,
        f"{', '.join(ROOTS)}: `off` was stored {stored} times; {kept} of {tried} events could be written in the meantime",
    )


def _begin(testbed: Testbed, world: World, tag: str, python: Sequence[str]) -> None:
    """Send one event of the user's, and leave another one waiting."""
    testbed.expect(f"first {tag}")
    run_tool(world, f"first {tag}", python)
    run_tool(world, f"waits {tag}", python, before=FROZEN)
    assert len(world.waiting) == 1


def _give_to_root(world: World, pattern: str) -> Path:
    """Change the owner of one file to root; for a record, of a copy. Returns its path."""
    (path,) = world.folder.glob(pattern)
    if pattern.endswith(".event.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        own, record["event"]["uuid"] = record["event"]["uuid"], str(uuid4())
        path = path.with_name(path.name.replace(own, record["event"]["uuid"]))
        path.write_text(json.dumps(record), encoding="utf-8")
    os.chown(path, 0, 0)
    path.chmod(0o600)
    return path


@experiment(GROUP, "ARCADE_WORK_DIR names a folder that another user planted", rounds=3, quick=0)
def planted(testbed: Testbed, rounds: int) -> Figures:
    """The folder has an identity, credentials, a waiting event and a pipe. Root runs a tool and each command."""
    python = as_other_user(testbed)
    opened = sent = changed = 0
    for number in range(rounds):
        with home_of_other_user(testbed) as world:
            _begin(testbed, world, f"planted {number}", python)
            world.store_credentials(ALICE)
            os.mkfifo(world.folder / "usage" / "malformed")
            for path in (world.credentials, world.folder / "usage" / "malformed"):
                os.chown(path, OTHER_USER, OTHER_USER)
            folder = world.folder
        before, requests = describe(folder), len(testbed.receiver.requests)
        with testbed.monkeypatch.context() as patch:
            patch.setenv("ARCADE_WORK_DIR", str(folder))
            tool = run_as_tool(
                start_of_tool(world) + RUN.format(before="", name=f"victim {number}"), testbed.scratch
            )
            assert (tool.returncode, tool.stdout, tool.stderr, tool.started) == (0, "", "", 0)
            opened += sum(path.startswith(str(folder)) for path in tool.opened)
            for command in COMMANDS:
                run_cli(ROOT, *command)
        sent += len(testbed.receiver.requests) - requests
        changed += describe(folder) != before
        testbed.expect(f"victim's own {number}")
        run_tool(world, f"victim's own {number}", ROOT)
    assert (opened, sent, changed) == (0, 0, 0)
    return testbed.judge(
        rounds,
        f"{opened} files opened there, {changed} changed, {sent} requests at the receiver; in root's own folder, tracking works",
    )


COMMANDS = (["status"], ["log"], ["show"], ["flush"], ["off"], ["on"], ["forget", "--yes"])
