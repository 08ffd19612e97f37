"""Read-only folders: no event is sent under an id that cannot be stored, and the tool is not disturbed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.e2e.world import World
from verification.faults.command_runs import (
    expect_written,
    ids_of,
    outbox_of,
    queue_events,
    recover,
    run_commands,
    unprivileged_prefix,
)
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.mounts import small_disk
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "Read-only folders"
COMMANDS = 2  # while the folder is read-only

PathOf = Callable[[World], Path]

PLACES: dict[str, PathOf] = {
    "the config folder": lambda world: world.folder,
    "usage/": lambda world: world.folder / "usage",
    "the outbox": lambda world: Path(outbox_of(world).folder),
}


def forbid(testbed: Testbed, rounds: int, place: PathOf, *, used: bool) -> Figures:
    """Run two commands while a folder is readable but not writable."""
    kept = 0
    for number in range(rounds):
        world = testbed.home()
        if used:
            _begin_linked(testbed, world, number)
        folder = place(world)
        for each in (world.folder / "usage", folder):  # the ledger can be written, usage.json cannot
            each.mkdir(parents=True, exist_ok=True)
        with _without_writing(folder):
            kept += _run_read_only(testbed, world, number, used, unprivileged_prefix())
        _recover(testbed, world, number, used)
    return testbed.judge(rounds, _remark(kept, rounds))


def _begin_linked(testbed: Testbed, world: World, number: int) -> None:
    """Log in as Alice, and leave an event waiting."""
    testbed.expect(f"login {number}", ALICE)
    world.log_in(ALICE, name=f"login {number}")
    world.settle()
    testbed.expect(f"waiting {number}", ALICE)
    queue_events(testbed, world, f"waiting {number}")


def _run_read_only(testbed: Testbed, world: World, number: int, used: bool, prefix: list[str]) -> int:
    names = _names(number)
    run_commands(testbed, world, *names, prefix=prefix)
    return expect_written(testbed, world, *names, owners=[ALICE] if used else [])


def _recover(testbed: Testbed, world: World, number: int, used: bool) -> None:
    last = f"writable {number}"
    recover(testbed, world, last, *([ALICE] if used else []))
    assert ids_of(world, [*_names(number), last]) == {ALICE if used else world.anon_id}, "the id changed"


def _names(number: int) -> list[str]:
    return [f"read-only {number}.{nth}" for nth in range(COMMANDS)]


def _remark(kept: int, rounds: int) -> str:
    return f"{kept} of {rounds * COMMANDS} events could be written"


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
        experiment(GROUP, f"{_name} without write permission, {_when}", rounds=2, quick=0)(
            partial(forbid, place=_place, used=_used)
        )


def mount_read_only(testbed: Testbed, rounds: int, *, used: bool) -> Figures:
    kept = 0
    for number in range(rounds):
        world = testbed.home()
        with small_disk(world.folder, "size=1m") as disk:
            if used:
                _begin_linked(testbed, world, number)
            disk.remount("ro")
            kept += _run_read_only(testbed, world, number, used, [])
            disk.remount("rw")
            _recover(testbed, world, number, used)
    return testbed.judge(rounds, _remark(kept, rounds))


def _a_file(folder: Path) -> None:
    folder.write_text("not a folder", encoding="utf-8")


def _a_link_to_nowhere(folder: Path) -> None:
    folder.symlink_to("nowhere/at/all")


for _used, _when in ((False, "fresh"), (True, "in use")):
    experiment(GROUP, f"a read-only file system, {_when}", rounds=2, quick=0)(
        partial(mount_read_only, used=_used)
    )


@experiment(GROUP, "a file or a dangling link instead of the config folder", rounds=4, quick=2)
def no_folder(testbed: Testbed, rounds: int) -> Figures:
    kept = 0
    for number in range(rounds):
        world = testbed.home()
        (_a_file, _a_link_to_nowhere)[number % 2](world.folder)
        kept += _run_read_only(testbed, world, number, used=False, prefix=[])
        world.folder.unlink()
        _recover(testbed, world, number, used=False)
    return testbed.judge(rounds, _remark(kept, rounds))
