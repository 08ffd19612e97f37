"""Temporary files of killed processes are removed once they are old; other files stay."""

import os
import time
from pathlib import Path

from arcade_usage.adapters.files.owned_folder import STRAY_SECONDS, open_folder
from verification.faults.command_runs import outbox_of, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ALICE = "principal-alice"


@experiment("Files of killed processes", "temporary files in each folder of the library", rounds=4, quick=1)
def temporary_files(testbed: Testbed, rounds: int) -> Figures:
    """The next login removes the old ones. Recent ones, which may be in use, and foreign files stay."""
    removed = 0
    for number in range(rounds):
        world = testbed.home()
        testbed.expect(f"first {number}", ALICE)
        run_commands(testbed, world, f"first {number}")
        foreign = world.folder / ".tmp-foreign"
        foreign.touch()
        _age(foreign)
        old, young = [], []
        for folder in (world.folder, world.folder / "usage", Path(outbox_of(world).folder)):
            old += [_leave_temporary_file(folder) for _ in range(3)]
            young.append(_leave_temporary_file(folder))
        for path in old:
            _age(path)
        testbed.expect(f"login {number}", ALICE)
        world.log_in(ALICE, name=f"login {number}")
        world.settle()
        left = [path for path in old if path.exists()]
        assert not left, f"not removed: {left}"
        assert all(path.exists() for path in [*young, foreign]), "a recent or foreign file was removed"
        removed += len(old)
    return testbed.judge(rounds, f"{removed} files removed")


def _leave_temporary_file(folder: Path) -> Path:
    """Create a temporary file, like a process that is killed before it renames it. Returns its path."""
    before = set(folder.iterdir())
    with open_folder(os.fspath(folder), 0) as opened:
        opened._write_temporary(b"half", durable=False)
    (path,) = set(folder.iterdir()) - before
    return path


def _age(path: Path) -> None:
    long_ago = time.time() - STRAY_SECONDS - 60
    os.utime(path, (long_ago, long_ago))
