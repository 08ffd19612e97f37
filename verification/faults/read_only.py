"""Folders that may not be written: nothing is sent under an id that can't be kept, and nobody notices."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.e2e.world import World
from verification.faults.command_runs import (
    expect_what_was_written,
    ids_of,
    keep_waiting,
    outbox_of,
    recover,
    run_commands,
    without_permission,
)
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.mounts import small_disk

ALICE = "principal-alice"
GROUP = "Nothing may be written"
COMMANDS = 2  # while it may not

PathOf = Callable[[World], Path]

PLACES: dict[str, PathOf] = {
    "the config folder": lambda world: world.folder,
    "usage/": lambda world: world.folder / "usage",
    "the outbox": lambda world: Path(outbox_of(world).folder),
}


def forbid(lab: Lab, rounds: int, place: PathOf, *, used: bool) -> Figures:
    """Two commands find a folder that they may read and not write."""
    kept = 0
    for number in range(rounds):
        world = lab.home()
        if used:
            _begin_linked(lab, world, number)
        folder = place(world)
        for each in (world.folder / "usage", folder):  # where the ledger fits, and usage.json does not
            each.mkdir(parents=True, exist_ok=True)
        with _without_writing(folder):
            kept += _meet(lab, world, number, used, without_permission())
        _recover(lab, world, number, used)
    return lab.judge(rounds, _remark(kept, rounds))


def _begin_linked(lab: Lab, world: World, number: int) -> None:
    """Somebody logged in, and an event waits."""
    lab.expect(f"login {number}", ALICE)
    world.log_in(ALICE, name=f"login {number}")
    world.settle()
    lab.expect(f"waiting {number}", ALICE)
    keep_waiting(lab, world, f"waiting {number}")


def _meet(lab: Lab, world: World, number: int, used: bool, prefix: list[str]) -> int:
    names = _names(number)
    run_commands(lab, world, *names, prefix=prefix)
    return expect_what_was_written(lab, world, *names, owners=[ALICE] if used else [])


def _recover(lab: Lab, world: World, number: int, used: bool) -> None:
    last = f"allowed {number}"
    recover(lab, world, last, *([ALICE] if used else []))
    assert ids_of(world, [*_names(number), last]) == {ALICE if used else world.anon_id}, "a changing id"


def _names(number: int) -> list[str]:
    return [f"forbidden {number}.{nth}" for nth in range(COMMANDS)]


def _remark(kept: int, rounds: int) -> str:
    return f"{kept} of {rounds * COMMANDS} commands could be written down all the same"


@contextmanager
def _without_writing(folder: Path) -> Iterator[None]:
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(0o700)


for _name, _place in PLACES.items():
    for _used in (False, True):
        _when = "in use" if _used else "fresh"
        experiment(GROUP, f"{_name} without permission to write, {_when}", rounds=2, quick=0)(
            partial(forbid, place=_place, used=_used)
        )


@experiment(GROUP, "a read-only file system, fresh", rounds=2, quick=0)
def read_only_and_fresh(lab: Lab, rounds: int) -> Figures:
    return mount_read_only(lab, rounds, used=False)


@experiment(GROUP, "a read-only file system, in use", rounds=2, quick=0)
def read_only_and_in_use(lab: Lab, rounds: int) -> Figures:
    return mount_read_only(lab, rounds, used=True)


def mount_read_only(lab: Lab, rounds: int, *, used: bool) -> Figures:
    kept = 0
    for number in range(rounds):
        world = lab.home()
        with small_disk(world.folder, "size=1m") as disk:
            if used:
                _begin_linked(lab, world, number)
            disk.remount("ro")
            kept += _meet(lab, world, number, used, [])
            disk.remount("rw")
            _recover(lab, world, number, used)
    return lab.judge(rounds, _remark(kept, rounds))


def _a_file(folder: Path) -> None:
    folder.write_text("not a folder", encoding="utf-8")


def _a_link_to_nowhere(folder: Path) -> None:
    folder.symlink_to("nowhere/at/all")


@experiment(GROUP, "a file, or a link to nowhere, in the config folder's place", rounds=4, quick=2)
def no_folder(lab: Lab, rounds: int) -> Figures:
    kept = 0
    for number in range(rounds):
        world = lab.home()
        (_a_file, _a_link_to_nowhere)[number % 2](world.folder)
        kept += _meet(lab, world, number, used=False, prefix=[])
        world.folder.unlink()
        _recover(lab, world, number, used=False)
    return lab.judge(rounds, _remark(kept, rounds))
