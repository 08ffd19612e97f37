"""What killed writers left behind: swept up once it is old, and nothing else is."""

import os
import time
from pathlib import Path

from arcade_usage.adapters.files.owned_folder import STRAY_SECONDS, open_folder
from verification.faults.command_runs import outbox_of, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

ALICE = "principal-alice"


@experiment("What killed writers left", "temporary files in every folder that we write to", rounds=4, quick=1)
def temporary_files(lab: Lab, rounds: int) -> Figures:
    """They go with the next login; what may still be in somebody's hands stays, and what is not ours."""
    swept = 0
    for number in range(rounds):
        world = lab.home()
        lab.expect(f"first {number}", ALICE)
        run_commands(lab, world, f"first {number}")
        theirs = world.folder / ".tmp-theirs"
        theirs.touch()
        _age(theirs)
        old, young = [], []
        for folder in (world.folder, world.folder / "usage", Path(outbox_of(world).folder)):
            old += [_leave_behind(folder) for _ in range(3)]
            young.append(_leave_behind(folder))
        for path in old:
            _age(path)
        lab.expect(f"login {number}", ALICE)
        world.log_in(ALICE, name=f"login {number}")
        world.settle()
        left = [path for path in old if path.exists()]
        assert not left, f"left behind: {left}"
        assert all(path.exists() for path in [*young, theirs]), "what is not ours, or not old, is gone"
        swept += len(old)
    return lab.judge(rounds, f"{swept} files swept up")


def _leave_behind(folder: Path) -> Path:
    """A temporary file, as a writer leaves it that is killed before it renames it."""
    before = set(folder.iterdir())
    with open_folder(os.fspath(folder), 0) as opened:
        opened._write_temporary(b"half", durable=False)
    (path,) = set(folder.iterdir()) - before
    return path


def _age(path: Path) -> None:
    long_ago = time.time() - STRAY_SECONDS - 60
    os.utime(path, (long_ago, long_ago))
