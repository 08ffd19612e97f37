"""Folders of other owners: root in a user's home, root's files in a user's folder, and a folder that was planted."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from tests.e2e.hosts import run_host as watch_host
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.foreign_files import describe
from verification.faults.lab import Lab
from verification.faults.two_users import (
    FROZEN,
    ROOT,
    RUN,
    SOMEBODY,
    as_somebody,
    call,
    check_owners,
    home_of_somebody,
    run_tool,
    start_of_tool,
)

ALICE = "principal-alice"
GROUP = "Other owners"


@experiment(GROUP, "root's commands in a home of somebody else's (sudo -E)", rounds=4, quick=1)
def root_in_a_home(lab: Lab, rounds: int) -> Figures:
    """The first commands there are root's, then the user's own come; and root's once more."""
    python, changed = as_somebody(lab), 0
    for number in range(rounds):
        with home_of_somebody(lab) as world:
            changed += _run_as_root(lab, world, f"root's first {number}")
            lab.expect(f"user's first {number}")
            run_tool(world, f"user's first {number}", python)
            changed += _run_as_root(lab, world, f"root's next {number}")
            lab.expect(f"user's next {number}")
            run_tool(world, f"user's next {number}", python)
            check_owners(world)
    assert not changed, f"root changed {changed} homes, or sent something"
    roots = [name for name in lab.persons() if name.startswith("root")]
    assert not roots, f"sent: {roots}"
    return lab.judge(
        rounds,
        f"{2 * rounds} commands of root's changed {changed} homes and sent {len(roots)} events",
    )


def _run_as_root(lab: Lab, world: World, name: str) -> int:
    """How many homes that changed, or sent something from."""
    before, requests = describe(world.scratch), len(lab.receiver.requests)
    run_tool(world, name, ROOT)
    return (describe(world.scratch), len(lab.receiver.requests)) != (before, requests)


# What root may have written there in earlier days, as patterns below the folder.
ROOTS = {
    "the ledger": "usage/ledger.json",
    "the identity lock": "usage/identity.lock",
    "the sender lock": "usage/outbox/*/sender.lock",
    "the logbook": "usage/outbox/*/logbook.json",
    "the copies of what was sent": "usage/outbox/*/sent.jsonl",
    "a record": "usage/outbox/*/*.event.json",
}


@experiment(GROUP, "a file of root's in a folder of the user's", rounds=1, quick=0)
def roots_files(lab: Lab, rounds: int) -> Figures:
    """`off` is stored; when what is root's was removed, what the user did before and meanwhile arrives."""
    python = as_somebody(lab)
    stored = tried = kept = 0
    for number in range(rounds):
        for kind, pattern in ROOTS.items():
            with home_of_somebody(lab) as world:
                _begin(lab, world, f"{kind} {number}, to turn off", python)
                _give_to_root(world, pattern)
                call(python, "off")
                stored += (world.folder / "usage" / "off").is_file()
            with home_of_somebody(lab) as world:
                tag = f"{kind} {number}"
                _begin(lab, world, tag, python)
                lab.expect(f"waits {tag}")
                of_root = _give_to_root(world, pattern)
                run_tool(world, f"meanwhile {tag}", python)
                if lab.is_known(world, f"meanwhile {tag}"):
                    lab.expect(f"meanwhile {tag}")
                    kept += 1
                of_root.unlink(missing_ok=True)
                lab.expect(f"last {tag}")
                run_tool(world, f"last {tag}", python)
                call(python, "flush")
                assert not world.waiting, kind
                check_owners(world)
                tried += 1
    assert stored == tried, f"`off` was stored {stored} times of {tried}"
    return lab.judge(
        tried,
        f"{', '.join(ROOTS)}: `off` was stored {stored} times; {kept} of {tried} commands meanwhile were written down",
    )


def _begin(lab: Lab, world: World, tag: str, python: Sequence[str]) -> None:
    """The user's own: an event that has arrived, and one that waits."""
    lab.expect(f"first {tag}")
    run_tool(world, f"first {tag}", python)
    run_tool(world, f"waits {tag}", python, before=FROZEN)
    assert len(world.waiting) == 1


def _give_to_root(world: World, pattern: str) -> Path:
    """Make one file root's; of records, a copy."""
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
def planted(lab: Lab, rounds: int) -> Figures:
    """With an identity, credentials, an event that waits, and a pipe; root runs a tool and asks for all there is."""
    python = as_somebody(lab)
    opened = sent = changed = 0
    for number in range(rounds):
        with home_of_somebody(lab) as world:
            _begin(lab, world, f"planted {number}", python)
            world.store_credentials(ALICE)
            os.mkfifo(world.folder / "usage" / "malformed")
            for path in (world.credentials, world.folder / "usage" / "malformed"):
                os.chown(path, SOMEBODY, SOMEBODY)
            folder = world.folder
        before, requests = describe(folder), len(lab.receiver.requests)
        with lab.monkeypatch.context() as patch:
            patch.setenv("ARCADE_WORK_DIR", str(folder))
            host = watch_host(
                start_of_tool(world) + RUN.format(before="", name=f"victim {number}"), lab.scratch
            )
            assert (host.returncode, host.stdout, host.stderr, host.started) == (0, "", "", 0)
            opened += sum(path.startswith(str(folder)) for path in host.opened)
            for command in COMMANDS:
                call(ROOT, *command)
        sent += len(lab.receiver.requests) - requests
        changed += describe(folder) != before
        lab.expect(f"victim's own {number}")
        run_tool(world, f"victim's own {number}", ROOT)
    assert (opened, sent, changed) == (0, 0, 0)
    return lab.judge(
        rounds,
        f"{opened} files opened there, {changed} changed, {sent} requests at the receiver; in root's own folder all went well",
    )


COMMANDS = (["status"], ["log"], ["show"], ["flush"], ["off"], ["on"], ["forget", "--yes"])
