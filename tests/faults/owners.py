"""Folders of other owners: root in a user's home, root's files in a user's folder, and a folder that was planted."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import arcade_usage
from tests.e2e.hosts import run_host as watch_host
from tests.e2e.world import TOKEN, World
from tests.faults.experiment import NotRunError, experiment
from tests.faults.figures import Figures
from tests.faults.hosts import HOST_SECONDS, program
from tests.faults.lab import Lab
from tests.faults.strangers import describe

ALICE = "principal-alice"
GROUP = "Other owners"
SOMEBODY = 4242  # a user, and a group, that no machine has
ROOT = [sys.executable]
PACKAGE_HOME = str(Path(arcade_usage.__file__).parents[1])
LIBRARIES = sysconfig.get_path("purelib")
REACHABLE = 0o711  # a folder that everybody may pass through

# A tool that names no folder: the environment does.
_START = """
import os, sys
import arcade_usage
tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token={token!r}, host={host!r})
"""
_RUN = """
{before}
tracker.track_command_execution({name!r}, success=True)
try:
    while True: os.wait()
except ChildProcessError: pass
"""
_STARTS_ITSELF = (
    "import subprocess, sys, arcade_usage, posthog; subprocess.run([sys.executable, '-c', ''], check=True)"
)
_FROZEN = "sys.frozen = True"  # it starts no process, so that its event waits


@experiment(GROUP, "root's commands in a home of somebody else's (sudo -E)", rounds=4, quick=1)
def root_in_a_home(lab: Lab, rounds: int) -> Figures:
    """The first commands there are root's, then the user's own come; and root's once more."""
    python, changed = _as_somebody(lab), 0
    for number in range(rounds):
        with _home(lab) as world:
            changed += _run_as_root(lab, world, f"root's first {number}")
            lab.expect(f"user's first {number}")
            _run(world, f"user's first {number}", python)
            changed += _run_as_root(lab, world, f"root's next {number}")
            lab.expect(f"user's next {number}")
            _run(world, f"user's next {number}", python)
            _check_owners(world)
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
    _run(world, name, ROOT)
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
    python = _as_somebody(lab)
    stored = tried = kept = 0
    for number in range(rounds):
        for kind, pattern in ROOTS.items():
            with _home(lab) as world:
                _begin(lab, world, f"{kind} {number}, to turn off", python)
                _give_to_root(world, pattern)
                _call(python, "off")
                stored += (world.folder / "usage" / "off").is_file()
            with _home(lab) as world:
                tag = f"{kind} {number}"
                _begin(lab, world, tag, python)
                lab.expect(f"waits {tag}")
                of_root = _give_to_root(world, pattern)
                _run(world, f"meanwhile {tag}", python)
                if lab.is_known(world, f"meanwhile {tag}"):
                    lab.expect(f"meanwhile {tag}")
                    kept += 1
                of_root.unlink(missing_ok=True)
                lab.expect(f"last {tag}")
                _run(world, f"last {tag}", python)
                _call(python, "flush")
                assert not world.waiting, kind
                _check_owners(world)
                tried += 1
    assert stored == tried, f"`off` was stored {stored} times of {tried}"
    return lab.judge(
        tried,
        f"{', '.join(ROOTS)}: `off` was stored {stored} times; {kept} of {tried} commands meanwhile were written down",
    )


def _begin(lab: Lab, world: World, tag: str, python: Sequence[str]) -> None:
    """The user's own: an event that has arrived, and one that waits."""
    lab.expect(f"first {tag}")
    _run(world, f"first {tag}", python)
    _run(world, f"waits {tag}", python, before=_FROZEN)
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
    python = _as_somebody(lab)
    opened = sent = changed = 0
    for number in range(rounds):
        with _home(lab) as world:
            _begin(lab, world, f"planted {number}", python)
            world.store_credentials(ALICE)
            os.mkfifo(world.folder / "usage" / "malformed")
            for path in (world.credentials, world.folder / "usage" / "malformed"):
                os.chown(path, SOMEBODY, SOMEBODY)
            folder = world.folder
        before, requests = describe(folder), len(lab.receiver.requests)
        with lab.monkeypatch.context() as patch:
            patch.setenv("ARCADE_WORK_DIR", str(folder))
            host = watch_host(_start(world) + _RUN.format(before="", name=f"victim {number}"), lab.scratch)
            assert (host.returncode, host.stdout, host.stderr, host.started) == (0, "", "", 0)
            opened += sum(path.startswith(str(folder)) for path in host.opened)
            for command in COMMANDS:
                _call(ROOT, *command)
        sent += len(lab.receiver.requests) - requests
        changed += describe(folder) != before
        lab.expect(f"victim's own {number}")
        _run(world, f"victim's own {number}", ROOT)
    assert (opened, sent, changed) == (0, 0, 0)
    return lab.judge(
        rounds,
        f"{opened} files opened there, {changed} changed, {sent} requests at the receiver; in root's own folder all went well",
    )


COMMANDS = (["status"], ["log"], ["show"], ["flush"], ["off"], ["on"], ["forget", "--yes"])


@contextmanager
def _home(lab: Lab) -> Iterator[World]:
    """A home of SOMEBODY's, which $HOME names meanwhile."""
    world = lab.home()
    lab.scratch.chmod(REACHABLE)
    os.chown(world.scratch, SOMEBODY, SOMEBODY)
    world.folder = world.scratch / ".arcade"
    with lab.monkeypatch.context() as patch:
        patch.setenv("HOME", str(world.scratch))
        yield world


def _start(world: World) -> str:
    return _START.format(token=TOKEN, host=world.receiver.url)


def _run(world: World, name: str, python: Sequence[str], *, before: str = "") -> None:
    """Run a command; returns when its delivery has ended."""
    lines = _start(world) + _RUN.format(before=before, name=name)
    done = _python(python, "-c", lines)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr


def _call(python: Sequence[str], *arguments: str) -> None:
    """What a person asks for; it may be told that it can't be done."""
    done = _python(python, "-m", "arcade_usage.cli", *arguments)
    assert done.returncode in (0, 1, 3), f"{arguments}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr


def _python(python: Sequence[str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*python, "-B", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=HOST_SECONDS, check=False)


def _check_owners(world: World) -> None:
    others = [path for path in world.scratch.rglob("*") if path.lstat().st_uid != SOMEBODY]
    assert not others, f"not the user's: {others}"


def _as_somebody(lab: Lab) -> list[str]:
    """A Python that runs as SOMEBODY: this one, or the system's, if only that can be reached. Raises NotRunError."""
    if os.geteuid() != 0:
        raise NotRunError("only root can be two users")
    ids = [f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
    for name in (sys.executable, "/usr/bin/python3"):
        python = [program("setpriv"), *ids, "--", name]
        if _python(python, "-c", _STARTS_ITSELF).returncode == 0:
            return python
        lab.monkeypatch.setenv("PYTHONPATH", os.pathsep.join((PACKAGE_HOME, LIBRARIES)))
    raise NotRunError("there is no Python here that another user can run")
