"""Foreign files under the names that the library uses: neither they nor the targets of links change."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from arcade_usage.cli.commands import make_app
from tests.e2e.world import World
from verification.faults.command_runs import outbox_of, recover, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "Foreign files"

NAMES = (
    "usage", "usage/ledger.json", "usage/identity.lock", "usage/off", "usage/malformed", "usage/outbox",
    "usage/outbox/{key}", "usage/outbox/{key}/sender.lock", "usage/outbox/{key}/sink.json",
    "usage/outbox/{key}/logbook.json", "usage/outbox/{key}/sent.jsonl", "usage/outbox/{key}/dropped",
    "usage/outbox/{key}/counts.json",
    "usage/outbox/{key}/000000000000001-0000000000-0dd0dd00-0000-4000-8000-000000000001.event.json",
    "usage/outbox/{key}/.tmp-1-0123456789abcdef",
)  # fmt: skip

FOLDERS = ("usage", "usage/malformed", "usage/outbox", "usage/outbox/{key}")

KINDS: dict[str, Callable[[Path, Path], Any]] = {
    "a link to a file": lambda path, outside: path.symlink_to(outside / "profile"),
    "a link to a folder": lambda path, outside: path.symlink_to(outside),
    "a link to nowhere": lambda path, _: path.symlink_to("nowhere"),
    "a pipe": lambda path, _: os.mkfifo(path),
    "a folder": lambda path, outside: shutil.copytree(outside, path, symlinks=True),
}

COMMANDS = (["status"], ["log"], ["show"], ["flush"], ["off"], ["on"], ["forget", "--yes"])


@experiment(GROUP, "under each name that the library uses", rounds=1, quick=0)
def at_each_name(testbed: Testbed, rounds: int) -> Figures:
    """A command, a login, a logout and each command of the command line leave the foreign file unchanged."""
    tried, changed = 0, []
    for name in NAMES * rounds:
        for kind, make in KINDS.items():
            if kind == "a folder" and name in FOLDERS:
                continue  # a folder of the user's own there is used like one of the library's
            world = testbed.home()
            testbed.expect(f"first {tried}", ALICE)
            world.log_in(ALICE, name=f"first {tried}")
            world.settle()
            outside = _make_outside(world, outbox_of(world).folder)
            foreign = world.folder / name.format(key=Path(outbox_of(world).folder).name)
            if os.path.lexists(foreign):
                foreign.rename(world.scratch / "mine")
            make(foreign, outside)
            before = describe(outside), describe(foreign)
            run_commands(testbed, world, f"meanwhile {tried}")
            testbed.attempt(world, f"login {tried}", is_login=True)
            testbed.attempt(world, f"logout {tried}", is_logout=True)
            world.settle()
            for command in COMMANDS:
                done = CliRunner().invoke(make_app(), [*command, "--config-dir", str(world.folder)])
                assert done.exit_code in (0, 1, 3), f"{command} with {kind} at {name}: {done.output}"
            if (describe(outside), describe(foreign)) != before:
                changed.append(f"{kind} at {name}")
            tried += 1
    assert not changed, f"changed: {changed}"
    return testbed.judge(tried, f"{len(NAMES)} names, {len(KINDS)} kinds of file: none changed")


def _make_outside(world: World, outbox: str) -> Path:
    """A folder of the user's, with files that have the names of ours, and a file of the user's own."""
    outside = world.scratch / "outside"
    shutil.copytree(outbox, outside)
    (outside / "profile").write_text("export PATH\n")
    (outside / ".tmp-1-0123456789abcdef").write_text("theirs")
    for path in outside.iterdir():
        os.utime(path, (5, 5))
    return outside


def describe(path: Path) -> list[object]:
    """Metadata and content of a path, and of everything below it."""
    status = path.lstat()
    seen: list[object] = [path.name, status.st_mode, status.st_ino, status.st_mtime_ns, status.st_nlink]
    if path.is_symlink():
        return [*seen, os.readlink(path)]
    if path.is_dir():
        return [*seen, *(describe(inside) for inside in sorted(path.iterdir()))]
    return [*seen, path.read_bytes()] if path.is_file() else seen


@experiment(GROUP, "replaced, then restored", rounds=5, quick=1)
def restore(testbed: Testbed, rounds: int) -> Figures:
    """Waiting events are delivered once the outbox is the original folder again."""
    for number in range(rounds):
        world = testbed.home()
        testbed.expect(f"login {number}", ALICE)
        world.log_in(ALICE, name=f"login {number}")
        world.settle()
        outbox = Path(outbox_of(world).folder)
        outbox.rename(world.scratch / "mine")
        outbox.symlink_to(world.scratch)
        run_commands(testbed, world, f"meanwhile {number}")
        assert f"meanwhile {number}" not in world.events
        outbox.unlink()
        (world.scratch / "mine").rename(outbox)
        assert not recover(testbed, world, f"after {number}", ALICE)
    return testbed.judge(rounds, "the outbox was a link")
